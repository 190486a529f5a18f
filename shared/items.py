"""How a story lies in the tables: keys, index attributes, and items to models and back.

Newsroom  STORY#<id>  STATE              the story's state; in `listed*` (readers), `desk` (editors), `due`
          STORY#<id>  TEXT#<version>     one revision; over 100 KB its content is in the bucket
          STORY#<id>  EVENT#<sequence>   one change; in the indexes `log` (all) and `unconfirmed` (outbox)
          SLUG#<slug> SLUG               whose slug it is
          WIRE#<hash> WIRE               which story an item of a source became
Readings  STORY#<id>  GATE               when readers could see the story, and the count of an older site
"""

import hashlib

from shared import clients, settings
from shared.article import Story, iso
from shared.content import Content, Correction
from shared.table import Item, Write

_LARGE = 100_000  # bytes; beyond, a text is cheaper in the bucket and far from the 400 KB of an item


def state_key(story_id: str) -> Item:
    """The key of a story's state."""
    return {"pk": f"STORY#{story_id}", "sk": "STATE"}


_MOMENTS = ("created_at", "updated_at", "published_at", "publish_at", "embargo_until", "expires_at", "source_embargo")


def state_item(story: Story) -> Item:
    """A state as stored: its fields and what puts it into the indexes."""
    item = state_key(story.id) | story.model_dump(exclude=set(_MOMENTS), exclude_defaults=True)
    item |= {"status": story.status.value}
    item |= {name: iso(moment) for name in _MOMENTS if (moment := getattr(story, name))}
    item |= {"desk": story.status.value, "desk_at": f"{iso(story.updated_at)}#{story.id}"}
    if story.public and story.published_at:
        item["listed_at"] = f"{iso(story.published_at)}#{story.id}"
        item |= {"listed": "LISTED", "listed_section": story.section}
    if story.due_at:
        item |= {"due": "DUE", "due_at": iso(story.due_at)}
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


def correction_item(story: Story, correction: Correction) -> Item:
    """A correction as stored, under the version that made it."""
    key = {"pk": f"STORY#{story.id}", "sk": f"CORRECTION#{story.version:08}"}
    return key | correction.model_dump(mode="json", exclude_none=True)


def slug_key(slug: str) -> Item:
    """The key of a slug."""
    return {"pk": f"SLUG#{slug}", "sk": "SLUG"}


def gate_key(story_id: str) -> Item:
    """The key of a story's gate in the Readings table."""
    return {"pk": f"STORY#{story_id}", "sk": "GATE"}


def open_gate(story: Story, carried_over: int) -> Write:
    """The write that lets readings count from now on; each opening keeps its own moment."""
    return _gate(story, {f"open#{story.version}": iso(story.updated_at), "carried_over": carried_over})


def shut_gate(story: Story, opened: int) -> Write:
    """The write that lets no reading count from now on, for the opening of version `opened`."""
    return _gate(story, {f"shut#{opened}": iso(story.updated_at)})


def file_gate(story: Story) -> Write:
    """The write that tells the counters in which section an open story is now."""
    return _gate(story, {})


def _gate(story: Story, changes: Item) -> Write:
    changes = {**changes, "section": story.section}
    places = dict(enumerate(changes))
    return Write(
        settings.value("READINGS_TABLE"),
        gate_key(story.id),
        update="SET " + ", ".join(f"#n{place} = :v{place}" for place in places),
        names={f"#n{place}": name for place, name in places.items()},
        values={f":v{place}": changes[name] for place, name in places.items()},
    )
