"""Finding one's way in a translated template: names behind intrinsics, rights of roles, who may send to a queue."""

import json
import re
from collections.abc import Iterator
from typing import Any

type Resource = dict[str, Any]
type Resources = dict[str, Resource]

# SAM adds these to a function with such a source. Their resource is *, their actions are only these and writing logs.
MANAGED = {
    "AWSLambdaBasicExecutionRole": set[str](),
    "AWSLambdaDynamoDBExecutionRole": {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    },
    "AWSLambdaSQSQueueExecutionRole": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
}
STREAM_RIGHTS = MANAGED["AWSLambdaDynamoDBExecutionRole"]
QUEUE_RIGHTS = MANAGED["AWSLambdaSQSQueueExecutionRole"]


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, Resource]]:
    """Name and properties of every resource of the type."""
    for name, resource in resources.items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


def named(value: Any) -> str:
    """The resource that a Ref, GetAtt or Sub names; the text itself of plain text; else nothing."""
    if isinstance(value, dict):
        if "Ref" in value:
            return str(value["Ref"])
        if "Fn::GetAtt" in value:
            return str(value["Fn::GetAtt"][0])
        found = re.match(r"\$\{(\w+)", str(value.get("Fn::Sub", "")))
        return found[1] if found else ""
    return value if isinstance(value, str) else ""


def many(value: Any) -> list[Any]:
    """A value that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def statements(document: Resource) -> list[Resource]:
    """The statements of a policy document."""
    return many(document.get("Statement"))


def own_statements(resources: Resources, role: str) -> list[Resource]:
    """The statements that the template itself gives a role, in it or by a policy beside it."""
    documents = [policy["PolicyDocument"] for policy in resources[role]["Properties"].get("Policies", [])]
    for _, policy in of_type(resources, "AWS::IAM::Policy"):
        if role in map(named, policy.get("Roles", [])):
            documents.append(policy["PolicyDocument"])
    return [statement for document in documents for statement in statements(document)]


def rights(resources: Resources, role: str, target: str) -> set[str]:
    """The actions that a role may take on a resource, by its own statements and the managed policies known here."""
    allowed: set[str] = set()
    for arn in resources[role]["Properties"].get("ManagedPolicyArns", []):
        allowed |= MANAGED.get(str(arn).rpartition("/")[2], set())
    for statement in own_statements(resources, role):
        if statement["Effect"] == "Allow" and target in map(named, many(statement["Resource"])):
            allowed |= set(many(statement["Action"]))
    return allowed


def queue_allows(resources: Resources, queue: str, service: str) -> bool:
    """Whether a queue's policy lets the service send, and only on behalf of one source."""
    return any(
        statement["Effect"] == "Allow"
        and isinstance(statement["Principal"], dict)
        and service in many(statement["Principal"].get("Service"))
        and "sqs:SendMessage" in many(statement["Action"])
        and queue in map(named, many(statement["Resource"]))
        and "aws:SourceArn" in json.dumps(statement.get("Condition", {}))
        for _, policy in of_type(resources, "AWS::SQS::QueuePolicy")
        if queue in map(named, policy["Queues"])
        for statement in statements(policy["PolicyDocument"])
    )


def is_queue(resources: Resources, value: Any) -> bool:
    """Whether the value names a queue of this template."""
    return resources.get(named(value), {}).get("Type") == "AWS::SQS::Queue"


def mappings(resources: Resources, kind: str) -> Iterator[tuple[str, Resource, str, str]]:
    """Event source mappings whose source is of the type: name, properties, the function, the source."""
    for name, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        source = named(mapping["EventSourceArn"])
        if resources[source]["Type"] == kind:
            yield name, mapping, named(mapping["FunctionName"]), source


def role_of(resources: Resources, function: str) -> str:
    """The name of a function's role."""
    return named(resources[function]["Properties"]["Role"])
