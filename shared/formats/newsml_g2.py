"""NewsML-G2 (IPTC, any 2.x): a news message of several items, or one item.

Only news items that hold text are stories. Pictures that come in the same message belong to the story they come with;
packages, planning, concept and knowledge items are refused politely. Names count, namespaces and prefixes do not.
"""

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from shared.formats import nitf, wire, wire_text
from shared.formats.editorial import TAKEN_DOWN, signal
from shared.formats.private import is_private_mark
from shared.formats.story import Given, Incoming, IncomingImage, IncomingStory, Refused, Signal, Unreadable
from shared.formats.xml import child, children, local, parse, words

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_WEB = {"http", "https"}
_NOT_NEWS = {
    "packageItem": "This is a package: it puts other items in order and holds no text.",
    "planningItem": "This is a planning item: it announces coverage and holds no text.",
    "conceptItem": "This is a concept item: it explains a term, a person or an event for machines and is no story.",
    "knowledgeItem": "This is a knowledge item: a vocabulary for machines, no story.",
    "catalogItem": "This is a catalog: it names vocabularies for machines and is no story.",
    "catalog": "This is a catalog: it names vocabularies for machines and is no story.",
}
_TEXT_CLASSES = frozenset({"", "text", "composite"})
_PICTURES = frozenset({"picture", "graphic"})
_MOST_PICTURES = 50  # of one story
_SUMMARIES = frozenset({"summary", "lead", "lede", "abstract", "standfirst", "intro", "teaser"})
_SIDE_HEADLINES = frozenset(
    {"sub", "subheadline", "short", "kicker", "overline", "alt", "alternative", "seo", "social"}
)
_HTML_ROOTS = frozenset("html body div section article main p".split())
# The rendition to print: the largest that a page can carry, never the one that only shows what there is.
_RENDITIONS = ("highres", "web", "preview", "medium", "lowres", "thumbnail")


def read(raw: bytes, given: Given) -> Incoming:
    """Every item, in the order of the message. Raises Unreadable for what is no NewsML-G2."""
    root = parse(raw)
    name = local(root)
    if name == "NewsML":
        raise Unreadable(
            ("newsItem",),
            "This is NewsML 1, which came before NewsML-G2 and is not read; ask the agency for NewsML-G2.",
        )
    items = [root] if name != "newsMessage" else [item for group in children(root, "itemSet") for item in group]
    if not items or (name not in {"newsMessage", "newsItem"} and name not in _NOT_NEWS):
        raise Unreadable(
            ("newsItem",), f"This is no NewsML-G2 item: no newsItem was found, the root is <{name[:100]}>."
        )
    return [*_Message(items[: wire.MOST], given).incoming(), *wire.beyond(len(items))]


class _Message:
    """The items that came together."""

    def __init__(self, items: list[etree._Element], given: Given) -> None:
        self.items = items
        self.given = given
        self.texts = [item for item in items if _class_of(item) in _TEXT_CLASSES and local(item) == "newsItem"]
        self.pictures = {
            _guid(item): image
            for item in items
            if _class_of(item) in _PICTURES and (image := _picture(item, given.url))
        }
        self.shown: set[str] = set()
        self.beside: dict[str, set[str]] = {_guid(text): set() for text in self.texts}
        for package in (item for item in items if local(item) == "packageItem"):
            listed = {each.get("residref") or "" for each in package.iter() if local(each) == "itemRef"}
            for guid in listed & self.beside.keys():
                self.beside[guid] |= listed & self.pictures.keys()

    def incoming(self) -> Iterator[IncomingStory | Refused]:
        """A picture that a story shows is told with the story; every other item is told by itself."""
        told = [(item, self._read(item)) for item in self.items]
        for item, result in told:
            if not (_class_of(item) in _PICTURES and _guid(item) in self.shown):
                yield result

    def _read(self, item: etree._Element) -> IncomingStory | Refused:
        guid, name, kind = _guid(item), local(item), _class_of(item)
        if name in _NOT_NEWS:
            return Refused(reason=_NOT_NEWS[name], key=guid or None)
        if name != "newsItem":
            return Refused(reason=f"This is a {name[:50]}, no news item.", key=guid or None)
        if kind not in _TEXT_CLASSES:
            return Refused(reason=f"This is a {kind[:50]} item: it holds no text.", key=guid or None)
        images = self._images(item)
        try:
            result = _Item(item, self.given, [self.pictures[guid] for guid in images]).story()
        except Unreadable as unreadable:
            return Refused(reason=str(unreadable), key=guid or None, missing=unreadable.missing)
        self.shown |= set(images) if isinstance(result, IncomingStory) else set()
        return result

    def _images(self, item: etree._Element) -> list[str]:
        """The pictures of the message that belong to a text: all, where it is the only text; else those it names."""
        if len(self.texts) == 1:
            return list(self.pictures)[:_MOST_PICTURES]
        linked = {link.get("residref") or "" for link in children(item, "itemMeta", "link")}
        named = self.beside[_guid(item)] | (linked & self.pictures.keys())
        return [guid for guid in self.pictures if guid in named][:_MOST_PICTURES]


class _Item:
    """One news item that may be a story."""

    def __init__(self, item: etree._Element, given: Given, images: list[IncomingImage]) -> None:
        self.item = item
        self.given = given
        self.images = images
        self.management = child(item, "itemMeta")
        self.content = child(item, "contentMeta")
        tag = child(self.content, "language")
        self.language = (tag.get("tag") if tag is not None else None) or item.get(_LANGUAGE)

    def story(self) -> IncomingStory | Refused:
        """The story; what it lacks where it is none. Raises Unreadable where its embargo or its text cannot be read."""
        headline = self._headline()
        wanted, embargo = self._wanted(headline)
        try:
            marked = self._marked_up(headline)
            text = marked.text if marked else self._text(headline)
        except Unreadable:
            if wanted not in TAKEN_DOWN:
                raise
            marked, text = None, wire_text.NOTHING  # a kill is heard, whatever its text is
        headline = headline or (marked.headline if marked else "")
        key = _guid(self.item)
        lacks = {"guid": not key}
        if wanted not in TAKEN_DOWN:
            lacks |= {"headline": not headline, "body": not text.plain}
        if missing := tuple(name for name, lacking in lacks.items() if lacking):
            reason = f"This text item is no story: no {', no '.join(missing)}{self._elsewhere()}."
            return Refused(reason=reason, key=key or None, missing=missing)
        version = wire.number(self.item.get("version"))
        made = self._moment(self.management, "versionCreated")
        first = self._moment(self.management, "firstCreated") or self._moment(self.content, "contentCreated")
        byline = self._people() or wire.people(marked.byline if marked else "")
        return IncomingStory(
            headline=headline,
            body_html=text.html,
            lede=self._lede() or (marked.lede if marked else None),
            language=wire.language(self.language, f"{headline}\n{text.plain}"),
            byline=byline,
            credit=self._credit() or (marked.credit if marked else None),
            dateline=wire.line(words(child(self.content, "dateline"))) or (marked.dateline if marked else None),
            tags=self._tags(),
            published_at=first or (made if version in {None, 0, 1} else None),
            key=key,
            version=version,
            versioned_at=made,
            signal=wanted,
            embargo_until=embargo,
            expires_at=self._moment(self.management, "expires") or self._moment(self.content, "expires"),
            images=(*self.images, *(marked.images if marked else ())),
            editors_note=self._notes(text),
        )

    def _headline(self) -> str:
        headlines = [
            headline
            for headline in children(self.content, "headline")
            if _term(headline.get("role")) not in _SIDE_HEADLINES
        ]
        return self._in_its_language(headlines)

    def _marked_up(self, headline: str) -> nitf.Content | None:
        for inline in children(self.item, "contentSet", "inlineXML"):
            if (marked := child(inline, "nitf")) is not None:
                return nitf.content(marked, self.given, headline)
        return None

    def _text(self, headline: str) -> wire_text.Text:
        """XHTML, HTML or plain text, whichever says most; HTML may stand in XML as elements or as characters."""
        told: list[wire_text.Text] = []
        for inline in (
            *children(self.item, "contentSet", "inlineXML"),
            *children(self.item, "contentSet", "inlineData"),
        ):
            kind = (inline.get("contenttype") or "").lower()
            if len(inline) and ("html" in kind or local(inline[0]) in _HTML_ROOTS):
                told.append(wire_text.from_tree(inline, headline, self.given.url))
            elif not len(inline) and ("html" in kind or "xml" in kind):
                told.append(wire_text.from_markup(inline.text or "", headline, self.given.url))
            elif not len(inline) and kind.split(";")[0].strip() in {"", "text/plain", "text/text"}:
                told.append(wire_text.from_plain(inline.text or ""))
        return max(told, key=lambda text: len(text.plain), default=wire_text.NOTHING)

    def _elsewhere(self) -> str:
        if children(self.item, "contentSet", "remoteContent"):
            return "; its content is only linked to"
        data = [local(each[0]) for each in children(self.item, "contentSet", "inlineXML") if len(each)]
        return f"; it holds data ({data[0][:50]})" if data and data[0] not in _HTML_ROOTS else ""

    def _wanted(self, headline: str) -> tuple[Signal, datetime | None]:
        """What is to be done, and when the embargo ends. Without a moment in it, an embargo has no end yet."""
        marks = [
            mark
            for element in (self.management if self.management is not None else ())
            if local(element) in {"signal", "role"} or "editorialtype" in _code(element).lower()
            for mark in (element.get("qcode"), element.get("uri"), element.get("literal"), element.get("value"))
            if mark
        ]
        status = _code(child(self.management, "pubStatus"))
        wanted = signal(status, marks, (headline, wire.line(words(child(self.content, "slugline")))))
        embargoed = child(self.management, "embargoed")
        if embargoed is None or wanted in TAKEN_DOWN:
            return wanted, None
        told = words(embargoed)
        embargo = wire.moment(told, self.given.time_zone)
        if told and embargo is None:
            raise Unreadable(
                ("embargoed",), f'It is embargoed until "{told[:100]}", which is no moment that can be read.'
            )
        return (wanted, embargo) if embargo else (Signal.WITHHOLD, None)

    def _people(self) -> tuple[str, ...]:
        """The byline as it is to be printed; else the creators that are not houses or photographers."""
        if printed := wire.line(words(child(self.content, "by"))):
            return wire.people(printed)
        creators = [
            self._in_its_language(children(creator, "name"))
            for creator in children(self.content, "creator")
            if _term(creator.get("type")) in {"", "person"} and "photo" not in _term(creator.get("role"))
        ]
        return tuple(dict.fromkeys(name for creator in creators for name in wire.people(creator)))

    def _credit(self) -> str | None:
        provider, holder = child(self.management, "provider"), child(self.item, "rightsInfo", "copyrightHolder")
        source = child(self.content, "infoSource")
        printed = child(self.content, "by")
        return wire.credit(
            words(child(self.content, "creditline")),
            *(words(child(party, "name")) for party in (provider, source)),
            words(printed) if printed is not None and not self._people() else None,
            (provider.get("qcode") or "").rpartition(":")[2] if provider is not None else None,
            words(child(holder, "name")),
        )

    def _lede(self) -> str | None:
        told = [each for each in children(self.content, "description") if _term(each.get("role")) in _SUMMARIES]
        return self._in_its_language(told) or None

    def _tags(self) -> tuple[str, ...]:
        # AP-style items name a thing once, in an assert, and elsewhere give its code.
        asserted = {_code(each): children(each, "name") for each in children(self.item, "assert")}
        names = [
            self._in_its_language(children(subject, "name") or asserted.get(_code(subject), []))
            for subject in children(self.content, "subject")
        ]
        keywords = [wire.line(words(keyword)) for keyword in children(self.content, "keyword")]
        return tuple(dict.fromkeys(filter(None, (*names, *keywords))))

    def _notes(self, text: wire_text.Text) -> str | None:
        told = [wire.line(words(note)) for note in children(self.management, "edNote")]
        told += [
            wire.line(words(note))
            for note in children(self.content, "description")
            if is_private_mark(_term(note.get("role")))
        ]
        return "\n\n".join(filter(None, (*told, *text.notes))) or None

    def _moment(self, parent: etree._Element | None, name: str) -> datetime | None:
        told = [wire.moment(words(each), self.given.time_zone) for each in children(parent, name)]
        return min(filter(None, told), default=None)

    def _in_its_language(self, names: list[etree._Element]) -> str:
        """The text in the item's language, else one that names none, else the first."""
        told = [(name.get(_LANGUAGE), wire.line(words(name))) for name in names]
        primary = (self.language or "").split("-")[0].lower()
        for fits in (
            lambda tag: bool(tag) and tag.lower() == (self.language or "").lower(),
            lambda tag: bool(tag) and tag.split("-")[0].lower() == primary,
            lambda tag: not tag,
            lambda _: True,
        ):
            if found := next((text for tag, text in told if text and fits(tag)), None):
                return found
        return ""


def _picture(item: etree._Element, base: str | None) -> IncomingImage | None:
    """The picture of an item, in the rendition to print."""
    renditions = sorted(children(item, "contentSet", "remoteContent"), key=_rank)
    links = [wire_text.absolute(each.get("href") or "", base, _WEB) for each in renditions]
    url = next(filter(None, links), None)
    content = child(item, "contentMeta")
    captions = [each for each in children(content, "description") if _term(each.get("role")) in {"", "caption"}]
    creators = [words(child(creator, "name")) for creator in children(content, "creator")]
    if not url:
        return None
    return IncomingImage(
        url=url,
        caption=wire.line(words(captions[0])) if captions else None,
        credit=wire.line(words(child(content, "creditline"))) or next(filter(None, map(wire.line, creators)), None),
    )


def _rank(remote: etree._Element) -> int:
    kind = _term(remote.get("rendition"))
    return next((place for place, name in enumerate(_RENDITIONS) if name in kind), len(_RENDITIONS))


def _guid(item: etree._Element) -> str:
    return (item.get("guid") or "").strip()


def _class_of(item: etree._Element) -> str:
    return _term(_code(child(item, "itemMeta", "itemClass")))


def _code(element: etree._Element | None) -> str:
    return (element.get("qcode") or element.get("uri") or element.get("type") or "") if element is not None else ""


def _term(code: str | None) -> str:
    """The term of a qcode or URI, in lower case: "text" of "ninat:text"."""
    return (code or "").rpartition(":")[2].rpartition("/")[2].lower()
