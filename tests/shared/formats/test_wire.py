"""Moments, versions, languages, bylines and credits, as all wire formats write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats import wire

MINSK = ZoneInfo("Europe/Minsk")
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-24T12:00:00+03:00",
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00:00.000Z",
        "2026-11-24T09:00Z",
        "20261124T090000Z",
        "20261124T120000+0300",
        "2026-11-24T12:00:00+03",
        "2026-11-24 12:00",
        "20261124T120000",
        " 2026-11-24T12:00:00 ",
    ],
)
def test_moments_in_the_forms_of_wires(written: str) -> None:
    """Without a zone they are in the source's."""
    assert wire.moment(written, MINSK) == NOON


def test_a_day_is_its_start() -> None:
    assert wire.moment("2026-11-24", MINSK) == datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert wire.moment("20261124+0000", MINSK) == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "Next Monday",
        "2026",
        "2026-02-30",
        "2026-11-24T25:00",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "2026-11-24T09:00:00+99:99",
        "２０２６-11-24",
        "2026-11-24T09:00:00Z" * 1000,
    ],
)
def test_what_is_no_moment_is_none(written: str | None) -> None:
    assert wire.moment(written, MINSK) is None


@given(
    st.text(max_size=40) | st.from_regex(r"\d{4}-?\d\d-?\d\d(T\d\d:?\d\d(:?\d\d)?)?([+-]\d\d:?\d\d)?", fullmatch=True)
)
def test_any_text_is_a_moment_or_none(written: str) -> None:
    assert wire.moment(written, MINSK) is None or wire.moment(written, MINSK).tzinfo is UTC  # type: ignore[union-attr]  # not None there


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("3", 3),
        (3, 3),
        ("003", 3),
        ("0", 0),
        *((other, None) for other in ("1.2", "final", "²", "9" * 30, True, -1, 1.5, None, ())),
    ],
)
def test_versions_that_are_numbers(version: object, number: int | None) -> None:
    assert wire.number(version) == number


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("Anna Kowal", ["Anna Kowal"]),
        ("By Anna Kowal and Jan Nowak", ["Anna Kowal", "Jan Nowak"]),
        ("BY ANNA KOWAL, Lowland Press", ["ANNA KOWAL"]),
        ("Von Anna Kowal, dpa", ["Anna Kowal"]),
        ("Anna Kowal/AFP", ["Anna Kowal"]),
        ("Анна Коваль, БЕЛТА", ["Анна Коваль"]),
        ("Anna Kowal with Jan Nowak in Marrowford", ["Anna Kowal", "Jan Nowak"]),
        ("Anna Kowal<br/>Staff Writer", ["Anna Kowal"]),
        ("Frances d'Ombra", ["Frances d'Ombra"]),
        ("Jean de la Rive; Ludwig van Vale", ["Jean de la Rive", "Ludwig van Vale"]),
        ("王小明", ["王小明"]),
        ("Anna Kowal & Anna Kowal", ["Anna Kowal"]),
        ("Lowland News Service", []),
        ("LW-AFP-DPA", []),
        ("dpa", []),
        ("By", []),
        ("", []),
        ("a reporter", []),
    ],
)
def test_a_byline_names_people(byline: str, people: list[str]) -> None:
    assert list(wire.people(byline)) == people


def test_a_credit_is_the_first_source_named_under_its_usual_name() -> None:
    assert wire.credit(None, "", "БЕЛТА", "AP") == "BelTA"
    assert wire.credit("REUTERS") == "Reuters"
    assert wire.credit("Lowland Wire &amp; Co") == "Lowland Wire & Co"
    assert wire.credit(None, "") is None


def test_a_language_is_named_or_found() -> None:
    assert wire.language("nb-NO", "") == "nb-NO"
    assert wire.language("EN_us", "") == "en-us"
    assert wire.language("English", "The bridge over the river is open again and the ferry is not.") == "en"
    assert wire.language(None, "") == "und"


def test_a_line_is_plain() -> None:
    assert wire.line(" A &amp; <b>B</b>\n AT&T 5 < 6 &#8211; &lt;i&gt;\ud800\0") == "A & B AT&T 5 < 6 – <i>"
    assert wire.line(None) == ""
