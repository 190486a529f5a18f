"""Which reader a payload is for: told by its content first, then by its type and name."""

import json
import re
from importlib import import_module
from pathlib import PurePosixPath

from shared.formats.story import Given, Incoming, Unreadable

FORMATS = {
    "ninjs": "shared.formats.ninjs",
    "newsml_g2": "shared.formats.newsml_g2",
    "nitf": "shared.formats.nitf",
    "feed": "shared.formats.feed",
    "page": "shared.formats.page",
    "plain_text": "shared.formats.plain_text",
}
"""Format → its reader. Loaded when needed: a page of text has no use for the libraries of feeds."""

_HEAD = 4096  # characters in which a payload says what it is
_ENOUGH = 3  # tags of HTML that make a page of what does not begin like one
_ROOTS = {
    "rss": "feed",
    "rdf": "feed",
    "feed": "feed",
    "channel": "feed",
    "nitf": "nitf",
    "html": "page",
    **dict.fromkeys(
        ("newsmessage", "newsitem", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem"),
        "newsml_g2",
    ),
    "newsml": "newsml_g2",
}
_SKIPPED = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE\s+(?!html)[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([a-zA-Z][\w.-]*)")
_TAGS = re.compile(r"<(?:!doctype html|html|head|body|title|meta|article|div|section|main|p|h1)\b", re.IGNORECASE)
_TYPES = {
    "application/feed+json": "feed",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "text/html": "page",
    "application/xhtml+xml": "page",
}
_ENDINGS = {".rss": "feed", ".atom": "feed", ".html": "page", ".htm": "page", ".xhtml": "page", ".nitf": "nitf"}


def format_of(raw: bytes, given: Given, name: str = "") -> str:
    """The format of a payload. Raises Unreadable for one that no reader is for."""
    head = _head(raw)
    if head[:1] in {"{", "["}:
        return _json(raw, head)
    if found := _markup(head):
        return found
    told = (given.content_type or "").partition(";")[0].strip().lower()
    told_by_name = PurePosixPath(name).suffix.lower()
    if found := _TYPES.get(told) or _ENDINGS.get(told_by_name):
        return found
    if head.startswith("<?xml") or (head.startswith("<") and _ROOT.match(head)):
        raise Unreadable(("format",), "This XML is no feed, no NewsML-G2, no NITF and no page.")
    if head.startswith(("%PDF", "PK\x03\x04", "\x89PNG", "GIF8", "\xff\xd8\xff", "{\\rtf", "\xd0\xcf\x11")):
        raise Unreadable(("format",), "This is no text: send the story as a page, a feed, a wire item or plain text.")
    return "plain_text"


def read(format_name: str, raw: bytes, given: Given) -> Incoming:
    """What a payload of this format holds. Raises Unreadable as its reader does."""
    found: Incoming = import_module(FORMATS[format_name]).read(raw, given)
    return found


def _head(raw: bytes) -> str:
    """The start of a payload as text, whatever its encoding: what tells formats apart is ASCII."""
    start = raw[: _HEAD * 4]
    for mark, codec in (
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if start.startswith(mark):
            return start.decode(codec, "ignore").lstrip("\ufeff \t\r\n")[:_HEAD]
    if b"\0\0" in start[:4] or b"<\0" in start[:4] or b"\0<" in start[:4]:  # UTF-16 or -32 without a mark
        return start.replace(b"\0", b"").decode("latin-1")[:_HEAD]
    return start.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip(" \t\r\n\0")[:_HEAD]


def _json(raw: bytes, head: str) -> str:
    if "jsonfeed.org/version" in head.replace("\\/", "/"):
        return "feed"
    if head.startswith("{\\rtf"):
        raise Unreadable(("format",), "This is RTF: save it as plain text or as a page.")
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return "plain_text" if not head.startswith(("{", '[{"', "[ {")) else "ninjs"
    if isinstance(told, dict) and "jsonfeed.org/version" in str(told.get("version", "")):
        return "feed"
    return "ninjs"


def _markup(head: str) -> str | None:
    rest, place = head, 0
    while match := _SKIPPED.match(rest, place):
        place = match.end()
    root = _ROOT.match(rest, place)
    if root and (found := _ROOTS.get(root[1].lower())):
        return found
    if _TAGS.match(rest, place) or re.match(r"<!doctype\s+html", rest[place : place + 30], re.IGNORECASE):
        return "page"
    # Something stands before the feed or the page, or it lacks its start: as it is found in the wild.
    for name, format_name in (
        ("<rss", "feed"),
        ("<rdf:rdf", "feed"),
        ("<feed", "feed"),
        ("<html", "page"),
        ("<nitf", "nitf"),
    ):
        if name in head.lower():
            return format_name
    return "page" if len(_TAGS.findall(head)) >= _ENOUGH else None
