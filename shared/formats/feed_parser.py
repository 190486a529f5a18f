"""feedparser within bounds: what it reads of RSS, RDF and Atom, in linear time whatever it is given.

`feedparser.parse` is not called. It opens an address or a path when it is handed a string, guesses encodings that are
known here by then, and has no limits: an author of 40 KB, 20,000 categories, blank lines before the feed or a keyword
list take it seconds to hours, because it searches or compares again from the start. All of that passes the few methods
that are overridden below, in its strict parser and in the loose one that takes over where the XML is ill-formed.

Its sanitiser and its resolver of relative links are off: the desk sanitises every text again, `feed_html` needs the
markup as it came (a tracking pixel is known by its size, which the sanitiser's rewriting may lose), and each is one
more pass of a slow parser over hostile input. Each text comes with the base of its links instead.
"""

import io
import xml.sax  # no DOCTYPE is left in what comes here, so nothing can expand or be fetched
import xml.sax.handler
import xml.sax.xmlreader
from typing import Any, NamedTuple

from feedparser import api  # type: ignore[import-untyped]  # it has no types

from shared.formats.feed_entry import MOST
from shared.formats.story import Unreadable

MOST_TAGS = 60_000  # opening and closing, of the items that are read; some take ten microseconds
DEEPEST = 256
_INHERITED = frozenset({"xml:base", "base", "xml:lang", "lang"})  # looked at again with every element within
_LONGEST_INHERITED = 2_000  # characters
_MOST_NAMESPACES = 100
_MOST_CATEGORIES = 100  # of an entry
_MARKUP = frozenset("a b big br center code div em font i p s small span strike strong sub sup tt u".split())
# Elements that hold the whole text of an item.
_FULL_TEXTS = {"yandex:full-text": "content:encoded", "turbo:content": "content:encoded"}

# What `super()` is in the two classes below: a parser of feedparser's, which has no types.
_Parser: Any = object

type Fields = dict[str, Any]
"""feedparser's own names, documented in its reference: `title_detail`, `links`, `tags`, `media_content` …"""


class Parsed(NamedTuple):
    """What feedparser says of the feed, whose `version` is "rss20" or "atom10", and of its first entries."""

    version: str
    feed: Fields
    entries: list[Fields]
    left_out: int
    """How many more entries there are."""


class _TooMuch(Exception):
    """More than a feed may have; the message says of what."""


class _Bounds(_Parser):  # type: ignore[misc]  # see there
    """What both parsers do less of than feedparser would."""

    resolve_relative_uris = sanitize_html = False
    namespaces = api.StrictFeedParser.namespaces | {
        "http://news.yandex.ru": "yandex",
        "http://news.yandex.ru/": "yandex",
        "http://turbo.yandex.ru": "turbo",
        "http://turbo.yandex.ru/": "turbo",
    }
    _matchnamespaces: dict[str, str] = {}  # noqa: RUF012  # feedparser fills it, once per class, from `namespaces`

    def __init__(self, base: str | None) -> None:
        self.tags = self.left_out = 0
        self.guidislink = 0
        self.exact_depth = False
        self.medium: Fields | None = None
        self.group: int | None = None
        super().__init__(base or "", None, "utf-8")

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        if tag.rpartition(":")[2] in ("item", "entry") and (self.left_out or len(self.entries) == MOST):
            self.left_out += 1
        self._count()
        if self.left_out:
            return
        if self.exact_depth and self.depth >= DEEPEST:
            raise _TooMuch(f"elements nested more than {DEEPEST} deep")
        if self._is_markup(tag):
            return
        kept = [
            (name, value)
            for name, value in attrs
            if name not in _INHERITED or len(value) + len(self.baseuri) <= _LONGEST_INHERITED
        ]
        super().unknown_starttag(self._renamed(tag), kept)

    def unknown_endtag(self, tag: str) -> None:
        self._count()
        if not self.left_out and not self._is_markup(tag):
            super().unknown_endtag(self._renamed(tag))

    def _is_markup(self, tag: str) -> bool:
        """Whether this is HTML where only words belong, as in <author><b>…; feedparser would lose the words in it."""
        return tag in _MARKUP and not self.incontent

    def _count(self) -> None:
        """Stop at the entry that has the tag too many: those before it are whole, and the newest."""
        self.tags += 1
        if self.tags > MOST_TAGS and not self.left_out:
            if len(self.entries) <= 1:
                raise _TooMuch(f"more than {MOST_TAGS} tags")
            self.entries.pop()
            self.left_out = 1

    def _renamed(self, tag: str) -> str:
        prefix, colon, name = tag.rpartition(":")
        return _FULL_TEXTS.get(f"{self.namespacemap.get(prefix, prefix)}:{name}", tag) if colon else tag

    def handle_data(self, text: str, escape: int = 1) -> None:
        # As feedparser's own, which asks its slow dictionaries for every bracket of a text: a second per megabyte.
        if self.elementstack and dict.get(self.contentparams, "type") != "application/xhtml+xml":
            self.elementstack[-1][2].append(text)
        else:
            super().handle_data(text, escape)

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        if self.elementstack and self.elementstack[-1][0] == element:
            self.elementstack[-1][2] = _trimmed(self.elementstack[-1][2])
        # An id is compared letter by letter (RFC 4287, section 4.2.6.1), wherever its feed was fetched from.
        is_link, self.guidislink = self.guidislink, self.guidislink and element != "id"
        value = super().pop(element, strip_whitespace)
        self.guidislink = is_link
        return value

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < _MOST_NAMESPACES:
            super().track_namespace(prefix, uri)

    def _sync_author_detail(self, key: str = "author") -> None:
        """Take what stands in an <author> of RSS for the name: `xml_feed` parts it from the e-mail address.

        feedparser's own search for the address is quadratic, and ends it after four letters of the last domain.
        """
        context = self._get_context()
        if (authors := context.get(f"{key}s")) and not authors[-1] and context.get(key):
            authors[-1]["name"] = context[key]

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().setdefault("tags", [])) < _MOST_CATEGORIES:
            super()._add_tag(term, scheme, label)


class _Media(_Bounds):
    """Media RSS: what is said of a picture stays with the picture, and is not the item's title or text."""

    def _start_item(self, attrs_d: Fields) -> None:
        self.medium = self.group = None
        super()._start_item(attrs_d)

    _start_entry = _start_item

    def _start_media_group(self, _attrs_d: Fields) -> None:
        self.group = self.tags

    def _end_media_group(self) -> None:
        self.group = None

    def _start_media_content(self, attrs_d: Fields) -> None:
        self.medium = attrs_d
        attrs_d["group"] = self.tags if self.group is None else self.group
        super()._start_media_content(attrs_d)

    def _end_media_content(self) -> None:
        self.medium = None

    def _start_media_title(self, attrs_d: Fields) -> None:
        if self.medium is None:
            super()._start_media_title(attrs_d)
        else:
            self.push("media_title", 0)

    def _end_media_title(self) -> None:
        if self.medium is None:
            super()._end_media_title()
        else:
            self.pop("media_title")

    def _start_media_description(self, attrs_d: Fields) -> None:
        # feedparser takes the second description of an item for its content.
        if self.medium is None and "summary" not in self._get_context():
            super()._start_media_description(attrs_d)
        else:
            self.push("media_description", 0)

    def _end_media_description(self) -> None:
        if self.elementstack and self.elementstack[-1][0] == "media_description":
            caption = self.pop("media_description")
            if self.medium is not None:
                self.medium["caption"] = caption
        else:
            super()._end_media_description()

    def _start_media_credit(self, attrs_d: Fields) -> None:
        super()._start_media_credit(attrs_d)
        if self.medium is not None:
            self.medium.setdefault("credit", attrs_d)


class _Strict(_Media, api.StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    pass


class _Loose(_Media, api.LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    pass


def _trimmed(pieces: list[str | bytes]) -> list[str | bytes]:
    """Return the pieces of an element's text without blank ones around them: feedparser takes these off one by one."""
    start, end = 0, len(pieces)
    while start < end and not pieces[start].strip():
        start += 1
    while end > start and not pieces[end - 1].strip():
        end -= 1
    return pieces[start:end]


def parse(text: str, base: str | None) -> Parsed:
    """Return feedparser's fields as plain dictionaries, for its own warn when asked for what is not there.

    `text` is what `feed_text` returns; `base` is the address that it was fetched from, for relative links. Raises
    `Unreadable`.
    """
    try:
        parser = _read_strictly(text, base) or _read_loosely(text, base)
    except _TooMuch as found:
        raise Unreadable(("feed",), f"This feed cannot be read: it has {found}.") from None
    except Exception as error:  # noqa: BLE001  # on ill-formed input it raises whatever Python does, and names nothing
        raise Unreadable(("feed",), f"This feed is too broken to be read ({type(error).__name__}).") from None
    return Parsed(parser.version, dict(parser.feeddata), [dict(entry) for entry in parser.entries], parser.left_out)


def _read_strictly(text: str, base: str | None) -> Any:
    """Return the parser that has read `text`, or None where it is ill-formed."""
    parser = _Strict(base)
    parser.exact_depth = True
    reader = xml.sax.make_parser()  # noqa: S317  # see the import
    reader.setFeature(xml.sax.handler.feature_namespaces, True)  # noqa: FBT003  # SAX's signature
    reader.setFeature(xml.sax.handler.feature_external_ges, False)  # noqa: FBT003  # SAX's signature
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(text.encode()))
    try:
        reader.parse(source)
    except xml.sax.SAXException:
        return None
    return parser


def _read_loosely(text: str, base: str | None) -> Any:
    parser = _Loose(base)
    parser.feed(text)
    return parser
