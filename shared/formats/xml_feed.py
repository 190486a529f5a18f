"""RSS 0.9x and 2.0, RDF (RSS 1.0), Atom 0.3 and 1.0 with the modules that newspapers use, as feedparser reads them."""

import re
from collections.abc import Iterator
from datetime import datetime
from time import struct_time
from zoneinfo import ZoneInfo

from shared.formats import feed_parser
from shared.formats.feed_dates import read_moment
from shared.formats.feed_entry import Entry, Feed, Text
from shared.formats.feed_html import plain
from shared.formats.feed_parser import Fields
from shared.formats.feed_text import feed_text
from shared.formats.links import web_address, without_tracking
from shared.formats.story import Given, IncomingImage

_HTML = frozenset({"text/html", "application/xhtml+xml", "application/xml"})
_BYTES = "application/octet-stream"
_TEXT = re.compile(rf"text/.*|application/xhtml\+xml|application/xml|{_BYTES}")
_PICTURE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)(?:$|[?!])", re.IGNORECASE)
_SMALL = 200  # pixels
_DIGITS = re.compile(r"[0-9]{1,5}")
_AVATAR = re.compile(r"https?://(?:[\w-]+\.)*gravatar\.com/", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"[(<\[]?(?:mailto:)?[^\s@()<>\[\]]{1,64}@[^\s@()<>\[\]]{1,255}[)>\]]?")


def read_feed(raw: bytes, given: Given) -> Feed:
    """Return what the feed says. Raises `Unreadable` for what is no feed, or too much of one."""
    base = web_address(given.url, None)
    parsed = feed_parser.parse(feed_text(raw, given.content_type), base)
    base = base or web_address(_string(parsed.feed, "link"), None)
    return Feed(
        entries=tuple(_entry(entry, base, given.time_zone) for entry in parsed.entries),
        left_out=parsed.left_out,
        title=_line(parsed.feed, "title"),
        # Atom's author is that of every entry without one (RFC 4287, section 4.2.1); RSS has an editor there.
        authors=_authors(parsed.feed) if parsed.version.startswith("atom") else (),
        tags=_tags(parsed.feed),
        language=_string(parsed.feed, "language"),
    )


def _entry(entry: Fields, base: str | None, time_zone: ZoneInfo) -> Entry:
    texts = tuple(text for content in _listed(entry, "content") if (text := _text(content, base)))
    summary = _text({**_fields(entry, "summary_detail"), "value": _string(entry, "summary")}, base)
    published, created, updated, expires = (
        _moment(entry, name, time_zone) for name in ("published", "created", "updated", "expired")
    )
    address = _string(entry, "id").strip()
    return Entry(
        id=without_tracking(address) if address.startswith(("http:", "https:")) else address or None,
        link=_link(entry, base),
        title=_line(entry, "title"),
        texts=texts,
        # feedparser copies a text into an empty summary.
        summary=None if summary and any(text.value == summary.value for text in texts) else summary,
        authors=_authors(entry),
        source=_line(_fields(entry, "source"), "title") or None,
        tags=_tags(entry),
        published=published or created,
        updated=updated,
        expires=expires,
        language=_language(entry),
        images=_images(entry, base),
    )


# feedparser keeps an element that it does not know under its name, be that one of its own: <authors> gives a string
# where its list of authors would be. So nothing is taken for what it should be.
def _string(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _fields(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def _listed(fields: Fields, name: str) -> list[Fields]:
    value = fields.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _line(fields: Fields, name: str) -> str:
    return plain(_string(fields, name), is_html=_string(_fields(fields, f"{name}_detail"), "type") in _HTML)


def _moment(entry: Fields, name: str, time_zone: ZoneInfo) -> datetime | None:
    known = entry.get(f"{name}_parsed")
    return read_moment(_string(entry, name), time_zone, known if isinstance(known, struct_time) else None)


def _text(content: Fields, base: str | None) -> Text | None:
    value, kind = _string(content, "value"), _string(content, "type") or "text/html"
    # Atom allows any media type in base64, which stays as it is where it is no text, and a text that stands elsewhere.
    if not value.strip() or not _TEXT.fullmatch(kind) or (kind == _BYTES and " " not in value.strip()):
        return None
    return Text(value, is_html=kind in _HTML, base=web_address(_string(content, "base"), None) or base)


def _link(entry: Fields, base: str | None) -> str | None:
    alternates = (_string(link, "href") for link in _listed(entry, "links") if link.get("rel") == "alternate")
    # feedburner's own links count clicks.
    offered = (_string(entry, "feedburner_origlink"), _string(entry, "link"), *alternates)
    found = next((link for each in offered if (link := web_address(each, base))), None)
    return found or web_address(_string(entry, "id"), None)  # RDF names an item by its address


def _authors(fields: Fields) -> tuple[str, ...]:
    names = (_MAIL_ADDRESS.sub(" ", _string(author, "name")) for author in _listed(fields, "authors"))
    return tuple(dict.fromkeys(name for each in names if (name := plain(each, is_html=True).strip(" ()"))))


def _tags(fields: Fields) -> tuple[str, ...]:
    terms = (plain(_string(tag, "label") or _string(tag, "term"), is_html=True) for tag in _listed(fields, "tags"))
    return tuple(dict.fromkeys(term for term in terms if term and not term.startswith(("http:", "https:"))))


def _language(entry: Fields) -> str | None:
    details = (*_listed(entry, "content"), _fields(entry, "summary_detail"), _fields(entry, "title_detail"))
    return next((said for each in (entry, *details) if (said := _string(each, "language"))), None)


def _images(entry: Fields, base: str | None) -> tuple[IncomingImage, ...]:
    found: dict[str, IncomingImage] = {}
    for medium in _pictures(entry):
        address = web_address(_string(medium, "url") or _string(medium, "href"), base)
        if address and not _AVATAR.match(address):
            caption = plain(_string(medium, "caption"), is_html=True) or None
            credit = plain(_string(_fields(medium, "credit"), "content"), is_html=True) or None
            found.setdefault(address, IncomingImage(url=address, caption=caption, credit=credit))
    return tuple(found.values())


def _pictures(entry: Fields) -> Iterator[Fields]:
    """Yield one picture of each group, the widest; a thumbnail only where there is nothing larger."""
    groups: dict[object, list[Fields]] = {}
    for medium in filter(_is_picture, _listed(entry, "media_content")):
        groups.setdefault(medium.get("group"), []).append(medium)
    yield from (max(group, key=_width) for group in groups.values())
    enclosed = [link for link in _listed(entry, "links") if link.get("rel") == "enclosure" and _is_picture(link)]
    yield from enclosed
    yield _fields(entry, "image")  # a podcast's, or an item's own
    if not (groups or enclosed) and (thumbnails := _listed(entry, "media_thumbnail")):
        widest = max(thumbnails, key=_width)
        if not 0 < _width(widest) < _SMALL or not _shows_pictures(entry):
            yield widest


def _shows_pictures(entry: Fields) -> bool:
    texts = [_string(content, "value") for content in _listed(entry, "content")]
    return any("<img" in text for text in (*texts, _string(entry, "summary")))


def _is_picture(medium: Fields) -> bool:
    kind = (_string(medium, "medium") or _string(medium, "type")).lower()
    if kind:
        return kind.startswith("image")
    return bool(_PICTURE.search(_string(medium, "url") or _string(medium, "href")))


def _width(medium: Fields) -> int:
    width = _string(medium, "width")
    return int(width) if _DIGITS.fullmatch(width) else 0
