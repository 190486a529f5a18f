"""Date lines: the line of a page that says when it was published, and nothing else.

Strict on purpose: the whole line must be a date in words or digits, so a paragraph that mentions a date is never one.
Names are CLDR's (Unicode TR 35, part 4: format and stand-alone, wide, abbreviated and short), through Babel.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import Locale

from shared.formats.lines import fold

LANGUAGES = ("en", "ru", "be", "uk", "pl", "de", "lt")
"""Where languages share a name ("мая", "November"), the first of these is meant unless the weekday tells."""

_SHORTEST, _LONGEST = len("1.10.18"), 120
_NOON = 12
_LAST_CENTURY = 69  # of two digits, as POSIX strptime reads %y: 69 to 99 are 1969 to 1999

# Forms that sites print and CLDR does not list: Joomla's packs, older spellings, forms without diacritics.
_MORE_MONTHS: dict[str, dict[int, str]] = {
    "en": {9: "sept"},
    "ru": {1: "янв", 2: "фев", 3: "мар март", 6: "июн", 7: "июл", 9: "сен", 11: "ноя нояб"},
    "be": {1: "студз", 3: "сакав", 4: "крас", 5: "траўня травень", 10: "кастр", 11: "лістап", 12: "снеж"},
    "uk": {1: "січ", 5: "трав", 11: "листоп"},
    "pl": {9: "wrzes", 10: "paźdz"},
    "de": {1: "jänner jän", 3: "mrz"},
}
_PUBLISHED = {
    "en": "published posted created written added date|date published|publication date|date created|date added",
    "ru": "опубликовано создано размещено добавлено написано дата|дата публикации|дата создания|дата добавления",
    "be": "апублікавана створана размешчана дададзена надрукавана дата|дата публікацыі|дата стварэння",
    "uk": "опубліковано створено розміщено додано надруковано дата|дата публікації|дата створення",
    "pl": "opublikowano utworzono dodano data|data publikacji|data utworzenia|data dodania",
    "de": "veröffentlicht erstellt geschrieben datum|veröffentlichungsdatum",
    "lt": "paskelbta publikuota sukurta įkelta išspausdinta data|paskelbimo data",
}
_MODIFIED = (
    "last modified|last updated|last edited|modified|updated|edited|"
    "последнее изменение|последнее обновление|дата изменения|дата обновления|обновлено|изменено|отредактировано|"
    "апошняе змяненне|апошняя змена|апошняе абнаўленне|дата змены|абноўлена|зменена|"
    "останнє редагування|остання зміна|останнє оновлення|востаннє змінено|дата зміни|оновлено|змінено|"
    "ostatnia modyfikacja|ostatnia zmiana|ostatnia aktualizacja|ostatnio zmieniany|zaktualizowano|zmodyfikowano|"
    "letzte änderung|zuletzt geändert|zuletzt aktualisiert|aktualisiert|geändert|stand|"
    "paskutinis pakeitimas|paskutinį kartą atnaujinta|paskutinį kartą keista|atnaujinta|pakeista|redaguota"
)
_AFTER_PREFIX = r"(?: (?:on|at|am|w dniu|dnia))?(?: ?[:–—-] ?| )"
_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?: ?(?:г|р|год|года|году|гады|года|рік|року|roku|r)\b\.?)?"
_DAY = r"(?P<day>[0-9]{1,2})"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_DAY}(?:st|nd|rd|th|-?го|-?га)?\.?(?: of)?[ /-]?(?P<name>{_WORD})\.?,?[ /-]?{_YEAR}",
        rf"(?P<name>{_WORD})\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}",
        rf"{_YEAR}(?: ?m\.)?,? (?P<name>{_WORD})\.? {_DAY}(?: ?d\.?)?",
        rf"{_DAY}(?P<s>[./-]) ?(?P<month>[0-9]{{1,2}})(?P=s) ?{_YEAR}",
        rf"{_DAY}(?P<s>[./])(?P<month>[0-9]{{2}})(?P=s)(?P<year>[0-9]{{2}})",
        r"(?P<year>(?:19|20)[0-9]{2})(?P<s>[./-])(?P<month>[0-9]{1,2})(?P=s)(?P<day>[0-9]{1,2})\.?",
    )
)
_CLOCK = (
    r"(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: ?(?:uhr|ч|год|гадз|val|h|hrs)\b\.?)?"
    r"(?: ?(?P<zone>z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})\b)?"
)
_CLOCK_LAST = re.compile(rf"(?:^|[ ,(]|(?<=[0-9])t)(?:(?:в|у|о|об|a|at|um|o|godz\.?|o godz\.?) )?{_CLOCK}\)?\.?$")
_CLOCK_FIRST = re.compile(rf"{_CLOCK}(?![0-9.:])")
_WEEKDAY_FIRST = re.compile(rf"\(?({_WORD})\.?\)?[ ,–—-]+(?:den )?")
_WEEKDAY_LAST = re.compile(rf"[ ,(–—-]+({_WORD})\.?\)?$")
_PADDING = " ,;:|/•·–—-"

type Names = dict[str, dict[str, int]]
"""A folded name → the languages that use it → its number."""


class DateLine(NamedTuple):
    """The instant, in UTC, and the language of its words: None where the line has none."""

    instant: datetime
    language: str | None


def read_date_line(line: str, time_zone: ZoneInfo) -> DateLine | None:
    """Return what a date line says, or None when `line` is anything else.

    A date without a time is the start of that day. A local time that occurs twice is its first occurrence, and one that
    a clock change skips is read with the offset before the change: `fold=0` in both cases (PEP 495). A weekday that
    does not fit the date is ignored: sites print it from another column. Digits alone are day, month, year.
    """
    if not _may_hold_date(line):
        return None
    folded = fold(line)
    prefix = _published().match(folded)
    spoken = frozenset(_prefixes()[prefix["phrase"]]) if prefix else frozenset[str]()
    return _read(folded[prefix.end() :] if prefix else folded, spoken, time_zone)


def is_modification_line(line: str, time_zone: ZoneInfo) -> bool:
    """Whether `line` only tells when the page was last changed."""
    if not _may_hold_date(line):
        return False
    folded = fold(line)
    prefix = _modified().match(folded)
    return prefix is not None and _read(folded[prefix.end() :], frozenset(), time_zone) is not None


def _may_hold_date(line: str) -> bool:
    return _SHORTEST <= len(line) <= _LONGEST and any(map(str.isdigit, line))


def _read(text: str, spoken: frozenset[str], time_zone: ZoneInfo) -> DateLine | None:
    text = text.strip(_PADDING)
    clock = _CLOCK_LAST.search(text) or _CLOCK_FIRST.match(text)
    if clock:
        text = (text[: clock.start()] or text[clock.end() :]).strip(_PADDING)
    weekday, text = _without_weekday(text)
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            return _resolve(found.groupdict(), clock.groupdict() if clock else {}, (spoken, weekday), time_zone)
    return None


def _without_weekday(text: str) -> tuple[frozenset[str], str]:
    if (found := _WEEKDAY_FIRST.match(text)) and found[1] in weekday_names():
        return frozenset(weekday_names()[found[1]]), text[found.end() :]
    if (found := _WEEKDAY_LAST.search(text)) and found[1] in weekday_names():
        return frozenset(weekday_names()[found[1]]), text[: found.start()].strip(_PADDING)
    return frozenset(), text


def _resolve(
    date: Mapping[str, str | None],
    clock: Mapping[str, str | None],
    spoken: Iterable[frozenset[str]],
    time_zone: ZoneInfo,
) -> DateLine | None:
    months = month_names().get(date.get("name") or "", {})
    possible = frozenset(months) or frozenset(LANGUAGES)
    for languages in spoken:
        possible = possible & languages or possible
    language = next((each for each in LANGUAGES if each in possible), None) if months or any(spoken) else None
    month = months[language] if months and language else int(date.get("month") or 0)
    try:
        local = datetime(_full_year(date["year"] or ""), month, int(date["day"] or 0), tzinfo=_zone(clock, time_zone))
        local = local.replace(hour=_hour(clock), minute=_number(clock, "minute"), second=_number(clock, "second"))
    except ValueError:  # 31 February, 25:00, a word that is no month: a line of some other kind
        return None
    return DateLine(local.astimezone(UTC), language)


def _full_year(digits: str) -> int:
    if len(digits) > len("18"):
        return int(digits)
    return int(digits) + (1900 if int(digits) >= _LAST_CENTURY else 2000)


def _number(clock: Mapping[str, str | None], name: str) -> int:
    return int(clock.get(name) or 0)


def _hour(clock: Mapping[str, str | None]) -> int:
    hour, half = _number(clock, "hour"), clock.get("half")
    if half is None or hour > _NOON:  # "15:52 PM" is a template's slip, and clear
        return hour
    return hour % _NOON + (_NOON if half == "p" else 0)


def _zone(clock: Mapping[str, str | None], time_zone: ZoneInfo) -> tzinfo:
    written = clock.get("zone")
    if not written:
        return time_zone
    if written[0] not in "+-":
        return UTC
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(ahead if written[0] == "+" else -ahead)


@cache
def month_names() -> Names:
    """Return every month name that a date line may hold, folded and without a final point."""
    return _table((language, number, name) for language in LANGUAGES for number, name in _months(language))


@cache
def weekday_names() -> Names:
    """Return every weekday name that a date line may hold, folded and without a final point; Monday is 0."""
    return _table((language, number, name) for language in LANGUAGES for number, name in _weekdays(language))


def _months(language: str) -> Iterator[tuple[int, str]]:
    for widths in Locale.parse(language).months.values():
        for width in ("wide", "abbreviated"):
            yield from widths.get(width, {}).items()
    for number, names in _MORE_MONTHS.get(language, {}).items():
        yield from ((number, name) for name in names.split())


def _weekdays(language: str) -> Iterator[tuple[int, str]]:
    for widths in Locale.parse(language).days.values():
        for width in ("wide", "abbreviated", "short"):
            yield from widths.get(width, {}).items()


def _table(rows: Iterable[tuple[str, int, str]]) -> Names:
    names: Names = {}
    for language, number, name in rows:
        names.setdefault(fold(name).rstrip("."), {})[language] = number
    return names


@cache
def _prefixes() -> dict[str, list[str]]:
    phrases: dict[str, list[str]] = {}
    for language, listed in _PUBLISHED.items():
        words, *longer = listed.split("|")
        for phrase in (*words.split(), *longer):
            phrases.setdefault(fold(phrase), []).append(language)
    return phrases


@cache
def _published() -> re.Pattern[str]:
    return _starting_with(_prefixes())


@cache
def _modified() -> re.Pattern[str]:
    return _starting_with(_MODIFIED.split("|"))


def _starting_with(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(map(fold, phrases), key=len, reverse=True)
    return re.compile(rf"(?P<phrase>{'|'.join(map(re.escape, longest_first))}){_AFTER_PREFIX}")
