"""The text of a wire item: markup of any kind becomes plain paragraphs of HTML, apart from what is not for readers."""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree

from shared.formats.lines import blocks, clean
from shared.formats.private import is_private_mark, part
from shared.formats.story import Unreadable
from shared.formats.xml import local

MOST = 20_000
"""Tags of one text: what the desk takes."""

_BLOCKS = frozenset("p h2 h3 h4 h5 h6 ul ol dl blockquote table figure pre hr".split())
_PARTS = frozenset("li dt dd caption thead tbody tfoot tr td th figcaption".split())
_INLINE = frozenset("a abbr b br cite code del em i img ins q s small strong sub sup u".split())
_VOID = frozenset({"br", "hr", "img"})
_SPACED = _BLOCKS | _PARTS | {"br"}
_CONTAINERS = frozenset(
    "address article aside block body body.content center details div fieldset footer header html main section".split()
)
_RENAMED = {
    "h1": "h2", "hl1": "h2", "hl2": "h2", "bq": "blockquote", "nitf-table": "table", "fn": "p", "strike": "s",
    "credit": "cite", "underline": "u",
}  # fmt: skip
# Programs, forms, players, the page's own furniture; what an NITF body holds beside its text.
_DROPPED = frozenset(
    "applet audio base button canvas embed form frame frameset head iframe input link math media meta nav noembed"
    " nitf-table-metadata noframes noscript object option script select style svg template textarea title video".split()
)
_ATTRIBUTES = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "blockquote": ("cite",),
    "img": ("src", "alt", "title", "width", "height"),
    "ol": ("start",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
}
_LINKS = {"a": "href", "blockquote": "cite", "img": "src"}
_SCHEMES = {"a": {"http", "https", "mailto", "tel"}, "blockquote": {"http", "https"}, "img": {"http", "https"}}
_READ = {"class", "id", "role"}.union(*_ATTRIBUTES.values())

# Every tag up to its end, quotes heeded where HTML heeds them; comments, declarations, instructions; and, whole, what
# HTML reads as characters, in which a "<" opens nothing.
_TAG = re.compile(
    r"<(?P<raw>script|style|title|textarea|iframe|xmp|noembed|noframes)\b(?:[^>]*/>|.*?(?:</(?P=raw)\s*>|\Z))"
    r"|<(?P<name>/?[a-z][^\s/>]*+)(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)>?"
    r"|<!--.*?(?:-->|\Z)|<[!?/][^>]*+>?",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([^\s=/>\"'][^\s=/>]{0,30})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9.:-]{0,30}")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"(?:\s*<br>){2,}|\n\n")
_EDGE = re.compile(r"(?:\s|<br>)*+")
_ANY_TAG = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")


class Text(NamedTuple):
    """A story's body, the same in plain words, and the notes that were in it."""

    html: str
    plain: str
    notes: tuple[str, ...]


NOTHING = Text("", "", ())
"""No text at all."""


def from_plain(text: str) -> Text:
    """Return the paragraphs that blank lines separate; without any, each line is one.

    Raises Unreadable over 20,000 lines.
    """
    text = clean(text)
    if text.count("\n") > MOST:
        raise Unreadable(("body",), f"The text has more than {MOST} lines.")
    paragraphs = [" ".join(block) for block in blocks(text)]
    return _parted([f"<p>{escape(each, quote=False)}</p>" for each in paragraphs], paragraphs, ())


def from_markup(markup: str, headline: str = "", base: str | None = None) -> Text:
    """Return the text of HTML or XHTML, whole page or piece, well-formed or not. Raises Unreadable over 20,000 tags.

    `base` makes relative links absolute; a first heading that repeats `headline` is left out.
    """
    markup = clean(markup)
    if markup.count("<") > 2 * MOST or markup.count("\n") > 2 * MOST:
        raise Unreadable(("body",), f"The text has more than {MOST} tags or paragraphs.")
    # libxml2 takes minutes for a tag with 100,000 attributes. What is handed to it is written here, tag by tag.
    tame = _TAG.sub(_tamed, markup)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        page = etree.fromstring(f"<html><body>{tame}</body></html>".encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(("body",), f"The text is no HTML: {error}"[:200]) from None
    return from_tree(page, headline, base)


def from_tree(root: etree._Element, headline: str = "", base: str | None = None) -> Text:
    """Return the text of an element of XHTML, NITF or parsed HTML, in any namespace."""
    writer = _Writer(root, base)
    written = [piece for piece in writer.blocks(root) if piece]
    plain = [_plain(piece) for piece in written]
    if plain and headline and plain[0].casefold() == headline.casefold():
        written, plain = written[1:], plain[1:]
    return _parted(written, plain, tuple(writer.notes))


def _plain(written: str) -> str:
    """The words of what was written here, on one line. Only these three entities stand in its text."""
    spaced = _ANY_TAG.sub(lambda tag: " " if tag[2] in _SPACED else "", written)
    return " ".join(spaced.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split())


def _parted(written: list[str], plain: list[str], notes: tuple[str, ...]) -> Text:
    start, end, more = part(plain)
    return Text("".join(written[start:end]), "\n\n".join(filter(None, plain[start:end])), notes + more)


def _tamed(tag: re.Match[str]) -> str:
    name = tag["name"]
    if not name or not _NAME.fullmatch(name):
        return ""
    kept = {
        key.lower(): found[1] or found[2] or found[3]
        for found in map(re.Match[str].groups, _ATTRIBUTE.finditer(tag["rest"]))
        if (key := found[0]).lower() in _READ
    }
    attributes = "".join(f' {key}="{escape(unescape(value or ""))}"' for key, value in kept.items())
    closed = "/" if tag["rest"].rstrip().endswith("/") and name.lower() not in _VOID else ""
    return f"<{name}{attributes}>" + (f"</{name}>" if closed and not name.startswith("/") else "")


class _Writer:
    """Writes the blocks of a tree: the tags that a story may have, and no others.

    One frame for each level: libxml2 builds no more than 256.
    """

    def __init__(self, root: etree._Element, base: str | None) -> None:
        self.base = base
        self.notes: list[str] = []
        # Found once, from below: to look for blocks inside each element anew is quadratic in the depth.
        self.around: set[etree._Element] = set()
        for element in root.iter():
            if _named(element) in _BLOCKS | _CONTAINERS:
                for above in element.iterancestors():
                    if above in self.around:
                        break
                    self.around.add(above)

    def blocks(self, parent: etree._Element) -> Iterator[str]:
        """Yield each block; words that stand in none become paragraphs."""
        loose = [_text(parent.text, blank="\n\n")]
        for child in parent:
            name = _named(child)
            if name in _BLOCKS or self._holds_blocks(child, name):
                yield from _paragraphs(loose)
                loose = []
                if name in _BLOCKS:
                    yield self.write(child)
                elif not self._is_left_out(child, name):
                    yield from self.blocks(child)
            else:
                loose.append(self.write(child))
            loose.append(_text(child.tail, blank="\n\n"))
        yield from _paragraphs(loose)

    def write(self, element: etree._Element) -> str:
        """One element and all in it."""
        name = _named(element)
        if self._is_left_out(element, name):
            return ""
        parts = [escape(element.text or "", quote=False) if name == "pre" else _text(element.text)]
        for child in element:
            parts += (self.write(child), _text(child.tail))
        if name in _CONTAINERS and element not in self.around:
            name = "p"
        return self._tagged(element, name, "".join(parts))

    def _tagged(self, element: etree._Element, name: str, inner: str) -> str:
        attributes = self._attributes(element, name)
        if name in _VOID:
            return "" if name == "img" and not attributes.startswith(" src=") else f"<{name}{attributes}>"
        if name in _BLOCKS | _PARTS:
            inner = _stripped(inner)
        empty = not inner and name not in _PARTS
        if empty or name not in _BLOCKS | _PARTS | _INLINE or (name == "a" and not attributes):
            return inner
        return f"<{name}{attributes}>{inner}</{name}>"

    def _holds_blocks(self, element: etree._Element, name: str) -> bool:
        return name in _CONTAINERS or (name not in _DROPPED and element in self.around)

    def _is_left_out(self, element: etree._Element, name: str) -> bool:
        if name in _DROPPED:
            return True
        marks = (element.get("class"), element.get("id"), element.get("role"), element.get("noteclass"))
        if is_private_mark(*marks) or (name == "block" and (element.get("id") or "").casefold() in {"note", "notes"}):
            self.notes.append(" ".join("".join(map(str, element.itertext())).split()))
            return True
        return False

    def _attributes(self, element: etree._Element, name: str) -> str:
        written = ""
        for key in _ATTRIBUTES.get(name, ()):
            value = element.get(key)
            if value and key == _LINKS.get(name):
                value = absolute(value, self.base, _SCHEMES[name])
            if value:
                written += f' {key}="{escape(value)}"'
        return written


def absolute(link: str, base: str | None, schemes: set[str]) -> str | None:
    """The link made absolute, or None where it is none of these schemes."""
    try:
        joined = urljoin(base or "", link.strip())
        return joined if urlsplit(joined).scheme.lower() in schemes else None
    except ValueError:  # "http://[": an address that is none
        return None


def _named(element: etree._Element) -> str:
    name = local(element).lower()
    return _RENAMED.get(name, name)


def _text(text: str | None, blank: str = " ") -> str:
    """Text with its space made single; a blank line, which may part paragraphs, becomes `blank`."""
    if not text:
        return ""
    return escape(_SPACE.sub(lambda run: blank if run[0].count("\n") > 1 else " ", text), quote=False)


def _paragraphs(loose: list[str]) -> Iterator[str]:
    text = "".join(loose)
    # Looked for first: to try the expression at each of five million characters takes seconds.
    for piece in _BREAK.split(text) if "\n\n" in text or "<br>" in text else (text,):
        if words := _stripped(piece):
            yield f"<p>{words}</p>"


def _stripped(written: str) -> str:
    """Without space and line ends around it."""
    start, end = 0, len(written)
    if found := _EDGE.match(written):
        start = found.end()
    while end > start:
        if written.endswith("<br>", start, end):
            end -= len("<br>")
        elif written[end - 1].isspace():
            end -= 1
        else:
            break
    return written[start:end]
