"""Pages: title, date, author and text against the expectations of two public collections, beside trafilatura alone.

Only one half of each folder counts (by a hash of the file's name): the reader was tuned on the pages of the other, and
of this one its sums were looked at now and then. Of it only pages count that their collection calls readable and has a
title for. One collection tells of texts only: what its pages print as title,
day and names was read off them by eye and is kept as digests in `pages.json`. Fields of which nothing is expected are
left out; how many count is told beside each figure. A page that is refused has every field wrong.
"""

import gzip
import hashlib
import html
import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from zoneinfo import ZoneInfo

import trafilatura

from bench.figure import Figure, Figures, Missing, control
from shared.formats import page
from shared.formats.json_ld import nodes
from shared.formats.page_tree import grow
from shared.formats.story import Given, IncomingStory, Unreadable

DATA = Path(__file__).parents[3] / "shared" / "data"
_READ_BY_EYE = Path(__file__).with_suffix(".json")
_FOLDERS = ("html-readability", "html-aeb")
_STRUCTURED = "structured-extruct"
_FIELDS = ("title", "date", "author", "body_f1")
_UTC = Given(ZoneInfo("UTC"))
_SHINGLE = 4
_PREFIX = 8  # of a file's name, which is a hash
_MINUTE, _QUARTER, _EAST, _WEST = (timedelta(minutes=length) for length in (1, 15, 14 * 60, 12 * 60))
_CAPTION = re.compile(r"<figcaption>.*?</figcaption>", re.DOTALL)
_INLINE = re.compile(r"</?(?:b|strong|i|em|a|s|q|cite|code|sub|sup|del|ins)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"'})
_BY = re.compile(r"(?:written )?(?:by|par|por|von)\b:?\s*", re.IGNORECASE)
_PARTICLES = frozenset("and de la van von der den di da del le el al bin y".split())


@dataclass(frozen=True)
class Told:
    """What a reader makes of a page; empty where it says nothing."""

    title: str = ""
    authors: Sequence[str] = ()
    moment: datetime | None = None
    """With a zone: an instant. Without: a day."""
    body: str = ""


@dataclass(frozen=True)
class Expected:
    """What is expected of a page, title and names as digests; empty where nothing is known."""

    body: str
    title: int | None = None
    authors: frozenset[int] = frozenset()
    moment: datetime | None = None
    site: str = ""
    """The site's name, which is no part of a title."""


@dataclass
class Scores:
    """How much was right of how much was asked."""

    answers: dict[str, list[float]] = field(default_factory=dict)
    """By field: 1 is right, 0 wrong, a text lies between."""

    def add(self, name: str, *, right: float) -> None:
        """Count one answer."""
        self.answers.setdefault(name, []).append(right)

    def percent(self, name: str) -> float:
        """Return what was right, in percent."""
        return round(100 * mean(self.answers[name]), 2)


def measure() -> Figures:
    """`ingest.html.title`, `.date`, `.author`, `.body_f1` and `ingest.structured.read`, all in percent, at least."""
    figures: Figures = {}
    for name in _FOLDERS:
        if not (DATA / name).is_dir():
            return {"ingest.html": Missing(f"the pages of {name} are not in {DATA.name}/ beside the project")}
    ours, theirs = score(tuning=False)
    for name in _FIELDS:
        what = {"trafilatura alone": theirs.percent(name), "asked": float(len(ours.answers[name]))}
        figures[f"ingest.html.{name}"] = Figure(
            ours.percent(name), "% at least", theirs.percent(name), what, floor=True
        )
        if name != "body_f1":
            control(worse=ours.percent(name), than=theirs.percent(name), what=f"{name} right, in percent,")
    return figures | _structured()


def score(*, tuning: bool) -> tuple[Scores, Scores]:
    """Score the reader and trafilatura alone over one half of the folders; the half for tuning, or the other."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    ours, theirs = Scores(), Scores()
    for raw, expected in _pages(tuning=tuning):
        for scores, told in ((ours, _read(raw)), (theirs, _extracted(raw))):
            if expected.title is not None:
                scores.add("title", right=_title(told.title, expected.site) == expected.title)
            if expected.authors:
                scores.add("author", right=set(map(_name, told.authors)) - {_name("")} == expected.authors)
            if expected.moment:
                scores.add("date", right=_agrees(told.moment, expected.moment))
            scores.add("body_f1", right=_f1(told.body, expected.body))
    return ours, theirs


def _pages(*, tuning: bool) -> Iterator[tuple[bytes, Expected]]:
    by_eye: dict[str, Any] = json.loads(_READ_BY_EYE.read_text(encoding="utf-8"))
    for folder in _FOLDERS:
        for entry in json.loads((DATA / folder / "expected.json").read_text(encoding="utf-8")):
            name = Path(entry["file"]).name
            half = hashlib.sha256(name.encode()).digest()[-1] % 2 == 0
            if half == tuning and entry.get("readerable", True) and entry.get("title") != "":
                raw = gzip.decompress((DATA / folder / entry["file"]).read_bytes())
                yield raw, _expected(entry, by_eye.get(name[:_PREFIX], []))


def _expected(entry: dict[str, Any], by_eye: list[Any]) -> Expected:
    if "title" not in entry:
        title, day, authors = by_eye or (None, "", [])
        return Expected(entry["articleBody"], title, frozenset(authors), datetime.fromisoformat(day) if day else None)
    site, written = entry["siteName"] or "", entry["publishedTime"]
    authors = frozenset(map(_name, _names(entry["byline"] or "", site)))
    moment = datetime.fromisoformat(written) if written else None
    return Expected(entry["body_text"], _title(entry["title"], site), authors, moment, site)


def _read(raw: bytes) -> Told:
    try:
        story = page.read(raw, _UTC)[0]
    except Unreadable:
        return Told()
    if not isinstance(story, IncomingStory):
        return Told()
    body = _INLINE.sub("", _CAPTION.sub("", story.body_html))
    return Told(story.headline, story.byline, story.published_at, html.unescape(_TAG.sub(" ", body)))


def _extracted(raw: bytes) -> Told:
    found = trafilatura.bare_extraction(raw, with_metadata=True)
    if found is None or isinstance(found, dict):
        return Told()
    day = datetime.fromisoformat(found.date) if found.date else None
    return Told(found.title or "", (found.author or "").split("; "), day, found.text or "")


def _title(title: str, site: str) -> int:
    """The digest of a title, whatever its quotes and spaces are, and without the site's name at its end."""
    text = " ".join(unicodedata.normalize("NFKC", title).translate(_QUOTES).split())
    if site:
        text = re.sub(rf"\s+[|–—:-]+\s+{re.escape(site)}$", "", text, flags=re.IGNORECASE)
    return _digest(text)


def _name(name: str) -> int:
    return _digest("".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold())))


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12], 16)


def _names(byline: str, site: str) -> Iterator[str]:
    """The names of people in a byline as it is printed; none where it is a site's, an organisation's or a date."""
    text = _BY.sub("", byline.strip(), count=1).split("\n")[0]
    text = re.sub(r"\([^)]*\)", " ", re.split(r"[0-9]", text)[0])
    if text.strip() == site:
        return
    for part in re.split(r"[,;&]| and | et | und ", text):
        words = part.split()
        capital = all(word[0].isupper() or word.lower() in _PARTICLES for word in words)
        if len(words) > 1 and capital and ":" not in part:
            yield part


def _agrees(told: datetime | None, expected: datetime) -> bool:
    """Whether a moment is the instant expected; where one of them has no zone or no hour, whether it can be it."""
    if told is None:
        return False
    if told.tzinfo and expected.tzinfo:
        return abs(told - expected) < _MINUTE
    if told.tzinfo is None:
        return told.date() == expected.date()  # a day, as it was written
    wall_clock = expected.replace(tzinfo=UTC)
    if expected.hour or expected.minute:
        ahead = told - wall_clock
        return -_EAST <= ahead <= _WEST and (ahead + _MINUTE / 2) % _QUARTER < _MINUTE
    return wall_clock - _EAST <= told < wall_clock + timedelta(days=1) + _WEST


def _f1(told: str, expected: str) -> float:
    """The F1 of the 4-grams of words, each as often as it occurs: the collections' own measure of a text."""
    one, other = _shingles(told), _shingles(expected)
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()) if same else 0.0


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + _SHINGLE]) for start in range(max(1, len(words) - _SHINGLE + 1)))


def _structured() -> Figures:
    """The files whose JSON-LD was read or passed over; an exception of any kind is what is counted against it."""
    folder = DATA / _STRUCTURED
    if not folder.is_dir():
        return {"ingest.structured.read": Missing(f"{_STRUCTURED} is not in {DATA.name}/ beside the project")}
    right = asked = 0
    for path in sorted(folder.rglob("*.html")):
        read = [node for node, _own in nodes(grow(path.read_bytes(), _UTC).root)]
        stated = path.with_suffix(".jsonld")
        expected = json.loads(stated.read_text(encoding="utf-8")) if stated.exists() else []
        typed = [node for node in expected if node.get("@type")]
        right += sum(node in read for node in typed)
        asked += len(typed)
    return {
        "ingest.structured.read": Figure(
            round(100 * right / asked, 2), "% at least", 100.0, {"asked": float(asked)}, floor=True
        )
    }
