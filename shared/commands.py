"""What editors ask for over HTTP, checked field by field and handed to the desk."""

import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared import archive, desk, events, moments, settings
from shared.article import ID_PATTERN, Actor, Number, Status, Story, utc_now
from shared.content import Content, Correction, Image, Line, Note, Source, Tag
from shared.errors import Moved, NotFound, Problem, Unprocessable
from shared.idempotency import Key
from shared.transition import Known

_STORY_PATH = re.compile(r"/articles/(by-slug/(?P<slug>[^/]+)|(?P<id>[^/]+))/?")

PublicNote = Annotated[Note, StringConstraints(max_length=500)]
Moment = Annotated[str, StringConstraints(max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Because(_Request):
    """Why, for the story's history."""

    reason: Note | None = None


class PublicationRequest(_Request):
    """When to publish: now, `at` a moment, or not before `embargo_until`. Moments: RFC 3339, or local with a zone."""

    at: Moment | None = Field(default=None, description="A moment that has passed means now")
    embargo_until: Moment | None = Field(default=None, description="Nothing of the story is shown before")
    expires_at: Moment | None = Field(default=None, description="The story is unpublished then")
    time_zone: Line | None = Field(default=None, description="IANA zone of moments that carry no offset")
    reason: Note | None = None


class CorrectionRequest(_Request):
    """A mistake put right: readers see `note`, `wrong` and `right` with the story; `article` is a new text."""

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
    public_note: PublicNote | None = None
    to: Annotated[str, StringConstraints(max_length=2000)] | None = None


class RestorationRequest(_Request):
    """Which earlier text to take again."""

    version: Number
    reason: Note | None = None


class SourcePatch(Source):
    """Some particulars of where a story came from."""

    name: Line | None = None  # type: ignore[assignment]


class ContentPatch(Content):
    """Some fields of a text (RFC 7396): those that are named change, null takes a field out."""

    # Optional here alone; the merged text is checked again.
    headline: Line | None = None  # type: ignore[assignment]
    body_html: str | None = None  # type: ignore[assignment]
    byline: list[Line] | None = None  # type: ignore[assignment]
    tags: list[Tag] | None = None  # type: ignore[assignment]
    images: list[Image] | None = None  # type: ignore[assignment]
    carried_over: int | None = None  # type: ignore[assignment]
    source: SourcePatch | None = None


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
    asked = Key.of(actor.name, key, "publish", story_id, request.model_dump()) if key else None

    def change() -> Story:
        ends: dict[str, Any] = {"expires_at": expires, "why": request.reason}
        if start <= now:
            return desk.publish(story_id, actor, expected, asked, **ends)
        return desk.plan(story_id, actor, expected, asked, publish_at=start, embargo_until=embargo, **ends)

    return _once(asked, change)


def correct(
    story_id: str, request: CorrectionRequest, actor: Actor, expected: int | None, key: str | None = None
) -> Story:
    """Puts a mistake right; the same correction twice within a day, with a key or without, is one."""
    correction = Correction(note=request.note, wrong=request.wrong, right=request.right, at=utc_now())
    asked = Key.of(actor.name, key, "correct", story_id, request.model_dump(mode="json"))
    why = request.reason
    return _once(asked, lambda: desk.correct(story_id, correction, request.article, actor, expected, asked, why))


def _once(key: Key | None, change: Callable[[], Story]) -> Story:
    """The change, or what the first request with this key made of the story."""
    done = key.story() if key else None
    try:
        return archive.story(done) if done else change()
    except Known as known:
        return archive.story(known.story_id)


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
    merged = _merged(current.model_dump(mode="json"), changes.model_dump(mode="json", exclude_unset=True))
    try:
        content = Content.model_validate(merged)
    except ValidationError as error:
        wrong = [{"pointer": "/" + "/".join(map(str, each["loc"])), "detail": each["msg"]} for each in error.errors()]
        raise Unprocessable("; ".join(f"{each['pointer']}: {each['detail']}" for each in wrong), errors=wrong) from None
    return desk.revise(story_id, content, actor, expected, why)


def _merged(target: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396 section 2: null takes a member out, an object is merged, anything else replaces."""
    merged = target | {
        name: _merged(target.get(name) or {}, value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return {name: value for name, value in merged.items() if value is not None}


def _target(story_id: str, request: WithdrawalRequest) -> tuple[str | None, str | None]:
    """Where readers are sent, and the other story that must be there for them."""
    if request.kind not in {Removal.REDIRECT, Removal.SUBSTITUTED}:
        if request.to is not None:
            raise Unprocessable.at("/to", f"has no meaning for {request.kind}")
        return None, None
    if not request.to:
        raise Unprocessable.at("/to", f"is needed for {request.kind}: the id of a story" + _or_url(request.kind))
    named = _story_at(request.to)
    if named is None and request.kind is Removal.REDIRECT:
        return request.to, None
    if named == story_id:
        raise Unprocessable.at("/to", "is the story itself")
    try:
        other = archive.public(named or request.to)
    except (Problem, Moved) as error:
        known = re.fullmatch(ID_PATTERN, named or "")
        told = "is no story that readers can see" if known else "is neither a story's id nor an absolute URL"
        raise Unprocessable.at("/to", told) from error
    return events.url(other.slug), other.id


def _story_at(to: str) -> str | None:
    """The id of the story that `to` names, by itself or as an address of this site; None for an address elsewhere.

    Raises Unprocessable for what is no URL, and for an address here at which readers find no story.
    """
    if not to.lower().startswith(("https://", "http://")):
        return to
    try:
        address, base = urlsplit(to), urlsplit(settings.value("SITE_URL"))
        host = address.hostname
    except ValueError:
        host = None
    if not host or not re.fullmatch("[!-~]+", to):
        raise Unprocessable.at("/to", "is not a URL (RFC 3986)")
    path = _STORY_PATH.fullmatch(unquote(address.path).removeprefix(base.path))
    if path is None or base.hostname not in {None, host}:
        return None
    try:
        return path["id"] or archive.public_by_slug(path["slug"]).id
    except (Problem, Moved) as error:
        if isinstance(error, NotFound) and not base.hostname:
            return None  # the API's own name is not known here
        raise Unprocessable.at("/to", "is not the address of a story that readers can see") from error


def _or_url(kind: Removal) -> str:
    return " or an absolute URL" if kind is Removal.REDIRECT else ""
