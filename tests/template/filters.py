"""Event filters: which stream records must pass, which must not, and whether a pattern takes a record."""

from typing import Any

from tests.template.reading import Resource, many


def matches(pattern: Any, event: Any) -> bool:
    """Whether an event filter's pattern takes the event: the part of EventBridge's language that is used here."""
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(matches(inner, event.get(key)) for key, inner in pattern.items())
    if not isinstance(pattern, list):
        raise TypeError(f"{pattern!r} is neither a list of values nor an object")
    return any(_matches_one(choice, event) for choice in pattern)


def _matches_one(choice: Any, value: Any) -> bool:
    if not isinstance(choice, dict):
        return bool(choice == value)
    ((operator, operand),) = choice.items()
    if operator == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if operator == "exists":
        return operand is (value is not None)
    if operator == "anything-but":
        return value is not None and value not in many(operand)
    raise TypeError(f"{operator} is not known here: add it to the rule that needs it")


def record(change: str, pk: str, sk: str) -> Resource:
    """A stream record, as far as filters look at it."""
    return {"eventName": change, "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}}}


# Per mapping with a filter: records that must arrive, records that must not.
RECORDS = {
    "CountViewsMarkers": (
        [record("INSERT", "a", "MARKER"), record("MODIFY", "a", "MARKER")],
        [record("REMOVE", "a", "MARKER"), record("MODIFY", "a", "DAY#2018-10-12"), record("INSERT", "a", "GATE")],
    ),
    "RelayEventsOutbox": (
        [record("INSERT", "a", "EVENT#01J9ZZZZZZZZZZZZZZZZZZZZZZ")],
        [record("MODIFY", "a", "EVENT#01J9ZZZZZZZZZZZZZZZZZZZZZZ"), record("INSERT", "a", "STATE")],
    ),
    "RankStoriesCounters": (
        [
            record("INSERT", "a", "DAY#2018-10-12"),
            record("MODIFY", "a", "DAY#2018-10-12"),
            record("MODIFY", "a", "GATE"),
            record("INSERT", "a", "MILESTONE#0000000100"),
        ],
        [
            record("INSERT", "a", "MARKER"),
            record("MODIFY", "a", "TOTAL"),
            record("MODIFY", "a", "MILESTONE#0000000100"),
        ],
    ),
}
