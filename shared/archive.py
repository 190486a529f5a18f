"""Reads of one story: as the desk sees it, and through the gate as readers see it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared import events, items, sanitize, settings, views
from shared.article import Status, Story
from shared.content import Content, Correction, Image, Source
from shared.errors import Gone, Moved, NotFound
from shared.output import json_ld
from shared.table import get, query
from shared.views import Reading


class _Text(BaseModel):
    id: str
    slug: str | None
    language: str
    headline: str
    lede: str | None
    body_html: str
    body_text: str
    byline: list[str]
    credit: str | None
    dateline: str | None
    section: str
    tags: list[str]
    images: list[Image]
    source: Source | None
    updated_at: datetime
    version: int
    status: Status


class DeskArticle(_Text):
    """A story as editors see it: any state, no views. Times are UTC."""

    owner: str
    created_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    embargo_until: datetime | None
    expires_at: datetime | None
    public_note: str | None
    moved_to: str | None
    corrections: list[Correction]
    carried_over: int


class Article(_Text):
    """A story as readers see it. Times are UTC; `published_local` is in the title's zone.

    `views` is the sum shown, exact where `views_error` is 0 and else within ± `views_error` 95 times of 100; `reading`
    says how a page tells that it is read.
    """

    slug: str
    url: str
    published_at: datetime
    published_local: datetime
    corrections: list[Correction]
    translations: list[dict[str, Any]] = []
    views: int
    views_error: int
    reading: Reading
    ld_json: dict[str, Any]


def story(story_id: str) -> Story:
    """A story's state. Raises NotFound."""
    item = get(settings.value("NEWSROOM_TABLE"), f"STORY#{story_id}", "STATE")
    if item is None:
        raise NotFound(f"There is no story {story_id}.")
    return items.story_of(item)


def content(story: Story) -> Content:
    """The story's current text."""
    return revision(story.id, story.text_version)


def revision(story_id: str, version: int) -> Content:
    """The text that a version of a story wrote. Raises NotFound."""
    pk, sk = f"STORY#{story_id}", items.text_sort_key(version)
    table = settings.value("NEWSROOM_TABLE")
    # A revision never changes, so the cheap read is right whenever it finds one.
    item = get(table, pk, sk, consistent=False) or get(table, pk, sk)
    if item is None:
        raise NotFound.at("/version", f"no text of story {story_id} was written with version {version}")
    return items.content_of(item)


def corrections(story: Story) -> list[Correction]:
    """What was put right in the story, in the order of the corrections."""
    if not story.corrections:
        return []
    found = query(settings.value("NEWSROOM_TABLE"), f"STORY#{story.id}", "CORRECTION#")
    return [Correction.model_validate(item) for item in found]


def desk_article(story: Story) -> DeskArticle:
    """The story as editors see it."""
    text = content(story)
    own = DeskArticle.model_fields.keys() & Story.model_fields.keys()
    return DeskArticle.model_validate(
        {name: getattr(story, name) for name in own}
        | _fields(story, text)
        | {
            "slug": story.slug or text.slug,
            "published_at": story.published_at or text.published_at,
            "corrections": corrections(story),
            "carried_over": text.carried_over,
        }
    )


def public(story_id: str) -> Story:
    """The state of a story that readers may see: the gate of every anonymous read of one story.

    Raises NotFound, Gone with the public note of a withdrawal or kill, or Moved to where a story of two addresses is.
    """
    found = story(story_id)
    if found.public:
        return found
    if found.status in {Status.WITHDRAWN, Status.KILLED}:
        note = found.public_note or "The story was withdrawn."
        raise Gone(note, public_note=note)
    if found.status is Status.GONE:
        raise Gone("The story is gone.")
    if found.moved_to:
        raise Moved(found.moved_to)
    raise NotFound(f"There is no story {story_id}.")


def public_by_slug(slug: str) -> Story:
    """The state of the story that readers find at `slug`. Raises as `public` does, and Moved for a former slug."""
    item = get(settings.value("NEWSROOM_TABLE"), f"SLUG#{slug}", "SLUG", consistent=False)
    if item is None:
        raise NotFound(f"There is no story at {slug}.")
    try:
        found = public(item["story"])
    except NotFound:
        raise NotFound(f"There is no story at {slug}.") from None
    if found.slug != slug:
        raise Moved(events.url(found.slug))
    return found


def article(story: Story, counts: views.Counters, reading: Reading) -> Article:
    """The story as readers see it, with what was counted of it; `story` comes through `public`."""
    text = content(story)
    published = story.published_at or story.updated_at
    local = published.astimezone(settings.time_zone())
    url = events.url(story.slug)
    return Article(
        **_fields(story, text),
        slug=story.slug or "",
        url=url,
        published_at=published,
        published_local=local,
        corrections=corrections(story),
        views=counts.counted + counts.carried_over,
        views_error=counts.error,
        reading=reading,
        ld_json=json_ld.news_article(
            url=url,
            headline=story.headline,
            language=story.language,
            byline=story.byline,
            published=local,
            updated=story.updated_at,
            publisher=settings.value("TITLE_NAME"),
        ),
    )


def _fields(story: Story, text: Content) -> dict[str, Any]:
    return text.model_dump(exclude={"slug", "language", "section", "published_at", "carried_over"}) | {
        "id": story.id,
        "language": story.language,
        "section": story.section,
        "body_text": sanitize.text(text.body_html),
        "updated_at": story.updated_at,
        "version": story.version,
        "status": story.status,
    }
