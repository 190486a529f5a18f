"""What was: every version of a text, every transition with who, when and why, and a story as readers saw it then."""

import difflib
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared import archive, events, items, sanitize, settings
from shared.archive import DeskArticle
from shared.article import PUBLIC, Number, Status, iso
from shared.content import Content
from shared.errors import NotFound
from shared.moments import Instant
from shared.table import query


class AsOf(BaseModel):
    """At which moment, RFC 3339 with its offset; absent: the story as it is."""

    model_config = ConfigDict(extra="forbid")

    as_of: Instant | None = None


class Against(BaseModel):
    """With which earlier version to compare."""

    model_config = ConfigDict(extra="forbid")

    against: Number


class Transition(BaseModel):
    """One change of a story. `at` is UTC; `why` is what was given as the reason."""

    version: int
    event: str
    status: Status
    at: datetime
    by: str
    why: str | None = None


class History(BaseModel):
    """Every change of a story, first to last."""

    items: list[Transition]


class Version(BaseModel):
    """One text of a story: the version that wrote it, when (UTC), and who."""

    version: int
    at: datetime
    by: str


class Versions(BaseModel):
    """Every text of a story, first to last."""

    items: list[Version]


class Revision(Version):
    """One text of a story, whole."""

    content: Content


class Difference(BaseModel):
    """What changed between two texts: `fields` name → [before, after]; `body` as a unified diff of its paragraphs."""

    before: int
    after: int
    fields: dict[str, list[Any]]
    body: list[str]


def transitions(story_id: str) -> History:
    """Who did what to the story, when and why. Raises NotFound."""
    archive.story(story_id)
    return History(items=[_transition(item) for item in _events(story_id)])


def versions(story_id: str) -> Versions:
    """The story's texts. Raises NotFound."""
    archive.story(story_id)
    found = query(settings.value("NEWSROOM_TABLE"), f"STORY#{story_id}", "TEXT#")
    return Versions(items=[_version(item) for item in found])


def version(story_id: str, number: int) -> Revision:
    """One text of the story. Raises NotFound when that version wrote none."""
    found = query(settings.value("NEWSROOM_TABLE"), f"STORY#{story_id}", items.text_sort_key(number))
    for item in found:
        return Revision(**_version(item).model_dump(), content=items.content_of(item))
    raise NotFound.at("/version", f"no text of story {story_id} was written with version {number}")


def difference(story_id: str, before: int, after: int) -> Difference:
    """What changed from one text to another. Raises NotFound."""
    old, new = archive.revision(story_id, before), archive.revision(story_id, after)
    told = old.model_dump(mode="json", exclude={"body_html"}), new.model_dump(mode="json", exclude={"body_html"})
    first, second = (sanitize.text(text.body_html).split("\n\n") for text in (old, new))
    return Difference(
        before=before,
        after=after,
        fields={name: [value, told[1][name]] for name, value in told[0].items() if value != told[1][name]},
        body=list(difflib.unified_diff(first, second, f"version {before}", f"version {after}", lineterm="")),
    )


def as_of(story_id: str, moment: datetime) -> DeskArticle:
    """The story as readers saw it at `moment` (UTC). Raises NotFound when they did not see it then."""
    story = archive.story(story_id)
    past = [item for item in _events(story_id) if item["time"] <= iso(moment)]
    if not past or Status(past[-1]["status"]) not in PUBLIC:
        stood = f"it was {past[-1]['status']}" if past else "it did not exist"
        raise NotFound(f"Readers did not see story {story_id} at {iso(moment)}: {stood}.")
    then = past[-1]
    text = archive.revision(story_id, then["text_version"])
    corrected = [item for item in past if item["type"] == "article.corrected"]
    state = story.model_copy(
        update={
            **story.with_text(text),
            # A text may leave these to the story, where a later text may have changed them.
            "language": then["data"]["language"],
            "section": then["data"]["section"],
            **dict.fromkeys(("publish_at", "embargo_until", "expires_at", "public_note", "moved_to")),
            "status": Status(then["status"]),
            "version": events.sequence_of(then),
            "text_version": then["text_version"],
            "slug": then["data"]["slug"],
            "updated_at": datetime.fromisoformat(then["time"]),
        }
    )
    shown = archive.desk_article(state)
    return shown.model_copy(update={"corrections": shown.corrections[: len(corrected)]})


def _events(story_id: str) -> list[dict[str, Any]]:
    return list(query(settings.value("NEWSROOM_TABLE"), f"STORY#{story_id}", "EVENT#"))


def _transition(item: dict[str, Any]) -> Transition:
    return Transition(
        version=events.sequence_of(item),
        event=item["type"],
        status=item["status"],
        at=item["time"],
        by=item["by"],
        why=item.get("why"),
    )


def _version(item: dict[str, Any]) -> Version:
    return Version(version=int(item["sk"].removeprefix("TEXT#")), at=item["at"], by=item["by"])
