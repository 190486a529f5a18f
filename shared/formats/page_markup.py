"""A part of a page as the markup of a story: paragraphs, headings, lists, quotes, tables, figures, links."""

import re
from html import escape

from lxml.etree import iterwalk

from shared.formats.page_links import absolute
from shared.formats.page_tree import BLOCKS, Element

_INLINE = {
    tag: tag for tag in ("a", "b", "strong", "i", "em", "sub", "sup", "s", "del", "ins", "code", "q", "cite")
} | {"strike": "s"}
_LINES = {
    tag: tag for tag in ("h2", "h3", "h4", "h5", "h6", "li", "td", "th", "dt", "dd", "caption", "figcaption", "pre")
} | {"h1": "h2"}
"""Blocks that hold text themselves: a block within one is a new line of it."""
_CONTAINERS = frozenset({"ul", "ol", "dl", "blockquote", "table", "tr", "thead", "tbody", "tfoot", "figure"})
_LEFT_OUT = frozenset("form button input select textarea iframe nav label fieldset dialog menu".split())
_SOURCES = ("data-src", "data-original", "data-lazy-src", "src")
_SPACE = re.compile(r"\s+")
_HOLDING = "p|h[2-6]|li|td|th|dt|dd|caption|figcaption"
_EDGES = re.compile(rf"(<(?:{_HOLDING})>)(?:\s|<br>)++|(?:\s|<br>){{1,50}}(?=</(?:{_HOLDING})>)")
_EMPTY = re.compile(
    r"<(p|h[2-6]|li|dt|dd|caption|figcaption|pre|blockquote|ul|ol|dl|table|tr|tbody|figure|[abisq]|strong|em|cite|code"
    r"|sub|sup|del|ins)(?: [^<>]*+)?>\s*+</\1>"
)
_PASSES = 4
_MOST_FORMATS = 4
"""Formatting goes on in every block: five hundred levels around 40,000 paragraphs would be a gigabyte."""


def story_markup(element: Element, base: str | None) -> str:
    """Return what `element` holds as markup that has no attributes but addresses, and no forms, frames or empty blocks.

    Text outside of any block becomes paragraphs; two line breaks end one. Addresses are absolute, relative to `base`.
    """
    writer = _Writer(base)
    walk = iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if node.tag in _LEFT_OUT:
                walk.skip_subtree()
            elif node is not element:
                writer.start(node)
            if node.tag not in _LEFT_OUT:
                writer.text(node.text)
        elif node is not element:
            if node.tag not in _LEFT_OUT:
                writer.end(node)
            writer.text(node.tail)
    writer.close()
    return _without_empty("".join(writer.parts))


def source(image: Element, base: str | None) -> str | None:
    """Return the address of an image; where it is loaded late, of what is loaded."""
    return next((address for name in _SOURCES if (address := absolute(image.get(name), base))), None)


def _without_empty(markup: str) -> str:
    for _ in range(_PASSES):
        before = markup
        markup = _EMPTY.sub("", _EDGES.sub(r"\1", markup))
        if markup == before:
            break
    return markup


class _Writer:
    def __init__(self, base: str | None) -> None:
        self.base = base
        self.parts: list[str] = []
        self.formats: list[str] = []
        """Opening tags of the formatting around the present place; empty for a link that leads nowhere."""
        self.opened = 0
        """How many of them are written in the present block."""
        self.left_out = 0
        """How deep the present place is in formatting beyond the most that is written."""
        self.block: str | None = None
        """The block that takes text, if one is open."""
        self.line: Element | None = None
        """The element of that block, unless it is a paragraph."""
        self.breaks = 0
        self.spaced = True
        """Whether a space at the present place would be the second, or the first of its block."""

    def text(self, text: str | None) -> None:
        if not text:
            return
        piece = text if self.block == "pre" else _SPACE.sub(" ", text)
        if piece.strip():
            self._open()
        elif not self.block or self.breaks:
            return
        if self.spaced and self.block != "pre":
            piece = piece.lstrip()
        self.parts.append(escape(piece, quote=False))
        self.spaced = self.spaced if not piece else piece[-1].isspace()

    def start(self, node: Element) -> None:
        tag = str(node.tag)
        if tag == "br":
            self.breaks += 1
        elif tag == "img":
            self._image(node)
        elif tag in _INLINE and len(self.formats) >= _MOST_FORMATS:
            self.left_out += 1
        elif tag in _INLINE:
            self.formats.append(self._opening(node))
        elif self.line is not None and tag in BLOCKS:
            self._new_line()
        elif tag in _LINES:
            self.close()
            self._begin(_LINES[tag], node)
        elif tag in BLOCKS:
            self._bound(f"<{tag}>", tag)

    def end(self, node: Element) -> None:
        tag = str(node.tag)
        if tag in _INLINE and self.left_out:
            self.left_out -= 1
        elif tag in _INLINE:
            opening = self.formats.pop()
            if self.opened > len(self.formats):
                self.parts.append(_closing(opening))
                self.opened = len(self.formats)
        elif node is self.line:
            self.close()
        elif tag in BLOCKS and tag != "br":
            if self.line is not None:
                self._new_line()
            else:
                self._bound(f"</{tag}>", tag)

    def close(self) -> None:
        """End the block that takes text; its formatting goes on in the next."""
        if self.block:
            self.parts.extend(_closing(opening) for opening in reversed(self.formats[: self.opened]))
            self.parts.append(f"</{self.block}>")
        self.block, self.line, self.opened, self.breaks = None, None, 0, 0

    def _begin(self, block: str, line: Element | None) -> None:
        self.block, self.line, self.spaced = block, line, True
        self.parts.append(f"<{block}>")

    def _bound(self, boundary: str, tag: str) -> None:
        self.close()
        if tag in _CONTAINERS:
            self.parts.append(boundary)

    def _new_line(self) -> None:
        self.breaks = max(self.breaks, 1)

    def _open(self) -> None:
        if self.breaks > 1 and self.line is None:
            self.close()
        elif self.breaks and self.block:
            self.parts.append("<br>")
            self.spaced = True
        self.breaks = 0
        if not self.block:
            self._begin("p", None)
        self.parts.extend(self.formats[self.opened :])
        self.opened = len(self.formats)

    def _opening(self, node: Element) -> str:
        if node.tag != "a":
            return f"<{_INLINE[str(node.tag)]}>"
        address = absolute(node.get("href"), self.base)
        return f'<a href="{escape(address)}">' if address else ""

    def _image(self, node: Element) -> None:
        if address := source(node, self.base):
            if self.block:
                self._open()
                self.spaced = False
            alt = _SPACE.sub(" ", node.get("alt") or "").strip()[:300]
            self.parts.append(f'<img src="{escape(address)}" alt="{escape(alt)}">')


def _closing(opening: str) -> str:
    return f"</{opening[1:-1].split(' ', 1)[0]}>" if opening else ""
