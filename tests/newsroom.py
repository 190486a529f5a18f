"""A newsroom on moto: the template's tables, bucket and bus, and the deliveries that AWS would make in between."""

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from functions import (
    confirm_events,
    count_views,
    ingest_item,
    newsroom_api,
    project_topics,
    rank_stories,
    reader_api,
    record_view,
    relay_events,
)
from local.template import load
from tests import contract

ROOT = Path(__file__).parents[1]
TEMPLATE = load(ROOT / "template.yaml")
REGION = "eu-central-1"
BUS, NEWSROOM, READINGS, PAYLOADS = "dateline-test", "newsroom", "readings", "payloads"
CDN_SECRET = "cdn-secret"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",  # moto serves streams only at the plain endpoint
    "POWERTOOLS_SERVICE_NAME": "dateline",
    "STACK": "test",
    "NEWSROOM_TABLE": NEWSROOM,
    "READINGS_TABLE": READINGS,
    "PAYLOADS_BUCKET": PAYLOADS,
    "BUS": BUS,
    "PUBLISH_DUE_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:publish-due",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/alarms",
    "SCHEDULE_DEAD_LETTERS_ARN": "arn:aws:sqs:eu-central-1:123456789012:alarms",
    "EDITORS_CLIENT": "client",
    "SITE_URL": "https://news.example",
    "TITLE_NAME": "The Sample Gazette",
    "TITLE_ADDRESS": "1 Main Street",
    "TITLE_PHONE": "+375 17 000 00 00",
    "TITLE_FAX": "",
    "TITLE_TIME_ZONE": "Europe/Minsk",
    "TITLE_LANGUAGES": "en,ru,be",
    "TITLE_SECTIONS": "news,sport",
}
CONSUMERS: dict[str, Any] = {"ConfirmRule": confirm_events, "TopicsRule": project_topics}
_JOBS = {"NewsroomApi": newsroom_api, "ReaderApi": reader_api, "RecordView": record_view}


@cache
def aws(service: str) -> Any:
    """A client; one for all tests, since making one takes longer than most tests."""
    return boto3.client(service)  # type: ignore[call-overload]


def _table(name: str) -> Any:
    return _resource().Table(name)


@cache
def _resource() -> Any:
    return boto3.resource("dynamodb")


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.text)

    @property
    def version(self) -> int:
        """The version that a desk answer's ETag names."""
        return int(self.headers["etag"].strip('"'))


@dataclass
class Newsroom:
    """The product in one process: HTTP in, deliveries when a test says so."""

    positions: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    bus: list[dict[str, Any]] = field(default_factory=list)

    def build(self) -> "Newsroom":
        """Creates what the template describes."""
        for name, logical in ((NEWSROOM, "Newsroom"), (READINGS, "Readings")):
            properties = dict(TEMPLATE["Resources"][logical]["Properties"])
            stream = properties["StreamSpecification"] | {"StreamEnabled": True}
            aws("dynamodb").create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=properties["AttributeDefinitions"],
                KeySchema=properties["KeySchema"],
                StreamSpecification=stream,
                **{k: v for k, v in properties.items() if k == "GlobalSecondaryIndexes"},
            )
        aws("s3").create_bucket(Bucket=PAYLOADS, CreateBucketConfiguration={"LocationConstraint": REGION})
        aws("events").create_event_bus(Name=BUS)
        keys = {"keys": ["new-key", "old-key"], "cdn_secret": CDN_SECRET}
        for name in ("cursor", "pages", "readers"):
            aws("ssm").put_parameter(Name=f"/dateline/test/{name}", Type="SecureString", Value=json.dumps(keys))
        self._subscribe()
        return self

    def _subscribe(self) -> None:
        # As in the template: the bus reaches each consumer through a queue of its own.
        for name in CONSUMERS:
            url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
            arn = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            pattern = json.dumps(TEMPLATE["Resources"][name]["Properties"]["EventPattern"])
            aws("events").put_rule(Name=name, EventBusName=BUS, EventPattern=pattern)
            aws("events").put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": name, "Arn": arn}])
            self.queues[name] = url

    # -- HTTP

    def http(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        group: str | None = "editor",
        who: str = "ann",
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        """Calls the function that the template routes this request to, with the event that an HTTP API makes."""
        event = self.event(method, path, body, headers or {}, query or {})
        if group and route_auth(event["routeKey"]) != "NONE":
            claims = {
                "username": who,
                "sub": who,
                "token_use": "access",
                "client_id": "client",
                "exp": str(int(time.time()) + 600),
                "cognito:groups": f"[{group}]",
            }
            event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        return self.send(event)

    def event(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """The event that the HTTP API makes of a request without a token."""
        _, route, parameters = self._route(method, path)
        return http_event(method, path, route, parameters, body, headers or {}, query or {})

    def send(self, event: dict[str, Any]) -> Answer:
        """Calls the function that the template routes the event to."""
        (function,) = (name for name, method, path in routes() if f"{method} {path}" == event["routeKey"])
        answer = _JOBS[function].handler(event, None)
        lower = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        text = answer.get("body") or ""
        undescribed = contract.breach(event["routeKey"], answer["statusCode"], lower, text)
        assert undescribed is None, undescribed
        return Answer(answer["statusCode"], lower, text)

    @staticmethod
    def _route(method: str, path: str) -> tuple[str, str, dict[str, str]]:
        best: tuple[str, str, dict[str, str]] | None = None
        for function, verb, route in routes():
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route)
            match = re.fullmatch(pattern, path) if verb == method else None
            # As in API Gateway, the route with fewer variables wins.
            if match and (best is None or len(match.groupdict()) < len(best[2])):
                best = function, f"{verb} {route}", match.groupdict()
        assert best, f"no route for {method} {path}"
        return best

    # -- deliveries

    def deliver(self) -> None:
        """Everything that waits goes where AWS would take it, until nothing waits."""
        for _ in range(10):
            moved = [self.deliver_payloads(), self.deliver_events(), self.deliver_queues(), self.deliver_markers()]
            if not any([*moved, self.deliver_counters()]):
                return
        raise AssertionError("deliveries go round in circles")

    def deliver_payloads(self) -> int:
        """New objects under ingest/ and drop/ to ingest_item."""
        listed = [
            entry
            for prefix in ("ingest/", "drop/")
            for entry in aws("s3").list_objects_v2(Bucket=PAYLOADS, Prefix=prefix).get("Contents", [])
        ]
        new = [entry["Key"] for entry in listed if f"s3:{entry['Key']}" not in self.positions]
        for name in new:
            self.positions[f"s3:{name}"] = "delivered"
            assert ingest_item.handler(sqs_event(s3_notification(name)), None) == {"batchItemFailures": []}
        return len(new)

    def release(self, ingest: str) -> None:
        """An editor releases what is held of a payload: it is written again, so the bucket tells of it again."""
        answer = self.http("POST", f"/ingest/{ingest}/release")
        assert answer.status == 202, answer.text
        del self.positions[f"s3:{answer.json['raw']}"]
        self.deliver()

    def deliver_events(self) -> int:
        """New event items from the stream to relay_events."""
        records = self.stream(NEWSROOM, "RelayEvents")
        if records:
            relay_events.handler({"Records": records}, None)
        return len(records)

    def deliver_markers(self) -> int:
        """Markers from the stream to count_views."""
        records = self.stream(READINGS, "CountViews")
        if records:
            assert count_views.handler({"Records": records, "shardId": "shard-1"}, None) == {"state": {}}
        return len(records)

    def deliver_counters(self) -> int:
        """Counters, gates and milestones from the stream to rank_stories."""
        changed = self.stream(READINGS, "RankStories")
        if changed:
            rank_stories.handler({"Records": changed}, None)
        return len(changed)

    def deliver_queues(self) -> int:
        """What the bus put into the consumers' queues to the consumers; keeps what came in `bus`."""
        moved = 0
        for name, consumer in CONSUMERS.items():
            for event in self.take(name):
                if name == "ConfirmRule":
                    self.bus.append(event)
                assert consumer.handler(sqs_event(event), None) == {"batchItemFailures": []}
                moved += 1
        return moved

    def take(self, queue: str) -> list[dict[str, Any]]:
        """The messages that wait in a consumer's queue, taken out of it."""
        found = []
        url = self.queues[queue]
        while messages := aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def stream(self, table: str, function: str) -> list[dict[str, Any]]:
        """The new stream records of a table that pass the filter which the template gives the function."""
        streams, position = aws("dynamodbstreams"), f"{table}:{function}"
        arn = aws("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        # A new iterator each time: moto swaps its tables for copies when a transaction is cancelled.
        seen = self.positions.get(position)
        start = {"SequenceNumber": seen, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER"} if seen else {}
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard, **({"ShardIteratorType": "TRIM_HORIZON"} | start)
        )
        records: list[Any] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
        if records:
            self.positions[position] = records[-1]["dynamodb"]["SequenceNumber"]
        events = TEMPLATE["Resources"][function]["Properties"]["Events"].values()
        of_table = {"Fn::GetAtt": [table.title(), "StreamArn"]}
        (properties,) = (each["Properties"] for each in events if each["Properties"].get("Stream") == of_table)
        patterns = [json.loads(entry["Pattern"]) for entry in properties["FilterCriteria"]["Filters"]]
        new = [record for record in records if not _of_moto_only(record["dynamodb"])]
        return [record for record in new if any(matches(pattern, record) for pattern in patterns)]

    # -- shortcuts

    def item(self, table: str, pk: str, sk: str) -> dict[str, Any] | None:
        """One stored item."""
        found: dict[str, Any] | None = _table(table).get_item(Key={"pk": pk, "sk": sk}).get("Item")
        return found

    def items(self, table: str) -> list[dict[str, Any]]:
        """All stored items."""
        return list(_table(table).scan()["Items"])

    def draft(self, **content: Any) -> Answer:
        """A new draft with a headline of its own."""
        fields = {"headline": f"Bridge {uuid.uuid4().hex[:8]} opened", "body_text": "One.\n\nTwo."} | content
        answer = self.http("POST", "/articles", fields)
        assert answer.status == 201, answer.text
        return answer

    def published(self, **content: Any) -> str:
        """The id of a story that is published and announced."""
        story: str = self.draft(**content).json["id"]
        assert self.http("POST", f"/articles/{story}/publication").status == 200
        self.deliver()
        return story

    def change(self, method: str, story: str, what: str = "", body: Any = None, **more: Any) -> Answer:
        """A change of a story's current version, which must succeed."""
        headers = {"if-match": self.http("GET", f"/desk/articles/{story}").headers["etag"]}
        answer = self.http(method, f"/articles/{story}{what}", body, headers=headers, **more)
        assert answer.status == 200, answer.text
        return answer

    def life(self) -> str:
        """A story that has gone through all that can happen to one without waiting; its id."""
        other = self.draft().json["id"]
        self.change("POST", other, "/publication")
        story: str = self.draft(headline="First").json["id"]
        ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        for method, what, body in (
            ("PATCH", "", {"lede": "In short."}),
            ("POST", "/publication", {"at": ahead}),
            ("DELETE", "/publication", None),
            ("POST", "/publication", {"embargo_until": ahead}),
            ("POST", "/corrections", {"note": "Before anybody saw it."}),
            ("DELETE", "/publication", None),
            ("POST", "/publication", None),
            ("PUT", "", {"headline": "Second", "tags": ["bridge"]}),
            ("PUT", "", {"headline": "Third", "slug": "third"}),
            ("POST", "/corrections", {"note": "It was not.", "article": {"headline": "Fourth"}}),
            ("DELETE", "/publication", None),
            ("POST", "/publication", None),
            ("POST", "/withdrawal", {"kind": "redirect", "to": other}),
            ("DELETE", "/withdrawal", None),
            ("DELETE", "", None),
            ("POST", "/restoration", {"version": 1}),
            ("POST", "/withdrawal", {"kind": "killed", "public_note": "Not true."}),
        ):
            self.change(method, story, what, body)
            self.deliver_events()  # while the story stands as the event says
        return story

    def read(self, story: str, address: str, **headers: str) -> Answer:
        """One reading from `address`."""
        sent = {"user-agent": BROWSER, "x-cdn-secret": CDN_SECRET, "x-viewer-address": address} | headers
        return self.http("POST", f"/articles/{story}/views", headers=sent)


BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


def routes() -> list[tuple[str, str, str]]:
    """Every route of the template: function, method, path."""
    return [
        (name, event["Properties"]["Method"], event["Properties"]["Path"])
        for name, resource in TEMPLATE["Resources"].items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]


def route_auth(route: str) -> str | None:
    """The authorizer that the template names for a route; None for the API's default one."""
    for resource in TEMPLATE["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            properties = event["Properties"]
            if event["Type"] == "HttpApi" and f"{properties['Method']} {properties['Path']}" == route:
                authorizer: str | None = properties.get("Auth", {}).get("Authorizer")
                return authorizer
    raise AssertionError(f"the template has no route {route}")


def http_event(
    method: str,
    path: str,
    route: str,
    parameters: dict[str, str],
    body: Any,
    headers: dict[str, str],
    query: dict[str, str],
) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0; a body of bytes arrives in base64."""
    binary = isinstance(body, bytes)
    if isinstance(body, bytes):
        body = base64.b64encode(body).decode()
    text = body if isinstance(body, str | None) else json.dumps(body)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "headers": {"content-type": "application/json"} | headers if text is not None else headers,
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "stage": "$default",
            "routeKey": route,
            "http": {
                "method": method,
                "path": path,
                "sourceIp": "192.0.2.1",
                "userAgent": headers.get("user-agent", ""),
            },
        },
        "isBase64Encoded": binary,
    }
    return (
        event
        | ({"pathParameters": parameters} if parameters else {})
        | ({"queryStringParameters": query} if query else {})
        | ({"body": text} if text is not None else {})
    )


def sqs_event(*bodies: dict[str, Any]) -> dict[str, Any]:
    """An SQS event with one message per body."""
    return {
        "Records": [
            {"messageId": f"message-{number}", "body": json.dumps(body), "eventSource": "aws:sqs", "attributes": {}}
            for number, body in enumerate(bodies)
        ]
    }


def s3_notification(name: str) -> dict[str, Any]:
    """What a bucket tells of a new object."""
    return {"Records": [{"s3": {"bucket": {"name": PAYLOADS}, "object": {"key": name}}}]}


def matches(pattern: Any, value: Any) -> bool:
    """Lambda's event filtering as far as the template uses it: exact values and prefixes."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(part, value.get(name)) for name, part in pattern.items())
    return any(
        str(value or "").startswith(option["prefix"]) if isinstance(option, dict) else option == value
        for option in pattern
    )


def _of_moto_only(change: dict[str, Any]) -> bool:
    """moto records an update that creates an item twice, first with its keys alone, and updates that change nothing."""
    return change.get("NewImage") in (change["Keys"], change.get("OldImage"))
