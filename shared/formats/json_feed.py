"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

import json
import re
from typing import Any, Never
from zoneinfo import ZoneInfo

from shared.formats.feed_dates import read_moment
from shared.formats.feed_entry import MOST, Entry, Feed, Text
from shared.formats.feed_html import plain
from shared.formats.feed_text import LARGEST, decode
from shared.formats.lines import clean
from shared.formats.links import web_address, without_tracking
from shared.formats.story import Given, IncomingImage, Unreadable

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1(?:\.\d)?|1(?:\.\d)?")
_LONGEST_NUMBER = 64  # digits; Python refuses very long integers only after reading them
_MOST_TAGS = 100
_LONGEST_NAME = 1_000


def read_feed(raw: bytes, given: Given) -> Feed:
    """Return what the feed says. Raises `Unreadable` for what is no JSON Feed."""
    if len(raw) > LARGEST:
        _refuse(f"The feed has {len(raw)} bytes; at most {LARGEST // 1024**2} MB are read.")
    feed = _object(_load(decode(raw, given.content_type)))
    items = feed.get("items")
    if not isinstance(items, list) or not _VERSION.fullmatch(_string(feed, "version") or ""):
        _refuse('This is JSON, but no JSON Feed: it needs a "version" of jsonfeed.org and a list of "items".')
    base = web_address(given.url, None) or web_address(_string(feed, "home_page_url"), None)
    return Feed(
        entries=tuple(_entry(_object(item), base, given.time_zone) for item in items[:MOST]),
        left_out=max(0, len(items) - MOST),
        title=plain(_string(feed, "title") or "", is_html=False),
        authors=_authors(feed),
        language=_string(feed, "language"),
    )


def _load(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_number)
    except RecursionError:
        _refuse("The JSON is nested too deep to be read.")
    except json.JSONDecodeError as error:
        _refuse(f"This is no JSON: {error.msg} at character {error.pos}.")


def _number(written: str) -> str:
    """Numbers mean nothing in a feed but an item's id, and are kept as they are written."""
    return written[:_LONGEST_NUMBER]


def _entry(item: dict[str, Any], base: str | None, time_zone: ZoneInfo) -> Entry:
    address = (_string(item, "id") or "").strip()
    link = web_address(_string(item, "url"), base) or web_address(_string(item, "external_url"), base)
    html, text = _string(item, "content_html"), _string(item, "content_text")
    summary = _string(item, "summary")
    value = html or text
    return Entry(
        id=without_tracking(address) if address.startswith(("http:", "https:")) else address or None,
        link=link or web_address(address, None),
        title=plain(_string(item, "title") or "", is_html=False),
        texts=(Text(value, is_html=bool(html), base=base),) if value and value.strip() else (),
        summary=Text(summary, is_html=False) if summary and summary.strip() else None,
        authors=_authors(item),
        tags=_tags(item),
        published=read_moment(_string(item, "date_published"), time_zone),
        updated=read_moment(_string(item, "date_modified"), time_zone),
        language=_string(item, "language"),
        images=_images(item, base),
    )


def _authors(fields: dict[str, Any]) -> tuple[str, ...]:
    """Version 1.0 has one author, 1.1 several."""
    listed = fields.get("authors")
    authors = listed if isinstance(listed, list) and listed else [fields.get("author")]
    names = (plain((_string(_object(author), "name") or "")[:_LONGEST_NAME], is_html=False) for author in authors)
    return tuple(dict.fromkeys(filter(None, names)))


def _tags(item: dict[str, Any]) -> tuple[str, ...]:
    listed = item.get("tags")
    tags = listed[:_MOST_TAGS] if isinstance(listed, list) else []
    names = (plain(tag[:_LONGEST_NAME], is_html=False) for tag in tags if isinstance(tag, str))
    return tuple(dict.fromkeys(filter(None, names)))


def _images(item: dict[str, Any], base: str | None) -> tuple[IncomingImage, ...]:
    listed = item.get("attachments")
    attachments = [_object(each) for each in listed] if isinstance(listed, list) else []
    pictures = [
        (_string(each, "url"), plain(_string(each, "title") or "", is_html=False) or None)
        for each in attachments
        if (_string(each, "mime_type") or "").lower().startswith("image/")
    ]
    found: dict[str, IncomingImage] = {}
    for link, caption in ((_string(item, "image"), None), (_string(item, "banner_image"), None), *pictures):
        if address := web_address(link, base):
            found.setdefault(address, IncomingImage(url=address, caption=caption))
    return tuple(found.values())


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    # Escapes may have brought in what was cleaned from the text: NUL, halves of characters.
    return clean(value) if isinstance(value, str) else None


def _refuse(message: str) -> Never:
    raise Unreadable(("feed",), message)
