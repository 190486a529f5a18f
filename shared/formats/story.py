"""What every format reader returns, and the one way in which it refuses."""

import hashlib
import html
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, NonNegativeInt

_END_OF_BLOCK = re.compile(r"</(?:p|div|li|h[1-6]|blockquote)\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINES = re.compile(r"\s*\n\s*")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside of the calendar") from None


class IncomingStory(BaseModel):
    """One story as its source told it, before an editor or the desk has touched it."""

    model_config = ConfigDict(frozen=True)

    headline: str
    body_html: str
    """Escaped ``<p>…</p>`` paragraphs when the source was plain text."""
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
    published_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]
    carried_over: NonNegativeInt = 0
    """The old site's view counter."""
    key: str
    """The item's identity within its source: the same item read again has the same key."""
    masthead: dict[str, str] = {}
    """Any of name, address, phone and fax that stood above the date line."""

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


def page_key(headline: str, published_at: datetime) -> str:
    """Return the identity of a saved page: a hash of its headline and instant, which stay when its counter moves on."""
    words = unicodedata.normalize("NFKC", headline).casefold().split()
    # casefold() can undo composition (İ), hence the second normalisation: Unicode 3.13, D146.
    told = unicodedata.normalize("NFKC", " ".join(words))
    instant = published_at.astimezone(UTC).isoformat(timespec="seconds")
    return hashlib.sha256(f"{told}\n{instant}".encode()).hexdigest()[:32]
