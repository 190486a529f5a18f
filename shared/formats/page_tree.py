"""The bytes of a saved page become a tree that is safe to walk, or are refused before one is built."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from lxml import html
from lxml.etree import HTMLParser, LxmlError, _Element, fromstring, iterwalk, strip_elements

from shared.formats.encodings import decode
from shared.formats.story import Given, Unreadable

type Element = _Element

LARGEST = 5 * 1024 * 1024
DEEPEST = 512
MOST = 20_000
"""Elements. Pages of newspapers have 300 to 4,000; some of what follows takes 50 microseconds for each."""
_MOST_ATTRIBUTES = 256  # libxml2 takes quadratic time over the attributes of one element
_FEW = 100
_LACKING = ("headline", "body")

_SAVED_FROM = re.compile(r"<!--\s{0,9}saved from url=\(\d{1,5}\)(\S{1,2000}?)\s{0,9}-->", re.IGNORECASE)
_HEAD = 4_096
_MARKUP = re.compile(r"<(?:[a-zA-Z]|!doctype\b)", re.IGNORECASE)
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_MULTIPART = re.compile(rb"^content-type:\s{0,9}multipart/related", re.IGNORECASE | re.MULTILINE)
_FORMATTING = re.compile(
    r"</?(?:a|b|big|br|em|font|i|mark|p|small|span|strong|sub|sup|u)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE
)
_LONGEST_DATA = 2_000  # addresses of pictures are data as well
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNSEEN = ("script", "style", "template", "noscript", "object", "embed", "math", "canvas", "audio", "video", "title")
_LINK_TARGETS = ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href")

BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer"
    " form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody td tfoot th"
    " thead"
    " tr ul".split()
)


@dataclass(frozen=True)
class Tree:
    """A page: its root, and the address that it came from, where that is known."""

    root: Element
    url: str | None


class _TooMuch(Exception):
    """More than the tree may have; the message says of what."""


class _Counter:
    """Stands where a tree would be built. Only the parser knows what is a tag: comments and scripts deceive a scan."""

    def __init__(self) -> None:
        self.elements = self.depth = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST:
            raise _TooMuch(f"more than {MOST} elements")
        if self.depth > DEEPEST:
            raise _TooMuch(f"elements nested more than {DEEPEST} deep")
        if len(attributes) > _MOST_ATTRIBUTES:
            raise _TooMuch(f"an element with more than {_MOST_ATTRIBUTES} attributes")

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        """Nothing was built."""


def grow(raw: bytes, given: Given) -> Tree:
    """Return the tree of a page; comments and processing instructions are not in it. Raises Unreadable.

    Over 5 MB, 20,000 elements, 512 levels or 256 attributes of an element nothing is built.
    """
    if len(raw) > LARGEST:
        raise Unreadable(_LACKING, f"This page is larger than {LARGEST // 1024**2} MB.")
    if _MULTIPART.search(raw, 0, _HEAD) or "multipart/related" in (given.content_type or "").lower():
        raise Unreadable(
            _LACKING, "This is a web archive (MHTML); open the page in a browser and save it as HTML, or as HTML only."
        )
    text = _UNFIT.sub("", decode(raw, given.content_type))
    if not _MARKUP.search(text):
        raise Unreadable(_LACKING, "This is no HTML page: there is no markup in it.")
    saved = _SAVED_FROM.search(text, 0, _HEAD)
    return Tree(parse(text), given.url or (saved[1] if saved else None))


def parse(text: str) -> Element:
    """Return the tree of HTML that anybody may have written. Raises Unreadable as `grow` does."""
    # huge_tree: else libxml2 leaves out, in silence, whatever stands deeper than 256.
    sent = text.encode("utf-8", "replace")
    try:
        counter = HTMLParser(target=_Counter(), encoding="utf-8", huge_tree=True)  # type: ignore[arg-type]  # it needs no text
        fromstring(sent, counter)
        parser = html.HTMLParser(
            encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
        )
        root: Element | None = fromstring(sent, parser)
    except _TooMuch as found:
        raise Unreadable(_LACKING, f"This page cannot be read: it has {found}.") from None
    except LxmlError:
        root = None
    if root is None:
        raise Unreadable(_LACKING, "This page is empty, or so broken that nothing of it can be read.")
    return root


def fragment(markup: str) -> Element:
    """Return a div that holds markup of our own making, however deep that is."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, collect_ids=False)
    root: Element = html.fragment_fromstring(markup.encode("utf-8", "replace"), create_parent="div", parser=parser)
    return root


def strip_unseen(root: Element) -> None:
    """Take out what is no text for readers: scripts, styles, and what stands there for browsers without scripts.

    Of a drawn icon its name stays, as its class. Data for scripts goes too: trafilatura reads some of it, as markup.
    """
    strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter():
        for name, value in element.items():
            if str(name).startswith("data-") and len(value) > _LONGEST_DATA:
                del element.attrib[name]
    for drawing in list(root.iter("svg")):
        used = [each.get(name) or "" for each in drawing.iter("use") for name in _LINK_TARGETS]
        drawing.set("class", " ".join((drawing.get("class") or "", *(name.rpartition("#")[2] for name in used)))[:200])
        drawing[:] = []
        drawing.text = None


def plain(text: str) -> str:
    """Return a text in one line, without the formatting that some write even into titles."""
    return " ".join(_FORMATTING.sub("", text).split())


def words(element: Element, most: int = 2_000) -> str:
    """Return the text of an element in one line, `most` characters of it or a few more; blocks are apart.

    Of an element with more tags than text it is what stands near its beginning.
    """
    parts: list[str] = []
    length = 0
    for event, node in islice(iterwalk(element, events=("start", "end")), 4 * most + _FEW):
        tail = event == "end"
        piece = (node.tail if node is not element else None) if tail else node.text
        parts.append(f" {piece or ''}" if node.tag in BLOCKS else piece or "")
        length += len(parts[-1].strip())
        if length > most:
            break
    return " ".join("".join(parts).split())


def names(element: Element) -> str:
    """Return the class and the id of an element in small letters, a space around each: "itemHits" is item-hits."""
    written = f" {element.get('class', '')} {element.get('id', '')} "
    return written if written.islower() else _HUMP.sub("-", written).lower()


def climb(element: Element, top: Element | None) -> Iterable[Element]:
    """Yield the element and its ancestors, up to and without `top`."""
    current: Element | None = element
    while current is not None and current is not top:
        yield current
        current = current.getparent()
