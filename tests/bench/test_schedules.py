"""The schedules of readings: the double that they run on is held against moto, and what they try is seen to matter."""

from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bench import schedules
from bench.double import Table, Unknown
from bench.schedules import Schedule
from shared import counting, views
from tests.newsroom import READINGS, _of_moto_only

KEY = {"pk": {"S": "STORY#1"}, "sk": {"S": "DAY#1"}}
SEEDS = range(6)


class Moto:
    """The same table on moto, which reads expressions and makes stream records with code of its own."""

    def __init__(self) -> None:
        self._client: Any = boto3.client("dynamodb")
        self._streams: Any = boto3.client("dynamodbstreams")
        self._stream = self._client.describe_table(TableName=READINGS)["Table"]["LatestStreamArn"]
        self._shard = self._streams.describe_stream(StreamArn=self._stream)["StreamDescription"]["Shards"][0]["ShardId"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def items(self) -> list[dict[str, Any]]:
        found = self._client.scan(TableName=READINGS)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    @property
    def records(self) -> list[dict[str, Any]]:
        iterator = self._streams.get_shard_iterator(
            StreamArn=self._stream, ShardId=self._shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = self._streams.get_records(ShardIterator=iterator)["Records"]
        return [record for record in found if not _of_moto_only(record["dynamodb"])]


def told(records: list[dict[str, Any]]) -> list[Any]:
    """What a consumer is told by the records; sequence numbers differ."""
    changes = [(each["eventName"], each["dynamodb"]) for each in records]
    return [(name, change["Keys"], without_marks(change["NewImage"])) for name, change in changes]


def without_marks(item: dict[str, Any]) -> dict[str, Any]:
    """Marks hold sequence numbers, so their values differ; that they are there is compared."""
    return {name: "a mark" if name.startswith(views.MARK) else value for name, value in item.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("newsroom")
def test_the_double_does_what_moto_does(seed: int) -> None:
    """The same schedule leaves the same items in all their fields, and the same stream."""
    quick, slow = Schedule(seed, Table()), Schedule(seed, Moto())
    quick.run()
    slow.run()
    assert [*map(without_marks, quick._table.items())] == [*map(without_marks, slow._table.items())]
    assert told(quick._table.records) == told(slow._table.records)
    assert quick.line.struck == slow.line.struck
    assert quick.off() == slow.off() == []


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("condition", [
    "attribute_not_exists(#m) OR #m < :first",
    "attribute_exists(#m) AND #m < :first",
    "(attribute_not_exists(#m) OR #m < :first) AND attribute_not_exists(rolled)",
    "NOT (#m >= :first) AND counted = :one",
    "absent <> :one", "absent < :one", "counted > :one",
])  # fmt: skip
@pytest.mark.parametrize("mark", [b"\x00\x02", b"\x01"])
@pytest.mark.parametrize("present", [True, False])
def test_conditions_are_moto_s(condition: str, mark: bytes, present: bool) -> None:  # noqa: FBT001  # a case's value
    """Each condition lets through, or refuses with the same item, what moto lets through and refuses."""
    assert answers(Table(), condition, mark, present=present) == answers(Moto(), condition, mark, present=present)


def answers(table: Any, condition: str, mark: bytes, *, present: bool) -> Any:
    names, values = {"#m": "mark_1"}, {":one": {"N": "1"}, ":first": {"B": mark}}
    used = {name: value for name, value in values.items() if name in condition}
    if present:
        table.update_item(
            TableName=READINGS, Key=KEY, UpdateExpression="SET mark_1 = :mark ADD counted :two",
            ExpressionAttributeValues={":mark": {"B": b"\x00\x02"}, ":two": {"N": "2"}},
        )  # fmt: skip
    try:
        table.update_item(
            TableName=READINGS, Key=KEY, ConditionExpression=condition,
            UpdateExpression="ADD n :n SET seen = if_not_exists(seen, :n), turn = :n + :n REMOVE counted",
            ExpressionAttributeValues=used | {":n": {"N": "3"}}, ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **({"ExpressionAttributeNames": names} if "#m" in condition else {}),
        )  # fmt: skip
    except ClientError as error:
        return error.response["Error"]["Code"], error.response.get("Item"), table.items()
    return table.items()


@pytest.mark.parametrize("expression", ["SET a.b = :v", "SET a = list_append(a, :v)", "DELETE a :v", "ADD a"])
def test_what_the_double_does_not_know_it_refuses(expression: str) -> None:
    """An expression that it cannot read must not pass for one without effect."""
    with pytest.raises(Unknown):
        Table().update_item(Key=KEY, UpdateExpression=expression, ExpressionAttributeValues={":v": {"N": "1"}})
    with pytest.raises(Unknown, match="scan"):
        Table().scan()


def test_schedules_are_never_off() -> None:
    """A few hundred of the bench's ten thousand; every fault struck, and the readings of all kinds were there."""
    off, struck = schedules.tried(range(200))
    assert off == 0
    assert {"killed before", "killed after", "sent again", "overtaken"} < set(struck)


def test_a_plain_add_is_off() -> None:
    """The control: without its condition the same consumer counts twice what comes twice."""
    off, _ = schedules.tried(range(40), conditions=False)
    assert off > 30


def test_a_consumer_that_counts_repeats_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model tells readings from repeats by itself."""
    real = counting._reading
    monkeypatch.setattr(counting, "_reading", lambda record: real(record | {"eventName": "INSERT"}))
    off, _ = schedules.tried(range(40))
    assert off > 20


def test_the_model_expects_all_kinds_of_readings() -> None:
    """Over a few schedules: counted, repeats, robots, readings of a withdrawn story, on both sides of midnight."""
    kinds, days = Counter[str](), set()
    for seed in range(60):
        schedule = Schedule(seed, Table())
        schedule.run()
        for (_, day), counts in schedule.expected.items():
            kinds += counts
            days.add(day)
    assert {"counted", "x_repeat", "x_robot", "x_unpublished", "h23", "h00", "variance_sum"} <= set(kinds)
    assert days == {"2026-11-23", "2026-11-24"}
