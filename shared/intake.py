"""What arrives is kept raw first, and what became of it can be asked."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field
from ulid import ULID

from shared import clients, events, guard, settings
from shared.article import ID_PATTERN, Actor, Group, utc_now
from shared.content import Line
from shared.errors import Conflict, NotFound
from shared.sources import Zone
from shared.table import Item, get, put_new

_ID = rf"{ID_PATTERN}|^drop-[0-9a-f]{{24}}$"
_MARKUP = re.compile(rb"^[\s\x00]*<|^(?:\xff\xfe|\xfe\xff|\x00\x00\xfe\xff)")


class IngestQuery(BaseModel):
    """How a payload is to be read: whose it is, in which zone its date lines are, and whether to publish it."""

    model_config = ConfigDict(extra="forbid")

    source: Line = Field(
        default="page", max_length=80, description="The wire, feed or site; items are the same only within one"
    )
    time_zone: Zone | None = Field(default=None, description="IANA name; absent: the source's, or the title's")
    publish: bool = Field(default=False, description="Publish what comes in; takes the group editor")


class Outcome(StrEnum):
    """What became of one item."""

    CREATED = "created"
    REVISED = "revised"
    DUPLICATE = "duplicate"
    STALE = "stale"
    KILLED = "killed"
    WITHHELD = "withheld"
    NOTED = "noted"
    HELD = "held"
    REFUSED = "refused"


class Dark(BaseModel):
    """Where a story that was taken down is not seen any more, and since when (UTC)."""

    surface: str
    at: datetime


class IngestItem(BaseModel):
    """One item of a payload and its story; for a refused one, why and which parts were `missing`.

    `dark` is the receipt of a kill or a withhold: each surface on which readers saw the story, and when it went.
    """

    outcome: Outcome
    article: str | None = None
    headline: str | None = None
    version: int | None = Field(default=None, description="The version of the article that the item made")
    detail: str | None = None
    missing: list[str] = []
    masthead: dict[str, str] = Field(default_factory=dict, description="What stood above the story on its page")
    dark: list[Dark] = []


class IngestRecord(BaseModel):
    """One payload: `status` is received until it was read, then done, held or refused.

    `raw` is its key in the bucket, `format` what it was read as.
    """

    ingest: str
    status: str
    received_at: datetime
    raw: str
    source: str | None = None
    format: str | None = None
    items: list[IngestItem] = []


def receive(event: dict[str, Any], query: IngestQuery, actor: Actor) -> IngestRecord:
    """Keeps the raw body, which queues it. Raises Forbidden when the actor may not publish and asks to."""
    if query.publish:
        actor.require(Group.EDITOR)
    told = {
        "time-zone": query.time_zone or "",
        "publish": "yes" if query.publish else "",
        "content-type": (event.get("headers") or {}).get("content-type", ""),
    }
    return keep(_body(event), source=query.source, actor=actor, told=told)


def _body(event: dict[str, Any]) -> bytes:
    """The body. Text must be UTF-8; markup may be in the encoding that it names itself, or forgets to name."""
    raw = guard.raw(event)
    charset = (event.get("headers") or {}).get("content-type", "").lower().partition("charset=")[2]
    if not _MARKUP.match(raw) and charset.strip("\"' ") in {"", "utf-8", "utf8", "us-ascii"}:
        guard.text(event)
    return raw


def keep(raw: bytes, *, source: str, actor: Actor, told: Mapping[str, str]) -> IngestRecord:
    """Keeps a payload in the bucket, which queues it.

    One write decides: once the payload lies in the bucket it will be read, whatever happens here.
    """
    ingest = str(ULID())
    told = {"source": source, "by": actor.name, "group": actor.group.value, **told}
    name = f"ingest/{ingest}"
    clients.s3().put_object(Bucket=settings.value("PAYLOADS_BUCKET"), Key=name, Body=raw, Metadata=_as_metadata(told))
    record = IngestRecord(ingest=ingest, status="received", received_at=utc_now(), raw=name, source=source)
    # The queue's reader may have been faster; then its answer stays.
    put_new(settings.value("NEWSROOM_TABLE"), record_item(record))
    return record


def _as_metadata(told: Mapping[str, str]) -> dict[str, str]:
    # S3 takes ASCII there, and 2 KB in all.
    return {name: quote(text[:200]) for name, text in told.items()}


def told_of(metadata: Mapping[str, str]) -> dict[str, str]:
    """What was told of a payload when it was kept."""
    return {name: unquote(text) for name, text in metadata.items()}


def release(ingest: str, actor: Actor) -> IngestRecord:
    """Has a held payload read again, with an editor's word. Raises Conflict when nothing of it is held."""
    actor.require(Group.EDITOR)
    record = report(ingest)
    if not any(item.outcome is Outcome.HELD for item in record.items):
        raise Conflict("Nothing of this payload is held.")
    bucket, s3 = settings.value("PAYLOADS_BUCKET"), clients.s3()
    # Not asked by HEAD, whose refusals say nothing of their reason.
    told = told_of(s3.get_object(Bucket=bucket, Key=record.raw)["Metadata"])
    told |= {"released": "yes", "by": actor.name, "group": actor.group.value}
    # Written over itself it is a new object to the bucket, which queues it again.
    s3.copy_object(
        Bucket=bucket,
        Key=record.raw,
        CopySource={"Bucket": bucket, "Key": record.raw},
        Metadata=_as_metadata(told),
        MetadataDirective="REPLACE",
    )
    return record.model_copy(update={"status": "received"})


def report(ingest: str) -> IngestRecord:
    """What became of a payload. Raises NotFound."""
    item = re.fullmatch(_ID, ingest) and get(settings.value("NEWSROOM_TABLE"), f"INGEST#{ingest}", "INGEST")
    if not item:
        raise NotFound(f"There is no ingest {ingest[:100]}.")
    record = IngestRecord.model_validate(item)
    for each in record.items:
        each.dark += _told_to_subscribers(each)
    return record


def _told_to_subscribers(item: IngestItem) -> list[Dark]:
    if not item.dark or not item.article or not item.version:
        return []
    event = get(settings.value("NEWSROOM_TABLE"), **events.key(item.article, item.version))
    confirmed = (event or {}).get("confirmed_at")
    return [Dark(surface="subscribers told", at=confirmed)] if confirmed else []


def record_item(record: IngestRecord) -> Item:
    """A record as stored."""
    return {"pk": f"INGEST#{record.ingest}", "sk": "INGEST", **record.model_dump(mode="json", exclude_none=True)}
