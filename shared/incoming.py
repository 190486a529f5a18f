"""One item of a source and what the desk does for it: a story, a newer text, or a story taken down."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError as Invalid

from shared import archive, desk, settings, takedown
from shared.article import LIFE, Action, Actor, Status, Story, summary, utc_now
from shared.content import LANGUAGE_PATTERN, Content, Correction, Image, Source
from shared.errors import Unavailable
from shared.formats.story import IncomingImage, IncomingStory, Signal, Unreadable
from shared.intake import IngestItem, Outcome
from shared.slug import slugify
from shared.sources import Publishing, Takedown
from shared.table import Cancelled, get, write
from shared.transition import Overtaken
from shared.wire import Origin, Standing

_ROUNDS = 3
_LONGEST_WHY = 500
_SHORT, _LINE, _LONG = 100, 300, 2000  # characters: what the fields of a Content hold
_WAITING = {Status.SCHEDULED, Status.EMBARGOED}


@dataclass(frozen=True)
class Mandate:
    """For whom a payload is read, and what may become of its items by themselves."""

    source: str
    name: str
    actor: Actor
    ingest: str
    publishing: Publishing = Publishing.DRAFT
    takedown: Takedown = Takedown.AUTOMATIC
    section: str | None = None
    language: str | None = None


def take(incoming: IncomingStory, mandate: Mandate) -> IngestItem:
    """What became of an item; the same item again, in this version or an older one, changes nothing.

    Raises Problem where the desk refuses, Unreadable for a story that the desk cannot hold.
    """
    for _ in range(_ROUNDS):
        origin = Origin.of(incoming, mandate.source, mandate.ingest)
        try:
            item = _take(incoming, origin.knowing(get(settings.value("NEWSROOM_TABLE"), origin.pk, "WIRE")), mandate)
        except (Overtaken, Cancelled):
            continue  # another payload with the same item was faster: what it made is known now
        return item.model_copy(update={"headline": summary(incoming.headline) or None})
    raise Unavailable("Several payloads change the same item at once; this one comes again.")


def _take(incoming: IncomingStory, origin: Origin, mandate: Mandate) -> IngestItem:
    if incoming.signal is Signal.ADVISORY:
        note = incoming.editors_note or incoming.headline
        return IngestItem(outcome=Outcome.NOTED, detail=f"A note to editors, no story: {summary(note, 1000)}")
    if origin.repeated:
        return _again(incoming, origin, mandate)
    if settled := _settled(origin, mandate):
        return settled
    if incoming.signal in {Signal.KILL, Signal.WITHHOLD}:
        return _stop(incoming, origin, mandate)
    return _story(incoming, origin, mandate)


def _settled(origin: Origin, mandate: Mandate) -> IngestItem | None:
    """What becomes of an item that changes nothing, now or for the time being."""
    match origin.standing():
        case Standing.SAME:
            return _told(Outcome.DUPLICATE, origin, "The item came before; nothing was changed.")
        case Standing.OLDER:
            return _told(Outcome.STALE, origin, "This version of the item, or a newer one, came before.")
    if mandate.publishing is Publishing.HOLD:
        return _told(Outcome.HELD, origin, "Items of this source wait for an editor: POST /ingest/{id}/release.")
    return None


def _told(outcome: Outcome, origin: Origin, detail: str) -> IngestItem:
    return IngestItem(outcome=outcome, article=origin.story, detail=detail)


def _again(incoming: IncomingStory, origin: Origin, mandate: Mandate) -> IngestItem:
    """A payload that had its effect before, answered alike; a publication that died in between is made up for."""
    outcome = Outcome((origin.known or {})["outcome"])
    if origin.story is None:
        return _told(outcome, origin, _NOT_HERE)
    story = archive.story(origin.story)
    if outcome in {Outcome.CREATED, Outcome.REVISED}:
        story = _show(story, incoming, mandate, withheld=bool((origin.known or {}).get("resumes")))
    dark = takedown.receipt(story) if outcome in {Outcome.KILLED, Outcome.WITHHELD} and not story.public else []
    return IngestItem(outcome=outcome, article=story.id, masthead=incoming.masthead, dark=dark)


_NOT_HERE = "No story of it is here; should this or an older version of the item still come, it is stale."


def _story(incoming: IncomingStory, origin: Origin, mandate: Mandate) -> IngestItem:
    now = utc_now()
    wishes: dict[str, Any] = {"embargo": incoming.embargo_until, "expires_at": incoming.expires_at}
    wishes = {name: moment if moment and moment > now else None for name, moment in wishes.items()}
    withheld = origin.stopped is Signal.WITHHOLD
    if origin.story is None:
        if origin.stopped is Signal.KILL:
            return _told(Outcome.REFUSED, origin, "Its source has killed the item; it stays out.")
        if incoming.expires_at and incoming.expires_at <= now:
            return _told(
                Outcome.REFUSED, origin, f"It has expired at its source, on {incoming.expires_at:%Y-%m-%d %H:%M} UTC."
            )
        story = desk.ingest(content(incoming, mandate), mandate.actor, origin, **wishes)
        outcome = Outcome.CREATED
    else:
        story = archive.story(origin.story)
        if story.status not in LIFE[Action.REVISE].sources:
            return _told(
                Outcome.REFUSED, origin, f"The story is {story.status}: a newer version does not bring it back."
            )
        if story.public and wishes["embargo"]:
            desk.take_back(story.id, mandate.actor, story.version, f"{mandate.name} put it under embargo")
            withheld = True
        story = desk.follow(
            story.id,
            content(incoming, mandate),
            mandate.actor,
            origin,
            correction=_correction(incoming, mandate),
            **wishes,
        )
        outcome = Outcome.REVISED
    _show(story, incoming, mandate, withheld=withheld)
    return IngestItem(outcome=outcome, article=story.id, masthead=incoming.masthead)


def _correction(incoming: IncomingStory, mandate: Mandate) -> Correction | None:
    if incoming.signal is not Signal.CORRECTION:
        return None
    told = incoming.correction or f"Corrected by {incoming.credit or mandate.name}."
    return Correction(note=summary(told, 2000) or told, at=utc_now())


def _show(story: Story, incoming: IncomingStory, mandate: Mandate, *, withheld: bool) -> Story:
    """Publishes, or plans to at the end of an embargo, where the payload's mandate says so.

    What an editor took off stays off; what its source took off comes back with the source's next version.
    """
    hidden = {Status.DRAFT, Status.EMBARGOED} | ({Status.UNPUBLISHED} if withheld else set())
    if mandate.publishing is not Publishing.PUBLISH or story.status not in hidden:
        return story
    if not incoming.body_html.strip():
        return story  # a headline that only announces: nobody's page should be empty
    until, actor = story.source_embargo, mandate.actor
    expires = incoming.expires_at if incoming.expires_at and incoming.expires_at > utc_now() else None
    if until and until > utc_now():
        if story.embargo_until == until:
            return story
        return desk.plan(
            story.id,
            actor,
            story.version,
            publish_at=until,
            embargo_until=until,
            expires_at=expires,
            why="as its source asks",
        )
    if story.status is Status.EMBARGOED:
        story = desk.take_back(story.id, actor, story.version, "its source lifted the embargo")
    return desk.publish(story.id, actor, story.version, expires_at=expires)


def _stop(incoming: IncomingStory, origin: Origin, mandate: Mandate) -> IngestItem:
    outcome = Outcome.KILLED if incoming.signal is Signal.KILL else Outcome.WITHHELD
    if origin.story is None:
        write(origin.write(settings.value("NEWSROOM_TABLE"), None, outcome))
        return _told(outcome, origin, _NOT_HERE)
    before = archive.story(origin.story)
    if mandate.takedown is Takedown.HOLD:
        asked = f"Its source asks that the story is {outcome}; it waits for an editor: POST /ingest/{{id}}/release."
        return _told(Outcome.HELD, origin, asked)
    why = summary(f"{mandate.name}: {incoming.editors_note or outcome}", _LONGEST_WHY)
    actor = mandate.actor
    if outcome is Outcome.KILLED and before.status in LIFE[Action.KILL].sources:
        after = desk.remove(before.id, Status.KILLED, actor, expected=before.version, why=why, origin=origin)
    elif outcome is Outcome.WITHHELD and (before.public or before.status in _WAITING):
        after = desk.take_back(before.id, actor, before.version, why, origin)
    else:
        write(origin.write(settings.value("NEWSROOM_TABLE"), before.id, outcome))
        return _told(
            outcome, origin, f"The story is {before.status}, so readers do not see it; nothing else was changed."
        )
    dark = takedown.receipt(after) if before.public else []
    return IngestItem(outcome=outcome, article=after.id, version=after.version, detail=why, dark=dark)


def content(incoming: IncomingStory, mandate: Mandate) -> Content:
    """The text as the desk holds it; what is too long is cut, what has no place is left out.

    Raises Unreadable when no story is left.
    """
    section, filed = _section(incoming.section, mandate.section)
    language = incoming.language if re.fullmatch(LANGUAGE_PATTERN, incoming.language[:35]) else "und"
    tags = (tag.strip() for tag in (*filed, *incoming.tags))
    version = {} if incoming.version is None else {"version": str(incoming.version)[:_SHORT]}
    address = {"uri": incoming.url} if incoming.url and len(incoming.url) <= _LONG else {}
    try:
        return Content(
            headline=_fit(incoming.headline, _LINE) or "",
            lede=_fit(incoming.lede, _LONG),
            body_html=incoming.body_html,
            byline=[name for name in incoming.byline if 0 < len(name.strip()) <= _LINE][:20],
            credit=_fit(incoming.credit, _LINE),
            dateline=_fit(incoming.dateline, _LINE),
            section=section,
            tags=list(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= _SHORT))[:40],
            language=mandate.language if language == "und" else language,
            images=[image for each in incoming.images[:50] if (image := _image(each))],
            source=Source(name=_fit(incoming.credit, _LINE) or mandate.name, **version, **address),
            published_at=incoming.published_at,
            carried_over=incoming.carried_over,
        )
    except Invalid as error:
        first = error.errors()[0]
        raise Unreadable((str(first["loc"][0]),), f"{first['loc'][0]}: {first['msg']}") from None


def _fit(text: str | None, limit: int) -> str | None:
    """The text, cut at a word where it is longer than the desk holds."""
    return summary((text or "").strip(), limit - 1) or None


def _section(told: str | None, default: str | None) -> tuple[str | None, list[str]]:
    """A section of the title for what the source calls its own; a name that is none of them becomes a tag."""
    known = settings.words("TITLE_SECTIONS")
    if told and (named := slugify(told)) in known:
        return named, []
    return default, [told] if told else []


def _image(each: IncomingImage) -> Image | None:
    try:
        return Image(url=each.url, caption=_fit(each.caption, _LONG), credit=_fit(each.credit, _LINE))
    except Invalid:
        return None
