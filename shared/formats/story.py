"""What every format reader is given, what it returns, and the ways in which it refuses."""

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, NonNegativeInt

_END_OF_BLOCK = re.compile(r"</(?:p|div|li|h[1-6]|blockquote)\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINES = re.compile(r"\s*\n\s*")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside of the calendar") from None


type Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


@dataclass(frozen=True)
class Given:
    """What is known of a payload beside its bytes."""

    time_zone: ZoneInfo
    """The source's zone: of every time that names none."""
    content_type: str | None = None
    """As HTTP or the caller named it, parameters and all."""
    url: str | None = None
    """Where it was fetched from: the base of relative links."""


class Signal(StrEnum):
    """What a source wants done with an item."""

    PUBLISH = "publish"
    """A story, or a newer version of one: writethru, update, advance of a text."""
    CORRECTION = "correction"
    """A newer version that puts a mistake right, and says so."""
    ADVISORY = "advisory"
    """A note from newsroom to newsroom, never a text for readers."""
    WITHHOLD = "withhold"
    """Not to be used until the source says otherwise."""
    KILL = "kill"
    """Must not be used any more."""


class IncomingImage(BaseModel):
    """A picture that an item shows or links to."""

    model_config = ConfigDict(frozen=True)

    url: str
    caption: str | None = None
    credit: str | None = None


class IncomingStory(BaseModel):
    """One story as its source told it, before an editor or the desk has touched it.

    Only `headline`, `body_html`, `language` and `key` are always there; for a kill or a withhold even the first two may
    be empty.
    """

    model_config = ConfigDict(frozen=True)

    headline: str
    body_html: str
    """Escaped ``<p>…</p>`` paragraphs when the source was plain text; the desk cleans it, whatever it holds."""
    lede: str | None = None
    """A lead that the source keeps apart from the body; None where the first paragraph is the lead."""
    language: str
    """BCP 47; "und" when neither the text nor its date line tells."""
    byline: tuple[str, ...] = ()
    credit: str | None = None
    """The agency or source named, under its usual English name where it is a known agency ("BelTA")."""
    dateline: str | None = None
    """The place line that a paragraph opens with, without its dash: "MOGILEV, 12 October (BelTA)"."""
    section: str | None = None
    tags: tuple[str, ...] = ()
    published_at: Moment | None = None
    """When it first appeared at its source; None where that does not tell."""
    carried_over: NonNegativeInt = 0
    """The old site's view counter."""
    key: str
    """The item's identity within its source: the same item read again, in any version, has the same key."""
    masthead: dict[str, str] = {}
    """Any of name, address, phone and fax that stood above the date line."""
    version: NonNegativeInt | None = None
    """The source's own number of this version of the item."""
    versioned_at: Moment | None = None
    """When the source made this version: orders versions that have no number."""
    signal: Signal = Signal.PUBLISH
    embargo_until: Moment | None = None
    expires_at: Moment | None = None
    url: str | None = None
    """The story's address at its source, absolute, without what only tracks its readers."""
    images: tuple[IncomingImage, ...] = ()
    correction: str | None = None
    """What the source tells readers of its correction."""
    editors_note: str | None = None
    """For the newsroom only: instructions, contacts, reasons of a kill. Never shown to readers."""

    @property
    def body_text(self) -> str:
        """The body without markup, its paragraphs joined by blank lines."""
        text = html.unescape(_TAG.sub("", _END_OF_BLOCK.sub("\n", self.body_html)))
        return _BLANK_LINES.sub("\n\n", text.strip())


class Unreadable(Exception):
    """The input holds no story. `missing` names what was not found; the message tells an editor what was looked for."""

    def __init__(self, missing: tuple[str, ...], message: str) -> None:
        """Keep `missing` for machines and `message` for people."""
        super().__init__(message)
        self.missing = missing


class Refused(BaseModel):
    """One item of a payload that is no story for a newspaper: what it is, and what it lacks."""

    model_config = ConfigDict(frozen=True)

    reason: str
    """For an editor to read."""
    key: str | None = None
    missing: tuple[str, ...] = ()


type Incoming = list[IncomingStory | Refused]
"""What a payload holds, in its order. A reader raises `Unreadable` for a payload that it cannot read at all."""


def page_key(headline: str, published_at: datetime) -> str:
    """Return the identity of a saved page: a hash of its headline and instant, which stay when its counter moves on."""
    words = unicodedata.normalize("NFKC", headline).casefold().split()
    # casefold() can undo composition (İ), hence the second normalisation: Unicode 3.13, D146.
    told = unicodedata.normalize("NFKC", " ".join(words))
    instant = published_at.astimezone(UTC).isoformat(timespec="seconds")
    return hashlib.sha256(f"{told}\n{instant}".encode()).hexdigest()[:32]
