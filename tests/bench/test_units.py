"""Units by hand, each beside a wrong rule that would give another number."""

from dataclasses import replace

import pytest

from bench.units import Change, Charge, Index, Table, read_units, size, write_units

SUMMARY = Index("listed", ("listed",), frozenset({"pk", "listed", "headline"}))
WHOLE = Index("log", ("log",), None)
TABLE = Table(("pk",), (SUMMARY, WHOLE))


def item(**attributes: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "1"}} | {name: {"S": value} for name, value in attributes.items()}


def units(charges: list[Charge], **reading: bool) -> float:
    return sum(charge.billed(**reading) for charge in charges)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"pk": {"S": "ж"}}, 4),  # UTF-8
        ({"n": {"N": "0"}}, 2),
        ({"n": {"N": "1234"}}, 4),
        ({"n": {"N": "12300"}}, 4),  # zeros at the end are trimmed
        ({"n": {"N": "-1.5"}}, 4),
        ({"b": {"B": b"123"}}, 4),
        ({"t": {"BOOL": True}}, 2),
        ({"l": {"L": []}}, 4),
        ({"l": {"L": [{"S": "ab"}, {"S": "c"}]}}, 9),
        ({"m": {"M": {"key": {"S": "value"}}}}, 13),
        ({"s": {"SS": ["ab", "c"]}}, 4),
        (None, 0),
    ],
)
def test_size_follows_the_documented_rules(image: dict[str, object] | None, expected: int) -> None:
    """Names and values in bytes, three for a container and one for each element."""
    assert size(image) == expected


def test_one_and_a_half_kilobytes_are_two_units() -> None:
    """A kilobyte a unit, rounded up, by the larger image; to the byte at the border."""
    assert write_units(item(text="x" * 1536)) == 2
    assert write_units(item(text="x" * 1536), item()) == 2
    assert write_units(item()) == 1
    border = 1024 - size(item(text=""))
    assert [write_units(item(text="x" * length)) for length in (border, border + 1)] == [1, 2]


def test_reads_round_up_and_halve() -> None:
    """4 KB a unit; half of it eventually consistent; nothing found is the smallest read."""
    assert [read_units(total, consistent=True) for total in (0, 4096, 4097)] == [1, 1, 2]
    assert [read_units(total, consistent=False) for total in (0, 4096, 8193)] == [0.5, 0.5, 1.5]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, item(listed="a"), 1),
        (item(listed="a"), None, 1),
        (item(listed="a"), item(), 1),
        (item(listed="a"), item(listed="a", headline="new"), 1),
        (item(listed="a"), item(listed="b"), 2),  # a delete and a put
        (item(listed="a"), item(listed="a", text="new"), 0),  # not projected
        (item(), item(headline="new"), 0),  # not in the index
        (None, item(listed="a", text="x" * 5000), 1),  # projected size
        (item(listed="a", headline="x" * 1500), item(listed="b", headline="x" * 2500), 5),
    ],
)
def test_an_index_entry_costs_what_changes_in_it(
    before: dict[str, dict[str, str]] | None, after: dict[str, dict[str, str]] | None, expected: int
) -> None:
    """Appearing, disappearing, another key, another projected attribute, or nothing."""
    assert SUMMARY.units(before, after) == expected


def test_a_transaction_doubles() -> None:
    """The table's units always; those of its indexes by the higher reading only."""
    change = Change("t", None, item(listed="a", log="b", text="x" * 1536))
    alone = change.charges(TABLE, "PutItem", transaction=False)
    together = change.charges(TABLE, "TransactWriteItems", transaction=True)
    assert units(alone) == 2 + 1 + 2
    assert units(together, indexes_twice=True) == 10
    assert units(together, indexes_twice=False) == 2 * 2 + 1 + 2


def test_the_template_tells_the_indexes() -> None:
    """Keys and projections come from the table's properties; the table's keys are always copied."""
    table = Table.of(
        {
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": name,
                    "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": kind} | more,
                }
                for name, kind, more in (
                    ("listed", "INCLUDE", {"NonKeyAttributes": ["headline"]}),
                    ("log", "ALL", {}),
                )
            ],
        }
    )
    assert table == TABLE


def test_a_wrong_table_gives_other_units() -> None:
    """The control: without indexes, or with one that copies everything, the same write has another price."""
    change = Change("t", None, item(listed="a", text="x" * 5000))
    right = units(change.charges(TABLE, "PutItem", transaction=False))
    bare = units(change.charges(replace(TABLE, indexes=()), "PutItem", transaction=False))
    copies = replace(TABLE, indexes=(replace(SUMMARY, attributes=None), WHOLE))
    assert bare < right < units(change.charges(copies, "PutItem", transaction=False))
