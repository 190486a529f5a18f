"""Moments that people name: RFC 3339, or a local time with its zone; never a guess."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.errors import Unprocessable

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_AHEAD = timedelta(days=5 * 366)
_EARLIEST = 1970


def zone(name: str, pointer: str = "/time_zone") -> ZoneInfo:
    """The IANA zone `name`. Raises Unprocessable at `pointer` when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unprocessable.at(pointer, "is not an IANA time zone, such as Europe/Minsk") from None


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
