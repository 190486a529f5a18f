"""What it costs to write, publish, confirm and revise a story with a text of 10 KB, in write units."""

from typing import Any

import boto3

from bench.figure import Figure, Figures, Unmeasured, control
from bench.meter import Meter
from bench.room import TABLES, metered, newsroom
from bench.samples import story
from functions import confirm_events
from tests.newsroom import NEWSROOM, Newsroom, sqs_event

_BUDGET = 16
_ONCE, _TWICE = "a transaction doubles the table's units only", "those of its indexes too"
_NAIVE = "text and state in one item"


def measure() -> Figures:
    """`create.wru`, `publish.wru`, `publish.rru`, `publish.events`, `confirm.wru` (its event in the
    outbox), `consumers.wru` (its event at all other consumers), `revise.wru`."""
    with newsroom() as room:
        with metered() as create:
            made = _sent(room, "POST", "/articles", story(1), key="create-1")
        path = f"/articles/{made.json['id']}"
        room.deliver()
        with metered() as publish:
            _sent(room, "POST", f"{path}/publication", None, key="publish-1")
        room.deliver_events()
        announced = room.take("ConfirmRule")
        with metered() as confirm:
            confirm_events.handler(sqs_event(*announced), None)
        with metered() as others:
            room.deliver()
        with metered() as revise:
            _sent(room, "PUT", path, story(1) | {"lede": "Revised."}, version=made.version + 1)
        naive = _naive()
    if not announced:
        raise Unmeasured("the publication was not announced")
    control(worse=naive.written(), than=publish.written(), what="publishing with the text in the story's own item")
    return {
        "create.wru": _written(create),
        "publish.wru": _written(publish, _BUDGET, {_NAIVE: naive.written()}),
        "publish.rru": Figure(publish.read(), "RRU"),
        "publish.events": Figure(len(announced), "events", 1),
        "confirm.wru": _written(confirm),
        "consumers.wru": _written(others),
        "revise.wru": _written(revise),
    }


def _written(meter: Meter, budget: float | None = None, beside: dict[str, float] | None = None) -> Figure:
    readings = {_ONCE: meter.written(indexes_twice=False), _TWICE: meter.written(indexes_twice=True)}
    return Figure(meter.written(), "WRU", budget, readings | (beside or {}))


def _sent(
    room: Newsroom, method: str, path: str, body: Any, *, key: str | None = None, version: int | None = None
) -> Any:
    headers = ({"idempotency-key": key} if key else {}) | ({"if-match": f'"{version}"'} if version else {})
    answer = room.http(method, path, body, headers=headers)
    if answer.status >= 300:  # anything but a success spoils the count
        raise Unmeasured(f"{method} {path}: {answer.status} {answer.text}")
    return answer


def _naive() -> Meter:
    """The plain design: one item per story; publishing rewrites it with its text, and writes an event and a slug."""
    client: Any = boto3.client("dynamodb")
    text = story(2)
    item = {name: {"S": str(value)} for name, value in text.items()}
    item |= {"pk": {"S": "STORY#naive"}, "sk": {"S": "STORY"}, "desk": {"S": "draft"}, "desk_at": {"S": "1"}}
    client.put_item(TableName=NEWSROOM, Item=item)
    event = {"pk": {"S": "STORY#naive"}, "sk": {"S": "EVENT"}, "log": {"S": "LOG"}, "event_id": {"S": "1"}}
    event |= {"unconfirmed": {"S": "UNCONFIRMED"}}
    listed = {"listed": {"S": "LISTED"}, "listed_section": {"S": "news"}, "listed_at": {"S": "1"}}
    slug = {"pk": {"S": "SLUG#naive"}, "sk": {"S": "SLUG"}}
    with Meter(client, TABLES) as meter:
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": NEWSROOM, "Item": item | listed | {"desk": {"S": "published"}}}},
                {"Put": {"TableName": NEWSROOM, "Item": event}},
                {"Put": {"TableName": NEWSROOM, "Item": slug}},
            ]
        )
    return meter
