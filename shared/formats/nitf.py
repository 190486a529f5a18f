"""NITF 3.x (IPTC): one document, one story; and the same marked-up text where another wire format carries it.

With or without the namespace, which 3.4 brought. `doc-id` is the document's identity, `du-key` its version's.
"""

import re
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from shared.formats import wire, wire_text
from shared.formats.editorial import TAKEN_DOWN, signal
from shared.formats.private import is_private_mark
from shared.formats.story import Given, Incoming, IncomingImage, IncomingStory, Refused, Signal, Unreadable, page_key
from shared.formats.xml import child, children, local, parse, words

_DIRECT_CONTACT = re.compile(r"[\w.+-]@[\w-]|\+?\d[\d ()/-]{6,}\d")
# RFC 3085: urn:newsml:provider:date:id:revision, the last part being the version's and not the item's.
_NEWSML_URN = re.compile(r"(urn:newsml:[^:]+:\d{8}(?:T\d{6}(?:Z|[+-]\d{4})?)?:[^:]+):(\d{1,9})[NUA]?", re.IGNORECASE)

_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

_MOST_NAMES = 20


class Content(NamedTuple):
    """What the body of an NITF document holds."""

    headline: str
    byline: str
    dateline: str | None
    credit: str | None
    lede: str | None
    text: wire_text.Text
    images: tuple[IncomingImage, ...]


def read(raw: bytes, given: Given) -> Incoming:
    """The story of an NITF document. Raises Unreadable for what is no NITF."""
    root = parse(raw)
    if local(root) != "nitf":
        raise Unreadable(("nitf",), f"This is no NITF: its root is <{local(root)[:100]}>.")
    try:
        return [_story(root, given)]
    except Unreadable as unreadable:
        key, _ = _identity(child(root, "head", "docdata"), "", None)
        return [Refused(reason=str(unreadable), key=key, missing=unreadable.missing)]


def content(root: etree._Element, given: Given, headline: str = "") -> Content:
    """The text of an `nitf` element, wherever it stands."""
    head = child(root, "body", "body.head")
    main = child(root, "body", "body.content")
    told = _headline(root)
    text = _text(root, main, headline or told, given.url)
    abstract = child(head, "abstract")
    return Content(
        headline=told,
        byline=_byline(head),
        dateline=wire.line(words(child(head, "dateline"))) or None,
        credit=wire.credit(words(child(head, "distributor")), words(child(head, "rights", "rights.owner"))),
        lede=wire.line(words(abstract)) or None,
        text=text,
        images=tuple(_images(root, given.url)),
    )


def _text(root: etree._Element, main: etree._Element | None, headline: str, base: str | None) -> wire_text.Text:
    if main is None:
        return wire_text.NOTHING
    text = wire_text.from_tree(main, headline, base)
    end = child(root, "body", "body.end")
    # A tagline is a byline that stands below the text; with an address in it, it is the desk's.
    tagline = words(child(end, "tagline"))
    if _DIRECT_CONTACT.search(tagline):
        return text._replace(notes=(*text.notes, tagline))
    if not tagline:
        return text
    below = wire_text.from_plain(tagline)
    return wire_text.Text(text.html + below.html, f"{text.plain}\n\n{below.plain}".strip(), text.notes + below.notes)


def _byline(head: etree._Element | None) -> str:
    lines: list[str] = []
    for byline in children(head, "byline")[:_MOST_NAMES]:
        persons = [words(person) for person in byline.iter() if local(person) == "person"][:_MOST_NAMES]
        titles = [words(title) for title in byline.iter() if local(title) in {"byttl", "virtloc"}][:_MOST_NAMES]
        told = words(byline)
        for title in titles:  # "By Ann Smith, Lowland Wire": a title is the house or the post
            told = told.replace(title, "") if title else told
        lines.append(" & ".join(persons) or told.strip(" ,"))
    return " & ".join(filter(None, lines))


def _images(root: etree._Element, base: str | None) -> list[IncomingImage]:
    images: list[IncomingImage] = []
    for media in root.iter():
        if local(media) != "media" or (media.get("media-type") or "image") not in {"image", "photo", "graphic"}:
            continue
        sources = [reference.get("source") or "" for reference in children(media, "media-reference")]
        links = [wire_text.absolute(source, base, {"http", "https"}) for source in sources if source]
        if url := next(filter(None, links), None):
            captions = [
                words(told) for told in children(media, "media-caption") if not is_private_mark(told.get("class"))
            ]
            images.append(
                IncomingImage(
                    url=url,
                    caption=wire.line(" ".join(captions)) or None,
                    credit=wire.line(words(child(media, "media-producer"))) or None,
                )
            )
    return images


def _story(root: etree._Element, given: Given) -> IncomingStory | Refused:
    wanted, embargo = _wanted(root, given)
    found = content(root, given)
    data = child(root, "head", "docdata")
    publication = child(root, "head", "pubdata")
    issued = _norm(data, "date.issue", given)
    first = wire.moment(_attribute(publication, "date.publication"), given.time_zone) or issued
    key, revision = _identity(data, found.headline, first)
    lacks = {"doc-id": key is None}
    if wanted not in TAKEN_DOWN:
        lacks |= {"headline": not found.headline, "body": not found.text.plain}
    missing = tuple(name for name, lacking in lacks.items() if lacking)
    if key is None or missing:
        return Refused(reason=f"This NITF document is no story: no {', no '.join(missing)}.", key=key, missing=missing)
    people = wire.people(found.byline)
    version = wire.number(_attribute(child(data, "du-key"), "version"))
    return IncomingStory(
        headline=found.headline,
        body_html=found.text.html,
        lede=found.lede,
        language=wire.language(_language(root), f"{found.headline}\n{found.text.plain}"),
        byline=people,
        credit=found.credit or wire.credit(_attribute(child(data, "doc.copyright"), "holder"), found.byline[:100]),
        dateline=found.dateline,
        section=wire.line(_attribute(publication, "position.section")) or None,
        tags=_tags(root, data),
        published_at=first,
        key=key,
        version=revision if version is None else version,
        versioned_at=max(filter(None, (issued, *_revisions(root, given))), default=first),
        signal=wanted,
        embargo_until=embargo,
        expires_at=_norm(data, "date.expire", given),
        images=found.images,
        editors_note="\n\n".join(filter(None, (*_messages(data), *found.text.notes))) or None,
    )


def _identity(data: etree._Element | None, headline: str, moment: datetime | None) -> tuple[str | None, int | None]:
    """The document's key, and the version that stands in it."""
    told = _attribute(child(data, "doc-id"), "id-string").strip()
    if urn := _NEWSML_URN.fullmatch(told):
        return urn[1], int(urn[2])
    key = told or _attribute(child(data, "du-key"), "key").strip()
    if not key and headline and moment:
        key = page_key(headline, moment)
    return key or None, None


def _wanted(root: etree._Element, given: Given) -> tuple[Signal, datetime | None]:
    """What is to be done with the document, and when its embargo ends."""
    data = child(root, "head", "docdata")
    status = _attribute(data, "management-status").strip().lower()
    marks = [_attribute(child(root, "head", "tobject", "tobject.property"), "tobject.property.type")]
    if child(data, "correction") is not None:
        marks.append("correction")
    wanted = signal(status, marks, (_headline(root), wire.line(_attribute(child(data, "du-key"), "key"))))
    release = _attribute(child(data, "date.release"), "norm").strip()
    embargo = wire.moment(release, given.time_zone)
    if wanted in TAKEN_DOWN:
        return wanted, None
    if release and embargo is None:
        raise Unreadable(
            ("date.release",), f'It is not to be used before "{release[:100]}", which is no moment that can be read.'
        )
    return (Signal.WITHHOLD, None) if status == "embargoed" and embargo is None else (wanted, embargo)


def _headline(root: etree._Element) -> str:
    headline = child(root, "body", "body.head", "hedline", "hl1")
    return wire.line(words(headline)) or wire.line(words(child(root, "head", "title")))


def _messages(data: etree._Element | None) -> list[str]:
    told = [message.get("info") or words(message) for message in children(data, "ed-msg")]
    corrections = [correction.get("info") or "" for correction in children(data, "correction")]
    return [wire.line(message) for message in (*told, *corrections)]


def _tags(root: etree._Element, data: etree._Element | None) -> tuple[str, ...]:
    keys = [keyword.get("key") for keyword in children(data, "key-list", "keyword")]
    subjects = [
        subject.get(f"tobject.subject.{depth}")
        for subject in children(root, "head", "tobject", "tobject.subject")
        for depth in ("detail", "matter", "type")
    ]
    return tuple(dict.fromkeys(tag for name in (*keys, *subjects) if (tag := wire.line(name))))


def _revisions(root: etree._Element, given: Given) -> list[datetime]:
    told = (wire.moment(each.get("norm"), given.time_zone) for each in children(root, "head", "revision-history"))
    return [moment for moment in told if moment]


def _language(root: etree._Element) -> str | None:
    main = child(root, "body", "body.content")
    for element in (root, child(root, "body"), main):
        for name in (_XML_LANGUAGE, "baselang", "lang"):
            if told := _attribute(element, name):
                return told
    return None


def _norm(data: etree._Element | None, name: str, given: Given) -> datetime | None:
    return wire.moment(_attribute(child(data, name), "norm"), given.time_zone)


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "") if element is not None else ""
