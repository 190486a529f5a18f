"""Pages: title, date, author and text against the expectations of two public collections, beside trafilatura alone.

Only the half of each folder counts that nothing was tuned on (by a hash of the file's name), and of it only pages that
their collection calls readable. One collection tells of texts only: what its pages print as title, day and names was
read off them by eye, before the reader saw them, and is kept as digests in `pages.json`. Fields of which nothing is
expected are left out; how many count is told beside each figure. A page that is refused has every field wrong.
"""

import gzip
import hashlib
import html
import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
_MINUTE, _EAST, _WEST = timedelta(minutes=1), timedelta(hours=14), timedelta(hours=12)
_CAPTION = re.compile(r"<figcaption>.*?</figcaption>", re.DOTALL)
_INLINE = re.compile(r"</?(?:b|strong|i|em|a|s|q|cite|code|sub|sup|del|ins)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"'})
_BY = re.compile(r"(?:written )?(?:by|par|por|von)\b:?\s*", re.IGNORECASE)
_PARTICLES = frozenset("and de la van von der den di da del le el al bin y".split())


@dataclass(frozen=True)
class Told:
    """What a reader, or an expectation, says of a page; None or empty where it says nothing."""

    title: str = ""
    authors: frozenset[str] = frozenset()
    moment: datetime | None = None
    """With a zone: an instant. Without: a day."""
    body: str = ""
    site: str = ""
    """The site's name, which is no part of a title."""


@dataclass
class Scores:
    """How much was right of how much was asked."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, *, right: float) -> None:
        """Count one answer: 1 is right, 0 wrong, a text lies between."""
        self.right[name] += right  # type: ignore[assignment]  # a Counter of parts of answers
        self.asked[name] += 1

    def percent(self, name: str) -> float:
        """Return what was right, in percent."""
        return round(100 * self.right[name] / self.asked[name], 2)


def measure() -> Figures:
    """`ingest.html.title`, `.date`, `.author`, `.body_f1` and `ingest.structured.read`, all in percent, at least."""
    figures: Figures = {}
    for name in _FOLDERS:
        if not (DATA / name).is_dir():
            return {"ingest.html": Missing(f"the pages of {name} are not in {DATA.name}/ beside the project")}
    ours, theirs = score(tuning=False)
    for name in _FIELDS:
        what = {"trafilatura alone": theirs.percent(name), "asked": float(ours.asked[name])}
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
            if expected.title:
                scores.add("title", right=_title(told.title, expected.site) == expected.title)
            if expected.authors:
                scores.add("author", right=told.authors == expected.authors)
            if expected.moment:
                scores.add("date", right=_agrees(told.moment, expected.moment))
            scores.add("body_f1", right=_f1(told.body, expected.body))
    return ours, theirs


def _pages(*, tuning: bool) -> Iterator[tuple[bytes, Told]]:
    by_eye: dict[str, Any] = json.loads(_READ_BY_EYE.read_text(encoding="utf-8"))
    for folder in _FOLDERS:
        for entry in json.loads((DATA / folder / "expected.json").read_text(encoding="utf-8")):
            name = Path(entry["file"]).name
            half = hashlib.sha256(name.encode()).digest()[-1] % 2 == 0
            if half == tuning and entry.get("readerable", True):
                raw = gzip.decompress((DATA / folder / entry["file"]).read_bytes())
                yield raw, _expected(entry, by_eye.get(name, {}))


def _expected(entry: dict[str, Any], by_eye: dict[str, Any]) -> Told:
    if "title" not in entry:
        day = datetime.fromisoformat(by_eye["day"]) if by_eye.get("day") else None
        return Told(by_eye.get("title", ""), frozenset(by_eye.get("authors", ())), day, entry["articleBody"])
    site, written = entry["siteName"] or "", entry["publishedTime"]
    moment = datetime.fromisoformat(written) if written else None
    if moment and moment.tzinfo is None and len(written) > len("2024-06-25"):
        moment = moment.replace(tzinfo=UTC)
    authors = frozenset(map(_name, _names(entry["byline"] or "", site)))
    return Told(_title(entry["title"], site), authors, moment, entry["body_text"], site)


def _read(raw: bytes) -> Told:
    try:
        story = page.read(raw, _UTC)[0]
    except Unreadable:
        return Told()
    if not isinstance(story, IncomingStory):
        return Told()
    body = _INLINE.sub("", _CAPTION.sub("", story.body_html))
    authors = frozenset(map(_name, story.byline))
    return Told(story.headline, authors, story.published_at, html.unescape(_TAG.sub(" ", body)))


def _extracted(raw: bytes) -> Told:
    found = trafilatura.bare_extraction(raw, with_metadata=True)
    if found is None or isinstance(found, dict):
        return Told()
    authors = frozenset(map(_name, (found.author or "").split("; "))) - {_name("")}
    moment = datetime.fromisoformat(found.date) if found.date else None
    return Told(found.title or "", authors, moment, found.text or "")


def _title(title: str, site: str) -> str:
    """The digest of a title, whatever its quotes and spaces are, and without the site's name at its end."""
    text = " ".join(unicodedata.normalize("NFKC", title).translate(_QUOTES).split())
    if site:
        text = re.sub(rf"\s+[|–—:-]+\s+{re.escape(site)}$", "", text, flags=re.IGNORECASE)
    return _digest(text)


def _name(name: str) -> str:
    return _digest("".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold())))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


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
    """Whether a moment is the instant that is expected; where either is a day, whether it can, somewhere, be of it."""
    if told is None:
        return False
    if told.tzinfo and expected.tzinfo:
        return abs(told - expected) < _MINUTE
    if not told.tzinfo and not expected.tzinfo:
        return told.date() == expected.date()
    instant, day = (told, expected) if told.tzinfo else (expected, told)
    if told.tzinfo is None:
        return told.date() == expected.date()  # as it was written, in its own zone
    start = day.replace(tzinfo=UTC)
    return start - _EAST <= instant < start + timedelta(days=1) + _WEST


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
