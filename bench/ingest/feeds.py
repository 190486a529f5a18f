"""How well feeds are read: items and fields recovered, against the expectations of two libraries' tests and two feeds.

An item is one that the reader gives; a field is one that an article has; `feed_cases` says what is left out. Texts
agree when their words do, markup and white space aside, and when all addresses in the expected one are there; an
excerpt may lack the link to the whole that ends it. Names agree without markup. The name of a case decides its half:
the reader was tuned on those whose hash is even; the figures are those of the others, as far as they are well-formed.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from bench.figure import Figure, Figures, control
from bench.ingest.feed_cases import FEED, Case, cases
from shared.formats.feed import feed_of
from shared.formats.feed_entry import Entry, Feed, Text
from shared.formats.feed_html import body_of
from shared.formats.story import Given, Unreadable

_LEAST = 98.0  # percent
_LONGEST_TRAILER = 30  # characters
_ZONE_OF_DAYS = ZoneInfo("Europe/Minsk")  # of the one feed of which only days are expected
_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"(?<![\w:])(?:href|src)=[\"'](https?://[^\"']+)")

type Reader = Callable[[bytes, Given], Feed]


@dataclass
class Tally:
    """What was found (True) and missed (False) of what is there."""

    items: Counter[bool] = field(default_factory=Counter)
    fields: dict[str, Counter[bool]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    @property
    def all_fields(self) -> Counter[bool]:
        """The fields together."""
        return sum(self.fields.values(), Counter())


def measure() -> Figures:
    """`ingest.feed.items` and `ingest.feed.fields`, in percent of the held-out half's. Raises Unmeasured."""
    left_out: Counter[str] = Counter()
    found = cases(left_out)
    held, tuned = (
        [case for case in found if case.well_formed and is_held_out(case.name) is half] for half in (True, False)
    )
    told, known, broken = tally(held), tally(tuned), tally([case for case in found if not case.well_formed])
    undated = tally(held, _without_dates)
    control(
        worse=100 - _percent(undated.all_fields), than=100 - _percent(told.all_fields), what="a reader without dates"
    )
    items = {"items": told.items.total(), "tuned half": _percent(known.items), "ill-formed": _percent(broken.items)}
    fields = {
        "fields": told.all_fields.total(),
        "tuned half": _percent(known.all_fields),
        "ill-formed": _percent(broken.all_fields),
        "control, without dates": _percent(undated.all_fields),
        **{f"{name} ({agreed.total()})": _percent(agreed) for name, agreed in sorted(told.fields.items())},
        **{f"left out, {what}": count for what, count in sorted(left_out.items())},
    }
    return {
        "ingest.feed.items": Figure(_percent(told.items), "% at least", _LEAST, items, floor=True),
        "ingest.feed.fields": Figure(_percent(told.all_fields), "% at least", _LEAST, fields, floor=True),
    }


def is_held_out(name: str) -> bool:
    """Whether the case had no part in tuning."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2 == 1


def tally(held: list[Case], reader: Reader = feed_of) -> Tally:
    """What `reader` finds of the cases."""
    told = Tally()
    for case in held:
        try:
            feed = reader(case.raw, Given(ZoneInfo("UTC"), content_type=case.content_type, url=case.url))
        except Unreadable:
            feed = Feed(entries=())
        found = min(len(feed.entries), case.items)
        told.items += Counter({True: found, False: case.items - found})
        for number, name, value in case.expected:
            entry = feed.entries[number] if FEED < number < len(feed.entries) else Entry()
            agrees = _AGREES[name](value, entry, feed)
            told.fields.setdefault(name, Counter())[agrees] += 1
            if not agrees:
                told.missed.append(f"{case.name} [{number}] {name}: {value!r}")
    return told


def _percent(found: Counter[bool]) -> float:
    return round(100 * found[True] / found.total(), 2) if found else 100.0


def _without_dates(raw: bytes, given: Given) -> Feed:
    feed = feed_of(raw, given)
    return replace(feed, entries=tuple(replace(entry, published=None, updated=None) for entry in feed.entries))


def _flat(html: str) -> str:
    return re.sub(r"\s+", "", unescape(_TAG.sub("", unescape(html))))


def _texts(entry: Entry) -> list[Text]:
    return [*entry.texts, *([entry.summary] if entry.summary else [])]


def _text(expected: str, entry: Entry, _feed: Feed) -> bool:
    return any(_same(expected, body_of(text, entry.link)) for text in _texts(entry))


def _same(expected: str, body: str) -> bool:
    words, there = _flat(expected), _flat(body)
    if there == words:
        return _addresses(expected) <= _addresses(body)
    return bool(there) and words.startswith(there) and len(words) - len(there) <= _LONGEST_TRAILER


def _addresses(html: str) -> set[str]:
    return set(map(unescape, _ADDRESS.findall(html)))


def _image(expected: str, entry: Entry, _feed: Feed) -> bool:
    shown = {image.url for image in entry.images}
    return expected in shown.union(*(_addresses(body_of(text, entry.link)) for text in _texts(entry)))


def _day(expected: str, entry: Entry, _feed: Feed) -> bool:
    return (
        entry.published is not None
        and entry.published.astimezone(ZoneInfo("Europe/Minsk")).date().isoformat() == expected
    )


def _language(expected: str, entry: Entry, feed: Feed) -> bool:
    return expected.casefold() == (entry.language or feed.language or "").casefold()


_AGREES: dict[str, Callable[[Any, Entry, Feed], bool]] = {
    "title": lambda expected, entry, _feed: _flat(entry.title) == _flat(expected),
    "link": lambda expected, entry, _feed: entry.link == expected,
    "guid": lambda expected, entry, _feed: _flat(entry.id or "") == _flat(expected),
    "author": lambda expected, entry, feed: _flat(expected) in map(_flat, entry.authors or feed.authors),
    "published": lambda expected, entry, _feed: (entry.published or entry.updated) == expected,
    "day": _day,
    "updated": lambda expected, entry, _feed: entry.updated == expected,
    "expires": lambda expected, entry, _feed: entry.expires == expected,
    "category": lambda expected, entry, _feed: _flat(expected) in map(_flat, entry.tags),
    "text": _text,
    "language": _language,
    "image": _image,
}
