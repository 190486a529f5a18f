"""The catalogue of events, and their way from the outbox to the bus."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from ulid import ULID

from shared import clients, inbox, settings
from shared.article import ID_PATTERN, PUBLIC, Story, iso, utc_now
from shared.content import Correction
from shared.table import Item, Write, get_many, load

SOURCE = "dateline"
_BATCH = 10  # PutEvents takes ten entries
_SETTLED = timedelta(seconds=10)  # the longest transaction, with its retries


class HiddenStory(BaseModel):
    """A story that readers may not see: nothing but that it exists and where it stands."""

    id: str
    version: int
    status: str


_HIDDEN = HiddenStory.model_fields.keys()


class PublicStory(HiddenStory):
    """A story that readers may see: where to find it, never its body."""

    url: str
    slug: str
    headline: str
    section: str
    language: str
    tags: list[str]
    published_at: datetime


class CorrectedStory(PublicStory):
    """A story with what was wrong in it, what is right, and since when."""

    correction: Correction


class MovedStory(PublicStory):
    """A story that has another address now; the previous one leads to it."""

    previous_url: str


class Milestone(BaseModel):
    """A round number of readings that a story has reached, with what an older site counted."""

    id: str
    milestone: int
    total: int


class QuietSource(BaseModel):
    """A wire or a feed that has brought nothing new since a moment, for longer than `hours`."""

    id: str
    name: str
    since: datetime
    hours: int


@dataclass(frozen=True)
class EventType:
    """One type of the catalogue: its name, what it means, and its data when readers see the story."""

    name: str
    meaning: str
    public: type[PublicStory | Milestone | QuietSource] | None = None


CATALOGUE = {
    event.name: event
    for event in (
        EventType("article.ingested", "A story came in from a wire, a feed or a page and is now a draft."),
        EventType("article.created", "Somebody wrote a draft."),
        EventType("article.revised", "The text of a story that readers do not see was changed."),
        EventType("article.scheduled", "The story will be published by itself, at a moment or when its embargo ends."),
        EventType("article.unscheduled", "The plan to publish the story, or its embargo, was taken back."),
        EventType("article.embargo.lifted", "The embargo's moment has passed; the publication follows."),
        EventType("article.published", "Readers can see the story from now on.", PublicStory),
        EventType("article.updated", "The text of a published story was changed.", PublicStory),
        EventType(
            "article.slug.changed", "A published story has another address; its text may differ too.", MovedStory
        ),
        EventType("article.corrected", "A mistake in the story was put right, and it says so.", CorrectedStory),
        EventType("article.unpublished", "Readers cannot see the story any more; it may come back."),
        EventType("article.withdrawn", "The story was taken down; `status` tells in which of the five ways."),
        EventType("article.killed", "The story must not be used: it is off every surface, for good."),
        EventType(
            "article.reinstated", "A removal was taken back; the story is unpublished and can be published again."
        ),
        EventType("article.archived", "A draft or an unpublished story was put away."),
        EventType(
            "views.milestone",
            "Readings brought a story to 100, 1,000, 10,000 …; `sequence` is which of these, not a version.",
            Milestone,
        ),
        EventType(
            "source.quiet",
            "A wire or a feed has brought nothing new for as long as its editor wants to know; told once each time.",
            QuietSource,
        ),
    )
}


def item(name: str, story: Story, by: str, *, why: str | None = None, **more: Any) -> Item:
    """The event item of the change that made `story` what it is: outbox, audit and log in one.

    What `more` holds goes into the data only when readers see the story. Beside the data the item keeps what is
    needed to tell later what readers saw then.
    """
    event = CATALOGUE[name]
    return {
        **key(story.id, story.version),
        # By the story's own time, which never goes back: its events sort in their sequence, whatever clock told it.
        "event_id": str(ULID.from_datetime(story.updated_at)),
        "type": event.name,
        "time": iso(story.updated_at),
        "data": _data(event, story, more),
        "status": story.status.value,
        "text_version": story.text_version,
        "by": by,
        "why": why,
        "log": "LOG",
        "unconfirmed": "UNCONFIRMED",
    }


def source_item(source_id: str, number: int, data: Item, now: datetime) -> Item:
    """The event item of a source's `number`th silence."""
    return {
        **key(f"source/{source_id}", number),
        "event_id": str(ULID.from_datetime(now)),
        "type": "source.quiet",
        "time": iso(now),
        "data": data,
        "log": "LOG",
        "unconfirmed": "UNCONFIRMED",
    }


def key(subject: str, sequence: int) -> Item:
    """The key of one event item; `subject` as events name it: a story's id, or `source/` and a source's."""
    source = subject.removeprefix("source/")
    pk = f"STORY#{subject}" if source == subject else f"SOURCE#{source}"
    return {"pk": pk, "sk": f"EVENT#{sequence:08}"}


def sequence_of(image: Item) -> int:
    """Which of its story's events an item is, from 1 without a gap; the version that the change made."""
    return int(image["sequence"] if "sequence" in image else image["sk"].removeprefix("EVENT#"))


def _data(event: EventType, story: Story, more: dict[str, Any]) -> dict[str, Any]:
    shape = event.public if event.public and story.public else HiddenStory
    fields = story.model_dump(mode="json") | {"url": url(story.slug)} | more
    return shape.model_validate(fields).model_dump(mode="json", exclude_none=True)


def url(slug: str | None) -> str:
    """The story's public address; a path when the title has no site of its own."""
    return f"{settings.value('SITE_URL')}/articles/by-slug/{slug}"


def cloud_event(image: Item) -> dict[str, Any]:
    """The CloudEvents 1.0 envelope of an event item: its key tells the story and the sequence."""
    return {
        "specversion": "1.0",
        "id": image["event_id"],
        "source": f"/dateline/{settings.value('STACK')}",
        "type": image["type"],
        "subject": image["pk"].removeprefix("STORY#").replace("SOURCE#", "source/"),
        "time": image["time"],
        "datacontenttype": "application/json",
        "dataschema": f"urn:dateline:event:{image['type']}:1",
        "sequence": sequence_of(image),
        "data": image["data"],
    }


class EventQuery(BaseModel):
    """Which part of the event log: what comes after an event's id, from the first one when absent."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, StringConstraints(pattern=ID_PATTERN)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class CloudEvent(BaseModel):
    """The CloudEvents 1.0 envelope of an event; `sequence` counts the story's events from 1 without a gap."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    sequence: int
    data: dict[str, Any]


class EventLog(BaseModel):
    """A page of the event log; `next` goes into `after` to read on, now or later."""

    items: list[CloudEvent]
    next: str | None


class Unsent(Exception):
    """The bus did not take some events; the stream delivers the batch again."""


def relay(records: list[dict[str, Any]]) -> None:
    """Sends stream records of event items to the bus. Raises Unsent when an entry is refused twice."""
    send([load(record["dynamodb"]["NewImage"]) for record in records])


def send(images: list[Item]) -> None:
    """Sends event items to the bus. Raises Unsent when an entry is refused twice.

    PutEvents answers 200 with FailedEntryCount; what failed is sent once more, then all of it comes again with the
    next delivery: consumers drop what they have handled.
    """
    entries: list[Any] = [_entry(image) for image in _as_seen_now(images)]
    failed = 0
    for start in range(0, len(entries), _BATCH):
        failed += len(_put(_put(entries[start : start + _BATCH])))
    if failed:
        raise Unsent(f"{failed} of {len(entries)} events were refused by the bus")


def _as_seen_now(images: list[Item]) -> list[Item]:
    """The event items, with nothing left of a story that readers saw then and may not see any more."""
    table = settings.value("NEWSROOM_TABLE")
    stories = {image["pk"] for image in images if image["pk"].startswith("STORY#")}
    told = stories & {image["pk"] for image in images if not image["data"].keys() <= _HIDDEN}
    states = get_many(table, [{"pk": story, "sk": "STATE"} for story in sorted(told)])
    gone = told - {item["pk"] for item in states if item["status"] in PUBLIC}
    return [
        image | {"data": {name: image["data"][name] for name in _HIDDEN & image["data"].keys()}}
        if image["pk"] in gone
        else image
        for image in images
    ]


def unconfirmed(before: datetime, limit: int = 500) -> list[Item]:
    """Event items older than `before` that nobody has confirmed, oldest first."""
    answer = clients.dynamodb().query(
        TableName=settings.value("NEWSROOM_TABLE"),
        IndexName="unconfirmed",
        KeyConditionExpression="unconfirmed = :all AND event_id < :before",
        ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}, ":before": {"S": _id_at(before)}},
        Limit=limit,
    )
    return [load(item) for item in answer["Items"]]


def log(after: str | None, limit: int) -> EventLog:
    """The event log behind event id `after`, in the order of ids: in order per story.

    Shows only what is older than the longest transaction, so that no event appears later behind an id already passed.
    """
    before = _id_at(utc_now() - _SETTLED)
    start = f"{after}~" if after else "0"  # "~" sorts behind every id: BETWEEN takes its bounds in
    if start > before:
        return EventLog(items=[], next=after)
    answer = clients.dynamodb().query(
        TableName=settings.value("NEWSROOM_TABLE"),
        IndexName="log",
        KeyConditionExpression="#log = :log AND event_id BETWEEN :after AND :before",
        ExpressionAttributeNames={"#log": "log"},
        ExpressionAttributeValues={
            ":log": {"S": "LOG"},
            ":after": {"S": start},
            ":before": {"S": before},
        },
        Limit=limit,
    )
    images = _as_seen_now([load(item) for item in answer["Items"]])
    found = [CloudEvent.model_validate(cloud_event(image)) for image in images]
    return EventLog(items=found, next=found[-1].id if found else after)


def _id_at(moment: datetime) -> str:
    """The lowest event id of a moment: ids are ULIDs, whose first ten characters are the time."""
    return str(ULID.from_timestamp(moment.timestamp()))[:10]


def _entry(image: Item) -> dict[str, str]:
    detail = json.dumps(cloud_event(image), ensure_ascii=False)
    return {"EventBusName": settings.value("BUS"), "Source": SOURCE, "DetailType": image["type"], "Detail": detail}


def _put(entries: list[Any]) -> list[Any]:
    if not entries:
        return []
    answer = clients.events().put_events(Entries=entries)
    if not answer["FailedEntryCount"]:
        return []
    return [entry for entry, result in zip(entries, answer["Entries"], strict=True) if "ErrorCode" in result]


def confirm(cloud: dict[str, Any]) -> bool:
    """Notes on the event item that the event came over the bus; False when it was noted before.

    The item itself is the record of having handled it. Raises Cancelled for an event that the log does not hold.
    """
    noted = Write(
        settings.value("NEWSROOM_TABLE"),
        key(cloud["subject"], cloud["sequence"]),
        update="SET confirmed_at = :now REMOVE unconfirmed",
        condition="event_id = :id AND attribute_not_exists(confirmed_at)",
        values={":now": iso(utc_now()), ":id": cloud["id"]},
    )
    return inbox.once(noted, handled=lambda item: item.get("event_id") == cloud["id"])
