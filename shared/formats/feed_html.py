"""The HTML of a feed's item becomes the story and nothing else: paragraphs, without pixels, buttons and advertising."""

import re
from html import escape, unescape
from typing import Any

from lxml import etree

from shared.formats.feed_entry import Text
from shared.formats.html_writer import Writer
from shared.formats.lines import blocks, clean

_PHRASE = (
    "a|abbr|b|big|br|center|cite|code|del|div|em|font|h[1-6]|i|img|ins|li|mark|nobr|ol|p|q|s|small|span|strike|strong"
    "|sub|sup|tt|u|ul|wbr"
)
_KNOWN_TAG = re.compile(rf"</?(?P<name>{_PHRASE})(?:[\s/][^<>]*)?>|<!--[^<>]*>", re.IGNORECASE)
_CLOSED = re.compile(rf"</(?:{_PHRASE})\s{{0,9}}>|<br\s{{0,9}}/?>|<img\s", re.IGNORECASE)
_ESCAPED = re.compile(rf"&lt;(?:/(?:{_PHRASE})|br\s{{0,9}}/?)&gt;", re.IGNORECASE)
_APART = frozenset("br center div h1 h2 h3 h4 h5 h6 li ol p ul".split())
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_PARAGRAPHED = re.compile(r"<(?:p|br|div|li|td|blockquote|h[1-6])\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_WITHIN_WORDS = re.compile(r"</?(?:a|abbr|b|em|i|s|small|strong|sub|sup|u)\b[^<>]*>")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_CONTINUES = re.compile(r"(?P<ended>[.!?…]?)\s*\[(?:…|\.\.\.)\](?=</p>$)")
_LINK = re.compile(r"<a href=\"([^\"]*)\"")
_LAST_LINK = re.compile(r"(?:\s|<br>|\[)*<a href=\"([^\"]*)\"[^<>]*>[^<>]{1,60}</a>[\s\].…]*(?=</p>$)")
_SHORT = 300


def plain(value: str, *, is_html: bool) -> str:
    """Return a title, a name or a category in one line, without markup, also where it was escaped once too often.

    Text that is no HTML loses no tags, unless they are closed: "the <blink> tag" stays.
    """
    text = value
    for _ in range(2):
        if is_html or _CLOSED.search(text):
            text = _KNOWN_TAG.sub(lambda tag: " " if (tag["name"] or "").lower() in _APART else "", text)
        if not _ENTITY.search(text):
            break
        text = unescape(text)
        is_html = False
    return " ".join(clean(text).split())


def body_of(text: Text, own_link: str | None) -> str:
    """Return the story of a text as HTML; empty where it has neither words nor pictures. Raises `TooMuch`.

    Plain text that closes tags of HTML is HTML that its feed calls text, and so is text that was escaped twice.
    What ends with a link to `own_link`, the item's own page, is an excerpt: that link, or the short paragraph that
    holds it ("The post … appeared first on …"), is the feed's.
    """
    value = clean(text.value)
    if not _MARKUP.search(value) and _ESCAPED.search(value):
        value = unescape(value)
    if not (_MARKUP if text.is_html else _CLOSED).search(value):
        told = unescape(value) if text.is_html else value
        return "".join(f"<p>{escape(' '.join(block), quote=False)}</p>" for block in blocks(told))
    if not _PARAGRAPHED.search(value):
        value = _BLANK_LINE.sub("<p>", value)
    writer = Writer(text.base)
    target: Any = writer  # lxml's stubs ask for comments and bytes, which do not come
    # huge_tree: else libxml2 leaves out, in silence, whatever stands deeper than 256.
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    try:
        etree.fromstring(value.encode("utf-8", "replace"), parser)
    except etree.LxmlError:  # nothing in it but a comment, or an end tag
        return ""
    return _without_trailer("".join(writer.parts), own_link)


def words_of(html: str) -> str:
    """Return the words of HTML that `body_of` returned, in one line."""
    return " ".join(
        unescape(re.sub(r"<[^<>]*>", " ", re.sub(r"</?(?:a|abbr|b|em|i|strong|u)\b[^<>]*>", "", html))).split()
    )


def _without_trailer(html: str, own_link: str | None) -> str:
    if not own_link:
        return html
    ended = _continued(html)
    head, tag, last = ended.rpartition("<p>")
    if head and _links_to(last, own_link) and "<img" not in last and len(words_of(last)) <= _SHORT:
        return _continued(head)
    link = _LAST_LINK.search(last)
    if link and _same_page(unescape(link[1]), own_link):
        last = last[: link.start()].rstrip() + last[link.end() :]
        return head + (tag + last if words_of(last) or "<img" in last else "")
    return ended


def _continued(html: str) -> str:
    return _CONTINUES.sub(lambda found: found["ended"] or "…", html)


def _links_to(html: str, own_link: str) -> bool:
    return any(_same_page(unescape(link), own_link) for link in _LINK.findall(html))


def _same_page(link: str, own_link: str) -> bool:
    return link.partition("#")[0].rstrip("/") == own_link.partition("#")[0].rstrip("/")
