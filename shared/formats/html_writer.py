"""Events of an HTML parser become the HTML of a story: paragraphs, lists, quotes, tables, pictures, and no more.

One pass that keeps nothing but the elements that are open, so that it is linear in its input and so is its output;
libxml2's own tree takes quadratic time over the attributes of one element.
"""

import re
from dataclasses import dataclass
from html import escape

from shared.formats.links import web_address

MOST = 10_000  # elements: the desk takes 20,000 tags, and most have two
DEEPEST = 512
_LONGEST_NAMES = 1_000

_HOLD_TEXT = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd pre caption td th figcaption".split())
_BLOCKS = _HOLD_TEXT | set("ul ol dl blockquote table thead tbody tfoot tr figure".split())
_TABLE_PARTS = frozenset("caption thead tbody tfoot tr td th".split())  # nothing without their table
_NO_BLOCKS_IN = frozenset("p pre h1 h2 h3 h4 h5 h6".split())
_INLINE = frozenset("a abbr b cite code del em i ins q s small strike strong sub sup u".split())
_CONTAINERS = frozenset(
    "address article aside body center details div dir fieldset footer header html legend main section summary".split()
)
_DROPPED = frozenset(
    "applet audio button canvas embed form frame frameset head iframe input link map media meta nav noembed"
    " noframes noscript object option script select style svg template textarea title video".split()
)
# What blog and advertising software calls the parts that are not the story.
_FURNITURE = re.compile(
    r"(?:^|\s)(?:feedflare|sharedaddy|sd-\S+|addtoany\S*|addthis\S*|a2a_\S+|ya-share2?\S*|(?:social|share)-?(?:share|sharing"
    r"|likes?|buttons?|links?|icons?|bar)\S*|jp-relatedposts|related-?(?:posts?|news|articles?|links?)|read-?more\S*|more-link"
    r"|adsbygoogle|advert(?:s|isement|ising)?|ad-?(?:block|slot|unit|container|banner)\S*|banner\S*|printfriendly\S*"
    r"|schema:(?:author|dateCreated|name)"
    r"|subscribe-?\S*|newsletter-?\S*)(?=\s|$)",
    re.IGNORECASE,
)
_SHARING = re.compile(
    r"https?://(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)"
    r"|vk(?:ontakte)?\.(?:com|ru)/share|t\.me/share|(?:ok|odnoklassniki)\.ru/(?:dk|offer)|connect\.(?:ok|mail)\.ru/"
    r"|linkedin\.com/(?:shareArticle|sharing)|reddit\.com/submit|pinterest\.\w+/pin/create|telegram\.me/share"
    r"|api\.whatsapp\.com/send|(?:feeds\.)?feedburner\.com/~f|feeds\.wordpress\.com/1\.0/)",
    re.IGNORECASE,
)
_PIXEL_HOST = re.compile(
    r"https?://(?:[\w-]+\.)*(?:feedburner\.com/~|feedsportal\.com/|feeds\.wordpress\.com/1\.0/|doubleclick\.net/|pixel\.\w+"
    r"|stats\.wordpress\.com/|counter\.yadro\.ru/|mc\.yandex\.ru/|top-fwz1\.mail\.ru/|counter\.rambler\.ru/"
    r"|google-analytics\.com/|googlesyndication\.com/|scorecardresearch\.com/|tns-counter\.ru/)|/~r/[^?#]*$",
    re.IGNORECASE,
)
_TINY_STYLE = re.compile(
    r"(?:^|;)\s{0,9}(?:display\s{0,9}:\s{0,9}none|(?:width|height)\s{0,9}:\s{0,9}[01]px)", re.IGNORECASE
)
_TINY = 3
_SIZE = re.compile(r"\s{0,9}(\d{1,5})\s{0,9}(?:px)?\s{0,9}")
_LAZY = ("data-src", "data-original", "data-lazy-src")
_NUMBERS = {"ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}
_NUMBER = re.compile("[0-9]{1,4}")
_RENAMED = {"h1": "h2", "strike": "s"}
_CONTACT = re.compile(r"(?:mailto|tel):[^\s<>\"']{1,200}", re.IGNORECASE)
_WHITE = re.compile(r"\s+")
_EMOJI = re.compile(r"(?:^|\s)(?:emoji|wp-smiley)(?=\s|$)")


class TooMuch(Exception):
    """More than a story may have; the message says of what, after "it has"."""


@dataclass
class _Open:
    """An element of the story that is open: written with the first thing in it, so that empty ones never are."""

    name: str
    markup: str
    depth: int
    """Of the element in the source that it stands for; 0 for a paragraph that the source leaves out."""
    written: bool = False


class Writer:
    """The target of an lxml parser; `parts`, joined, is the story once the parser has closed it. Raises `TooMuch`."""

    def __init__(self, base: str | None) -> None:
        self.parts: list[str] = []
        self._pieces: list[str] = []
        self._base = base
        self._open: list[_Open] = []
        self._tags = self._depth = 0
        self._dropped_at = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._text()
        self._count()
        if self._dropped_at:
            return
        name = _RENAMED.get(tag, tag)
        if tag in _DROPPED or _is_furniture(tag, attributes):
            self._dropped_at = self._depth
        elif name in _BLOCKS and (name not in _TABLE_PARTS or self._is_open("table")):
            self._begin(name, attributes)
        elif name in _INLINE:
            self._format(name, attributes)
        elif tag in _CONTAINERS or name in _TABLE_PARTS:
            self._part()
        elif tag == "img":
            self._picture(attributes)
        elif tag == "br":
            self._break()
        elif tag == "hr":
            self._end_text()
            self._write("<hr>")

    def _count(self) -> None:
        self._tags += 1
        self._depth += 1
        if self._tags > MOST:
            raise TooMuch(f"more than {MOST} elements")
        if self._depth > DEEPEST:
            raise TooMuch(f"elements nested more than {DEEPEST} deep")

    def end(self, tag: str) -> None:
        """The innermost element ends."""
        self._text()
        if not self._dropped_at:
            number = next((n for n, each in enumerate(self._open) if each.depth == self._depth), None)
            if number is not None:
                self._close(number)
            elif tag in _CONTAINERS or tag in _TABLE_PARTS:
                self._part()
        elif self._dropped_at == self._depth:
            self._dropped_at = 0
        self._depth -= 1

    def data(self, text: str) -> None:
        """Characters, which come in pieces: one for each bracket or ampersand."""
        if not self._dropped_at:
            self._pieces.append(text)

    def _text(self) -> None:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        self._pieces.clear()
        block = self._block()
        words = _WHITE.sub(" ", text)
        if block and block.name == "pre":
            if block.written or words != " ":
                self._write(escape(text, quote=False))
        elif words != " ":
            self._hold()
            fresh = not (block and block.written) or self.parts[-1].endswith((" ", "<br>"))
            self._write(escape(words.lstrip() if fresh else words, quote=False))
        else:
            self._space(block)

    def close(self) -> None:
        """The source has ended."""
        self._text()
        self._close(0)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._end_text()
        numbers = "".join(
            f' {key}="{attributes[key]}"'
            for key in _NUMBERS.get(name, ())
            if _NUMBER.fullmatch(attributes.get(key, ""))
        )
        self._open.append(_Open(name, f"<{name}{numbers}>", self._depth))
        if name in ("td", "th"):  # an empty one still holds its column
            self._write("")

    def _format(self, name: str, attributes: dict[str, str]) -> None:
        markup = f"<{name}>"
        if name == "a":
            link = attributes.get("href", "").strip()
            address = link if _CONTACT.fullmatch(link) else web_address(link, self._base)
            if not address:
                return
            markup = f'<a href="{escape(address)}">'
        self._hold()
        self._open.append(_Open(name, markup, self._depth))

    def _picture(self, attributes: dict[str, str]) -> None:
        if _EMOJI.search(attributes.get("class", "")):
            self.data(attributes.get("alt", ""))
            return
        sources = (attributes.get(name) for name in (*_LAZY, "src"))
        address = next((found for each in sources if (found := web_address(each, self._base))), None)
        if not address or _is_pixel(address, attributes):
            return
        block = self._block()
        if not block or block.name != "figure":
            self._hold()
        alternative = escape(" ".join(attributes.get("alt", "").split()))
        self._write(f'<img src="{escape(address)}" alt="{alternative}">')

    def _break(self) -> None:
        """A break is written; two of them part paragraphs, and one before or after all text is nothing."""
        block = self._block()
        if not block or not block.written or block.name not in _HOLD_TEXT:
            return
        if self.parts[-1] == "<br>" and block is self._open[-1] and block.name == "p":
            self._close(len(self._open) - 1)
        elif not self.parts[-1].startswith(f"<{block.name}"):
            self._write("<br>")

    def _is_open(self, name: str) -> bool:
        return any(each.name == name for each in self._open)

    def _block(self) -> _Open | None:
        return next((each for each in reversed(self._open) if each.name not in _INLINE), None)

    def _hold(self) -> None:
        """See to it that what comes next stands in something that holds text."""
        block = self._block()
        if not block or block.name not in _HOLD_TEXT:
            self._open.append(_Open("p", "<p>", 0))

    def _part(self) -> None:
        """A container begins or ends: what the source writes on either side is not one run of text."""
        while not self._is_open("a") and self._open and (self._open[-1].name in _INLINE or not self._open[-1].depth):
            self._close(len(self._open) - 1)
        self._space(self._block())

    def _space(self, block: _Open | None) -> None:
        if block and block.written and block.name in _HOLD_TEXT and not self.parts[-1].endswith((" ", "<br>")):
            self.parts.append(" ")

    def _end_text(self) -> None:
        """A block begins, which formatting, paragraphs and headings cannot hold."""
        while self._open and (self._open[-1].name in _INLINE or self._open[-1].name in _NO_BLOCKS_IN):
            self._close(len(self._open) - 1)

    def _write(self, markup: str) -> None:
        for each in self._open:
            if not each.written:
                self.parts.append(each.markup)
                each.written = True
        self.parts.append(markup)

    def _close(self, number: int) -> None:
        while len(self._open) > number:
            closed = self._open.pop()
            if closed.written:
                if closed.name in _HOLD_TEXT:
                    while self.parts[-1] in ("<br>", " ", ""):
                        self.parts.pop()
                    self.parts[-1] = self.parts[-1].rstrip()
                # A space goes outside of what ends with it.
                self.parts.insert(len(self.parts) - (self.parts[-1] == " "), f"</{closed.name}>")


def _is_furniture(tag: str, attributes: dict[str, str]) -> bool:
    if tag in ("html", "body"):
        return False
    if any(_FURNITURE.search(attributes.get(name, "")[:_LONGEST_NAMES]) for name in ("class", "id", "property", "rel")):
        return True
    return tag == "a" and _SHARING.match(attributes.get("href", "").strip()) is not None


def _is_pixel(address: str, attributes: dict[str, str]) -> bool:
    sizes = (_SIZE.fullmatch(attributes.get(name, "")) for name in ("width", "height"))
    if any(size and int(size[1]) < _TINY for size in sizes):
        return True
    return bool(_TINY_STYLE.search(attributes.get("style", "")[:_LONGEST_NAMES]) or _PIXEL_HOST.search(address))
