"""Moments as feeds write them: ISO 8601, RFC 822 with the zones of the world, and month names of seven languages."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from time import struct_time
from zoneinfo import ZoneInfo

from shared.formats.date_line import read_date_line

_LONGEST = 100
_SPACE_BEFORE_ZONE = re.compile(r"\s+(?=(?:[+-]\d{2}:?\d{2}|Z)$)", re.IGNORECASE)
_ZERO = re.compile(r"[+-]00:?00\b")
_ZONE_NAME = re.compile(r"\s\(?([A-Za-z]{2,4})\)?$")
# What RFC 822 does not list and newspapers write, in hours. Ambiguous names (IST) are not here.
_ZONES = {
    "UT": 0, "GMT": 0, "UTC": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "MET": 1, "CEST": 2, "MESZ": 2,
    "MEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "SAMT": 4, "YEKT": 5, "OMST": 6, "KRAT": 7, "IRKT": 8, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def read_moment(text: str | None, time_zone: ZoneInfo, otherwise: struct_time | None = None) -> datetime | None:
    """Return the moment that `text` names, in UTC; None where it names none that can be.

    `time_zone` is that of times without one. `otherwise` is what feedparser read there, in UTC: of rarer forms.
    """
    written = " ".join(text.split()) if text and len(text) <= _LONGEST else ""
    if not written:
        return None
    moment = _iso(written) or _rfc822(written)
    try:
        if moment:
            return (moment if moment.tzinfo else moment.replace(tzinfo=time_zone)).astimezone(UTC)
        if line := read_date_line(written, time_zone):
            return line.instant
        return datetime(*otherwise[:6], tzinfo=UTC) if otherwise else None
    except (ValueError, OverflowError):  # a leap second, or a day that the calendar ends before
        return None


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub("", written))
    except ValueError:
        return None


def _rfc822(written: str) -> datetime | None:
    try:
        parts = parsedate_tz(written)
        if parts is None:
            return None
        return datetime(*parts[:6], tzinfo=_zone(written, parts[9]))
    except (ValueError, IndexError, TypeError, OverflowError):  # it trusts digits, and counts words
        return None


def _zone(written: str, seconds: int | None) -> tzinfo | None:
    named = _ZONE_NAME.search(written)
    hours = _ZONES.get(named[1].upper()) if named else None
    if hours is not None:
        return timezone(timedelta(hours=hours))
    # The library says zero where it found no zone.
    return timezone(timedelta(seconds=seconds or 0)) if seconds or _ZERO.search(written) else None
