"""Records of a table's stream once more: what a stream's dead letter points at, as Lambda would deliver it."""

import base64
import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from ops.deployed import client

_PAGES = 1000  # of up to 1 MB each: a bound, not a measure
_GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}


def records(pointer: dict[str, Any]) -> list[dict[str, Any]]:
    """What still stands in the stream of what a `DDBStreamBatchInfo` points at; nothing when 24 hours have passed."""
    first, last = int(pointer["startSequenceNumber"]), int(pointer["endSequenceNumber"])
    found: list[dict[str, Any]] = []
    streams = client("dynamodbstreams")
    try:
        iterator = _start(streams, pointer)
        for _ in range(_PAGES):
            page = streams.get_records(ShardIterator=iterator)
            found += [each for each in page["Records"] if first <= int(each["dynamodb"]["SequenceNumber"]) <= last]
            iterator = page.get("NextShardIterator")
            if not iterator or not page["Records"] or int(page["Records"][-1]["dynamodb"]["SequenceNumber"]) >= last:
                break
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
    return [_delivered(record, pointer["streamArn"]) for record in found]


def _start(streams: Any, pointer: dict[str, Any]) -> str:
    shard = {"StreamArn": pointer["streamArn"], "ShardId": pointer["shardId"]}
    at = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": pointer["startSequenceNumber"]}
    try:
        answer = streams.get_shard_iterator(**shard, **at)
    except ClientError as error:
        # The first of the batch may be gone while its last still stands.
        if error.response["Error"]["Code"] != "TrimmedDataAccessException":
            raise
        answer = streams.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")
    return str(answer["ShardIterator"])


def _delivered(record: dict[str, Any], stream: str) -> dict[str, Any]:
    delivered: dict[str, Any] = json.loads(json.dumps(record | {"eventSourceARN": stream}, default=_plain))
    return delivered


def _plain(value: object) -> float | str:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no stream record holds a {type(value).__name__}")


def passes(criteria: dict[str, Any] | None, record: dict[str, Any]) -> bool:
    """Whether a mapping's FilterCriteria let a record through."""
    patterns = [json.loads(entry["Pattern"]) for entry in (criteria or {}).get("Filters", [])]
    return not patterns or any(_matches(pattern, record) for pattern in patterns)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_matches(part, value.get(name)) for name, part in pattern.items())
    return any(_is(option, value) for option in pattern)


def _is(option: Any, value: Any) -> bool:
    if not isinstance(option, dict):
        return bool(option == value)
    # Guessing at a rule that is not known here could deliver what the function never gets.
    if list(option) != ["prefix"]:
        raise ValueError(f"the mapping filters by {', '.join(option)}; ops.stream knows exact values and prefixes only")
    return isinstance(value, str) and value.startswith(option["prefix"])
