"""RSS 0.9x and 2.0, RDF (RSS 1.0), Atom 0.3 and 1.0 with the modules that newspapers use, as feedparser reads them."""

import re
from collections.abc import Iterator
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
_PICTURE = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)(?:$|[?!])", re.IGNORECASE)
_AVATAR = re.compile(r"https?://(?:[\w-]+\.)*gravatar\.com/", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"[(<\[]?(?:mailto:)?[^\s@()<>\[\]]+@[^\s@()<>\[\]]+[)>\]]?")


def read_feed(raw: bytes, given: Given) -> Feed:
    """Return what the feed says. Raises `Unreadable` for what is no feed, or too much of one."""
    base = web_address(given.url, None)
    parsed = feed_parser.parse(feed_text(raw, given.content_type), base)
    base = base or web_address(parsed.feed.get("link"), None)
    return Feed(
        entries=tuple(_entry(entry, base, given.time_zone) for entry in parsed.entries),
        title=_line(parsed.feed, "title"),
        # Atom's author is that of every entry without one (RFC 4287, section 4.2.1); RSS has an editor there.
        authors=_authors(parsed.feed) if parsed.version.startswith("atom") else (),
        tags=_tags(parsed.feed),
        language=parsed.feed.get("language"),
    )


def _entry(entry: Fields, base: str | None, time_zone: ZoneInfo) -> Entry:
    texts = tuple(text for content in entry.get("content", ()) if (text := _text(content, base)))
    summary = _text({"value": entry.get("summary"), **entry.get("summary_detail", {})}, base)
    moments = {
        name: read_moment(entry.get(name), time_zone, entry.get(f"{name}_parsed"))
        for name in ("published", "created", "updated", "expired")
    }
    address = str(entry.get("id") or "").strip()
    source = entry.get("source")
    return Entry(
        id=without_tracking(address) if address.startswith(("http:", "https:")) else address or None,
        link=_link(entry, base),
        title=_line(entry, "title"),
        texts=texts,
        # feedparser copies a text into an empty summary.
        summary=None if summary and any(text.value == summary.value for text in texts) else summary,
        authors=_authors(entry),
        source=_line(source, "title") or None if isinstance(source, dict) else None,
        tags=_tags(entry),
        published=moments["published"] or moments["created"],
        updated=moments["updated"],
        expires=moments["expired"],
        language=_language(entry),
        images=_images(entry, base),
    )


def _line(fields: Fields, name: str) -> str:
    return plain(fields.get(name) or "", is_html=fields.get(f"{name}_detail", {}).get("type") in _HTML)


def _text(content: Fields, base: str | None) -> Text | None:
    value, kind = content.get("value"), content.get("type") or "text/html"
    # Atom allows any medium type: a base64 picture, or a text that stands elsewhere (`src`).
    if not value or not value.strip() or not (kind in _HTML or kind.startswith("text/")):
        return None
    return Text(value, is_html=kind in _HTML, base=web_address(content.get("base"), None) or base)


def _link(entry: Fields, base: str | None) -> str | None:
    alternates = (link.get("href") for link in entry.get("links", ()) if link.get("rel") == "alternate")
    # feedburner's own links count clicks; RDF names an item by its address.
    offered = (entry.get("feedburner_origlink"), entry.get("link"), *alternates, entry.get("id"))
    return next(
        (link for each in offered if each and (link := web_address(each, base if each != offered[-1] else None))), None
    )


def _authors(fields: Fields) -> tuple[str, ...]:
    listed = [author.get("name") for author in fields.get("authors", ())]
    names = [plain(_MAIL_ADDRESS.sub(" ", name), is_html=True).strip(" ()") for name in listed if name]
    return tuple(dict.fromkeys(filter(None, names)))


def _tags(fields: Fields) -> tuple[str, ...]:
    terms = (plain(tag.get("label") or tag.get("term") or "", is_html=True) for tag in fields.get("tags", ()))
    return tuple(dict.fromkeys(term for term in terms if term and not term.startswith(("http:", "https:"))))


def _language(entry: Fields) -> str | None:
    details = (*entry.get("content", ()), entry.get("summary_detail", {}), entry.get("title_detail", {}))
    return next((said for each in (entry, *details) if (said := each.get("language"))), None)


def _images(entry: Fields, base: str | None) -> tuple[IncomingImage, ...]:
    found: dict[str, IncomingImage] = {}
    for medium in _pictures(entry):
        address = web_address(medium.get("url") or medium.get("href"), base)
        if address and not _AVATAR.match(address):
            caption = plain(medium.get("caption") or "", is_html=True) or None
            credit = plain(medium.get("credit", {}).get("content") or "", is_html=True) or None
            found.setdefault(address, IncomingImage(url=address, caption=caption, credit=credit))
    return tuple(found.values())


def _pictures(entry: Fields) -> Iterator[Fields]:
    """Yield one picture of each group, the widest; a thumbnail only where there is nothing larger."""
    groups: dict[object, list[Fields]] = {}
    for medium in filter(_is_picture, entry.get("media_content", ())):
        groups.setdefault(medium.get("group"), []).append(medium)
    yield from (max(group, key=_width) for group in groups.values())
    enclosed = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure" and _is_picture(link)]
    yield from enclosed
    image = entry.get("image")
    if isinstance(image, dict):  # a podcast's, or an item's own
        yield image
    if not (groups or enclosed) and (thumbnails := entry.get("media_thumbnail")):
        yield max(thumbnails, key=_width)


def _is_picture(medium: Fields) -> bool:
    kind = (medium.get("medium") or medium.get("type") or "").lower()
    address = medium.get("url") or medium.get("href") or ""
    return kind.startswith("image") if kind else bool(_PICTURE.search(address))


def _width(medium: Fields) -> int:
    width = str(medium.get("width") or "")
    return int(width) if width.isascii() and width.isdigit() and len(width) < len("100000") else 0
