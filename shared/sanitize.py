"""HTML from outside becomes HTML that is safe to show and keeps what editors mean."""

import re
from html.parser import HTMLParser

import nh3

from shared.errors import Unprocessable

DEEPEST = 512
MOST = 20_000  # tags
_TAGS = set(
    "a abbr b blockquote br caption cite code dd del dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins li ol p pre"
    " q s small strong sub sup table tbody td tfoot th thead tr u ul".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_FLAT = set("br hr img wbr input meta link p li dt dd tr td th thead tbody tfoot option".split())
# Formatting that is left open goes on in every following block, up to three times for equal tags and without an end for
# unequal ones: 45 KB became a gigabyte. So the attributes of these, which say little, are taken off before.
_UNEQUAL = re.compile(r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*(?:>|\Z)", re.IGNORECASE)
_BLOCKS = set("p li h1 h2 h3 h4 h5 h6 blockquote figcaption dt dd tr pre div caption".split())


def clean(html: str) -> str:
    """Allow-listed HTML. Raises Unprocessable over 20,000 tags or 512 levels, before the parser sees any of it."""
    # Parsing takes tags times depth, and only a parser knows the depth: comments, attributes and tags that HTML moves
    # about deceive a count of levels. So the number of tags bounds the work, and the depth is an early, rough answer.
    if sum(1 for _ in re.finditer(r"</?[a-zA-Z]", html)) > MOST:
        raise Unprocessable.at("/body_html", f"has more than {MOST} tags")
    if _depth(html) > DEEPEST:
        raise Unprocessable.at("/body_html", f"tags are nested more than {DEEPEST} deep")
    return nh3.clean(
        _UNEQUAL.sub(r"<\1>", html), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}
    )


def _depth(html: str) -> int:
    # One linear pass: opening tags less closing ones. Void elements do not nest, and those that HTML closes by itself
    # (<p>, <li>, table parts) nest only through others that are counted.
    deepest = depth = 0
    for closing, name in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if name.lower() in _FLAT:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the signature is HTMLParser's
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")


def text(html: str) -> str:
    """The words of clean HTML, blocks separated by a blank line."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.parts)).strip()
