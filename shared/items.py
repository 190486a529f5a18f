"""How a story lies in the tables: keys, index attributes, and items to models and back.

Newsroom  STORY#<id>  STATE              the story's state; in the indexes `listed*` (readers), `desk` (editors)
          STORY#<id>  TEXT#<version>     one revision; over 100 KB its content is in the bucket
          STORY#<id>  EVENT#<sequence>   one change; in the indexes `log` (all) and `unconfirmed` (outbox)
          SLUG#<slug> SLUG               whose slug it is
          WIRE#<hash> WIRE               which story an item of a source became
Readings  STORY#<id>  GATE               when readers could see the story, and the count of an older site
"""

import hashlib
from typing import Any

from shared import clients, settings
from shared.article import Content, Story, iso
from shared.table import Item, Write

_LARGE = 100_000  # bytes; beyond, a text is cheaper in the bucket and far from the 400 KB of an item


def state_key(story_id: str) -> Item:
    """The key of a story's state."""
    return {"pk": f"STORY#{story_id}", "sk": "STATE"}


def state_item(story: Story) -> Item:
    """A state as stored: its fields and what puts it into the indexes."""
    item = state_key(story.id) | story.model_dump(exclude={"created_at", "updated_at", "published_at"})
    item |= {"created_at": iso(story.created_at), "updated_at": iso(story.updated_at)}
    item |= {"desk": story.status, "desk_at": f"{iso(story.updated_at)}#{story.id}"}
    if story.published_at:
        item["published_at"] = iso(story.published_at)
        if story.public:
            item["listed_at"] = f"{iso(story.published_at)}#{story.id}"
            item |= {"listed": "LISTED", "listed_section": story.section}
    return item


def story_of(item: Item) -> Story:
    """The state of a stored item."""
    return Story.model_validate(item)


def text_item(story: Story, content: Content, by: str) -> Item:
    """The revision that `story` points at; puts a long text into the bucket first."""
    item = {
        "pk": f"STORY#{story.id}",
        "sk": text_sort_key(story.text_version),
        "by": by,
        "at": iso(story.updated_at),
    }
    body = content.model_dump_json(exclude_none=True)
    if len(body.encode()) <= _LARGE:
        return item | {"content": content.model_dump(mode="json", exclude_none=True)}
    # Named by its hash: two editors who race for the same version must not overwrite each other's text.
    name = f"text/{story.id}/{hashlib.sha256(body.encode()).hexdigest()}"
    clients.s3().put_object(Bucket=settings.value("PAYLOADS_BUCKET"), Key=name, Body=body.encode())
    return item | {"object": name}


def text_sort_key(version: int) -> str:
    """The sort key of one revision."""
    return f"TEXT#{version:08}"


def content_of(item: Item) -> Content:
    """The text of a stored revision, from the bucket where it is long."""
    if "object" in item:
        answer = clients.s3().get_object(Bucket=settings.value("PAYLOADS_BUCKET"), Key=item["object"])
        return Content.model_validate_json(answer["Body"].read())
    return Content.model_validate(item["content"])


def slug_key(slug: str) -> Item:
    """The key of a slug."""
    return {"pk": f"SLUG#{slug}", "sk": "SLUG"}


def gate_key(story_id: str) -> Item:
    """The key of a story's gate in the Readings table."""
    return {"pk": f"STORY#{story_id}", "sk": "GATE"}


def open_gate(story: Story, opens_at: str, carried_over: int) -> Write:
    """The write that lets readings of a story count from `opens_at`; each opening keeps its own moment."""
    values: dict[str, Any] = {":at": opens_at, ":carried": carried_over}
    return Write(
        settings.value("READINGS_TABLE"),
        gate_key(story.id),
        update="SET #open = :at, carried_over = :carried",
        names={"#open": f"open#{story.version}"},
        values=values,
    )
