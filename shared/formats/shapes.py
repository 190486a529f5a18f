"""Shapes of JSON: small checks that say what is wrong with a value and where.

A fault is minor where only a strict schema minds: a property that it does not know, digits where it has a number, null.
Names are compared without case. Whoever asks decides what minor faults mean.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_MOST = 10_000
"""Values of one list, properties of one object."""


class Fault(NamedTuple):
    """What is wrong, and where: "subject/0/name"."""

    field: str
    what: str
    minor: bool = False


type Check = Callable[[Any, str], Iterator[Fault]]
type Shapes = dict[str, Check]


def text(value: Any, field: str) -> Iterator[Fault]:
    """A string."""
    if not isinstance(value, str):
        yield Fault(field, "must be a text", minor=value is None)


def number(value: Any, field: str) -> Iterator[Fault]:
    """A number; some agencies send its digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        digits = isinstance(value, str) and value.strip().isdigit()
        yield Fault(field, "must be a number", minor=value is None or digits)


def whole(least: int, most: int) -> Check:
    """A whole number between two."""

    def check(value: Any, field: str) -> Iterator[Fault]:
        found = list(number(value, field))
        yield from found
        if not found and not (least <= value <= most and value == int(value)):
            yield Fault(field, f"must be a whole number from {least} to {most}")

    return check


def one_of(*values: str) -> Check:
    """One of these strings."""

    def check(value: Any, field: str) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in values:
            yield Fault(field, f"must be {', '.join(values[:-1])} or {values[-1]}", minor=value is None)

    return check


def anything(value: Any, field: str) -> Iterator[Fault]:  # noqa: ARG001  # the signature is Check's
    """Whatever it is: agencies' own identifiers."""
    yield from ()


def either(single: Check, listed: Check) -> Check:
    """What one check takes, or a list that the other takes."""

    def check(value: Any, field: str) -> Iterator[Fault]:
        yield from (listed if isinstance(value, list) else single)(value, field)

    return check


def each_of(inner: Check) -> Check:
    """A list."""

    def check(value: Any, field: str) -> Iterator[Fault]:
        if not isinstance(value, list) or len(value) > _MOST:
            yield Fault(field, "must be a list", minor=value is None)
            return
        for place, item in enumerate(value):
            yield from inner(item, f"{field}/{place}")

    return check


def group(
    shapes: Shapes,
    required: tuple[str, ...] = (),
    one: tuple[str, ...] = (),
    more: Callable[[str], Check | None] | None = None,
) -> Check:
    """An object of these properties, and of those that `more` knows by their name.

    It has all of `required` and exactly one of `one`.
    """

    def check(value: Any, field: str) -> Iterator[Fault]:
        if not isinstance(value, dict) or len(value) > _MOST:
            yield Fault(field or "item", "must be an object", minor=value is None)
            return
        names = {name.lower() for name in value}
        for name in required:
            if name not in names:
                yield Fault(within(field, name), "is missing")
        if one and len(names.intersection(one)) != 1:
            yield Fault(field, f"must have exactly one of {' and '.join(one)}")
        for name, inner in value.items():
            shape = shapes.get(name.lower()) or (more(name.lower()) if more else None)
            at = within(field, name[:100])
            yield from shape(inner, at) if shape else [Fault(at, "is not known here", minor=True)]

    return check


def named(inner: Check) -> Check:
    """An object whose properties are names of our sender's own, and all of one kind."""

    def check(value: Any, field: str) -> Iterator[Fault]:
        if not isinstance(value, dict) or len(value) > _MOST:
            yield Fault(field or "item", "must be an object", minor=value is None)
            return
        for name, content in value.items():
            yield from inner(content, within(field, name[:100]))

    return check


def within(field: str, name: str) -> str:
    """The place of a property in its object."""
    return f"{field}/{name}" if field else name
