"""What arrives is kept raw first, then read, then handed to the desk; and what became of it can be asked."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote, unquote, unquote_plus
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic import ValidationError as Invalid
from ulid import ULID

from shared import archive, clients, desk, guard, settings
from shared.article import Actor, Group, Status, utc_now
from shared.content import Content, Line, Source
from shared.errors import NotFound, Problem
from shared.formats import plain_text
from shared.formats.story import IncomingStory, Unreadable
from shared.table import Item, get, put, put_new
from shared.transition import Known, Origin


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not an IANA time zone, such as Europe/Minsk") from None
    return name


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
    put_new(settings.value("NEWSROOM_TABLE"), _item(record))
    return record


def report(ingest: str) -> IngestRecord:
    """What became of a payload. Raises NotFound."""
    item = get(settings.value("NEWSROOM_TABLE"), f"INGEST#{ingest}", "INGEST")
    if item is None:
        raise NotFound(f"There is no ingest {ingest}.")
    return IngestRecord.model_validate(item)


def handle(message: dict[str, Any]) -> None:
    """Reads the payloads that a bucket's notification names. Safe to repeat: an item makes one story."""
    for record in message.get("Records", []):  # a new notification sends a test message without records
        _read(record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"]))


def _read(bucket: str, name: str) -> None:
    answer = clients.s3().get_object(Bucket=bucket, Key=name)
    told = {key: unquote(text) for key, text in answer["Metadata"].items()}
    record = IngestRecord(
        ingest=name.removeprefix("ingest/"), status="done", received_at=answer["LastModified"], raw=name
    )
    try:
        story = _parse(answer["Body"].read(), told.get("time-zone", ""))
        item = _take(story, told, record.ingest)
    except Unreadable as error:
        item = IngestItem(outcome=Outcome.REFUSED, detail=str(error), missing=list(error.missing))
    except Problem as error:
        item = IngestItem(outcome=Outcome.REFUSED, detail=error.detail)
    status = "refused" if item.outcome is Outcome.REFUSED else "done"
    put(settings.value("NEWSROOM_TABLE"), _item(record.model_copy(update={"items": [item], "status": status})))


def _parse(raw: bytes, zone: str) -> IncomingStory:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(("text",), "The payload is not UTF-8 text; save the page as UTF-8.") from None
    return plain_text.read(text, ZoneInfo(zone) if zone else settings.time_zone())


def _take(incoming: IncomingStory, told: dict[str, str], ingest: str) -> IngestItem:
    actor = Actor(told.get("by", "drop"), Group(told.get("group", Group.REPORTER)))
    source = told.get("source", "page")
    try:
        story = desk.ingest(_content(incoming, source), actor, Origin(source, incoming.key, ingest))
        outcome = Outcome.CREATED
    except Known as known:
        # The queue delivers twice now and then: what this very payload made is its creation, not a duplicate.
        outcome = Outcome.CREATED if known.record.get("ingest") == ingest else Outcome.DUPLICATE
        story = archive.story(known.story_id)
    if outcome is Outcome.CREATED and told.get("publish") and story.status is Status.DRAFT:
        story = desk.publish(story.id, actor, expected=story.version)
    detail = "The story came before; nothing was changed." if outcome is Outcome.DUPLICATE else None
    return IngestItem(outcome=outcome, article=story.id, detail=detail, masthead=incoming.masthead)


def _content(incoming: IncomingStory, source: str) -> Content:
    try:
        return Content(
            headline=incoming.headline,
            lede=incoming.lede,
            body_html=incoming.body_html,
            byline=list(incoming.byline),
            credit=incoming.credit,
            dateline=incoming.dateline,
            section=incoming.section,
            tags=list(incoming.tags),
            language=None if incoming.language == "und" else incoming.language,
            source=Source(name=incoming.credit or source),
            published_at=incoming.published_at,
            carried_over=incoming.carried_over,
        )
    except Invalid as error:
        first = error.errors()[0]
        raise Unreadable((str(first["loc"][0]),), f"{first['loc'][0]}: {first['msg']}") from None


def _item(record: IngestRecord) -> Item:
    return {"pk": f"INGEST#{record.ingest}", "sk": "INGEST", **record.model_dump(mode="json")}
