"""What makes an item of a source the same item when it comes again, and which of two versions is the newer one."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from shared.article import iso
from shared.formats.story import IncomingStory, Signal
from shared.table import Item, Write

_REMEMBERED = 10  # digests of earlier versions: what comes again out of order is known by them
_STOPS = {Signal.KILL, Signal.WITHHOLD}


class Standing(StrEnum):
    """How an item stands to what is known of it."""

    NEW = "new"
    NEWER = "newer"
    SAME = "same"
    OLDER = "older"


@dataclass(frozen=True)
class Origin:
    """An item of a source as it came; `known` is what was kept of it before, None for the first time."""

    source: str
    key: str
    ingest: str
    digest: str
    version: int | None = None
    versioned_at: datetime | None = None
    signal: Signal = Signal.PUBLISH
    known: Item | None = None

    @classmethod
    def of(cls, incoming: IncomingStory, source: str, ingest: str) -> Self:
        """The origin of an item, before it is known whether it came before."""
        # A page's counter moves on without its story, and where a page was saved says nothing of it.
        told = incoming.model_dump_json(exclude={"carried_over", "masthead"})
        return cls(
            source=source,
            key=incoming.key,
            ingest=ingest,
            digest=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16],
            version=incoming.version,
            versioned_at=incoming.versioned_at,
            signal=incoming.signal,
        )

    def knowing(self, known: Item | None) -> Self:
        """The same item, with what is known of it."""
        return replace(self, known=known)

    @property
    def stopped(self) -> Signal | None:
        """The kill or withhold that was the source's last word on the item."""
        last = Signal(self.known["signal"]) if self.known else None
        return last if last in _STOPS else None

    @property
    def pk(self) -> str:
        """Hashed: a source chooses its keys and must not be able to choose ours."""
        return "WIRE#" + hashlib.sha256(json.dumps([self.source, self.key]).encode()).hexdigest()

    @property
    def story(self) -> str | None:
        """The story that the item became, if it became one."""
        return self.known.get("story") if self.known else None

    @property
    def repeated(self) -> bool:
        """Whether this very payload has had its effect before: the queue delivers twice now and then."""
        known = self.known or {}
        return known.get("ingest") == self.ingest and known["digest"] == self.digest

    def standing(self) -> Standing:
        """Decided by the source's number; by the moment of its version where that does not tell; else by the text.

        Of two with the same number and moment only a stop (a kill, a withhold) is taken for the newer one: sources
        cancel a version without counting on.
        """
        if self.known is None:
            return Standing.NEW
        if self.digest in {self.known["digest"], *self.known.get("earlier", ())}:
            return Standing.SAME
        order = self._order(self.known)
        if order == 0 and self.signal in _STOPS:
            return Standing.NEWER
        if order is None or order > 0:
            return Standing.NEWER
        return Standing.OLDER

    def _order(self, known: Item) -> int | None:
        """Positive when this is newer, negative or zero when it is not; None when nothing tells."""
        before: int | None = known.get("version")
        at: str | None = known.get("versioned_at")
        if self.version is not None and before is not None and self.version != before:
            return self.version - before
        if self.versioned_at is not None and at is not None:
            now = iso(self.versioned_at)
            return (now > at) - (now < at)
        return 0 if self.version is not None and before is not None else None

    def item(self, story_id: str | None, outcome: str) -> Item:
        """What is remembered of the item: its story, its version, what it did, and the payload that did it."""
        known = self.known or {}
        earlier = [known["digest"], *known.get("earlier", ())][:_REMEMBERED] if known else []
        return {
            "pk": self.pk,
            "sk": "WIRE",
            "source": self.source,
            "ingest": self.ingest,
            "story": story_id,
            "outcome": outcome,
            "turn": known.get("turn", 0) + 1,
            "version": self.version if self.version is not None else known.get("version"),
            "versioned_at": iso(self.versioned_at) if self.versioned_at else known.get("versioned_at"),
            "signal": self.signal.value,
            "digest": self.digest,
            "resumes": self.stopped is Signal.WITHHOLD or None,
            "earlier": earlier,
        }

    def write(self, table: str, story_id: str | None, outcome: str) -> Write:
        """The write that remembers the item; fails when another payload moved it on meanwhile."""
        if self.known is None:
            return Write(table, self.item(story_id, outcome), condition="attribute_not_exists(pk)")
        return Write(
            table, self.item(story_id, outcome), condition="turn = :turn", values={":turn": self.known["turn"]}
        )
