"""The catalogue of events, and their way from the outbox to the bus."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from ulid import ULID

from shared import clients, settings
from shared.article import Story, iso, utc_now
from shared.table import Item, load

SOURCE = "dateline"
_BATCH = 10  # PutEvents takes ten entries


class HiddenStory(BaseModel):
    """A story that readers may not see: nothing but that it exists and where it stands."""

    id: str
    version: int
    status: str


class PublicStory(HiddenStory):
    """A story that readers may see: where to find it, never its body."""

    url: str
    slug: str
    headline: str
    section: str
    language: str
    published_at: datetime


@dataclass(frozen=True)
class EventType:
    """One type of the catalogue: its name, what it means, the shape of its data."""

    name: str
    meaning: str
    data: type[HiddenStory]


CATALOGUE = {
    event.name: event
    for event in (
        EventType("article.ingested", "A story came in from a wire, a feed or a page and is now a draft.", HiddenStory),
        EventType("article.created", "Somebody wrote a draft.", HiddenStory),
        EventType("article.revised", "The text of a story that readers do not see was changed.", HiddenStory),
        EventType("article.published", "Readers can see the story from now on.", PublicStory),
        EventType("article.updated", "The text of a published story was changed.", PublicStory),
    )
}


def item(name: str, story: Story, by: str, why: str | None = None) -> Item:
    """The event item of the change that made `story` what it is: outbox, audit and log in one."""
    event = CATALOGUE[name]
    return {
        **key(story.id, story.version),
        "event_id": str(ULID()),
        "type": event.name,
        "time": iso(story.updated_at),
        "sequence": story.version,
        "story": story.id,
        "data": _data(event, story),
        "by": by,
        "why": why,
        "log": "LOG",
        "unconfirmed": "UNCONFIRMED",
    }


def key(story_id: str, sequence: int) -> Item:
    """The key of one event item."""
    return {"pk": f"STORY#{story_id}", "sk": f"EVENT#{sequence:08}"}


def _data(event: EventType, story: Story) -> dict[str, Any]:
    fields = story.model_dump(mode="json") | {"url": url(story.slug)}
    return event.data.model_validate(fields).model_dump(mode="json")


def url(slug: str | None) -> str:
    """The story's public address; a path when the title has no site of its own."""
    return f"{settings.value('SITE_URL')}/articles/by-slug/{slug}"


def cloud_event(image: Item) -> dict[str, Any]:
    """The CloudEvents 1.0 envelope of an event item; `sequence` counts the story's events from 1 without a gap."""
    return {
        "specversion": "1.0",
        "id": image["event_id"],
        "source": f"/dateline/{settings.value('STACK')}",
        "type": image["type"],
        "subject": image["story"],
        "time": image["time"],
        "datacontenttype": "application/json",
        "dataschema": f"urn:dateline:event:{image['type']}:1",
        "sequence": image["sequence"],
        "data": image["data"],
    }


class Unsent(Exception):
    """The bus did not take some events; the stream delivers the batch again."""


def relay(records: list[dict[str, Any]]) -> None:
    """Sends stream records of event items to the bus. Raises Unsent when an entry is refused twice.

    PutEvents answers 200 with FailedEntryCount; what failed is sent once more, then the whole batch comes again:
    consumers drop what they have handled.
    """
    entries: list[Any] = [_entry(load(record["dynamodb"]["NewImage"])) for record in records]
    for start in range(0, len(entries), _BATCH):
        failed = _put(_put(entries[start : start + _BATCH]))
        if failed:
            raise Unsent(f"{len(failed)} of {len(entries)} events were refused by the bus")


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


def confirm(cloud: dict[str, Any]) -> None:
    """Notes on the event item that the event came over the bus: takes it out of the unconfirmed ones.

    The same event twice changes nothing; an event of an item that is not there is refused by the condition.
    """
    clients.dynamodb().update_item(
        TableName=settings.value("NEWSROOM_TABLE"),
        Key={name: {"S": value} for name, value in key(cloud["subject"], cloud["sequence"]).items()},
        UpdateExpression="SET confirmed_at = if_not_exists(confirmed_at, :now) REMOVE unconfirmed",
        ConditionExpression="event_id = :id",
        ExpressionAttributeValues={":now": {"S": iso(utc_now())}, ":id": {"S": cloud["id"]}},
    )
