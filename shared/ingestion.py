"""Raw payloads become stories: read, handed to the desk, and what became of them written down."""

from typing import Any
from urllib.parse import unquote, unquote_plus
from zoneinfo import ZoneInfo

from pydantic import ValidationError as Invalid

from shared import archive, clients, desk, settings
from shared.article import Actor, Group, Status
from shared.content import Content, Source
from shared.errors import Conflict, PreconditionFailed, Problem, Unavailable
from shared.formats import plain_text
from shared.formats.story import IncomingStory, Unreadable
from shared.intake import IngestItem, IngestRecord, Outcome, record_item
from shared.table import put
from shared.transition import Known, Origin

# What is wrong with the moment and not with the payload: the queue brings it again.
_PASSING = {Conflict.status, PreconditionFailed.status, Unavailable.status}


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
        if error.status in _PASSING:
            raise
        item = IngestItem(outcome=Outcome.REFUSED, detail=error.detail)
    status = "refused" if item.outcome is Outcome.REFUSED else "done"
    put(settings.value("NEWSROOM_TABLE"), record_item(record.model_copy(update={"items": [item], "status": status})))


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
