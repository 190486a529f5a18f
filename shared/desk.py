"""What editors, wires and schedules do to stories: each verb is one transition."""

from dataclasses import replace

from ulid import ULID

from shared import archive, sanitize, settings, slug
from shared.article import Action, Actor, Content, Story, permit, utc_now
from shared.errors import Conflict, PreconditionRequired
from shared.idempotency import Key
from shared.transition import Change, Known, Origin, SlugTaken, commit, stale


def create(content: Content, actor: Actor, key: str | None = None) -> Story:
    """A new draft. The same request again, with or without an Idempotency-Key, answers the story it made."""
    idempotency = Key.of(actor.name, key, "create", content.model_dump(mode="json"))
    try:
        return commit(_draft(content, actor, "article.created", key=idempotency))
    except Known as known:
        return archive.story(known.story_id)


def ingest(content: Content, actor: Actor, origin: Origin) -> Story:
    """A new draft from a source. Raises Known when the item of `origin` made a story before."""
    return commit(_draft(content, actor, "article.ingested", origin=origin))


def revise(story_id: str, content: Content, actor: Actor, expected: int | None) -> Story:
    """A new text for version `expected`. Raises PreconditionRequired without it, PreconditionFailed when it is old."""
    if expected is None:
        raise PreconditionRequired("Send If-Match with the version that you edited, as the ETag of the desk gave it.")
    story = _current(story_id, expected)
    permit(Action.REVISE, actor, story)
    status = story.advance(Action.REVISE)
    content = _cleaned(content)
    after = story.changed(utc_now(), status=status, text_version=story.version + 1, **story.with_text(content))
    event = "article.updated" if after.public else "article.revised"
    return _commit_expected(Change(story, after, event, actor, content=content), expected)


def publish(story_id: str, actor: Actor, expected: int | None = None, key: str | None = None) -> Story:
    """Lets readers see the story from now on. Publishing twice is a Conflict, unless it repeats the request of `key`."""
    idempotency = Key.of(actor.name, key, "publish", story_id) if key else None
    if idempotency and (done := idempotency.story()):
        return archive.story(done)
    story = _current(story_id, expected)
    permit(Action.PUBLISH, actor, story)
    status = story.advance(Action.PUBLISH)
    now = utc_now()
    content = archive.content(story)
    after = story.changed(now, status=status, published_at=min(content.published_at or now, now))
    change = Change(story, after, "article.published", actor, opens_with=content.carried_over, key=idempotency)
    try:
        return _with_slug(change, content.slug or slug.slugify(story.headline), expected)
    except Known as known:
        return archive.story(known.story_id)


def _draft(
    content: Content, actor: Actor, event: str, *, key: Key | None = None, origin: Origin | None = None
) -> Change:
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
    return Change(None, story, event, actor, content=content, key=key, origin=origin)


def _with_slug(change: Change, wanted: str, expected: int | None) -> Story:
    for candidate in slug.candidates(wanted, change.after.id):
        after = change.after.model_copy(update={"slug": candidate})
        try:
            return _commit_expected(replace(change, after=after, slug=candidate), expected)
        except SlugTaken:
            continue
    raise Conflict(f"Every form of the slug {wanted} is taken; give the story another one.")


def _commit_expected(change: Change, expected: int | None) -> Story:
    try:
        return commit(change)
    except Conflict as conflict:
        if expected is None:
            raise
        raise stale(archive.story(change.after.id)) from conflict


def _current(story_id: str, expected: int | None) -> Story:
    story = archive.story(story_id)
    if expected is not None and expected != story.version:
        raise stale(story)
    return story


def _cleaned(content: Content) -> Content:
    return content.model_copy(update={"body_html": sanitize.clean(content.body_html)})
