"""A date line is a whole line that says when a page was published."""

import calendar
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.date_line import LANGUAGES, is_modification_line, month_names, read_date_line

MINSK = ZoneInfo("Europe/Minsk")
WARSAW = ZoneInfo("Europe/Warsaw")
DATA = Path(__file__).parents[3] / "../shared/data/dates-plurals"
PRESS_TIME = datetime(2018, 10, 12, 12, 52, tzinfo=UTC)
DAY_BEGINS = datetime(2018, 10, 11, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Friday, 12 October 2018 15:52", "en"),
        ("FRIDAY, 12 OCTOBER 2018 15:52", "en"),
        ("October 12, 2018 3:52 PM", "en"),
        ("Oct. 12th, 2018 at 3:52 p.m.", "en"),
        ("Fri, 12 Oct 2018 15:52:00 +0300", "en"),
        ("12-Oct-2018 15:52", "en"),
        ("Published on Friday, 12 October 2018 15:52", "en"),
        ("Created on: 12 October 2018, 15:52", "en"),
        ("Пятница, 12 октября 2018 15:52", "ru"),
        ("Пятница, 12 октября 2018, 15:52", "ru"),
        ("12 октября 2018 г. в 15:52", "ru"),
        ("12 октября 2018 года, 15:52", "ru"),
        ("15:52, 12 октября 2018", "ru"),
        ("12 окт 2018 15:52", "ru"),
        ("12 октябрь 2018 15:52", "ru"),
        ("Опубликовано: 12.10.2018 15:52", "ru"),
        ("Пятніца, 12 кастрычніка 2018 15:52", "be"),
        ("Пятнiца, 12 кастрычнiка 2018 15:52", "be"),  # with a Latin i, as it was long typed
        ("Апублікавана: 12 кастрычніка 2018 г. 15:52", "be"),
        ("П’ятниця, 12 жовтня 2018 р. о 15:52", "uk"),
        ("Надруковано: пʼятниця, 12 жовтня 2018, 15:52", "uk"),
        ("piątek, 12 października 2018 r. godz. 15:52", "pl"),
        ("Freitag, den 12. Oktober 2018, um 15:52 Uhr", "de"),
        ("2018 m. spalio 12 d., penktadienis 15:52", "lt"),
        ("2018-10-12, penktadienis, 15:52", "lt"),
        ("12.10.2018 15:52", None),
        ("12.10.18 15.52", None),
        ("12/10/2018 - 15:52", None),
        ("2018-10-12 15:52", None),
        ("2018-10-12T12:52:00Z", None),
        ("2018-10-12T15:52:00+03:00", None),
        ("Friday,\u00a012\u2009October\u00a02018 15:52", "en"),
    ],
)
def test_reads_the_ways_of_writing_one_moment(line: str, language: str | None) -> None:
    """Every order, case, prefix and language gives the same instant, and the words' language."""
    assert read_date_line(line, MINSK) == (PRESS_TIME, language)


@pytest.mark.parametrize(
    "line", ["12 октября 2018", "12.10.2018 г.", "Опубликовано: 12 октября 2018", "12 października 2018", "2018-10-12"]
)
def test_a_date_without_a_time_is_the_start_of_the_day(line: str) -> None:
    """The day begins at midnight in the title's time zone."""
    found = read_date_line(line, MINSK)
    assert found is not None
    assert found.instant == DAY_BEGINS


@pytest.mark.parametrize(
    "line",
    [
        "",
        "31 февраля 2018",
        "31.02.2018",
        "29 February 2019",
        "12 October",
        "12 Brumaire 2018",
        "12.10.2018 25:00",
        "12.10.2018 15:75",
        "12 October 1812",
        "+375-17-15-5-58-41",
        "5-10-18",
        "18 Oktyabrskaya Street",
        "Berezino, 223310, Minsk oblast",
        "On 12 October 2018 the bridge opened",
        "12 October 2018 the bridge opened",
        "The bridge opened on 12 October 2018",
        "12 October 2018 – a day to remember",
        "Last modified on Friday, 12 October 2018 16:00",
    ],
)
def test_anything_else_is_no_date_line(line: str) -> None:
    """Impossible dates, telephones and sentences that mention a date are not date lines."""
    assert read_date_line(line, MINSK) is None


def test_a_wrong_weekday_is_ignored() -> None:
    """The weekday decides the language, never the date."""
    assert read_date_line("Monday, 12 October 2018 15:52", MINSK) == (PRESS_TIME, "en")


def test_the_weekday_tells_languages_apart_that_share_a_month() -> None:
    """The name "мая" is Russian and Belarusian, "November" English and German."""
    assert [
        found.language
        for line in ("пятница, 4 мая 2018", "пятніца, 4 мая 2018", "Montag, 5 November 2018", "Monday, 5 November 2018")
        if (found := read_date_line(line, MINSK))
    ] == ["ru", "be", "de", "en"]


def test_an_hour_that_occurs_twice_is_the_first() -> None:
    """On 28 October 2018 Warsaw had 02:30 twice: the first was still summer time."""
    found = read_date_line("28.10.2018 02:30", WARSAW)
    assert found is not None
    assert found.instant == datetime(2018, 10, 28, 0, 30, tzinfo=UTC)


def test_an_hour_that_a_clock_change_skips_is_read_with_the_offset_before_it() -> None:
    """On 25 March 2018 Warsaw had no 02:30: winter time makes it 03:30 by the new clock."""
    found = read_date_line("25.03.2018 02:30", WARSAW)
    assert found is not None
    assert found.instant == datetime(2018, 3, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "modified"),
    [
        ("Последнее изменение Пятница, 12 октября 2018 16:00", True),
        ("Last modified on Friday, 12 October 2018 16:00", True),
        ("Обновлено: 12.10.2018 16:00", True),
        ("Updated rules for anglers from 12 October 2018", False),
        ("Friday, 12 October 2018 15:52", False),
    ],
)
def test_the_last_change_is_told_apart(line: str, *, modified: bool) -> None:
    """A line about the last change is known as such, and only when it holds a date."""
    assert is_modification_line(line, MINSK) is modified


def test_a_name_means_one_month() -> None:
    """No month name of one language is another month in a second one."""
    assert {name: numbers for name, numbers in month_names().items() if len(set(numbers.values())) > 1} == {}


def test_every_name_of_cldr_is_read() -> None:
    """Each wide and abbreviated month and weekday that CLDR lists for our languages is read as itself."""
    if not DATA.exists():
        pytest.skip("the shared data folder is not here")
    languages = json.loads((DATA / "cldr-gregorian-names.json").read_text(encoding="utf-8"))
    assert set(languages) == set(LANGUAGES)
    wrong = []
    for names in languages.values():
        for months in names["months"].values():
            listed = [*months["wide"].items(), *months["abbreviated"].items()]
            wrong += [name for number, name in listed if not is_day_of(f"7 {name} 2018 15:52", int(number))]
        for days in names["days"].values():
            listed = [*days["wide"].values(), *days["abbreviated"].values()]
            wrong += [name for name in listed if not is_day_of(f"{name}, 07.10.2018", 10)]
    assert wrong == []


def test_every_month_of_joomla_is_read() -> None:
    """The names in Joomla's Russian pack, in its own date format, are read."""
    if not DATA.exists():
        pytest.skip("the shared data folder is not here")
    strings = json.loads((DATA / "joomla-k2-strings.json").read_text(encoding="utf-8"))["joomla_ru_RU"]
    english = [name.upper() for name in calendar.month_name[1:]]
    for number, month in enumerate(english, start=1):
        assert is_day_of(f"{strings['FRIDAY']}, 07 {strings[month]} 2018, 15:52", number)
        assert is_day_of(f"{strings['FRI']}, 07 {strings[month + '_SHORT']} 2018, 15:52", number)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(line: str) -> None:
    """Any text is a date line or not; nothing is raised."""
    read_date_line(line, MINSK)
    is_modification_line(line, MINSK)


def is_day_of(line: str, month: int) -> bool:
    """Whether `line` is read as the seventh of `month` in Minsk."""
    found = read_date_line(line, MINSK)
    return found is not None and found.instant.astimezone(MINSK).timetuple()[1:3] == (month, 7)
