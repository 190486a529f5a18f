"""What arrives is kept raw first, and what became of it can be asked."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from ulid import ULID

from shared import clients, guard, moments, settings
from shared.article import Actor, Group, utc_now
from shared.content import Line
from shared.errors import NotFound, Unprocessable
from shared.table import Item, get, put_new


def _known_zone(name: str) -> str:
    try:
        return moments.zone(name).key
    except Unprocessable as problem:
        raise ValueError(problem.errors[0]["detail"]) from None


class IngestQuery(BaseModel):
    """How a payload is to be read: whose it is, in which zone its date lines are, and whether to publish it."""

    model_config = ConfigDict(extra="forbid")

    source: Line = Field(
        default="page", max_length=80, description="The wire, feed or site; items are the same only within one"
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = Field(
        default=None, description="IANA name; absent: the title's"
    )
    publish: bool = Field(default=False, description="Publish what comes in; takes the group editor")


class Outcome(StrEnum):
    """What became of one item."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class IngestItem(BaseModel):
    """One item of a payload and its story; for a refused one, why and which parts were `missing`."""

    outcome: Outcome
    article: str | None = None
    detail: str | None = None
    missing: list[str] = []
    masthead: dict[str, str] = Field(default_factory=dict, description="What stood above the story on its page")


class IngestRecord(BaseModel):
    """One payload: `status` is received until it was read, then done or refused. `raw` is its key in the bucket."""

    ingest: str
    status: str
    received_at: datetime
    raw: str
    items: list[IngestItem] = []


def receive(event: dict[str, Any], query: IngestQuery, actor: Actor) -> IngestRecord:
    """Keeps the raw body in the bucket, which queues it. Raises Forbidden when the actor may not publish and asks to.

    One write decides: once the payload lies in the bucket it will be read, whatever happens here.
    """
    if query.publish:
        actor.require(Group.EDITOR)
    guard.text(event)
    ingest = str(ULID())
    told = {
        "source": query.source,
        "time-zone": query.time_zone or "",
        "publish": "yes" if query.publish else "",
        "by": actor.name,
        "group": actor.group.value,
        "content-type": (event.get("headers") or {}).get("content-type", "")[:200],
    }
    clients.s3().put_object(
        Bucket=settings.value("PAYLOADS_BUCKET"),
        Key=f"ingest/{ingest}",
        Body=guard.raw(event),
        Metadata={name: quote(text) for name, text in told.items()},  # S3 takes ASCII there
    )
    record = IngestRecord(ingest=ingest, status="received", received_at=utc_now(), raw=f"ingest/{ingest}")
    # The queue's reader may have been faster; then its answer stays.
    put_new(settings.value("NEWSROOM_TABLE"), record_item(record))
    return record


def report(ingest: str) -> IngestRecord:
    """What became of a payload. Raises NotFound."""
    item = get(settings.value("NEWSROOM_TABLE"), f"INGEST#{ingest}", "INGEST")
    if item is None:
        raise NotFound(f"There is no ingest {ingest}.")
    return IngestRecord.model_validate(item)


def record_item(record: IngestRecord) -> Item:
    """A record as stored."""
    return {"pk": f"INGEST#{record.ingest}", "sk": "INGEST", **record.model_dump(mode="json")}
