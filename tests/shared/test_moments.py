"""Moments that people name: one instant, or a refusal; never a guess."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unprocessable
from shared.moments import moment, zone

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)
NAMES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc", "right", "posix")))


def read(text: str, name: str | None = None) -> datetime:
    """The instant of a text, in a zone when one is named."""
    return moment(text, "/at", NOW, ZoneInfo(name) if name else None)


@pytest.mark.parametrize(
    ("text", "name", "utc"),
    [
        ("2026-10-12T15:52:00+03:00", None, "12:52:00"),
        ("2026-10-12T15:52+03:00", None, "12:52:00"),
        ("2026-10-12T12:52:00.250Z", None, "12:52:00.250000"),
        ("2026-10-12T12:52:00-00:00", None, "12:52:00"),
        ("2026-10-12T15:52:00", "Europe/Minsk", "12:52:00"),
        ("2026-10-12T15:52:00+03:00", "America/New_York", "12:52:00"),
        ("2026-10-12T14:52:00", "Europe/Warsaw", "12:52:00"),
    ],
)
def test_a_moment_is_one_instant(text: str, name: str | None, utc: str) -> None:
    """An offset decides; without one the zone does."""
    assert read(text, name) == datetime.fromisoformat(f"2026-10-12T{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "name", "utc"),
    [
        ("2027-03-28T01:59:59", "Europe/Warsaw", "2027-03-28T00:59:59"),
        ("2027-03-28T03:00:00", "Europe/Warsaw", "2027-03-28T01:00:00"),
        ("2026-10-25T01:59:59", "Europe/Warsaw", "2026-10-24T23:59:59"),
        ("2026-10-25T03:00:00", "Europe/Warsaw", "2026-10-25T02:00:00"),
        ("2027-10-03T01:59:59", "Australia/Lord_Howe", "2027-10-02T15:29:59"),
        ("2027-10-03T02:30:00", "Australia/Lord_Howe", "2027-10-02T15:30:00"),
    ],
)
def test_right_beside_a_change_of_the_clocks_there_is_one_instant(text: str, name: str, utc: str) -> None:
    """The last second before a gap or a repeated hour and the first behind it are taken."""
    assert read(text, name) == datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("2026-10-13T12:00:00", None, "no offset"),
        ("2027-03-28T02:00:00", "Europe/Warsaw", "does not exist"),
        ("2027-03-28T02:59:59", "Europe/Warsaw", "does not exist"),
        ("2026-10-25T02:00:00", "Europe/Warsaw", "comes twice"),
        ("2026-10-25T02:59:59", "Europe/Warsaw", "comes twice"),
        ("1448-04-30T12:00:00Z", None, "another calendar"),
        ("2569-10-12T12:00:00Z", None, "another calendar"),
        ("9999-12-31T23:59:59-05:00", None, "any calendar day"),
        ("2026-10-12T15:52:00 +03:00", None, "Gregorian"),
        ("2026-10-12T15:52:00+03:00[Europe/Minsk]", None, "Gregorian"),
    ],
)
def test_what_is_not_one_instant_is_refused(text: str, name: str | None, says: str) -> None:
    """A time that is none, two, or of another calendar is refused at its field, with the reason."""
    with pytest.raises(Unprocessable, match=says) as refused:
        read(text, name)
    assert refused.value.errors[0]["pointer"] == "/at"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1)), st.sampled_from(NAMES))  # noqa: DTZ001  # a local time
def test_a_local_time_is_read_back_or_refused(local: datetime, name: str) -> None:
    """In any zone, a local time that is taken is the one instant that shows it; else it shows at none, or at two."""
    where = ZoneInfo(name)
    around = datetime.combine(local.date(), local.time(), UTC)
    offsets = {(around + timedelta(hours=hours)).astimezone(where).utcoffset() for hours in range(-26, 27)}
    shown = {around - each for each in offsets if each is not None}
    instants = {each for each in shown if each.astimezone(where).replace(tzinfo=None) == local}
    try:
        assert {read(local.isoformat(), name)} == instants
    except Unprocessable:
        assert len(instants) != 1


def test_zones_are_ianas() -> None:
    """Names of the IANA database; not the machine's own, nor the clocks that count leap seconds."""
    assert zone("Europe/Minsk").key == "Europe/Minsk"
    for name in (
        "localtime",
        "posixrules",
        "right/Europe/Minsk",
        "posix/Europe/Minsk",
        "europe/minsk",
        "",
        "../x",
        "a\0b",
    ):
        with pytest.raises(Unprocessable, match="IANA"):
            zone(name)
