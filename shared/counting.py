"""Readings become counts, each once, whatever is delivered again."""

import base64
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from shared import clients, items, robots, sampling, settings
from shared.table import Item, dump, get_many, load
from shared.views import MARK, local, was_open

_RATE_LIFE = 3600  # seconds until a rate is deleted


@dataclass(frozen=True)
class Reading:
    """One reading of a story at Unix time `at`."""

    story: str
    at: float
    sequence: int
    reason: str | None  # why it does not count, before the gate is asked
    weight: int = 1  # how many readings it stands for


def count(records: list[dict[str, Any]], shard: str) -> None:
    """Adds a batch of one stream shard to the counts: one write per story and day, right under any re-delivery.

    A story's day holds a mark per shard: the last sequence number that it has added. Repeated, bisected and re-cut
    batches then add only what is new. Raises what DynamoDB raises; the stream sends the batch again.
    """
    readings = [_reading(record) for record in records]
    gates = gates_of(readings)
    days: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.story in gates:
            days[reading.story, local(reading.at).date().isoformat()].append(reading)
    mark = _mark(shard)
    for (story, day), part in days.items():
        _add(story, day, sorted(part, key=lambda reading: reading.sequence), gates[story], mark)
    _keep_rates([reading for reading in readings if reading.story in gates], readings, mark)


def _reading(record: dict[str, Any]) -> Reading:
    change = record["dynamodb"]
    sequence = int(change["SequenceNumber"])
    try:
        reading = of_marker(load(change["Keys"] | change["NewImage"]), sequence)
    except (KeyError, TypeError, ValueError):
        # Excluded and told, not thrown: one bad record must not hold up its shard.
        story = change["Keys"]["pk"]["S"].split("#")[1]
        return Reading(story, _seconds(change["ApproximateCreationDateTime"]), sequence, "unreadable")
    repeat = reading.reason is None and record["eventName"] == "MODIFY"
    return replace(reading, reason="repeat") if repeat else reading


def of_marker(marker: Item, sequence: int = 0) -> Reading:
    """The first reading that a marker was left by. Raises KeyError, TypeError or ValueError for what is none."""
    reason = "robot" if robots.is_robot(marker["agent"]) else None
    story = marker["pk"].split("#")[1]
    return Reading(story, float(marker["at"]), sequence, reason, int(marker.get("weight", 1)))


def _seconds(moment: float | datetime) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


def gates_of(readings: list[Reading]) -> dict[str, Item]:
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


def _mark(shard: str) -> str:
    """The name of a shard's mark. A day sees some 24 shards, whose full names would make its item two units."""
    return MARK + base64.urlsafe_b64encode(hashlib.blake2b(shard.encode(), digest_size=6).digest()).decode()


def sums_of(readings: Iterable[Reading], gate: Item) -> dict[str, int]:
    """What readings of one story and day add up to: counted, by the hour, excluded by reason, variance if sampled."""
    sums: dict[str, int] = defaultdict(int)
    for reading in readings:
        reason = reading.reason or (None if was_open(gate, reading.at) else "unpublished")
        sums[f"x_{reason}" if reason else "counted"] += reading.weight
        if reason is None:
            sums[f"h{local(reading.at).hour:02}"] += reading.weight
            if reading.weight > 1:
                sums["variance_sum"] += sampling.variance(reading.weight)
    return sums


def _add(story: str, day: str, readings: list[Reading], gate: Item, mark: str) -> None:
    """One update of one day; when some were added before, the rest is added alone."""
    sums = sums_of(readings, gate)
    names = {f"#{name}": name for name in sums} | {"#mark": mark}
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
            _add(story, local(time.time()).date().isoformat(), late, gate, mark)
            return
        added = int.from_bytes(found[mark], "big")
        rest = [reading for reading in readings if reading.sequence > added]
        if rest:
            _add(story, day, rest, gate, mark)


def _keep_rates(readings: list[Reading], batch: list[Reading], mark: str) -> None:
    """Keeps how fast the hot stories of a batch are read, by which their next readings are sampled.

    One item per story and shard, beside the counters; `sampling.replaces` is its condition.
    """
    span = max((each.at for each in batch), default=0.0) - min((each.at for each in batch), default=0.0)
    moments: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for reading in readings:
        moments[reading.story].append((reading.at, reading.weight))
    for story, part in moments.items():
        if rate := sampling.rate(part, span):
            _keep_rate(story, rate, mark)


def _keep_rate(story: str, rate: sampling.Rate, mark: str) -> None:
    values = {":at": rate.at, ":readings": rate.readings, ":requests": rate.requests}
    values |= {":old": rate.at - sampling.HOLD, ":ttl": int(rate.at) + _RATE_LIFE}
    # Nothing is lost when a higher rate of the last seconds stands there.
    with suppress(clients.dynamodb().exceptions.ConditionalCheckFailedException):
        clients.dynamodb().update_item(
            TableName=settings.value("READINGS_TABLE"),
            Key=dump({"pk": f"STORY#{story}", "sk": f"RATE#{mark}"}),
            UpdateExpression="SET #at = :at, readings = :readings, requests = :requests, #ttl = :ttl",
            ConditionExpression="attribute_not_exists(pk) OR readings < :readings OR #at < :old",
            ExpressionAttributeNames={"#at": "at", "#ttl": "ttl"},
            ExpressionAttributeValues={name: {"N": f"{value:.3f}"} for name, value in values.items()},
        )
