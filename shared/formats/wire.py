"""What the wire formats write alike: moments, version numbers, languages, plain lines, bylines and credits."""

import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

from shared.formats.attribution import known_agency
from shared.formats.language import language_of
from shared.formats.lines import clean
from shared.formats.story import IncomingStory, Refused

MOST = 1_000
"""Items that are read from one payload."""

_MOST_DIGITS = 18
_LONGEST_LINE, _LONGEST_BYLINE = 5_000, 500
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# ISO 8601 as wires write it: both forms, any fraction, a zone with or without colon, or as hours alone.
_MOMENT = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,6})\d*)?)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)

_BY = re.compile(
    r"(?:by|von|text|автор(?:ы)?|аўтар(?:ы)?|автори|autor(?:ka|zy|in)?|av|par|por|przez) ?(?:[:–—-] ?| )", re.IGNORECASE
)
_BETWEEN = re.compile(r" ?[,;&/|\n] ?| - | (?:and|with|und|mit|og|och|et|e|y|и|і|й|та|i|oraz|ir) ", re.IGNORECASE)
_BESIDE = re.compile(r"\([^()]*\)|(?: in| for| from| of)(?: the)? [^\W\d_a-z].*$")
_WORD_OF_NAME = re.compile(r"[^\W\d_][\w'’.-]*")
_PARTICLES = frozenset(
    "al ap bin da de del della den der di dos du el ibn la le of op te ten ter und van vom von y zu zum zur".split()
)
# What stands in a byline beside people: their house and what they are there.
_NO_NAMES = frozenset(
    "agence agency agentur agencja bureau correspondent correspondents database desk editor editorial editors gazette"
    " group herald magazine media network news newspaper newsroom office online photographer pool post press radio"
    " redaktion redakcja report reporter reporters reports service services special staff studio team the times tv"
    " wire wires writer writers агентство агенцтва корр корреспондент новости отдел редакция редакцыя служба".split()
)
_MOST_WORDS = 5


def beyond(items: int) -> list[IncomingStory | Refused]:
    """What is told of a payload with too many items, of which the first are read; nothing for any other."""
    if items <= MOST:
        return []
    return [Refused(reason=f"The payload holds {items} items; the first {MOST} were read. Send the others apart.")]


def moment(text: str | None, time_zone: ZoneInfo) -> datetime | None:
    """The UTC instant of an ISO 8601 text, a day being its start; None for anything else.

    Without an offset it is the local time of `time_zone`: the first of two equal ones, and with the offset before the
    change where clocks skip it (`fold=0`, PEP 495).
    """
    found = _MOMENT.fullmatch(text.strip()) if text else None
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    written = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '0').ljust(6, '0')}"
    try:
        told = datetime.fromisoformat(written + (zone or "").upper())
        return (told if told.tzinfo else told.replace(tzinfo=time_zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # 31 February, 25:00, an instant before year 1
        return None


def number(version: object) -> int | None:
    """A version as a number, where it is one: 3, "3", "003"; None for "1.2" and "final"."""
    written = str(version).strip() if isinstance(version, str | int) and not isinstance(version, bool) else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS else None


def language(tag: str | None, text: str) -> str:
    """The BCP 47 tag that an item names, in its usual case; the language of its text where it names none."""
    primary, *rest = (tag or "").strip().replace("_", "-").split("-")
    named = "-".join([primary.lower(), *rest])
    return named if _LANGUAGE.fullmatch(named) else language_of(text, None)


def line(text: str | None) -> str:
    """A text on one line: no tags, no entities, no characters that nobody sees."""
    told = clean((text or "")[:_LONGEST_LINE])
    return " ".join(_ENTITY.sub(lambda entity: unescape(entity[0]), _TAG.sub("", told)).split())


def people(byline: str) -> tuple[str, ...]:
    """The people whom a byline names, without "By", their agency and the place they write from."""
    told = _TAG.sub("\n", byline[:_LONGEST_BYLINE]).strip()
    told = _BY.sub("", told, count=1) if _BY.match(told) and " " in told else told
    names = [" ".join(_BESIDE.sub("", part).split()).strip(" .:*") for part in _BETWEEN.split(told)]
    return tuple(dict.fromkeys(name for name in names if _is_person(name)))


def credit(*named: str | None) -> str | None:
    """The first source that is named, under its usual name where it is a known agency."""
    first = next((told for name in named if (told := line(name))), None)
    if first is None:
        return None
    return known_agency(first) or known_agency(first.capitalize()) or first


def _is_person(name: str) -> bool:
    words = name.split()
    if not words or len(words) > _MOST_WORDS or not all(_WORD_OF_NAME.fullmatch(word) for word in words):
        return False
    if _NO_NAMES.intersection(word.casefold().strip(".") for word in words) or known_agency(name) == name:
        return False
    if len(words) == 1:  # 王小明 is a name; "dpa", "Insidefoto" and "NTB-AFP" are houses
        return name.isalpha() and name.lower() == name.upper()
    return all(_is_part_of_name(word) for word in words) and words[-1].lower() not in _PARTICLES


def _is_part_of_name(word: str) -> bool:
    capital = next((letter for letter in word if letter.isupper()), None)
    return word.lower() in _PARTICLES or capital is not None or word.lower() == word.upper()
