"""The one transaction in which a story changes: state, text, slug, wire key, gate, idempotency record, event."""

from dataclasses import dataclass, replace

from shared import archive, events, items, schedule, settings, slug
from shared.article import Actor, Status, Story
from shared.content import Content, Correction
from shared.errors import Conflict, PreconditionFailed
from shared.idempotency import Key
from shared.table import Cancelled, Item, Write, transact
from shared.wire import Origin


@dataclass(frozen=True)
class Change:
    """One transition of one story, before it is written."""

    before: Story | None
    after: Story
    event: str
    actor: Actor
    content: Content | None = None  # a new text
    slug: str | None = None  # a slug to take
    opens_with: int | None = None  # opens the gate of readings, with this many carried over
    correction: Correction | None = None
    target: str | None = None  # another story, which readers must see when this one points at it
    why: str | None = None
    previous_slug: str | None = None
    origin: Origin | None = None
    outcome: str = ""  # what the item of the origin did, for its record
    key: Key | None = None


class SlugTaken(Exception):
    """Another story has this slug."""


class Known(Exception):
    """What was asked for was done before, for this story; `record` is what was kept of it."""

    def __init__(self, story_id: str, record: Item) -> None:
        super().__init__(f"done before: {story_id}")
        self.story_id = story_id
        self.record = record


class Overtaken(Exception):
    """Another payload has moved the same item of a source on meanwhile."""


def commit(change: Change) -> Story:
    """Writes all of the change or nothing.

    Raises Known, SlugTaken, Overtaken, or Conflict when the story changed meanwhile.
    """
    writes = _writes(change)
    try:
        transact(list(writes.values()))
    except Cancelled as cancelled:
        roles = list(writes)
        raise _reason(change, {roles[index]: found for index, found in cancelled.failed.items()}) from cancelled
    return change.after


def settle_with_slug(change: Change, wanted: str, expected: int | None) -> Story:
    """As `settle`, under `wanted` or the first free slug like it. Raises Conflict when all of them are taken."""
    for candidate in slug.candidates(wanted, change.after.id):
        after = change.after.model_copy(update={"slug": candidate})
        named = replace(change, after=after, slug=candidate)
        if candidate == change.previous_slug:  # the wish is as taken as it was before
            named = replace(named, event="article.updated", previous_slug=None)
        try:
            return settle(named, expected)
        except SlugTaken:
            continue
    raise Conflict(f"Every form of the slug {wanted} is taken; give the story another one.")


def settle(change: Change, expected: int | None) -> Story:
    """Commits, and sets the alarms of a new plan. Raises PreconditionFailed when the story is not at `expected` now."""
    try:
        story = commit(change)
    except Conflict as conflict:
        current = archive.story(change.after.id)
        if expected is None or expected == current.version:
            conflict.more.setdefault("current_version", current.version)
            raise
        raise stale(current) from conflict
    if change.before and story.schedule != change.before.schedule:
        schedule.arm(story)
    return story


def _writes(change: Change) -> dict[str, Write]:
    newsroom = settings.value("NEWSROOM_TABLE")
    story = change.after
    writes = {"state": _state(newsroom, change)}
    writes["event"] = Write(newsroom, _event(change), condition="attribute_not_exists(pk)")
    if change.content is not None:
        writes["text"] = Write(newsroom, items.text_item(story, change.content, change.actor.name))
    if change.correction is not None:
        writes["correction"] = Write(newsroom, items.correction_item(story, change.correction))
    if change.slug is not None:
        writes["slug"] = Write(
            newsroom,
            items.slug_key(change.slug) | {"story": story.id},
            condition="attribute_not_exists(pk) OR story = :story",
            values={":story": story.id},
        )
    if change.opens_with is not None:
        writes["gate"] = items.open_gate(story, change.opens_with)
    elif change.before and change.before.opened and not story.opened:
        writes["gate"] = items.shut_gate(story, change.before.opened)
    elif change.before and story.opened and story.section != change.before.section:
        writes["gate"] = items.file_gate(story)
    if change.target is not None:
        writes["target"] = _still_public(newsroom, change.target)
    if change.origin is not None:
        writes["wire"] = change.origin.write(newsroom, story.id, change.outcome)
    if change.key is not None:
        writes["idempotency"] = change.key.write(story.id)
    return writes


def _event(change: Change) -> Item:
    more = {"why": change.why}
    if change.previous_slug:
        more["previous_url"] = events.url(change.previous_slug)
    correction = change.correction.model_dump(mode="json", exclude_none=True) if change.correction else None
    return events.item(change.event, change.after, change.actor.name, correction=correction, **more)


def _still_public(newsroom: str, story_id: str) -> Write:
    # Two stories that are pointed at each other at one moment would make a loop: one of them fails here.
    return Write(
        newsroom,
        items.state_key(story_id),
        condition="#status IN (:published, :corrected)",
        names={"#status": "status"},
        values={":published": Status.PUBLISHED.value, ":corrected": Status.CORRECTED.value},
        check=True,
    )


def _state(newsroom: str, change: Change) -> Write:
    item = items.state_item(change.after)
    if change.before is None:
        return Write(newsroom, item, condition="attribute_not_exists(pk)")
    return Write(newsroom, item, condition="version = :before", values={":before": change.before.version})


def _reason(change: Change, failed: dict[str, Item]) -> Exception:
    # A repeated request also finds the state moved on, by itself: so what was done before is asked first.
    if "idempotency" in failed and change.key is not None:
        return Known(change.key.story_in(failed["idempotency"]), failed["idempotency"])
    if "wire" in failed:
        return Overtaken()
    if "target" in failed:
        return Conflict(f"Readers do not see the story {change.target}; nothing can point at it.")
    if "state" in failed or "event" in failed:
        return Conflict("The story was changed at the same moment; read it and try again.")
    return SlugTaken()


def stale(story: Story) -> PreconditionFailed:
    """The answer to a change of an old version, with the current one in it."""
    return PreconditionFailed(
        f"The story is at version {story.version} by now. Read it, merge your change and send it for that version.",
        headers={"ETag": f'"{story.version}"'},
        current_version=story.version,
        current=archive.desk_article(story).model_dump(mode="json"),
    )
