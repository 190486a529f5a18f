"""The parts of a ninjs item, under whichever name its version gives them: headline, body, lede, pictures."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.formats import nitf, wire, wire_text
from shared.formats.private import is_private_mark
from shared.formats.story import Given, IncomingImage, Unreadable
from shared.formats.xml import parse

_SIDE_HEADLINES = re.compile(r"sub|short|kicker|over|alt|seo|social|push|slug|extended|web|mobile")
_SIDE_BODIES = re.compile(r"caption|teaser|summary|abstract|short|sms|push|social|script|audio|alt|title")
_SUMMARIES = re.compile(r"summary|lead|lede|abstract|standfirst|intro|teaser|ingress")
_PLAIN_ROLES = re.compile(r"|text|plain|html|xhtml|richtext|main|description|long")
_CAPTIONS = re.compile(r"|caption|text|plain|html|xhtml|richtext|main|description|long")
_MARKUP = re.compile(
    r"</?(?:p|br|div|h[1-6]|ul|ol|table|section|article|blockquote|a|b|i|em|strong)\b[^<>]*>", re.IGNORECASE
)
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,200}\?>")
_ORDER = ("html", "nitf", "plain")
_LOOKED_AT = 5_000  # characters in which a text shows whether it is markup
_MOST_PICTURES = 200
_WEB = {"http", "https"}
_IMAGE = re.compile(r"[^?#]*\.(?:jpe?g|png|webp|gif|avif)(?:[?#].*)?", re.IGNORECASE)
_WIDEST = 4_000
"""Pixels: a page shows no more, and an agency's original may have five times as many."""
_RENDITIONS = ("highres", "web", "main", "view", "preview", "medium", "lowres", "small", "thumb")


class Item:
    """An item's properties by their names in small letters, without those that are null."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.fields = {name.lower(): value for name, value in raw.items() if value is not None}

    def text(self, *names: str) -> str:
        """The first of these that is a string with something in it; else nothing."""
        found = (self.fields.get(name) for name in names)
        return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")

    def objects(self, *names: str) -> list["Item"]:
        """The objects of the first of these that is a list, or an object of objects, whose names they keep."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, list):
                return [Item(each) for each in value if isinstance(each, dict)]
            if isinstance(value, dict):
                return [Item({"name": key, **each}) for key, each in value.items() if isinstance(each, dict)]
        return []

    def words(self, *names: str) -> list[str]:
        """All strings of these: single, listed, or the names and codes of listed objects."""
        values = [self.fields[name] for name in names if name in self.fields]
        flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
        told = [Item(each).text("name", "literal", "code", "uri") if isinstance(each, dict) else each for each in flat]
        return [each for each in told if isinstance(each, str)]

    def told(self, listed: str, prefix: str) -> Iterator["Told"]:
        """The texts of a kind: `bodies` of 2.x and 3.x with role and type, `body_html` of 1.x with its ending."""
        for each in self.objects(listed):
            yield Told(each.text("role").lower(), each.text("contenttype").lower(), each.text("value"))
        for name, value in self.fields.items():
            if isinstance(value, str) and (name == prefix or name.startswith(f"{prefix}_")):
                yield Told(name[len(prefix) + 1 :], "", value)


class Told(NamedTuple):
    """One of several texts that say the same: what it is for, its media type, itself."""

    role: str
    media_type: str
    value: str

    @property
    def kind(self) -> str:
        """html, nitf or plain, as it says or as it looks."""
        named = f"{self.role} {self.media_type}"
        start = self.value[:_LOOKED_AT]
        if "nitf" in named or "<nitf" in start:
            return "nitf"
        if "html" in named:
            return "html"
        return "html" if self.media_type != "text/plain" and _MARKUP.search(start) else "plain"


def headline(item: Item) -> str:
    """The main headline, else the title."""
    told = sorted(item.told("headlines", "headline"), key=lambda each: bool(_SIDE_HEADLINES.search(each.role)))
    return next(filter(None, (wire.line(each.value) for each in told)), "") or wire.line(item.text("title"))


def body(item: Item, title: str, given: Given) -> wire_text.Text:
    """The text: marked up rather than plain, the main one rather than another. Raises Unreadable for 20,000 tags."""
    notes: list[str] = []
    usable: list[Told] = []
    for told in item.told("bodies", "body"):
        if is_private_mark(told.role):
            notes.append(wire.line(told.value))
        else:
            usable.append(told)
    usable.sort(key=lambda told: (bool(_SIDE_BODIES.search(told.role)), _ORDER.index(told.kind)))
    for told in usable:
        text = _read(told, title, given)
        if text.plain or text.notes:
            return text._replace(notes=(*notes, *text.notes))
    return wire_text.NOTHING._replace(notes=tuple(notes))


def _read(told: Told, title: str, given: Given) -> wire_text.Text:
    if told.kind == "html":
        return wire_text.from_markup(told.value, title, given.url)
    if told.kind == "plain":
        return wire_text.from_plain(told.value)
    try:
        return nitf.content(parse(_DECLARATION.sub("", told.value, count=1).encode()), given, title).text
    except (Unreadable, UnicodeEncodeError):  # the next of the texts may do
        return wire_text.NOTHING


def lede(item: Item) -> str | None:
    """The lead or summary that stands apart from the body."""
    told = [each for each in item.told("descriptions", "description") if _PLAIN_ROLES.fullmatch(each.role)]
    summaries = [each for each in item.told("descriptions", "description") if _SUMMARIES.search(each.role)]
    return next(filter(None, (wire.line(each.value) for each in (*summaries, *told))), None)


def images(item: Item, given: Given) -> tuple[IncomingImage, ...]:
    """The pictures that are associated with an item, and its own renditions that are pictures."""
    found: list[IncomingImage] = []
    for each in (*item.objects("associations")[:_MOST_PICTURES], Item({"renditions": item.fields.get("renditions")})):
        usable = each.text("pubstatus") in {"", "usable"} and each.text("type") in {"", "picture", "graphic"}
        if not usable or not (url := _link(each, given.url)):
            continue
        captions = [
            wire.line(told.value)
            for told in each.told("descriptions", "description")
            if _CAPTIONS.fullmatch(told.role.removeprefix("caption_"))
        ]
        found.append(
            IncomingImage(
                url=url,
                caption=next(filter(None, captions), None) or headline(each) or None,
                credit=wire.line(each.text("creditline", "byline", "by", "copyrightholder")) or None,
            )
        )
    return tuple({image.url: image for image in found}.values())


def _link(picture: Item, base: str | None) -> str | None:
    renditions = sorted(picture.objects("renditions")[:_MOST_PICTURES], key=_rank)
    links = [each.text("href") for each in renditions if _shows(each)]
    if _IMAGE.fullmatch(picture.text("uri")):
        links.append(picture.text("uri"))
    return next(filter(None, (wire_text.absolute(link, base, _WEB) for link in links if link)), None)


def _shows(rendition: Item) -> bool:
    media_type = rendition.text("mimetype", "contenttype").lower()
    return media_type.startswith("image/") if media_type else bool(_IMAGE.fullmatch(rendition.text("href")))


def _rank(rendition: Item) -> tuple[float, int]:
    """The widest that a page can show comes first; without widths the name tells."""
    width = rendition.fields.get("width")
    wide = float(width) if isinstance(width, int | float) and 0 < width <= _WIDEST else 0.0
    name = rendition.text("name").lower()
    place = next((place for place, word in enumerate(_RENDITIONS) if word in name), len(_RENDITIONS))
    return -wide, place
