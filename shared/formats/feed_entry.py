"""What a feed says, whichever of its formats it is in."""

from dataclasses import dataclass
from datetime import datetime

from shared.formats.story import IncomingImage


@dataclass(frozen=True)
class Text:
    """A text as its feed holds it."""

    value: str
    is_html: bool
    base: str | None = None
    """The address that its relative links start from."""


@dataclass(frozen=True)
class Entry:
    """One item of a feed. Plain text has no markup; links are absolute where the feed says from where."""

    id: str | None = None
    """As the feed gives it: a guid, an id, an rdf:about; without tracking parameters where it is an address."""
    link: str | None = None
    title: str = ""
    texts: tuple[Text, ...] = ()
    """What is offered as the whole text; a feed may have one for each of several readers."""
    summary: Text | None = None
    authors: tuple[str, ...] = ()
    source: str | None = None
    """The publication that the feed took the item from."""
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None
    language: str | None = None
    images: tuple[IncomingImage, ...] = ()


MOST = 1_000
"""Entries that are read of one feed."""


@dataclass(frozen=True)
class Feed:
    """A feed: what holds for all of it, and its items in their order."""

    entries: tuple[Entry, ...]
    left_out: int = 0
    """How many items there are after these: more than are read at once."""
    title: str = ""
    authors: tuple[str, ...] = ()
    """Of entries that name none, where the format says so (Atom, JSON Feed)."""
    tags: tuple[str, ...] = ()
    language: str | None = None
