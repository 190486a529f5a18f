"""Moments as pages write them: ISO 8601 and its near misses, RFC 5322, seconds since 1970, and date lines."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.formats.date_line import read_date_line

_LONGEST = 80
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)  # there were no pages before
_AHEAD = timedelta(days=2)
_SECONDS = re.compile(r"[0-9]{9,10}(?:[0-9]{3})?")
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>-?)(?P<month>[0-9]{2})(?P=dash)(?P<day>[0-9]{2})"
    r"(?:[T ]{1,2}(?P<hour>[0-9]{1,2})(?P<rest>:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]{1,9})?"
    r" ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.IGNORECASE,
)
_NEAR_RFC = re.compile(r"[A-Za-z]{3,9},? [0-9A-Za-z]{1,9} ")
# A date and a clock in a line that says more: "Published 2:16 AM EST Nov 20, 2019", "[ 2018-08-25 15:24 ]".
_DATE_WITHIN = re.compile(
    r"(?<![\w./-])(?:[0-9]{4}(?P<mark>[-./])[0-9]{1,2}(?P=mark)[0-9]{1,2}"
    r"|[0-9]{1,2}(?P<point>[./-])[0-9]{1,2}(?P=point)(?:[0-9]{4}|[0-9]{2})"
    r"|[^\W\d_]{3,12}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}|[0-9]{1,2}(?:st|nd|rd|th)?\.? [^\W\d_]{3,12}\.?,?"
    r" [0-9]{4})(?![0-9./-])"
)
_CLOCK_WITHIN = re.compile(
    r"(?<![0-9:.])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp]\.?[Mm]\b)?(?: ?(?:UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})\b)?"
)
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})(/[0-9]{4})")
_DAYS_OF_MONTHS = 12


class PageMoment(NamedTuple):
    """An instant, in UTC, and whether the page tells its time of day: else it is the start of the day."""

    instant: datetime
    timed: bool


def read_moment(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    """Return the moment that `text` is; None for anything else, before 1990 or more than two days ahead.

    Without a zone it is in `time_zone`; of a local time that occurs twice the first is meant (PEP 495, fold=0).
    """
    text = " ".join(text[: _LONGEST + 1].split())
    if len(text) > _LONGEST or not any(map(str.isdigit, text)):
        return None
    try:
        read = _iso(text, time_zone) or _seconds(text) or _rfc(text, time_zone) or _line(text, time_zone)
        return read if read and _FIRST <= read.instant <= datetime.now(UTC) + _AHEAD else None
    except (ValueError, OverflowError):  # 31 February, 25:00, a zone that leads out of the calendar
        return None


def find_moment(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    """Return the moment in a line that says more than the moment; None where it holds no date, or two.

    Zones are read as offsets only: a letter code ("EST", "IST") means several.
    """
    text = " ".join(text[: _LONGEST + 1].split())
    dates = list(_DATE_WITHIN.finditer(text)) if len(text) <= _LONGEST else []
    if len(dates) != 1:
        return None
    clock = _CLOCK_WITHIN.search(text)
    date = dates[0][0].replace(".", "-") if dates[0]["mark"] else dates[0][0]
    return read_moment(f"{date} {clock[0]}" if clock else date, time_zone)


def _iso(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    if not (found := _ISO.fullmatch(text)):
        return None
    clock = f"T{found['hour']:0>2}{found['rest']}" if found["hour"] else "T00:00"
    zone = (found["zone"] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    moment = datetime.fromisoformat(f"{found['year']}-{found['month']}-{found['day']}{clock}{zone}")
    return PageMoment(_in_utc(moment, time_zone), found["hour"] is not None)


def _in_utc(moment: datetime, time_zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=time_zone)).astimezone(UTC)


def _seconds(text: str) -> PageMoment | None:
    if not _SECONDS.fullmatch(text):
        return None
    thousandths = len(text) > len("1570000000")
    return PageMoment(datetime.fromtimestamp(int(text) / (1000 if thousandths else 1), UTC), timed=True)


def _rfc(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    if ":" not in text or not _NEAR_RFC.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return PageMoment(_in_utc(moment, time_zone), timed=True)


def _line(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    # Digits alone are day, month, year; a second number over twelve is no month.
    found = _MONTH_FIRST.search(text)
    if found and int(found[2]) > _DAYS_OF_MONTHS >= int(found[1]):
        text = f"{text[: found.start()]}{found[2]}/{found[1]}{found[3]}{text[found.end() :]}"
    line = read_date_line(text, time_zone)
    return PageMoment(line.instant, ":" in text) if line else None
