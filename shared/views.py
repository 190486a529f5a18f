"""Readings become counts, each once; and the counts are read."""

import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from pydantic import BaseModel

from shared import clients, items, phrases, robots, settings
from shared.article import Story
from shared.table import Cancelled, Item, Write, dump, load, transact

_SKEW = 5.0  # seconds by which the clocks of two functions may differ: a reading right after publication counts
_DAYS_SHOWN = 30
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


def was_open(gate: Item, at: float) -> bool:
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
        reason = reading.reason or (None if was_open(gate, reading.at) else "unpublished")
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
            ConditionExpression="(attribute_not_exists(#mark) OR #mark < :first) AND attribute_not_exists(rolled)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=dump(values),
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        found = load(error.response["Item"])  # type: ignore[typeddict-item]
        if "rolled" in found:
            # Sent again by hand days later: counted today, since that day is closed.
            _add(story, _local(time.time()).date().isoformat(), readings, gate, shard)
            return
        mark = int.from_bytes(found[f"mark_{shard}"], "big")
        rest = [reading for reading in readings if reading.sequence > mark]
        if rest:
            _add(story, day, rest, gate, shard)


def of(story: Story) -> Views:
    """A story's counts: one query of its own partition of the Readings table."""
    counts = counters(story.id)
    gate = counts.gate
    opened = [value for name, value in gate.items() if name.startswith("open#")]
    total = counts.counted + counts.carried_over
    return Views(
        total=total,
        counted=counts.counted,
        carried_over=counts.carried_over,
        since=min(opened) if opened else None,
        days=[
            Day(date=date.fromisoformat(day), counted=item.get("counted", 0), excluded=_excluded(item))
            for day, item in sorted(counts.days.items())[-_DAYS_SHOWN:]
        ],
        excluded={reason: counts.sum(f"x_{reason}") for reason in _EXCLUSIONS},
        phrase=phrases.times(total, story.language),
    )


def _excluded(day: Item) -> dict[str, int]:
    return {reason: day.get(f"x_{reason}", 0) for reason in _EXCLUSIONS}


@dataclass(frozen=True)
class Counters:
    """What the Readings table holds of one story: its gate, the total of rolled-up days, and its latest days."""

    gate: Item
    total: Item
    days: dict[str, Item]

    def sum(self, name: str) -> int:
        """One counter over all days: those rolled into the total, and those that are not yet."""
        fresh = (day for day in self.days.values() if "rolled" not in day)
        return int(self.total.get(name, 0) + sum(day.get(name, 0) for day in fresh))

    @property
    def counted(self) -> int:
        """Readings that count."""
        return self.sum("counted")

    @property
    def carried_over(self) -> int:
        """Readings that an older site counted."""
        return int(self.gate.get("carried_over", 0))


def counters(story: str) -> Counters:
    """A story's counters: from the total down to the latest day that is rolled into it, and all days in between."""
    found: dict[str, Item] = {}
    start: Item = {}
    while True:
        answer = clients.dynamodb().query(
            TableName=settings.value("READINGS_TABLE"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}},
            ScanIndexForward=False,  # TOTAL, GATE, then the days from the latest
            Limit=_DAYS_SHOWN + 12,
            **start,
        )
        page = [load(item) for item in answer["Items"]]
        found |= {item["sk"]: item for item in page}
        if "LastEvaluatedKey" not in answer or (page and "rolled" in page[-1]):
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    days = {key.removeprefix("DAY#"): item for key, item in found.items() if key.startswith("DAY#")}
    return Counters(found.get("GATE", {}), found.get("TOTAL", {}), days)


def roll_up(story: str, counts: Counters, now: datetime) -> int:
    """Adds the days before yesterday to the total, each once, and drops their marks; returns how many it added.

    No reading of such a day is still on its way: the stream keeps a record for a day.
    """
    yesterday = (now.astimezone(settings.time_zone()).date() - timedelta(days=1)).isoformat()
    table, pk = settings.value("READINGS_TABLE"), f"STORY#{story}"
    rolled = 0
    for day, item in counts.days.items():
        if day >= yesterday or "rolled" in item:
            continue
        sums = {name: item[name] for name in ("counted", *(f"x_{reason}" for reason in _EXCLUSIONS)) if name in item}
        marks = {f"#m{place}": name for place, name in enumerate(sorted(item)) if name.startswith("mark_")}
        adds = ", ".join(f"{name} :{name}" for name in sums)
        rolling = Write(
            table,
            {"pk": pk, "sk": f"DAY#{day}"},
            update="SET rolled = :true" + (f" REMOVE {', '.join(marks)}" if marks else ""),
            condition="attribute_not_exists(rolled)",
            names=marks or None,
            values={":true": True},
        )
        adding = Write(
            table, {"pk": pk, "sk": "TOTAL"}, update=f"ADD {adds}", values={f":{k}": v for k, v in sums.items()}
        )
        # A day that was rolled by somebody else meanwhile is in the total already.
        with suppress(Cancelled):
            transact([rolling, adding] if sums else [rolling])
            rolled += 1
    return rolled


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(settings.time_zone())


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
