"""What a story costs on its way in: units, messages and objects per story, the first time and again."""

import json
from typing import Any

from bench.figure import Figure, Figures, Unmeasured, control
from bench.meter import Meter
from bench.room import metered, newsroom
from bench.samples import story
from tests.newsroom import NEWSROOM, PAYLOADS, Newsroom, aws

_STORIES = 20
_AGAIN = "the same again"
_CHANGED = "one of them in a newer version"


def measure() -> Figures:
    """`ingest.wru_per_story`, `ingest.rru_per_story`, `ingest.messages_per_story`: of a payload of twenty stories with
    10 KB each that become drafts; beside them what the same payload costs when it comes again."""
    with newsroom() as room:
        first = _ingested(room, 1)
        made = _stories()
        again = _ingested(room, 1)
        changed = _ingested(room, 1, newer=0)
        if made != _STORIES or _stories() != made:
            raise Unmeasured(f"{made} stories were made of {_STORIES}, then {_stories()}")
        objects = aws("s3").list_objects_v2(Bucket=PAYLOADS)["KeyCount"] / 3
    with newsroom() as room:
        naive = _STORIES * _one_by_one(room)
    control(worse=naive, than=first.written(), what="a payload for each story")
    return {
        "ingest.wru_per_story": Figure(
            first.written() / _STORIES,
            "WRU",
            None,
            {_AGAIN: again.written() / _STORIES, _CHANGED: changed.written() / _STORIES, "alone": naive / _STORIES},
        ),
        "ingest.rru_per_story": Figure(
            first.read() / _STORIES,
            "RRU",
            None,
            {_AGAIN: again.read() / _STORIES, _CHANGED: changed.read() / _STORIES},
        ),
        "ingest.messages_per_story": Figure(objects / _STORIES, "messages", None, {"alone": 1}),
    }


def _items(batch: int, newer: int | None = None) -> list[dict[str, Any]]:
    found = []
    for number in range(_STORIES):
        text = story(number)
        version = 2 if number == newer else 1
        found.append(
            {
                "uri": f"urn:bench:{batch}:{number}",
                "type": "text",
                "version": str(version),
                "pubstatus": "usable",
                "language": "en",
                "headline": text["headline"],
                "body_text": text["body_text"],
                "byline": text["byline"][0],
            }
        )
    return found


def _ingested(room: Newsroom, batch: int, newer: int | None = None) -> Meter:
    with metered() as meter:
        _send(room, _items(batch, newer))
    return meter


def _send(room: Newsroom, payload: Any) -> None:
    taken = room.http("POST", "/ingest", json.dumps(payload), query={"source": "bench"})
    room.deliver_payloads()
    outcomes = {item["outcome"] for item in room.http("GET", taken.headers["location"]).json["items"]}
    if not outcomes <= {"created", "revised", "duplicate"}:
        raise Unmeasured(f"the payload became {outcomes}")


def _one_by_one(room: Newsroom) -> float:
    with metered() as meter:
        _send(room, _items(2)[0])
    return meter.written()


def _stories() -> int:
    found = aws("dynamodb").scan(TableName=NEWSROOM, ProjectionExpression="sk")["Items"]
    return sum(item["sk"]["S"] == "STATE" for item in found)
