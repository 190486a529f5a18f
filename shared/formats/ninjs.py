"""ninjs 1.x, 2.x and 3.x (IPTC News in JSON): one item, a list of items, or a collection that holds them.

What version an item is of shows in its shape: 1.x has `headline` and `body_*`, 2.x lists `headlines` and `bodies`, 3.x
writes those names in camel case. Properties are therefore read under any of their names.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Never
from zoneinfo import ZoneInfo

from shared.formats import wire, wire_text
from shared.formats.editorial import TAKEN_DOWN, signal
from shared.formats.ninjs_parts import Item, body, headline, images, lede
from shared.formats.ninjs_shape import faults
from shared.formats.private import is_private_mark
from shared.formats.story import Given, Incoming, IncomingStory, Refused, Signal, Unreadable
from shared.formats.xml import MOST as MOST_TAGS

LARGEST = 5_000_000  # bytes
NOT_VALID = "This is not valid ninjs"
"""How the reason begins where an item breaks the format's rules, rather than being no story."""

_NESTED = 6
"""Levels of a collection around its items."""
_NOT_NEWS = {
    "audio": "This is an audio item: it holds no text to print.",
    "video": "This is a video item: it holds no text to print.",
    "picture": "This is a picture: it belongs to a story and is none.",
    "graphic": "This is a graphic: it belongs to a story and is none.",
    "component": "This is a component: a part of another item.",
    "event": "This is an event: it announces what will happen and is no story.",
    "planning": "This is a planning item: it announces coverage and holds no text.",
}
_MARKS = ("signal", "signals", "editorialtype", "editorialtypes", "editorialrole", "itemrole")


def read(raw: bytes, given: Given) -> Incoming:
    """Every item, in order. Raises Unreadable for what is no JSON or holds no item with a `uri`."""
    if len(raw) > LARGEST:
        raise Unreadable(("ninjs",), f"The JSON has {len(raw)} bytes; at most {LARGEST} are read.")
    try:
        written = raw.decode(json.detect_encoding(raw))
        if written.count("<") + written.lower().count("\\u003c") > 2 * MOST_TAGS:  # as many as in XML
            raise Unreadable(("ninjs",), f"The texts of this JSON have more than {MOST_TAGS} tags.")
        document = json.loads(written, parse_constant=_constant)
    except RecursionError:
        raise Unreadable(("ninjs",), "The JSON is nested too deep to be read.") from None
    except ValueError as error:  # also what is not in the encoding that its first bytes tell
        raise Unreadable(("ninjs",), f"This is no JSON: {str(error)[:200]}.") from None
    found = list(_items(document, _NESTED))
    if not found:
        raise Unreadable(("uri",), "This JSON holds no ninjs item: none has a uri that names it.")
    return [_read(item, given) for item in found[: wire.MOST]] + wire.beyond(len(found))


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def _items(value: Any, levels: int) -> Iterator[dict[str, Any]]:
    """The items of a document, however its sender wraps them: a list, `items`, `hits`, `data.item`."""
    if isinstance(value, dict) and "uri" in {name.lower() for name in value}:
        yield value
    elif levels and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _items(inner, levels - 1)


def _read(raw: dict[str, Any], given: Given) -> IncomingStory | Refused:
    item = Item(raw)
    key = item.text("uri") or None
    try:
        title = headline(item)
        wanted = _signal(item, title)
        if key and wanted in TAKEN_DOWN and (title or item.text("version", "versioncreated")):
            return _taken_down(item, key, title, wanted, given)
        text = body(item, title, given)
        told = bool(title and text.plain)
        if wrong := next((fault for fault in faults(raw) if not (fault.minor and told)), None):
            reason = f"{NOT_VALID}: {wrong.field} {wrong.what}."
            return Refused(reason=reason, key=key, missing=(wrong.field,))
        if not key:
            return Refused(reason=f"{NOT_VALID}: uri is empty.", missing=("uri",))
        if wanted not in TAKEN_DOWN and (refused := _no_story(item, key, title, text)):
            return refused
        return _story(item, key, title, text, wanted, given)
    except Unreadable as unreadable:
        return Refused(reason=str(unreadable), key=key, missing=unreadable.missing)


def _taken_down(item: Item, key: str, title: str, wanted: Signal, given: Given) -> IncomingStory:
    """A kill is heard, whatever else is wrong with it."""
    try:
        text = body(item, title, given)
    except Unreadable:
        text = wire_text.NOTHING
    return _story(item, key, title, text, wanted, given)


def _no_story(item: Item, key: str, title: str, text: wire_text.Text) -> Refused | None:
    kind = item.text("type")
    if kind in _NOT_NEWS:
        return Refused(reason=_NOT_NEWS[kind], key=key)
    if not text.plain and "eventdetails" in item.fields:
        return Refused(reason=_NOT_NEWS["event"], key=key)
    lacks = {"headline": not title, "body": not text.plain}
    missing = tuple(name for name, lacking in lacks.items() if lacking)
    if not missing:
        return None
    return Refused(
        reason=f"This ninjs item is no story: it has no {' and no '.join(missing)}.", key=key, missing=missing
    )


def _signal(item: Item, title: str) -> Signal:
    return signal(item.text("pubstatus"), item.words(*_MARKS), (title, item.text("title"), item.text("slugline")))


def _story(item: Item, key: str, title: str, text: wire_text.Text, wanted: Signal, given: Given) -> IncomingStory:
    version = wire.number(item.fields.get("version"))
    made = wire.moment(item.text("versioncreated"), given.time_zone)
    first = wire.moment(item.text("firstcreated"), given.time_zone)
    first = first or wire.moment(item.text("contentcreated"), given.time_zone)
    people = _people(item)
    return IncomingStory(
        headline=title,
        body_html=text.html,
        lede=_apart(lede(item), text.plain),
        language=wire.language(item.text("language"), f"{title}\n{text.plain}"),
        byline=people,
        credit=_credit(item, people),
        dateline=wire.line(item.text("dateline", "located")) or None,
        tags=tuple(dict.fromkeys(filter(None, map(wire.line, item.words("subject", "subjects", "keywords"))))),
        published_at=first or (made if version in {None, 0, 1} else None),
        key=key,
        version=version,
        versioned_at=made,
        signal=wanted,
        embargo_until=None if wanted in TAKEN_DOWN else _embargo(item, given.time_zone),
        expires_at=wire.moment(item.text("expires"), given.time_zone),
        images=images(item, given),
        editors_note=_notes(item, text),
    )


def _apart(lead: str | None, plain: str) -> str | None:
    """A lead that only repeats how the text begins is no lead apart."""
    start = " ".join(plain[: 2 * len(lead)].split()) if lead else ""
    return None if lead and start.startswith(lead.rstrip(" .…")) else lead


def _embargo(item: Item, time_zone: ZoneInfo) -> datetime | None:
    told = item.text("embargoeduntil", "embargoed")
    moment = wire.moment(told, time_zone)
    if told and moment is None:  # better no story than one before its time
        raise Unreadable(("embargoed",), f'It is embargoed until "{told[:100]}", which is no moment that can be read.')
    return moment


def _people(item: Item) -> tuple[str, ...]:
    if printed := item.text("byline", "by") or " & ".join(each.text("by", "name") for each in item.objects("bylines")):
        return wire.people(printed)
    wrote = [
        person.text("name")
        for person in item.objects("creators", "authors", "people", "person")
        if person.text("rel", "role").lower().rpartition("/")[2]
        in {"author", "creator", "writer", "byline", "reporter"}
    ]
    return tuple(dict.fromkeys(name for told in wrote for name in wire.people(told)))


def _credit(item: Item, people: tuple[str, ...]) -> str | None:
    """The source named. An `infosource` with a part in the story, an interviewee, is no source of it."""
    sources = [
        source.text("name")
        for source in item.objects("infosources", "infosource")
        if source.text("rel", "role").lower().rpartition("/")[2] in {"", "source", "provider", "originator", "creator"}
    ]
    house = None if people else item.text("byline", "by")
    return wire.credit(
        item.text("creditline"), *sources, *item.words("source")[:1], house, item.text("copyrightholder")
    )


def _notes(item: Item, text: wire_text.Text) -> str | None:
    told = [value for name, value in item.fields.items() if isinstance(value, str) and is_private_mark(name)]
    return "\n\n".join(filter(None, (*map(wire.line, told), *text.notes))) or None
