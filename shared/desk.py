"""The only way a story changes: each verb is one transition, whoever sets it off."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from ulid import ULID

from shared import archive, sanitize, settings, slug
from shared.article import LIFE, REMOVALS, Action, Actor, Group, Status, Story, iso, utc_now
from shared.content import Content, Correction
from shared.errors import Conflict, PreconditionRequired, Unprocessable
from shared.idempotency import Key
from shared.transition import Change, Known, commit, settle, settle_with_slug, stale
from shared.wire import Origin

_CLOCKWORK = Actor("schedule", Group.ADMIN)


def create(content: Content, actor: Actor, key: str | None = None) -> Story:
    """A new draft. The same request again, with or without an Idempotency-Key, answers the story it made."""
    idempotency = Key.of(actor.name, key, "create", content.model_dump(mode="json"))
    try:
        return commit(_draft(content, actor, "article.created", key=idempotency))
    except Known as known:
        return archive.story(known.story_id)


def ingest(
    content: Content,
    actor: Actor,
    origin: Origin,
    *,
    embargo: datetime | None = None,
    expires_at: datetime | None = None,
) -> Story:
    """A new draft from a source, which may ask for an embargo. Raises Overtaken when the item is known by now."""
    draft = _draft(content, actor, "article.ingested")
    after = draft.after.model_copy(update={"source_embargo": embargo, "expires_at": expires_at})
    return commit(replace(draft, after=after, origin=origin, outcome="created"))


def follow(
    story_id: str,
    content: Content,
    actor: Actor,
    origin: Origin,
    *,
    embargo: datetime | None = None,
    expires_at: datetime | None = None,
    correction: Correction | None = None,
) -> Story:
    """The text of a newer version of the item that the story came from; what the newsroom has given it stays its own.

    With `correction` readers of a published story are told what was put right. Raises Overtaken as `ingest` does.
    """
    story = archive.story(story_id)
    story.advance(Action.REVISE, actor)
    before = archive.content(story)
    kept = {name: getattr(content, name) or getattr(before, name) for name in ("section", "published_at", "images")}
    kept |= {"slug": before.slug, "carried_over": max(content.carried_over, before.carried_over)}
    content = _cleaned(content.model_copy(update=kept))
    changes: dict[str, Any] = {"source_embargo": embargo, "text_version": story.version + 1}
    if expires_at and expires_at != story.expires_at:
        changes |= {"expires_at": expires_at, "schedule": story.schedule + 1}
    correction = correction if story.public else None
    if correction:
        changes |= {"status": Status.CORRECTED, "corrections": story.corrections + 1}
    event = "article.corrected" if correction else "article.updated" if story.public else "article.revised"
    after = story.changed(utc_now(), **changes, **story.with_text(content))
    why = f"a newer version came from {origin.source}"
    change = Change(story, after, event, actor, content=content, correction=correction, why=why)
    return settle(replace(change, origin=origin, outcome="revised"), None)


def revise(story_id: str, content: Content, actor: Actor, expected: int | None, why: str | None = None) -> Story:
    """A new text for version `expected`. Raises PreconditionRequired without it, PreconditionFailed when it is old."""
    story = expect(story_id, expected)
    status = story.advance(Action.REVISE, actor)
    return _new_text(story, status, content, actor, expected, why)


def restore(story_id: str, version: int, actor: Actor, expected: int | None, why: str | None = None) -> Story:
    """The text of an earlier version as a new one; an archived story is a draft again."""
    story = expect(story_id, expected)
    status = story.advance(Action.RESTORE, actor)
    content = archive.revision(story_id, version)
    return _new_text(story, status, content, actor, expected, why or f"version {version} restored")


def correct(
    story_id: str,
    correction: Correction,
    content: Content | None,
    actor: Actor,
    expected: int | None,
    key: Key | None = None,
    why: str | None = None,
) -> Story:
    """Puts a mistake right and says so; with a new text, `expected` is needed as for a revision."""
    story = expect(story_id, expected) if content else _current(story_id, expected)
    status = story.advance(Action.CORRECT, actor)
    changes: dict[str, Any] = {"corrections": story.corrections + 1}
    if content:
        if story.public and content.slug not in {None, story.slug, archive.content(story).slug}:
            raise Unprocessable.at("/article/slug", "a correction does not move a story; a revision does")
        content = _cleaned(content)
        changes |= story.with_text(content) | {"text_version": story.version + 1}
    target = Status.CORRECTED if story.public else status
    after = story.changed(utc_now(), status=target, **changes)
    change = Change(story, after, "article.corrected", actor, content=content, correction=correction, key=key, why=why)
    return settle(change, expected)


def publish(
    story_id: str,
    actor: Actor,
    expected: int | None = None,
    key: Key | None = None,
    *,
    expires_at: datetime | None = None,
    why: str | None = None,
) -> Story:
    """Lets readers see the story from now on. Publishing twice is a Conflict; raises Known for a repeat of `key`."""
    story = _current(story_id, expected)
    story.advance(Action.PUBLISH, actor)
    _keep_embargo(story, utc_now())
    return _publish(story, actor, expected, key, {"expires_at": expires_at} if expires_at else {}, why)


def plan(
    story_id: str,
    actor: Actor,
    expected: int | None = None,
    key: Key | None = None,
    *,
    publish_at: datetime,
    embargo_until: datetime | None = None,
    expires_at: datetime | None = None,
    why: str | None = None,
) -> Story:
    """Will publish the story at a moment to come; with `embargo_until`, nothing of it may be shown before that."""
    story = _current(story_id, expected)
    action = Action.EMBARGO if embargo_until else Action.SCHEDULE
    status = story.advance(action, actor)
    _keep_embargo(story, publish_at)
    after = story.changed(
        utc_now(),
        status=status,
        publish_at=publish_at,
        embargo_until=embargo_until,
        expires_at=expires_at,
        schedule=story.schedule + 1,
    )
    return settle(Change(story, after, LIFE[action].event, actor, key=key, why=why), expected)


def fire(story_id: str, plan_number: int | None, now: datetime) -> bool:
    """Does what a plan says when its moment has come; says whether something was done.

    An alarm that is early, repeated, or of another plan does nothing. Raises Conflict when others change the story now.
    """
    story = archive.story(story_id)
    if plan_number is not None and plan_number != story.schedule:
        return False
    if story.due_at is None or story.due_at > now:
        return False
    if not story.public and story.source_embargo and story.source_embargo > now:
        return False  # its source has put the embargo off since it was planned; a sweep comes back to it
    if story.public:
        _take_down(story, Status.UNPUBLISHED, Action.UNPUBLISH, _CLOCKWORK, None, why="expired")
        return True
    if story.status is Status.EMBARGOED:
        after = story.changed(utc_now(), status=story.advance(Action.LIFT, _CLOCKWORK), embargo_until=None)
        story = settle(Change(story, after, LIFE[Action.LIFT].event, _CLOCKWORK), None)
        if story.due_at is None or story.due_at > now:
            return True
    _publish(story, _CLOCKWORK, None, None, {}, why="as planned")
    return True


def take_back(
    story_id: str,
    actor: Actor,
    expected: int | None = None,
    why: str | None = None,
    origin: Origin | None = None,
) -> Story:
    """Takes back a schedule or an embargo (the story is a draft again), or the publication itself."""
    story = _current(story_id, expected)
    if story.public:
        return _take_down(story, Status.UNPUBLISHED, Action.UNPUBLISH, actor, expected, why=why, origin=origin)
    status = story.advance(Action.UNSCHEDULE, actor)
    nothing = {"publish_at": None, "embargo_until": None, "expires_at": None}
    after = story.changed(utc_now(), status=status, schedule=story.schedule + 1, **nothing)
    change = Change(story, after, LIFE[Action.UNSCHEDULE].event, actor, why=why, origin=origin, outcome="withheld")
    return settle(change, expected)


def remove(
    story_id: str,
    kind: Status,
    actor: Actor,
    *,
    expected: int | None = None,
    why: str | None = None,
    public_note: str | None = None,
    moved_to: str | None = None,
    target: str | None = None,
    origin: Origin | None = None,
) -> Story:
    """Takes a story down in one of the five ways, or kills it. `target` is the other story that `moved_to` leads to."""
    story = _current(story_id, expected)
    action = Action.REMOVE if kind in REMOVALS else Action.KILL
    said = {"public_note": public_note, "moved_to": moved_to}
    return _take_down(story, kind, action, actor, expected, why=why, target=target, origin=origin, **said)


def reinstate(story_id: str, actor: Actor, expected: int | None = None, why: str | None = None) -> Story:
    """Takes a removal back: the story is unpublished and can be published again. Of a kill only an admin may."""
    return _simple(story_id, Action.REINSTATE, actor, expected, why, public_note=None, moved_to=None)


def put_away(story_id: str, actor: Actor, expected: int | None = None, why: str | None = None) -> Story:
    """Archives a draft or an unpublished story: nothing of it is lost, and a restoration brings it back."""
    return _simple(story_id, Action.ARCHIVE, actor, expected, why)


def _simple(
    story_id: str, action: Action, actor: Actor, expected: int | None, why: str | None, **changes: Any
) -> Story:
    story = _current(story_id, expected)
    after = story.changed(utc_now(), status=story.advance(action, actor), **changes)
    return settle(Change(story, after, LIFE[action].event, actor, why=why), expected)


def _take_down(
    story: Story,
    status: Status,
    action: Action,
    actor: Actor,
    expected: int | None,
    *,
    why: str | None = None,
    target: str | None = None,
    origin: Origin | None = None,
    **said: str | None,
) -> Story:
    story.advance(action, actor)
    nothing = {"opened": None, "publish_at": None, "embargo_until": None, "expires_at": None}
    after = story.changed(utc_now(), status=status, schedule=story.schedule + 1, **nothing, **said)
    change = Change(story, after, LIFE[action].event, actor, why=why, target=target)
    outcome = "killed" if status is Status.KILLED else "withheld"
    return settle(replace(change, origin=origin, outcome=outcome), expected)


def _draft(content: Content, actor: Actor, event: str, *, key: Key | None = None) -> Change:
    now = utc_now()
    content = _cleaned(content)
    blank = Story(
        id=str(ULID()),
        headline=content.headline,
        language=settings.words("TITLE_LANGUAGES")[0],
        section=settings.words("TITLE_SECTIONS")[0],
        owner=actor.name,
        created_at=now,
        updated_at=now,
    )
    story = blank.changed(now, text_version=1, **blank.with_text(content))
    return Change(None, story, event, actor, content=content, key=key)


def _new_text(
    story: Story, status: Status, content: Content, actor: Actor, expected: int | None, why: str | None
) -> Story:
    content = _cleaned(content)
    after = story.changed(utc_now(), status=status, text_version=story.version + 1, **story.with_text(content))
    change = Change(story, after, "article.revised", actor, content=content, why=why)
    if not story.public:
        return settle(change, expected)
    if content.slug and content.slug != story.slug:
        moved = replace(change, event="article.slug.changed", previous_slug=story.slug)
        return settle_with_slug(moved, content.slug, expected)
    return settle(replace(change, event="article.updated"), expected)


def _publish(
    story: Story, actor: Actor, expected: int | None, key: Key | None, plan: dict[str, Any], why: str | None
) -> Story:
    now = utc_now()
    content = archive.content(story)
    if story.status is Status.DRAFT and story.expires_at:  # its source's wish, for which no alarm is set yet
        plan = {"expires_at": story.expires_at, **plan}
    # The moment that was planned is the moment to show; one of long ago (an old site's, a wire's) goes before it.
    first = story.published_at or min(content.published_at or now, story.publish_at or now, now)
    after = story.changed(
        now,
        status=Status.CORRECTED if story.corrections else Status.PUBLISHED,
        published_at=first,
        publish_at=None,
        opened=story.version + 1,
        # What was planned before has its alarm; only another expiry needs a new one.
        schedule=story.schedule + bool(plan),
        **plan,
    )
    change = Change(story, after, LIFE[Action.PUBLISH].event, actor, opens_with=content.carried_over, key=key, why=why)
    return settle_with_slug(change, content.slug or story.slug or slug.slugify(story.headline), expected)


def expect(story_id: str, expected: int | None) -> Story:
    """The story at version `expected`. Raises PreconditionRequired without it, PreconditionFailed when it is old."""
    if expected is None:
        raise PreconditionRequired("Send If-Match with the version that you edited, as the ETag of the desk gave it.")
    return _current(story_id, expected)


def _current(story_id: str, expected: int | None) -> Story:
    story = archive.story(story_id)
    if expected is not None and expected != story.version:
        raise stale(story)
    return story


def _keep_embargo(story: Story, publish_at: datetime) -> None:
    if story.source_embargo and story.source_embargo > publish_at:
        until = iso(story.source_embargo)
        raise Conflict(f"Its source keeps the story under embargo until {until}: publish it with that embargo_until.")


def _cleaned(content: Content) -> Content:
    return content.model_copy(update={"body_html": sanitize.clean(content.body_html)})
