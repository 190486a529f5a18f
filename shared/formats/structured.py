"""What a page says of its story to machines: schema.org in JSON-LD and in microdata, OpenGraph, Dublin Core and other
meta elements.

Each source is kept apart, in its order: which of them is believed for which field is for `page` to decide.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple

from shared.formats import json_ld
from shared.formats.json_ld import Node, as_list, texts, types
from shared.formats.lines import fold
from shared.formats.page_tree import Element, words

_ARTICLE = re.compile(r"(?:\w+Article|Article|\w+Posting|Report|NewsItem)")
_PAGE = frozenset({"WebPage", "ItemPage", "AboutPage", "MedicalWebPage"})
_SITE = frozenset({"WebSite", "Organization", "NewsMediaOrganization"})
LISTS = frozenset(
    {"CollectionPage", "SearchResultsPage", "ImageGallery", "MediaGallery", "ProfilePage", "ItemList", "Blog"}
)
"""Types of pages that lead to stories and are none, unless they hold a story of their own."""
_READINGS = ("ReadAction", "ViewAction", "UserPageVisits")
_PAGE_VISITS = re.compile(r"UserPageVisits\s?[:=]\s?([0-9]{1,12})")
_LONGEST_BODY = 400_000


class Author(NamedTuple):
    """A name, and whether the source says that it is a person's; None where it does not say."""

    name: str
    person: bool | None


@dataclass
class Facts:
    """What one source says, as it says it: in its order, untrimmed, contradictions and all."""

    headlines: list[str] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    images: list[tuple[str, str | None]] = field(default_factory=list)
    """Address and caption."""
    sites: list[str] = field(default_factory=list)
    """Names of the site, and of who publishes it."""
    sources: list[str] = field(default_factory=list)
    """Whom the story is taken from: agencies, providers."""
    descriptions: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    views: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    """Types of the page and of what it holds, as the source names them."""


type Titles = str
"""All that the page prints as its title, folded: what a story among many is known by."""


def from_json_ld(root: Element, titles: Titles) -> Facts:
    """Return what JSON-LD says of the page's own story; of a page with many stories only what it says of the site."""
    found = list(json_ld.nodes(root))
    by_id = {node["@id"]: node for node, _own in found if isinstance(node.get("@id"), str) and len(node) > 2}  # noqa: PLR2004  # more than a reference
    articles = [node for node, own in found if own and any(map(_ARTICLE.fullmatch, types(node)))]
    facts = Facts(kinds={kind for node, own in found if own for kind in types(node)})
    for node in _own_story(articles, lambda node: texts(node.get("headline")) or texts(node.get("name")), titles):
        _tell(node, by_id, facts)
    for node, own in found:
        if own and types(node) & _SITE:
            facts.sites += texts(node.get("name"))
        if own and types(node) & _PAGE and not articles:
            _tell(node, by_id, facts)
    return facts


def _own_story[T](stories: list[T], headline: Callable[[T], list[str]], titles: Titles) -> list[T]:
    """Return the stories that the page's titles name; where there is only one story it is the page's."""
    if len(stories) == 1:
        return stories
    places = [(titles.find(fold(each[:300])[:60]), each) for story in stories for each in headline(story)[:1]]
    first = min((place for place in places if place[0] >= 0), default=None)
    if first is None and len({each for _place, each in places}) != 1:
        return []
    return [story for story in stories if headline(story)[:1] == [first[1] if first else places[0][1]]]


def _tell(node: Node, by_id: dict[str, Node], facts: Facts) -> None:
    facts.headlines += texts(node.get("headline")) or texts(node.get("name"))
    facts.authors += [author for key in ("author", "creator") for author in _authors(node.get(key), by_id)]
    facts.published += texts(node.get("datePublished")) or texts(node.get("dateCreated"))
    facts.modified += texts(node.get("dateModified"))
    facts.sections += texts(node.get("articleSection"))
    facts.tags += [tag for listed in texts(node.get("keywords")) for tag in listed.split(",")]
    facts.images += [image for key in ("image", "primaryImageOfPage") for image in _images(node.get(key), by_id)]
    facts.sites += _named(node.get("publisher"), by_id)
    facts.sources += [name for key in ("sourceOrganization", "provider") for name in _named(node.get(key), by_id)]
    facts.descriptions += texts(node.get("description"))
    facts.languages += texts(node.get("inLanguage"))
    facts.bodies += [body[:_LONGEST_BODY] for body in texts(node.get("articleBody"))]
    facts.urls += texts(node.get("url")) + _references(node.get("mainEntityOfPage"))
    facts.views += _statistics(node)


def _resolved(value: Any, by_id: dict[str, Node]) -> Iterator[Any]:
    for each in as_list(value)[:50]:
        reference = each.get("@id") if isinstance(each, dict) and not each.get("name") else None
        yield by_id.get(reference, each) if isinstance(reference, str) else each


def _named(value: Any, by_id: dict[str, Node]) -> list[str]:
    return [
        name for each in _resolved(value, by_id) for name in texts(each.get("name") if isinstance(each, dict) else each)
    ]


def _authors(value: Any, by_id: dict[str, Node]) -> Iterator[Author]:
    for each in _resolved(value, by_id):
        if not isinstance(each, dict):
            yield from (Author(name, None) for name in texts(each))
            continue
        kinds = types(each)
        parts = [name for key in ("givenName", "additionalName", "familyName") for name in texts(each.get(key))]
        person = "Person" in kinds if kinds else None
        yield from (Author(name, person) for name in texts(each.get("name")) or [" ".join(parts)] if name)


def _images(value: Any, by_id: dict[str, Node]) -> Iterator[tuple[str, str | None]]:
    for each in _resolved(value, by_id):
        if not isinstance(each, dict):
            yield from ((url, None) for url in texts(each))
            continue
        caption = next(iter(texts(each.get("caption"))), None)
        yield from ((url, caption) for url in (texts(each.get("url")) or texts(each.get("contentUrl")))[:1])


def _references(value: Any) -> list[str]:
    return [url for each in as_list(value) for url in texts(each.get("@id") if isinstance(each, dict) else each)]


def _statistics(node: Node) -> Iterator[int]:
    for each in as_list(node.get("interactionStatistic")):
        if not isinstance(each, dict):
            continue
        action = each.get("interactionType")
        kinds = types(action) if isinstance(action, dict) else {text.rsplit("/", 1)[-1] for text in texts(action)}
        count = each.get("userInteractionCount")
        if kinds & set(_READINGS) and isinstance(count, int | str) and str(count).isdecimal() and str(count).isascii():
            yield int(str(count)[:13])
    yield from _visits(texts(node.get("interactionCount")))


def _visits(told: Iterable[str]) -> list[int]:
    return [int(found[1]) for text in told if (found := _PAGE_VISITS.fullmatch(text))]


def from_microdata(root: Element, titles: Titles) -> Facts:
    """Return what the microdata of the page's own story says (WHATWG HTML, section 5), with or without an item."""
    scopes = [each for each in root.iter() if each.get("itemscope") is not None]
    items = [each for each in scopes if _ARTICLE.fullmatch(_type(each))]
    stories = [(item, _properties(item)) for item in items[:200]]
    facts = Facts(kinds={_type(each) for each in scopes})
    own = _own_story(stories, lambda story: _values(story[1], "headline") or _values(story[1], "name"), titles)
    for item, properties in own if items else [(root, _properties(root))]:
        facts.headlines += _values(properties, "headline") or (_values(properties, "name") if item is not root else [])
        facts.authors += [author for each in properties.get("author", [])[:20] if (author := _author(each))]
        facts.published += _values(properties, "datePublished") or _values(properties, "dateCreated")
        facts.modified += _values(properties, "dateModified")
        facts.sections += _values(properties, "articleSection")
        facts.tags += [tag for listed in _values(properties, "keywords") for tag in listed.split(",")]
        facts.images += [(url, None) for each in properties.get("image", [])[:20] if (url := _image(each))]
        facts.sites += [
            name for each in properties.get("publisher", [])[:5] for name in _values(_properties(each), "name")
        ]
        facts.languages += _values(properties, "inLanguage")
        facts.views += _visits(_values(properties, "interactionCount"))
    return facts


def _type(element: Element) -> str:
    return (element.get("itemtype") or "").rsplit("/", 1)[-1]


def _properties(item: Element) -> dict[str, list[Element]]:
    """Return the elements that carry an item's properties, in order; those of items within it are their own."""
    properties: dict[str, list[Element]] = {}
    waiting = list(reversed(item))
    while waiting:
        element = waiting.pop()
        for name in (element.get("itemprop") or "").split():
            properties.setdefault(name, []).append(element)
        if element.get("itemscope") is None or "WebPage" in _type(element):
            waiting.extend(reversed(element))
    return properties


def _values(properties: dict[str, list[Element]], name: str) -> list[str]:
    return [value for each in properties.get(name, [])[:20] if (value := _value(each))]


def _value(element: Element) -> str:
    stated = element.get("content") or (element.get("datetime") if element.tag == "time" else None)
    return stated.strip() if stated else words(element, 500)


def _author(element: Element) -> Author | None:
    scope = element.get("itemscope") is not None
    name = next(iter(_values(_properties(element), "name")), "") or _value(element)
    return Author(name, "Person" in _type(element) if scope and _type(element) else None) if name else None


def _image(element: Element) -> str | None:
    if element.get("itemscope") is None:
        return element.get("content") or element.get("src") or element.get("href")
    return next((url for each in _properties(element).get("url", []) if (url := _image(each))), None)


_META = {
    "headlines": "og:title dc.title dcterms.title citation_title parsely-title sailthru.title headline title"
    " twitter:title",
    "authors": "author article:author article:author_name og:article:author og:author authors byl dc.creator"
    " dcterms.creator"
    " citation_author parsely-author sailthru.author rbauthors cxenseparse:author",
    "published": "article:published_time article:published og:article:published_time og:published_time datepublished"
    " published_time published_at publishdate publish-date publish_date publication_date pubdate og:pubdate"
    " dc.date.issued dcterms.issued dcterms.created dc.date.created dc.date dcterms.date parsely-pub-date sailthru.date"
    " cxenseparse:recs:publishtime citation_publication_date citation_date article_date_original article.published"
    " article.created originalpublicationdate date.release created date",
    "modified": "article:modified_time article:modified og:article:modified_time og:updated_time dcterms.modified"
    " dc.date.modified last-modified lastmod article.updated revised datemodified",
    "sections": "article:section og:article:section parsely-section cxenseparse:taxonomy",
    "tags": "article:tag og:article:tag news_keywords keywords parsely-tags sailthru.tags citation_keywords"
    " dcterms.subject",
    "images": "og:image og:image:url og:image:secure_url twitter:image twitter:image:src",
    "sites": "og:site_name application-name apple-mobile-web-app-title dc.publisher dcterms.publisher publisher"
    " twitter:site",
    "descriptions": "og:description description twitter:description dc.description dcterms.description",
    "languages": "og:locale content-language dc.language dcterms.language language",
    "urls": "og:url",
    "kinds": "og:type",
}
_MOST_METAS = 2_000


def from_meta(root: Element) -> Facts:
    """Return what the page's meta elements say, the more trusted vocabularies first."""
    told: dict[str, list[str]] = {}
    for _number, meta in zip(range(_MOST_METAS), root.iter("meta"), strict=False):
        content = unescape(meta.get("content") or "").strip()
        named = f"{meta.get('property') or ''} {meta.get('name') or ''} {meta.get('http-equiv') or ''}"
        for name in (
            named.lower().replace("dc:", "dc.").replace("dcterms:", "dcterms.").replace("dcterm:", "dcterms.").split()
        ):
            if content:
                told.setdefault(name, []).append(content)
    said = {key: [each for name in listed.split() for each in told.get(name, [])] for key, listed in _META.items()}
    return Facts(
        headlines=said["headlines"],
        authors=[Author(name, None) for name in said["authors"]],
        published=said["published"],
        modified=said["modified"],
        sections=said["sections"],
        tags=[tag for listed in _first_of(told, _META["tags"]) for tag in listed.split(",")],
        images=[(url, None) for url in said["images"]],
        sites=said["sites"],
        descriptions=said["descriptions"],
        languages=said["languages"],
        urls=said["urls"],
        kinds=set(said["kinds"]),
    )


def _first_of(told: dict[str, list[str]], listed: str) -> list[str]:
    return next((told[name] for name in listed.split() if name in told), [])
