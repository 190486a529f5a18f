"""Item pages of Joomla: of K2, and of Joomla's own articles from version 1.5 on.

Their templates give each part of an item a class of its own, which sites keep when they change everything else.
"""

from copy import deepcopy
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lxml import html

from shared.formats.page_furniture import drop
from shared.formats.page_moment import PageMoment, find_moment, read_moment
from shared.formats.page_tree import Element, words
from shared.formats.structured import Author

_ITEMS = ("itemView", "item-page", "com-content-article")
_OLD_ITEM = "contentpaneopen"  # Joomla 1.5: a table for the headline, another for the text
_OLD_TABLES = 2
_HEADLINES = ("itemTitle", "contentheading")
_CREATED = ("itemDateCreated", "published", "create", "createdate")
_MODIFIED = ("itemDateModified", "modified", "modifydate")
_AUTHORS = ("itemAuthor", "createdby", "small")
_SECTIONS = ("itemCategory", "category-name")
_TAGS = ("itemTags", "tags")
_TEXTS = ("itemIntroText", "itemFullText")
_WHOLE_TEXTS = ("itemBody", "com-content-article__body")
_IMAGES = ("itemImage", "item-image")
_CAPTIONS = ("itemImageCaption", "img_caption")
_NO_TEXT = frozenset(
    "itemTitle itemHeader itemToolbar itemRatingBlock itemImageBlock itemExtraFields itemContentFooter"
    " itemSocialSharing itemLinks"
    " itemCategory itemTagsBlock itemTags itemAttachmentsBlock itemAuthorBlock itemAuthorLatest itemRelated"
    " itemVideoBlock"
    " itemImageGallery itemNavigation itemComments itemBackToTop itemDateCreated itemDateModified itemHits itemAuthor"
    " page-header article-info actions icons buttonheading pagenav pagination tags item-image content_rating"
    " content-links"
    " contentheading createdate modifydate small article_seperator article_separator".split()
)
_LONGEST_LINE = 200

type Parts = dict[str, list[Element]]
"""The elements of a page by their classes, and by their item properties with "@" before."""


@dataclass(frozen=True)
class Item:
    """What an item page shows of its item; None or empty where it does not."""

    element: Element
    """The item: all of it, and nothing of other items."""
    text: Element
    """A copy of where the story stands, without the item's other parts."""
    headline: str | None
    published: PageMoment | None
    modified: PageMoment | None
    authors: tuple[Author, ...]
    section: str | None
    tags: tuple[str, ...]
    image: str | None
    """The address, as written."""
    caption: str | None


def find(root: Element, time_zone: ZoneInfo) -> Item | None:
    """Return the item that a page is about; None where it is no item page of Joomla, or shows more items than one."""
    element = _item(_parts(root))
    if element is None:
        return None
    parts = _parts(element)
    links = [link for each in _some(parts, _TAGS) for link in each.iter("a")]
    return Item(
        element=element,
        text=_text(element, parts),
        headline=_headline(element, parts),
        published=_moment(parts, _CREATED, time_zone),
        modified=_moment(parts, _MODIFIED, time_zone),
        authors=tuple(Author(_linked(each), None) for each in _some(parts, _AUTHORS)),
        section=next((name for each in _some(parts, _SECTIONS) if (name := _linked(each))), None),
        tags=tuple(tag for link in links[:50] if (tag := words(link, _LONGEST_LINE).strip(" #,"))),
        image=next((img.get("src") for each in _some(parts, _IMAGES) for img in each.iter("img")), None),
        caption=next((words(each) for each in _some(parts, _CAPTIONS)), None),
    )


def _parts(element: Element) -> Parts:
    parts: Parts = {}
    for each in element.iter():
        for name in (each.get("class") or "").split():
            parts.setdefault(name, []).append(each)
        for name in (each.get("itemprop") or "").split():
            parts.setdefault(f"@{name}", []).append(each)
    return parts


def _some(parts: Parts, names: tuple[str, ...]) -> list[Element]:
    return [each for name in names for each in parts.get(name, [])]


def _item(parts: Parts) -> Element | None:
    for name in _ITEMS:
        if found := parts.get(name):
            return found[0] if len(found) == 1 else None
    tables = parts.get(_OLD_ITEM, [])
    if tables and len(tables) <= _OLD_TABLES and len(parts.get("contentheading", [])) == 1:
        return tables[0].getparent()
    return None


def _text(element: Element, parts: Parts) -> Element:
    text: Element = html.Element("div")
    found = _some(parts, _TEXTS) or _some(parts, _WHOLE_TEXTS)[:1] or parts.get("@articleBody", [])[:1] or [element]
    for each in found:
        part = deepcopy(each)
        part.tail = None
        part.tag = "div"
        text.append(part)
    for each in list(text.iter()):
        if _NO_TEXT.intersection((each.get("class") or "").split()):
            drop(each)
    if _OLD_ITEM in parts:
        _without_layout(text)
    return text


def _without_layout(text: Element) -> None:
    """Joomla 1.5 sets a text in a table of one column: its cells are blocks and no table."""
    for each in list(text.iter("table", "tbody", "tr", "td")):
        if _OLD_ITEM in (each.get("class") or "") or any(
            _OLD_ITEM in (near.get("class") or "") for near in _near(each)
        ):
            each.tag = "div"


def _near(element: Element) -> list[Element]:
    return [each for each, _level in zip(element.iterancestors(), range(3), strict=False)]


def _headline(element: Element, parts: Parts) -> str | None:
    named = _some(parts, _HEADLINES) or parts.get("@headline", []) or list(element.iter("h1", "h2"))[:1]
    for each in named[:1]:
        copy = deepcopy(each)
        copy.tail = None
        for inner in list(copy.iter("sup", "span")):
            if {"itemFeatured", "itemEditLink"}.intersection((inner.get("class") or "").split()) or inner.tag == "sup":
                drop(inner)
        return words(copy) or None
    return None


def _moment(parts: Parts, names: tuple[str, ...], time_zone: ZoneInfo) -> PageMoment | None:
    for each in _some(parts, names):
        stated = [time.get("datetime") or "" for time in each.iter("time")] + [each.get("datetime") or ""]
        for text in (*stated, words(each, _LONGEST_LINE)):
            if moment := read_moment(text, time_zone) or find_moment(text, time_zone):
                return moment
    return None


def _linked(element: Element) -> str:
    """The text of a part without the label before it: of its link or its property, or what follows a colon."""
    marked = (each for each in element.iter() if each.tag == "a" or each.get("itemprop") in {"name", "genre"})
    text = words(element, _LONGEST_LINE)
    told = next((shown for each in marked if (shown := words(each, _LONGEST_LINE))), None)
    return told or text.partition(":")[2].strip() or text
