"""Readings become counts, each once, whatever is delivered again."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from shared import clients, items, robots, settings
from shared.table import Item, dump, get_many, load
from shared.views import local, was_open


@dataclass(frozen=True)
class _Reading:
    story: str
    at: float
    sequence: int
    reason: str | None  # why it does not count, before the gate is asked


def count(records: list[dict[str, Any]], shard: str) -> None:
    """Adds a batch of one stream shard to the counts: one write per story and day, right under any re-delivery.

    A story's day holds a mark per shard: the last sequence number that it has added. Repeated, bisected and re-cut
    batches then add only what is new. Raises what DynamoDB raises; the stream sends the batch again.
    """
    readings = [_reading(record) for record in records]
    gates = _gates(readings)
    days: dict[tuple[str, str], list[_Reading]] = defaultdict(list)
    for reading in readings:
        if reading.story in gates:
            days[reading.story, local(reading.at).date().isoformat()].append(reading)
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


def _gates(readings: list[_Reading]) -> dict[str, Item]:
    """The gates of the stories that were read, by story; none for one that was never published.

    A cheap read may be a moment late. Where it would cost a reading its count, since the gate is missing or was not
    open, it is asked again consistently.
    """
    stories = {reading.story for reading in readings}
    found = _read_gates(stories, consistent=False)
    doubtful = {each.story for each in readings if not was_open(found.get(each.story, {}), each.at)}
    return found | _read_gates(doubtful, consistent=True)


def _read_gates(stories: Iterable[str], *, consistent: bool) -> dict[str, Item]:
    keys = [items.gate_key(story) for story in sorted(stories)]
    gates = get_many(settings.value("READINGS_TABLE"), keys, consistent=consistent)
    return {gate["pk"].removeprefix("STORY#"): gate for gate in gates}


def _add(story: str, day: str, readings: list[_Reading], gate: Item, shard: str) -> None:
    """One update of one day; when some were added before, the rest is added alone."""
    sums: dict[str, int] = defaultdict(int)
    for reading in readings:
        reason = reading.reason or (None if was_open(gate, reading.at) else "unpublished")
        sums[f"x_{reason}" if reason else "counted"] += 1
        if reason is None:
            sums[f"h{local(reading.at).hour:02}"] += 1
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
            # Sent again by hand days later: the day's marks, which told what it had counted, went with the roll-up.
            late = [replace(reading, reason="late") for reading in readings]
            _add(story, local(time.time()).date().isoformat(), late, gate, shard)
            return
        mark = int.from_bytes(found[f"mark_{shard}"], "big")
        rest = [reading for reading in readings if reading.sequence > mark]
        if rest:
            _add(story, day, rest, gate, shard)
