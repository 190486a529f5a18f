"""Readings become counts, each once; and the counts are read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from botocore.exceptions import ClientError
from pydantic import BaseModel

from shared import clients, items, phrases, robots, settings
from shared.article import Story
from shared.table import Item, dump, load

_SKEW = 5.0  # seconds by which the clocks of two functions may differ: a reading right after publication counts
_EXCLUSIONS = ("repeat", "robot", "unpublished", "unreadable")


@dataclass(frozen=True)
class _Reading:
    story: str
    at: float
    sequence: int
    reason: str | None  # why it does not count, before the gate is asked


class Day(BaseModel):
    """One day of a story, in the title's time zone: raw readings = counted + all of excluded."""

    date: date
    counted: int
    excluded: dict[str, int]


class Views(BaseModel):
    """A story's readings: `total` = `counted` here + `carried_over` from an older site; `phrase` is in its language."""

    total: int
    counted: int
    carried_over: int
    since: datetime | None
    days: list[Day]
    excluded: dict[str, int]
    phrase: str


def count(records: list[dict[str, Any]], shard: str) -> None:
    """Adds a batch of one stream shard to the counts: one write per story and day, right under any re-delivery.

    A story's day holds a mark per shard: the last sequence number that it has added. Repeated, bisected and re-cut
    batches then add only what is new. Raises what DynamoDB raises; the stream sends the batch again.
    """
    readings = [_reading(record) for record in records]
    gates = _gates({reading.story for reading in readings})
    days: dict[tuple[str, str], list[_Reading]] = defaultdict(list)
    for reading in readings:
        if reading.story in gates:
            days[reading.story, _local(reading.at).date().isoformat()].append(reading)
    for (story, day), part in days.items():
        _add(story, day, sorted(part, key=lambda reading: reading.sequence), gates[story], shard)


def _reading(record: dict[str, Any]) -> _Reading:
    change = record["dynamodb"]
    sequence = int(change["SequenceNumber"])
    story = change["Keys"]["pk"]["S"].split("#")[1]
    try:
        image = load(change["NewImage"])
        robot = robots.is_robot(image["agent"])
        at = float(image["at"])
    except (KeyError, TypeError, ValueError):
        # Excluded and told, not thrown: one bad record must not hold up its shard.
        return _Reading(story, _seconds(change["ApproximateCreationDateTime"]), sequence, "unreadable")
    reason = "robot" if robot else "repeat" if record["eventName"] == "MODIFY" else None
    return _Reading(story, at, sequence, reason)


def _seconds(moment: float | datetime) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


def _gates(stories: Iterable[str]) -> dict[str, Item]:
    """The gates of stories that were ever published, by story."""
    found: dict[str, Item] = {}
    table = settings.value("READINGS_TABLE")
    keys = [dump(items.gate_key(story)) for story in sorted(stories)]
    for start in range(0, len(keys), 100):
        request: Any = {table: {"Keys": keys[start : start + 100], "ConsistentRead": True}}
        while request:
            answer = clients.dynamodb().batch_get_item(RequestItems=request)
            for image in answer["Responses"].get(table, []):
                gate = load(image)
                found[gate["pk"].removeprefix("STORY#")] = gate
            request = answer.get("UnprocessedKeys")
    return found


def _open(gate: Item, at: float) -> bool:
    """Whether readers could see the story at `at`; every opening and shutting keeps its own moment."""
    for name, opened in gate.items():
        if name.startswith("open#"):
            shut = gate.get("shut#" + name.removeprefix("open#"))
            if _unix(opened) - _SKEW <= at and (shut is None or at < _unix(shut) + _SKEW):
                return True
    return False


def _add(story: str, day: str, readings: list[_Reading], gate: Item, shard: str) -> None:
    """One update of one day; when some were added before, the rest is added alone."""
    sums: dict[str, int] = defaultdict(int)
    for reading in readings:
        reason = reading.reason or (None if _open(gate, reading.at) else "unpublished")
        sums[f"x_{reason}" if reason else "counted"] += 1
        if reason is None:
            sums[f"h{_local(reading.at).hour:02}"] += 1
    names = {f"#{name}": name for name in sums} | {"#mark": f"mark_{shard}"}
    values: Item = {f":{name}": number for name, number in sums.items()}
    # Sequence numbers exceed the 38 digits of a DynamoDB number; as 17 big-endian bytes they compare rightly.
    values |= {":first": readings[0].sequence.to_bytes(17, "big"), ":last": readings[-1].sequence.to_bytes(17, "big")}
    try:
        clients.dynamodb().update_item(
            TableName=settings.value("READINGS_TABLE"),
            Key=dump({"pk": f"STORY#{story}", "sk": f"DAY#{day}"}),
            UpdateExpression=f"ADD {', '.join(f'#{name} :{name}' for name in sums)} SET #mark = :last",
            ConditionExpression="attribute_not_exists(#mark) OR #mark < :first",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=dump(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        mark = int.from_bytes(load(error.response["Item"])[f"mark_{shard}"], "big")  # type: ignore[typeddict-item]
        rest = [reading for reading in readings if reading.sequence > mark]
        if rest:
            _add(story, day, rest, gate, shard)


def of(story: Story) -> Views:
    """A story's counts: one query of its own partition of the Readings table."""
    found = _partition(story.id)
    gate = found.pop("GATE", {})
    opened = [value for name, value in gate.items() if name.startswith("open#")]
    days = [
        Day(date=date.fromisoformat(key.removeprefix("DAY#")), counted=day.get("counted", 0), excluded=_excluded(day))
        for key, day in sorted(found.items())
    ]
    counted = sum(day.counted for day in days)
    carried_over = gate.get("carried_over", 0)
    return Views(
        total=counted + carried_over,
        counted=counted,
        carried_over=carried_over,
        since=min(opened) if opened else None,
        days=days,
        excluded={reason: sum(day.excluded[reason] for day in days) for reason in _EXCLUSIONS},
        phrase=phrases.times(counted + carried_over, story.language),
    )


def _excluded(day: Item) -> dict[str, int]:
    return {reason: day.get(f"x_{reason}", 0) for reason in _EXCLUSIONS}


def _partition(story: str) -> dict[str, Item]:
    found: dict[str, Item] = {}
    start: Item = {}
    while True:
        answer = clients.dynamodb().query(
            TableName=settings.value("READINGS_TABLE"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}},
            **start,
        )
        found |= {item["sk"]: item for item in map(load, answer["Items"])}
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(settings.time_zone())


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
