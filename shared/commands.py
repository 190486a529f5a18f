"""What editors ask for over HTTP, checked field by field and handed to the desk."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared import archive, desk, events, moments, settings
from shared.article import Actor, Status, Story, utc_now
from shared.content import Content, Correction, Line, Note
from shared.errors import Moved, Problem, Unprocessable

Moment = Annotated[str, StringConstraints(max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Because(_Request):
    """Why, for the story's history."""

    reason: Note | None = None


class PublicationRequest(_Request):
    """When to publish: now, `at` a moment, or not before `embargo_until`. Moments are RFC 3339, or local with a zone."""

    at: Moment | None = Field(default=None, description="A moment that has passed means now")
    embargo_until: Moment | None = Field(default=None, description="Nothing of the story is shown before")
    expires_at: Moment | None = Field(default=None, description="The story is unpublished then")
    time_zone: Line | None = Field(default=None, description="IANA zone of moments that carry no offset")
    reason: Note | None = None


class CorrectionRequest(_Request):
    """A mistake put right: readers see `note`, `wrong` and `right` with the story; `article` is the new text, if any."""

    note: Note
    wrong: Note | None = None
    right: Note | None = None
    article: Content | None = Field(default=None, description="Needs If-Match, as every new text does")
    reason: Note | None = None


class Removal(StrEnum):
    """The ways in which a story is taken down."""

    WITHDRAWN = "withdrawn"
    REDIRECT = "redirect"
    GONE = "gone"
    VANISHED = "vanished"
    SUBSTITUTED = "substituted"
    KILLED = "killed"


class WithdrawalRequest(_Request):
    """How to take a story down. `reason` is for the newsroom, `public_note` for readers; `to` a story's id or a URL."""

    kind: Removal
    reason: Note | None = None
    public_note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    to: Annotated[str, StringConstraints(max_length=2000)] | None = None


class RestorationRequest(_Request):
    """Which earlier text to take again."""

    version: int = Field(ge=1)
    reason: Note | None = None


class ContentPatch(Content):
    """Some fields of a text (RFC 7396): those that are named change, null takes a field out."""

    headline: Line | None = None  # type: ignore[assignment]  # optional here alone; the merged text is checked again


def publish(
    story_id: str, request: PublicationRequest, actor: Actor, expected: int | None, key: str | None = None
) -> Story:
    """Publishes, or plans to. Raises Unprocessable for a moment that cannot be meant."""
    now = utc_now()
    zone = moments.zone(request.time_zone) if request.time_zone else None

    def read(name: str) -> datetime | None:
        text = getattr(request, name)
        return moments.moment(text, f"/{name}", now, zone) if text is not None else None

    at, embargo, expires = read("at"), read("embargo_until"), read("expires_at")
    if embargo and embargo <= now:
        raise Unprocessable.at("/embargo_until", "has passed; an embargo ends in the future")
    if at and embargo and at < embargo:
        raise Unprocessable.at("/at", "lies before the end of the embargo")
    start = max(moment for moment in (at, embargo, now) if moment)
    if expires and expires <= start:
        raise Unprocessable.at("/expires_at", "lies before the publication")
    if start <= now:
        return desk.publish(story_id, actor, expected, key, expires_at=expires, why=request.reason)
    return desk.plan(
        story_id,
        actor,
        publish_at=start,
        embargo_until=embargo,
        expires_at=expires,
        expected=expected,
        why=request.reason,
    )


def correct(story_id: str, request: CorrectionRequest, actor: Actor, expected: int | None) -> Story:
    """Puts a mistake right."""
    correction = Correction(note=request.note, wrong=request.wrong, right=request.right, at=utc_now())
    return desk.correct(story_id, correction, request.article, actor, expected, request.reason)


def withdraw(story_id: str, request: WithdrawalRequest, actor: Actor, expected: int | None) -> Story:
    """Takes a story down. Raises Unprocessable for a target that is missing, superfluous, itself, or not to be seen."""
    moved_to, target = _target(story_id, request)
    return desk.remove(
        story_id,
        Status(request.kind.value),
        actor,
        expected=expected,
        why=request.reason,
        public_note=request.public_note,
        moved_to=moved_to,
        target=target,
    )


def patch(story_id: str, changes: ContentPatch, actor: Actor, expected: int | None, why: str | None) -> Story:
    """Changes some fields of the text."""
    current = archive.content(desk.expect(story_id, expected))
    merged = current.model_dump(mode="json") | changes.model_dump(mode="json", exclude_unset=True)
    try:
        content = Content.model_validate({name: value for name, value in merged.items() if value is not None})
    except ValidationError as error:
        wrong = [{"pointer": "/" + "/".join(map(str, each["loc"])), "detail": each["msg"]} for each in error.errors()]
        raise Unprocessable("; ".join(f"{each['pointer']}: {each['detail']}" for each in wrong), errors=wrong) from None
    return desk.revise(story_id, content, actor, expected, why)


def _target(story_id: str, request: WithdrawalRequest) -> tuple[str | None, str | None]:
    """Where readers are sent, and the other story that must be there for them."""
    if request.kind not in {Removal.REDIRECT, Removal.SUBSTITUTED}:
        if request.to is not None:
            raise Unprocessable.at("/to", f"has no meaning for {request.kind}")
        return None, None
    if not request.to:
        raise Unprocessable.at("/to", f"is needed for {request.kind}: the id of a story" + _or_url(request.kind))
    if request.to.startswith(("https://", "http://")) and request.kind is Removal.REDIRECT:
        own = archive.story(story_id)
        if own.slug and request.to.rstrip("/") in _own_urls(own):
            raise Unprocessable.at("/to", "is the story itself")
        return request.to, None
    if request.to == story_id:
        raise Unprocessable.at("/to", "is the story itself")
    try:
        other = archive.public(request.to)
    except (Problem, Moved) as error:
        raise Unprocessable.at("/to", "is no story that readers can see") from error
    return events.url(other.slug), other.id


def _or_url(kind: Removal) -> str:
    return " or an absolute URL" if kind is Removal.REDIRECT else ""


def _own_urls(story: Story) -> set[str]:
    base = settings.value("SITE_URL")
    return {events.url(story.slug), f"{base}/articles/{story.id}"}
