"""What a browser would act on in HTML, told by two parsers of which neither is the sanitizer's."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from lxml import etree

ELEMENTS = frozenset(
    "script style iframe frame frameset object embed applet form base meta link svg math".split()
)  # whatever they hold
URLS = frozenset(
    "href src srcset action formaction xlink:href background poster cite data longdesc lowsrc dynsrc ping manifest"
    " codebase classid archive profile usemap icon".split()
)
_SCHEMES = ("javascript:", "data:", "vbscript:")
# Browsers drop tabs and line ends anywhere in a URL and blanks before it (WHATWG URL, 4.4); older ones dropped more.
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]+")
_NOSCRIPT = re.compile(r"<noscript\b.*?</noscript", re.IGNORECASE | re.DOTALL)


def active_elements(html: str) -> list[str]:
    """Return what is active in it, sorted, one string each: "script", "img onerror", "p style", "a href=javascript:".

    Listed are the ELEMENTS, every attribute on…, every style attribute, and every URL of a scheme that carries its
    content. The two parsers disagree on broken HTML: what either of them sees is listed, once for both. Made for what
    comes out of the product: on hostile input of any length it may take long.
    """
    # Where scripts run, what is inside of noscript is text: even a quote that opens there ends with it.
    views = (html, _NOSCRIPT.sub("", html))
    found = Counter[str]()
    for view in views:
        found |= Counter(_by_tokens(view)) | Counter(_by_tree(view))
    return sorted(found.elements())


def _found(tag: str, attributes: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    if tag.lower().rpartition(":")[2] in ELEMENTS:  # whatever namespace it claims
        yield tag.lower()
    for name, value in ((name.lower(), value or "") for name, value in attributes):
        if name.startswith("on") or name == "style":
            yield f"{tag} {name}"
        if name in URLS:
            urls = _IGNORED.sub("", value).lower().split(",")  # a srcset holds several
            yield from (f"{tag} {name}={scheme}" for url in urls for scheme in _SCHEMES if url.startswith(scheme))


class _Tokens(HTMLParser):
    """Takes tags one by one, wherever they stand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def parse_marked_section(self, i: int, report: int | bool = 1) -> int:  # noqa: ARG002, FBT001  # the signature is HTMLParser's
        """<![…> is a comment in HTML; as SGML, which the base class takes it for, it may end in an error."""
        return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what is active in one tag."""
        self.found += _found(tag, attrs)


def _by_tokens(html: str) -> list[str]:
    parser = _Tokens()
    parser.feed(html)
    parser.close()
    return parser.found


def _by_tree(html: str) -> Iterator[str]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    parser.feed(b"<!DOCTYPE html><html>" + html.encode("utf-8", "replace"))
    tree = parser.close()
    for element in tree.iter("*"):
        yield from _found(str(element.tag), ((str(name), str(value)) for name, value in element.attrib.items()))
