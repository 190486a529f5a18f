"""The meter on calls whose price is known by hand."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from bench.meter import Meter, NoRule
from bench.room import TABLES
from tests.newsroom import NEWSROOM, Newsroom

KEY = {"pk": {"S": "STORY#1"}, "sk": {"S": "STATE"}}
LISTED = {"listed": {"S": "LISTED"}, "listed_at": {"S": "2026"}}


@pytest.fixture
def meter(newsroom: Newsroom) -> Iterator[Meter]:  # its tables
    client: Any = boto3.client("dynamodb")
    with Meter(client, TABLES) as found:
        yield found


def put(meter: Meter, **attributes: Any) -> Any:
    return client(meter).put_item(TableName=NEWSROOM, Item=KEY | attributes)


def client(meter: Meter) -> Any:
    return meter._client


def test_a_put_costs_table_and_index(meter: Meter) -> None:
    """1.5 KB of text: two units, and one for the summary in the index."""
    put(meter, text={"S": "x" * 1536}, **LISTED)
    assert [(charge.index, charge.units) for charge in meter.charges] == [(None, 2), ("listed", 1)]


def test_an_update_is_billed_on_the_whole_item(meter: Meter) -> None:
    """A counter in an item of 10 KB costs eleven units each time."""
    put(meter, text={"S": "x" * 10240})
    before = meter.written()
    client(meter).update_item(
        TableName=NEWSROOM,
        Key=KEY,
        UpdateExpression="ADD readings :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert meter.written() - before == 11


def test_a_moved_index_key_costs_two(meter: Meter) -> None:
    """One for the table, a delete and a put for the index."""
    put(meter, **LISTED)
    before = meter.written()
    put(meter, **LISTED | {"listed_at": {"S": "2027"}})
    assert meter.written() - before == 3


def test_a_transaction_doubles(meter: Meter) -> None:
    """By either reading of what happens to its index writes."""
    client(meter).transact_write_items(TransactItems=[{"Put": {"TableName": NEWSROOM, "Item": KEY | LISTED}}])
    assert [meter.written(indexes_twice=twice) for twice in (True, False)] == [4, 3]


def test_a_failed_condition_costs_what_is_there(meter: Meter) -> None:
    """A refused put over an item of 1.5 KB: two units."""
    put(meter, text={"S": "x" * 1536})
    before = meter.written()
    with pytest.raises(client(meter).exceptions.ConditionalCheckFailedException):
        client(meter).put_item(TableName=NEWSROOM, Item=KEY, ConditionExpression="attribute_not_exists(pk)")
    assert meter.written() - before == 2


def test_reads_are_counted_by_bytes(meter: Meter) -> None:
    """5 KB: two units consistently, one eventually, and half a one for nothing."""
    put(meter, text={"S": "x" * 5000})
    for key, consistent in ((KEY, True), (KEY, False), (KEY | {"sk": {"S": "NONE"}}, False)):
        client(meter).get_item(TableName=NEWSROOM, Key=key, ConsistentRead=consistent)
    assert [charge.units for charge in meter.charges if charge.kind == "read"] == [2, 1, 0.5]


def test_a_query_pays_for_what_its_filter_drops(meter: Meter) -> None:
    """Three items of 3 KB, none of which passes: 9 KB are three units, halved."""
    for number in range(3):
        put(meter, text={"S": "x" * 3000}, sk={"S": f"TEXT#{number}"})
    client(meter).query(
        TableName=NEWSROOM,
        KeyConditionExpression="pk = :pk",
        FilterExpression="#text = :none",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":pk": KEY["pk"], ":none": {"S": "none"}},
    )
    assert meter.read() == 1.5


def test_a_query_of_an_index_pays_for_the_projection(meter: Meter) -> None:
    """The text is not in the index and is not paid for."""
    put(meter, text={"S": "x" * 30000}, **LISTED)
    client(meter).query(
        TableName=NEWSROOM,
        IndexName="listed",
        KeyConditionExpression="listed = :listed",
        ExpressionAttributeValues={":listed": LISTED["listed"]},
    )
    assert meter.read() == 0.5


def test_a_call_without_a_rule_is_refused(meter: Meter) -> None:
    """What has no price here must not count as free."""
    with pytest.raises(NoRule, match="Scan"):
        client(meter).scan(TableName=NEWSROOM)


def test_a_meter_that_left_hears_nothing(meter: Meter) -> None:
    """The control: the same call outside of the meter is not counted."""
    meter.__exit__(None, None, None)
    put(meter)
    assert not meter.charges
