"""Moments that people name: RFC 3339, or a local time with its zone; never a guess."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from shared.errors import Unprocessable

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_AHEAD = timedelta(days=5 * 366)
_EARLIEST = 1970


@cache
def _zones() -> frozenset[str]:
    # A system's directory has more than IANA's names: its own local time, and clocks that count leap seconds.
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def instant(text: object) -> datetime:
    """The UTC instant of an RFC 3339 text with its offset. Raises ValueError for anything else, a number included."""
    if isinstance(text, datetime):
        return text.astimezone(UTC)
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise ValueError("must be a date and time with its offset, as 2026-10-12T15:52:00+03:00")
    named = datetime.fromisoformat(text)
    if named.tzinfo is None:
        raise ValueError("has no offset")
    try:
        return named.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside of the years that UTC has here, 1 to 9999") from None


Instant = Annotated[datetime, BeforeValidator(instant)]
"""A field that holds an RFC 3339 moment, in UTC."""


def zone(name: str, pointer: str = "/time_zone") -> ZoneInfo:
    """The IANA zone `name`. Raises Unprocessable at `pointer` when there is none."""
    if name not in _zones():
        raise Unprocessable.at(pointer, "is not an IANA time zone, such as Europe/Minsk")
    return ZoneInfo(name)


def moment(text: str, pointer: str, now: datetime, local: ZoneInfo | None = None) -> datetime:
    """The UTC instant of `text`: RFC 3339, or without an offset the local time of `local`.

    Raises Unprocessable at `pointer` when it is another form or calendar, when a local time has no zone, does not
    exist or exists twice (a day on which clocks change), or lies over five years ahead.
    """
    if not _FORM.fullmatch(text):
        raise Unprocessable.at(pointer, "must be a Gregorian date and time as 2026-10-12T15:52:00+03:00")
    try:
        named = datetime.fromisoformat(text)
        instant = _of_zone(named, pointer, local).astimezone(UTC) if named.tzinfo is None else named.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unprocessable.at(pointer, "is not a moment of any calendar day") from None
    if instant.year < _EARLIEST or instant > now + _AHEAD:
        raise Unprocessable.at(pointer, f"lies in the year {instant.year}; is it of another calendar?")
    return instant


def _of_zone(named: datetime, pointer: str, local: ZoneInfo | None) -> datetime:
    if local is None:
        raise Unprocessable.at(pointer, "has no offset; add one, or name a time_zone")
    first, second = named.replace(tzinfo=local), named.replace(tzinfo=local, fold=1)
    if first.astimezone(UTC).astimezone(local).replace(tzinfo=None) != named:
        raise Unprocessable.at(pointer, f"does not exist in {local.key}: the clocks go forward over it")
    if first.utcoffset() != second.utcoffset():
        raise Unprocessable.at(pointer, f"comes twice in {local.key}: the clocks go back; give an offset")
    return first
