"""What must hold of the translated template and no scanner checks: each rule gives its findings, or none."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.template.filters import RECORDS, matches
from tests.template.reading import (
    MANAGED,
    QUEUE_RIGHTS,
    STREAM_RIGHTS,
    Resource,
    Resources,
    is_queue,
    many,
    mappings,
    named,
    of_type,
    own_statements,
    queue_allows,
    rights,
    role_of,
    statements,
)
from tests.template.translate import ROOT

type Rule = Callable[[Resources], Iterator[str]]

RULES: dict[str, Rule] = {}
_STREAM_READERS = 2

# Types that cost nothing while nothing happens, or cents a month (alarms). Whatever is priced by the hour, as a NAT
# gateway, a cache or a search domain, is not here.
FREE_WHEN_IDLE = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::DynamoDB::Table",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::Scheduler::ScheduleGroup",
}

# Their names count within another resource of the stack, or have versions of their own.
PRIVATE_NAMES = {
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Cognito::UserPoolGroup",
    "AWS::IAM::Policy",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
}

# What anybody may call; every other route asks for an editor's token.
ANONYMOUS = {
    "GET /",
    "GET /articles",
    "GET /articles/by-slug/{slug}",
    "GET /articles/{id}",
    "GET /articles/{id}/views",
    "GET /docs",
    "GET /feeds/atom.xml",
    "GET /feeds/feed.json",
    "GET /feeds/rss.xml",
    "GET /masthead",
    "GET /most-read",
    "GET /news-sitemap.xml",
    "GET /beacon.js",
    "GET /openapi.json",
    "GET /sitemap.xml",
    "GET /topics",
    "GET /{language}/{slug}",
    "POST /articles/{id}/views",
}


def rule(check: Rule) -> Rule:
    """Registers a rule under its name."""
    RULES[check.__name__] = check
    return check


def findings(template: dict[str, Any]) -> list[str]:
    """Everything that the rules find, each with the name of its rule."""
    return [f"{name}: {finding}" for name, check in RULES.items() for finding in check(template["Resources"])]


# -- Rights


@rule
def no_wildcards(resources: Resources) -> Iterator[str]:
    """A function may do what is named, on what is named: `*` only at the end, behind a folder's or a name's prefix."""
    for name, role in of_type(resources, "AWS::IAM::Role"):
        for arn in role.get("ManagedPolicyArns", []):
            if str(arn).rpartition("/")[2] not in MANAGED:
                yield f"{name} has the managed policy {arn}"
        for statement in own_statements(resources, name):
            for action in many(statement["Action"]):
                if "*" in action or "NotAction" in statement:
                    yield f"{name} may {action}"
            for resource in many(statement["Resource"]):
                text = resource if isinstance(resource, str) else json.dumps(resource)
                if "*" in re.sub(r"(/[a-z]+/|[\w}]-)\*(?=\"|$)", "", text):
                    yield f"{name} may act on {text}"


@rule
def no_public_policies(resources: Resources) -> Iterator[str]:
    """Nobody outside sends to a queue or reads a bucket; a service only on behalf of a resource of this account."""
    for kind in ("AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"):
        for name, policy in of_type(resources, kind):
            for statement in statements(policy["PolicyDocument"]):
                principal = statement["Principal"]
                condition = json.dumps(statement.get("Condition", {}))
                everyone = "*" in many(principal.get("AWS") if isinstance(principal, dict) else principal)
                if statement["Effect"] != "Allow":
                    continue
                if everyone:
                    yield f"{name} lets everyone {statement['Action']}"
                elif "aws:SourceArn" not in condition and "aws:SourceAccount" not in condition:
                    yield f"{name} lets {principal} in for whichever account"


@rule
def sources_can_be_read(resources: Resources) -> Iterator[str]:
    """A mapping works only when the function's role may read its source."""
    for kind, needed in (("AWS::DynamoDB::Table", STREAM_RIGHTS), ("AWS::SQS::Queue", QUEUE_RIGHTS)):
        for name, _, function, source in mappings(resources, kind):
            missing = needed - rights(resources, role_of(resources, function), source)
            if missing:
                yield f"{name}: {function} lacks {sorted(missing)} on {source}"


@rule
def alarms_can_be_set(resources: Resources) -> Iterator[str]:
    """Who sets alarms of plans may hand on the alarms' role and no other; with it the scheduler can do all it needs.

    Nothing but AWS itself checks iam:PassRole, the role's trust, and what the role may do when the alarm rings.
    """
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        own = [statement for statement in own_statements(resources, role_of(resources, name)) if _passes(statement)]
        passed = {named(target) for statement in own for target in many(statement["Resource"])}
        if "scheduler:CreateSchedule" not in _actions(resources, role_of(resources, name)):
            if passed:
                yield f"{name} sets no alarms and may pass {sorted(passed)}"
            continue
        variables = function["Environment"]["Variables"]
        alarm = named(variables["SCHEDULER_ROLE_ARN"])
        if passed != {alarm} or any("iam:PassedToService" not in json.dumps(each) for each in own):
            yield f"{name} may pass {sorted(passed)}, not {alarm} to EventBridge Scheduler alone"
        trusted = statements(resources[alarm]["Properties"]["AssumeRolePolicyDocument"])
        if not any(each["Principal"] == {"Service": "scheduler.amazonaws.com"} for each in trusted):
            yield f"EventBridge Scheduler may not take on {alarm}"
        for variable, action in (
            ("PUBLISH_DUE_ARN", "lambda:InvokeFunction"),
            ("SCHEDULE_DEAD_LETTERS_ARN", "sqs:SendMessage"),
        ):
            if action not in rights(resources, alarm, named(variables[variable])):
                yield f"{alarm} lacks {action} on {named(variables[variable])}"


def _passes(statement: Resource) -> bool:
    return "iam:PassRole" in many(statement["Action"])


def _actions(resources: Resources, role: str) -> set[str]:
    return {action for statement in own_statements(resources, role) for action in many(statement["Action"])}


@rule
def no_secrets_in_the_environment(resources: Resources) -> Iterator[str]:
    """Whoever may describe a function reads its variables."""
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        for variable in function.get("Environment", {}).get("Variables", {}):
            if re.search("SECRET|PASSWORD|TOKEN|PRIVATE|(_|^)KEYS?$", variable):
                yield f"{name} has {variable}"


# -- What goes wrong on the way


@rule
def queues_have_dead_letters(resources: Resources) -> Iterator[str]:
    """A queue that a function reads ends its poison messages in another queue, which keeps them two weeks."""
    for name, _, _, source in mappings(resources, "AWS::SQS::Queue"):
        redrive = resources[source]["Properties"].get("RedrivePolicy", {})
        target = redrive.get("deadLetterTargetArn")
        if not is_queue(resources, target) or named(target) == source:
            yield f"{name}: {source} has no dead-letter queue"
        elif resources[named(target)]["Properties"].get("MessageRetentionPeriod") != 14 * 24 * 3600:
            yield f"{named(target)} does not keep messages for 14 days"


@rule
def streams_have_dead_letters(resources: Resources) -> Iterator[str]:
    """A batch that cannot be handled is bisected, given up in the end, and leaves a pointer that the role may send."""
    for name, mapping, function, _ in mappings(resources, "AWS::DynamoDB::Table"):
        target = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if not is_queue(resources, target):
            yield f"{name} has no on-failure queue"
        elif "sqs:SendMessage" not in rights(resources, role_of(resources, function), named(target)):
            yield f"{name}: {function} may not send to {named(target)}"
        if not mapping.get("BisectBatchOnFunctionError"):
            yield f"{name}: one bad record holds up its batch"
        if not 0 < mapping.get("MaximumRetryAttempts", -1) <= 100:  # -1, the default, is for ever
            yield f"{name}: a bad record holds up its shard for a day"


@rule
def rules_have_dead_letters(resources: Resources) -> Iterator[str]:
    """What the bus cannot deliver ends in a queue; the bus may write to it and to its targets."""
    for name, properties in of_type(resources, "AWS::Events::Rule"):
        for target in properties.get("Targets", []):
            dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
            if not is_queue(resources, dead_letters):
                yield f"{name}: target {target['Id']} has no dead-letter queue"
            elif not queue_allows(resources, named(dead_letters), "events.amazonaws.com"):
                yield f"{name}: the bus may not write to {named(dead_letters)}"
            if is_queue(resources, target["Arn"]) and not queue_allows(
                resources, named(target["Arn"]), "events.amazonaws.com"
            ):
                yield f"{name}: the bus may not write to {named(target['Arn'])}"


@rule
def schedules_have_dead_letters(resources: Resources) -> Iterator[str]:
    """What a schedule in the template cannot start ends in a queue that the schedule's role may write to."""
    for name, properties in of_type(resources, "AWS::Scheduler::Schedule"):
        target = properties["Target"]
        dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
        if not is_queue(resources, dead_letters):
            yield f"{name} has no dead-letter queue"
        elif "sqs:SendMessage" not in rights(resources, named(target["RoleArn"]), named(dead_letters)):
            yield f"{name}: its role may not send to {named(dead_letters)}"


@rule
def calls_without_a_caller_have_dead_letters(resources: Resources) -> Iterator[str]:
    """A function that a rule, a schedule or a role of theirs starts has nobody to tell of its failure but a queue."""
    started = {named(t["Arn"]) for _, r in of_type(resources, "AWS::Events::Rule") for t in r.get("Targets", [])}
    started |= {named(s["Target"]["Arn"]) for _, s in of_type(resources, "AWS::Scheduler::Schedule")}
    for name, _ in of_type(resources, "AWS::IAM::Role"):
        for statement in own_statements(resources, name):
            if "lambda:InvokeFunction" in many(statement["Action"]):
                started |= set(map(named, many(statement["Resource"])))
    told = {
        named(config["FunctionName"]): config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        for _, config in of_type(resources, "AWS::Lambda::EventInvokeConfig")
    }
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        if name not in started:
            continue
        target = told.get(name) or function.get("DeadLetterConfig", {}).get("TargetArn")
        if not is_queue(resources, target):
            yield f"{name} has no on-failure queue"
        elif "sqs:SendMessage" not in rights(resources, role_of(resources, name), named(target)):
            yield f"{name} may not send to {named(target)}"


@rule
def buckets_can_notify(resources: Resources) -> Iterator[str]:
    """A bucket's queue lets the bucket write to it."""
    for name, properties in of_type(resources, "AWS::S3::Bucket"):
        for notification in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            if not queue_allows(resources, named(notification["Queue"]), "s3.amazonaws.com"):
                yield f"{name} may not write to {named(notification['Queue'])}"


@rule
def batches_fail_in_part(resources: Resources) -> Iterator[str]:
    """Without it one bad message sends its whole batch again."""
    for name, mapping, _, _ in mappings(resources, "AWS::SQS::Queue"):
        if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
            yield f"{name} does not report batch item failures"


@rule
def messages_stay_hidden(resources: Resources) -> Iterator[str]:
    """AWS asks for six times the function's time limit: throttled batches are tried again before they are returned."""
    for name, _, function, source in mappings(resources, "AWS::SQS::Queue"):
        hidden = resources[source]["Properties"].get("VisibilityTimeout", 30)
        needed = 6 * resources[function]["Properties"].get("Timeout", 3)
        if hidden < needed:
            yield f"{name}: {source} hides messages {hidden} s, {function} needs {needed} s"


# -- Filters


@rule
def filters_take_what_they_should(resources: Resources) -> Iterator[str]:
    """A filter that is not JSON takes nothing, silently; one that is too wide makes a function call itself for ever."""
    for name, mapping, _, _ in mappings(resources, "AWS::DynamoDB::Table"):
        wanted, unwanted = RECORDS.get(name, ([], []))
        try:
            patterns = [json.loads(f["Pattern"]) for f in mapping.get("FilterCriteria", {}).get("Filters", [])]
            taken = [record for record in [*wanted, *unwanted] if any(matches(p, record) for p in patterns)]
        except (TypeError, ValueError) as error:
            yield f"{name}: {error}"
            continue
        if not patterns or not wanted:
            yield f"{name} has no filter, or RECORDS no samples for it"
        if taken != wanted:
            yield f"{name} takes {taken}, not {wanted}"


# -- Money and data


@rule
def nothing_costs_while_idle(resources: Resources) -> Iterator[str]:
    """No resource priced by the hour, neither by its type nor by a setting."""
    for name, resource in resources.items():
        if resource["Type"] not in FREE_WHEN_IDLE:
            yield f"{name} is a {resource['Type']}"
    for name, table in of_type(resources, "AWS::DynamoDB::Table"):
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} is paid for by the hour"
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        if "ProvisionedConcurrencyConfig" in function or "VpcConfig" in function:
            yield f"{name} is kept warm, or in a network that needs a gateway"


@rule
def streams_have_two_readers_at_the_most(resources: Resources) -> Iterator[str]:
    """Two functions read a shard of a stream side by side; a third would be throttled with them."""
    readers = Counter(table for _, _, _, table in mappings(resources, "AWS::DynamoDB::Table"))
    for stream, number in readers.items():
        if number > _STREAM_READERS:
            yield f"{stream} has {number} readers"


@rule
def tables_are_safe(resources: Resources) -> Iterator[str]:
    """A table survives its stack and a bad write, is encrypted, and drops what has a time to live."""
    for name, table in of_type(resources, "AWS::DynamoDB::Table"):
        resource = resources[name]
        wanted = {
            "is kept when the stack goes": resource.get("DeletionPolicy") == "Retain",
            "is kept when it is replaced": resource.get("UpdateReplacePolicy") == "Retain",
            "is protected from deletion": bool(table.get("DeletionProtectionEnabled")),
            "can be restored": table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"),
            "is encrypted": table.get("SSESpecification", {}).get("SSEEnabled"),
            "drops what is old": table.get("TimeToLiveSpecification", {}).get("Enabled"),
        }
        yield from (f"{name}: not true that it {what}" for what, holds in wanted.items() if not holds)


@rule
def logs_end(resources: Resources) -> Iterator[str]:
    """Every function writes to a group whose entries are deleted one day: the default keeps them for ever."""
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        group = resources.get(named(function.get("LoggingConfig", {}).get("LogGroup")), {})
        if group.get("Type") != "AWS::Logs::LogGroup" or not group["Properties"].get("RetentionInDays"):
            yield f"{name} logs for ever"


# -- The API


def routes(resources: Resources) -> Iterator[tuple[str, Resource]]:
    """Every route of the HTTP APIs: "GET /articles" and its operation."""
    for _, api in of_type(resources, "AWS::ApiGatewayV2::Api"):
        for path, operations in api["Body"]["paths"].items():
            for method, operation in operations.items():
                yield f"{method.upper()} {path}", operation


@rule
def routes_ask_for_a_token(resources: Resources) -> Iterator[str]:
    """Who is not on the list of anonymous routes needs an editor's token, and the authorizer checks whose it is."""
    for route, operation in routes(resources):
        asked = {name for requirement in operation.get("security", []) for name in requirement}
        if route not in ANONYMOUS and asked != {"Editors"}:
            yield f"{route} asks for {sorted(asked)}"
    for name, api in of_type(resources, "AWS::ApiGatewayV2::Api"):
        scheme = api["Body"].get("components", {}).get("securitySchemes", {}).get("Editors", {})
        jwt = scheme.get("x-amazon-apigateway-authorizer", {}).get("jwtConfiguration", {})
        if not jwt.get("audience") or "cognito-idp" not in json.dumps(jwt.get("issuer", "")):
            yield f"{name} has no authorizer for this pool's tokens"


@rule
def routes_are_throttled(resources: Resources) -> Iterator[str]:
    """A flood meets a limit of ours before it meets the account's, or the bill."""
    for name, stage in of_type(resources, "AWS::ApiGatewayV2::Stage"):
        known = {route for route, _ in routes(resources)}
        settings = {"by default": stage.get("DefaultRouteSettings", {}), **stage.get("RouteSettings", {})}
        for route, limits in settings.items():
            if not limits.get("ThrottlingRateLimit") or not limits.get("ThrottlingBurstLimit"):
                yield f"{name} has no throttle {route}"
            if route != "by default" and route not in known:
                yield f"{name} throttles {route}, which is no route"
        if "POST /articles/{id}/views" not in settings:
            yield f"{name} has no throttle of its own for the view endpoint"


@rule
def origins_are_a_list(resources: Resources) -> Iterator[str]:
    """SAM hands a list parameter on as one string, and lets an intrinsic function take the place of all of CORS."""
    for name, api in of_type(resources, "AWS::ApiGatewayV2::Api"):
        if not isinstance(api["Body"].get("x-amazon-apigateway-cors", {}).get("allowOrigins"), list):
            yield f"{name}: write AllowOrigins as a list, each of its items a parameter"


# -- Names


@rule
def stacks_do_not_collide(resources: Resources) -> Iterator[str]:
    """One account may hold many titles: a name that is not CloudFormation's own carries the stack's."""
    for name, resource in resources.items():
        if resource["Type"] in PRIVATE_NAMES:
            continue
        for key, value in resource.get("Properties", {}).items():
            refers = isinstance(value, dict) and named(value) in resources
            if key.endswith("Name") and not refers and "AWS::StackName" not in json.dumps(value):
                yield f"{name} has the {key} {value} in every stack"


@rule
def names_agree(resources: Resources) -> Iterator[str]:
    """RecordView ↔ record_view.handler ↔ functions/, events/ and tests/functions/."""
    yield from misnamed(resources, ROOT)


def misnamed(resources: Resources, root: Path) -> Iterator[str]:
    """Findings about names, with the files under `root`."""
    modules = {path.stem for path in (root / "functions").glob("*.py")} - {"__init__"}
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        if function["Handler"] != f"{module}.handler":
            yield f"{name} has the handler {function['Handler']}"
        for path in (f"functions/{module}.py", f"events/{module}.json", f"tests/functions/test_{module}.py"):
            if not (root / path).is_file():
                yield f"{name} has no {path}"
        modules.discard(module)
    yield from (f"functions/{module}.py is in no template" for module in sorted(modules))
