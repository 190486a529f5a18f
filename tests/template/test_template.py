"""The deployed template keeps the rules, and each rule sees the flaw that it is there for."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.template import rules, translate
from tests.template.reading import Resources, own_statements

TEMPLATE = translate.project()

type Flaw = Callable[[Resources], Any]


def put(value: Any, name: str, *path: str | int) -> Flaw:
    """A flaw: this value at the path within the resource."""

    def mend(resources: Resources) -> None:
        holder: Any = resources[name]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value

    return mend


def cut(name: str, *path: str | int) -> Flaw:
    """A flaw: nothing at the path within the resource."""

    def mend(resources: Resources) -> None:
        holder: Any = resources[name]
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]

    return mend


def add(name: str, kind: str, **properties: Any) -> Flaw:
    """A flaw: one more resource."""
    return lambda resources: resources.update({name: {"Type": kind, "Properties": properties}})


def passing(**changes: Any) -> Flaw:
    """A flaw: the right to pass the alarms' role, with some parts replaced."""

    def mend(resources: Resources) -> None:
        (statement,) = (
            each for each in own_statements(resources, "NewsroomApiRole") if "iam:PassRole" in each["Action"]
        )
        statement |= changes

    return mend


OWN = ("Properties", "Policies", 0, "PolicyDocument", "Statement", 0)
SENT = ("Properties", "PolicyDocument", "Statement", 0)
TRUST = ("Properties", "AssumeRolePolicyDocument", "Statement", 0)
FILTER = ("Properties", "FilterCriteria", "Filters", 0, "Pattern")
NIGHTLY = {"Arn": {"Fn::GetAtt": ["IngestItem", "Arn"]}, "RoleArn": {"Fn::GetAtt": ["IngestItemRole", "Arn"]}}
TO_RELAY_DEAD_LETTERS = {"Arn": {"Fn::GetAtt": ["RelayDeadLetters", "Arn"]}}

FLAWS: list[tuple[Callable[..., Any], str, Flaw]] = [
    (rules.no_wildcards, "any action", put("dynamodb:*", "RecordViewRole", *OWN, "Action")),
    (rules.no_wildcards, "any resource", put("*", "RecordViewRole", *OWN, "Resource")),
    (
        rules.no_wildcards,
        "a whole bucket",
        put({"Fn::Sub": "${Payloads.Arn}/*"}, "RecordViewRole", *OWN, "Resource"),
    ),
    (
        rules.no_wildcards,
        "a wide managed policy",
        put(["arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"], "RecordViewRole", "Properties", "ManagedPolicyArns"),
    ),
    (rules.no_public_policies, "a public queue", put("*", "IngestQueuePolicy", *SENT, "Principal")),
    (rules.no_public_policies, "a public queue, for AWS", put({"AWS": "*"}, "IngestQueuePolicy", *SENT, "Principal")),
    (rules.no_public_policies, "any account's bucket", cut("IngestQueuePolicy", *SENT, "Condition")),
    (rules.no_public_policies, "a public bucket", put("Allow", "PayloadsPolicy", *SENT, "Effect")),
    (
        rules.sources_can_be_read,
        "a queue that cannot be read",
        cut("ConfirmEventsRole", "Properties", "ManagedPolicyArns", 1),
    ),
    (
        rules.sources_can_be_read,
        "a stream that cannot be read",
        cut("CountViewsRole", "Properties", "ManagedPolicyArns", 1),
    ),
    (rules.alarms_can_be_set, "no role to pass", passing(Action="iam:GetRole")),
    (
        rules.alarms_can_be_set,
        "a role with rights to pass",
        passing(Resource={"Fn::GetAtt": ["IngestItemRole", "Arn"]}),
    ),
    (rules.alarms_can_be_set, "a role passed to any service", passing(Condition={})),
    (
        rules.alarms_can_be_set,
        "a role that the scheduler may not take on",
        put({"Service": "events.amazonaws.com"}, "AlarmRole", *TRUST, "Principal"),
    ),
    (
        rules.alarms_can_be_set,
        "a role that may not call",
        put([{"Fn::GetAtt": ["SweepEvents", "Arn"]}], "AlarmRights", *SENT, "Resource"),
    ),
    (
        rules.alarms_can_be_set,
        "an alarm whose dead letters are lost",
        cut("AlarmRights", "Properties", "PolicyDocument", "Statement", 1),
    ),
    (
        rules.no_secrets_in_the_environment,
        "a secret in a variable",
        put("x", "RecordView", "Properties", "Environment", "Variables", "CDN_SECRET"),
    ),
    (rules.queues_have_dead_letters, "no dead letters", cut("IngestQueue", "Properties", "RedrivePolicy")),
    (
        rules.queues_have_dead_letters,
        "dead letters forgotten in four days",
        cut("IngestDeadLetters", "Properties", "MessageRetentionPeriod"),
    ),
    (
        rules.streams_have_dead_letters,
        "no on-failure queue",
        cut("CountViewsMarkers", "Properties", "DestinationConfig"),
    ),
    (rules.streams_have_dead_letters, "no right to write to it", cut("RelayEventsRole", "Properties", "Policies", 1)),
    (
        rules.streams_have_dead_letters,
        "no bisecting",
        cut("RelayEventsOutbox", "Properties", "BisectBatchOnFunctionError"),
    ),
    (
        rules.streams_have_dead_letters,
        "attempts for ever",
        cut("RelayEventsOutbox", "Properties", "MaximumRetryAttempts"),
    ),
    (
        rules.rules_have_dead_letters,
        "a target without",
        cut("ConfirmRule", "Properties", "Targets", 0, "DeadLetterConfig"),
    ),
    (
        rules.rules_have_dead_letters,
        "dead letters that the bus cannot write",
        put([{"Fn::GetAtt": ["ConfirmQueue", "Arn"]}], "ConfirmQueuePolicy", *SENT, "Resource"),
    ),
    (
        rules.rules_have_dead_letters,
        "a target that the bus cannot write",
        put([{"Ref": "ConfirmRuleDeadLetters"}], "ConfirmQueuePolicy", "Properties", "Queues"),
    ),
    (
        rules.schedules_have_dead_letters,
        "a schedule without",
        add("Nightly", "AWS::Scheduler::Schedule", Target=NIGHTLY),
    ),
    (
        rules.schedules_have_dead_letters,
        "a schedule without the right",
        add("Nightly", "AWS::Scheduler::Schedule", Target={**NIGHTLY, "DeadLetterConfig": TO_RELAY_DEAD_LETTERS}),
    ),
    (
        rules.calls_without_a_caller_have_dead_letters,
        "a scheduled function without",
        add("Nightly", "AWS::Scheduler::Schedule", Target=NIGHTLY),
    ),
    (
        rules.calls_without_a_caller_have_dead_letters,
        "a function on the bus without",
        put({"Fn::GetAtt": ["IngestItem", "Arn"]}, "ConfirmRule", "Properties", "Targets", 0, "Arn"),
    ),
    (
        rules.buckets_can_notify,
        "a queue that the bucket cannot write",
        put({"Service": "sns.amazonaws.com"}, "IngestQueuePolicy", *SENT, "Principal"),
    ),
    (
        rules.batches_fail_in_part,
        "all or nothing",
        cut("ConfirmEventsAnnounced", "Properties", "FunctionResponseTypes"),
    ),
    (rules.messages_stay_hidden, "five times", put(299, "IngestQueue", "Properties", "VisibilityTimeout")),
    (rules.messages_stay_hidden, "the default", cut("ConfirmQueue", "Properties", "VisibilityTimeout")),
    (rules.filters_take_what_they_should, "no JSON", put("{'eventName': 1}", "CountViewsMarkers", *FILTER)),
    (
        rules.filters_take_what_they_should,
        "a value that is no list",
        put('{"eventName": "INSERT"}', "CountViewsMarkers", *FILTER),
    ),
    (
        rules.filters_take_what_they_should,
        "confirmations are announced",
        put('{"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}}', "RelayEventsOutbox", *FILTER),
    ),
    (
        rules.filters_take_what_they_should,
        "repeats are not seen",
        put('{"eventName": ["INSERT"]}', "CountViewsMarkers", *FILTER),
    ),
    (rules.filters_take_what_they_should, "no filter", cut("CountViewsMarkers", "Properties", "FilterCriteria")),
    (rules.nothing_costs_while_idle, "a cache", add("Cache", "AWS::ElastiCache::ReplicationGroup")),
    (rules.nothing_costs_while_idle, "reserved capacity", put("PROVISIONED", "Readings", "Properties", "BillingMode")),
    (rules.nothing_costs_while_idle, "a network", put({}, "RecordView", "Properties", "VpcConfig")),
    (rules.tables_are_safe, "deleted with its stack", cut("Newsroom", "DeletionPolicy")),
    (rules.tables_are_safe, "deleted when replaced", cut("Newsroom", "UpdateReplacePolicy")),
    (rules.tables_are_safe, "not protected", cut("Newsroom", "Properties", "DeletionProtectionEnabled")),
    (rules.tables_are_safe, "no backup", cut("Readings", "Properties", "PointInTimeRecoverySpecification")),
    (rules.tables_are_safe, "not encrypted", cut("Readings", "Properties", "SSESpecification")),
    (rules.tables_are_safe, "markers for ever", cut("Readings", "Properties", "TimeToLiveSpecification")),
    (rules.logs_end, "no retention", cut("Logs", "Properties", "RetentionInDays")),
    (
        rules.streams_have_two_readers_at_the_most,
        "a third",
        put({"Fn::GetAtt": ["Readings", "StreamArn"]}, "RelayEventsOutbox", "Properties", "EventSourceArn"),
    ),
    (rules.logs_end, "a group that Lambda makes", cut("RecordView", "Properties", "LoggingConfig")),
    (
        rules.routes_ask_for_a_token,
        "a route for everybody",
        cut("Api", "Properties", "Body", "paths", "/articles", "post", "security"),
    ),
    (
        rules.routes_ask_for_a_token,
        "no audience",
        put(
            [],
            *("Api", "Properties", "Body", "components", "securitySchemes", "Editors"),
            *("x-amazon-apigateway-authorizer", "jwtConfiguration", "audience"),
        ),
    ),
    (
        rules.routes_are_throttled,
        "no default",
        cut("ApiApiGatewayDefaultStage", "Properties", "DefaultRouteSettings"),
    ),
    (
        rules.routes_are_throttled,
        "views without their own",
        cut("ApiApiGatewayDefaultStage", "Properties", "RouteSettings"),
    ),
    (
        rules.routes_are_throttled,
        "a route that is none",
        put({}, "ApiApiGatewayDefaultStage", "Properties", "RouteSettings", "POST /article/{id}/views"),
    ),
    (
        rules.origins_are_a_list,
        "CORS by an intrinsic",
        put({"Fn::Split": [",", "*"]}, "Api", "Properties", "Body", "x-amazon-apigateway-cors"),
    ),
    (rules.stacks_do_not_collide, "one name for all titles", put("dateline", "Bus", "Properties", "Name")),
    (rules.names_agree, "another handler", put("views.handler", "RecordView", "Properties", "Handler")),
    (rules.names_agree, "another name", lambda resources: resources.update(Views=resources.pop("RecordView"))),
]


def test_the_template_keeps_every_rule() -> None:
    assert rules.findings(TEMPLATE) == []


@pytest.mark.parametrize(("rule", "flaw"), [(rule, flaw) for rule, _, flaw in FLAWS], ids=[f[1] for f in FLAWS])
def test_a_flaw_is_seen(rule: rules.Rule, flaw: Flaw) -> None:
    """The rule finds more in the flawed template than in the real one."""
    flawed = copy.deepcopy(TEMPLATE["Resources"])
    flaw(flawed)
    assert set(rule(flawed)) - set(rule(TEMPLATE["Resources"]))


def test_every_rule_has_a_flaw() -> None:
    assert {rule.__name__ for rule, _, _ in FLAWS} == set(rules.RULES)
