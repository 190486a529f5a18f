"""A saved page of a newspaper's site: what it says to machines, what it shows, and the text between all else.

What a page says of its story twice, it often says differently: a title with the site's name, a date without its hour, a
login instead of a name. Each field is taken from the source that was right most often over pages of many sites.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from zoneinfo import ZoneInfo

from shared.formats import hits, k2, page_body, page_margin, page_story
from shared.formats.attribution import find_credit, find_dateline, known_agency
from shared.formats.language import language_of
from shared.formats.lines import fold
from shared.formats.page_body import Body
from shared.formats.page_headline import bare, choose, site_names
from shared.formats.page_links import absolute, identity, is_home
from shared.formats.page_moment import PageMoment, find_moment, read_moment
from shared.formats.page_people import agency, people
from shared.formats.page_story import Story
from shared.formats.page_tree import Element, grow, plain, strip_unseen, words
from shared.formats.story import Given, Incoming, IncomingImage, IncomingStory, Unreadable, page_key
from shared.formats.structured import LISTS, Author, from_json_ld, from_meta, from_microdata

_LOOKED_FOR = {
    "headline": "a heading or a title that is not only the site's name",
    "body": "paragraphs of text that are not mostly links",
}
_LONGEST_TITLE = 400
_SAME_MOMENT = timedelta(hours=36)
_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
_SENTENCE, _FEW_SENTENCES, _SHORT_TEXT = 40, 140, 600
_MOSTLY_LINKS = 0.5
_TEASERS = 4
_RESCUED = 2
"""Where the text told to machines is so many times as long as the one that was found, that one is a teaser."""
_NOTHING_HERE = re.compile(
    r"(?:^|[-|:] )(?:error |ошибка )?40[34](?!\w)|^(?:file )?not found|access denied"
    r"|page (?:was |could )?(?:not (?:be )?found|does(?: not|n't) exist)"
    r"|страниц\w+ не (?:найден|существ)|старонк\w+ не зной|сторінк\w+ не знай"
    r"|nie znaleziono strony|strony nie znaleziono|seite nicht gefunden|puslapis nerastas"
)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?")
_CYRILLIC, _LATIN = frozenset({"ru", "be", "uk"}), frozenset({"en", "pl", "de", "lt"})


def read(raw: bytes, given: Given) -> Incoming:
    """Return the one story of a page. Raises Unreadable, and nothing else, for a page that holds none.

    A page without a date is a story without one; a page of links, pictures or an error is no story.
    """
    tree = grow(raw, given)
    page = _Page(tree.root, tree.url, given.time_zone)
    if missing := page.missing():
        sentences = "; ".join(f"no {name} (looked for {_LOOKED_FOR[name]})" for name in missing)
        raise Unreadable(missing, f"This page cannot be read as a story: it has {sentences}.")
    return [page.story()]


def _moment(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    return read_moment(text, time_zone) or find_moment(text, time_zone)


class _Page:
    def __init__(self, root: Element, url: str | None, time_zone: ZoneInfo) -> None:
        self.root, self.time_zone = root, time_zone
        title = root.find(".//title")
        self.title = words(title, _LONGEST_TITLE) if title is not None else ""
        self.headings = [text for each in islice(root.iter("h1"), 5) if (text := words(each, _LONGEST_TITLE))]
        self.printed = fold(" ".join((self.title, *self.headings))[: 4 * _LONGEST_TITLE])
        self.json_ld = from_json_ld(root, self.printed)
        self.microdata = from_microdata(root, self.printed)
        self.meta = from_meta(root)
        self.sources = (self.json_ld, self.microdata, self.meta)
        strip_unseen(root)
        self.item = k2.find(root, time_zone)
        stated = root.find(".//base[@href]")
        self.base = absolute(stated.get("href"), url) if stated is not None else None
        self.base = self.base or absolute(url, None)
        self.url = self._url(url)
        self.sites = [name for source in self.sources for name in source.sites]

    def _url(self, given: str | None) -> str | None:
        links = [each.get("href") for each in self.root.iter("link") if (each.get("rel") or "").lower() == "canonical"]
        told = [
            address
            for each in (*links[:1], *self.meta.urls, given, self.base)
            if (address := absolute(each, self.base))
        ]
        return next((identity(each) for each in told if not is_home(each)), identity(told[0]) if told else None)

    @cached_property
    def headline(self) -> str | None:
        if self.item and self.item.headline:
            return self.item.headline
        stated = [text for source in self.sources for text in source.headlines]
        return choose(self.headings, stated, self.title, site_names(self.sites, self.url or self.base))

    @cached_property
    def body(self) -> Body:
        if self.item:
            return page_body.of_element(self.item.text, self.base, self.headline, self.time_zone)
        found = page_body.of_page(self.root, self.base, self.headline, self.time_zone)
        for told in self.json_ld.bodies[:1]:
            if len(told) > _RESCUED * sum(map(len, found.paragraphs)):
                return page_body.of_text(told, self.base, self.headline, self.time_zone)
        return found

    @cached_property
    def place(self) -> Story:
        if self.item:
            return page_story.of_element(self.item.element)
        return page_story.find(self.root, self.headline or "", self.body.paragraphs)

    def missing(self) -> tuple[str, ...]:
        """Name what the page lacks for a story."""
        lacking = {"headline": not self.headline, "body": not self._has_text()}
        return tuple(name for name, lacks in lacking.items() if lacks)

    def _has_text(self) -> bool:
        told = self.body.paragraphs
        length = sum(len(text) for text in told if len(text) >= _SENTENCE)
        if length < _SHORT_TEXT and _NOTHING_HERE.search(self.printed):
            return False
        if self.item:
            return bool(told)
        if self.json_ld.headlines or self.microdata.headlines or "article" in self.meta.kinds:
            return any(len(text) >= _SENTENCE for text in told)
        least = (_FEW_SENTENCES, _SHORT_TEXT)
        signs = sum(self._signs_of_a_list())
        return signs < len(least) and length >= least[signs] and self.body.linked < _MOSTLY_LINKS

    def _signs_of_a_list(self) -> Iterator[bool]:
        kinds = {kind for source in self.sources for kind in source.kinds}
        yield bool(kinds & LISTS)
        yield any(kind.startswith("video") for kind in kinds)
        yield self.url is not None and is_home(self.url)
        teasers = page_story.teasers(self.root, self.body.paragraphs)
        yield teasers >= _TEASERS
        yield teasers >= max(_TEASERS, len(self.body.paragraphs) / 2)

    def story(self) -> IncomingStory:
        """Return the story of a page that lacks nothing."""
        paragraphs = self.body.paragraphs
        headline, published, modified = self.headline or "", self._published(), self._modified()
        datelines = [found for each in paragraphs[:2] if (found := find_dateline(each))[0]]
        dateline, of_dateline = datelines[0] if datelines else (None, None)
        descriptions = [text for source in self.sources for text in source.descriptions]
        instant = published.instant if published else None
        return IncomingStory(
            headline=headline,
            body_html=self.body.markup,
            lede=page_margin.lede(self.place, headline, descriptions, paragraphs),
            language=self._language("\n".join((headline, *paragraphs))),
            byline=self._byline(),
            credit=self.body.margin.source or self._agency() or of_dateline or find_credit(paragraphs),
            dateline=dateline,
            section=self._section(),
            tags=self._tags(),
            published_at=instant,
            carried_over=self._carried_over(),
            key=self.url or page_key(headline, instant or _UNDATED),
            versioned_at=modified if modified and (instant is None or modified >= instant) else None,
            url=self.url,
            images=tuple(self._images()),
            editors_note=self.body.notes,
        )

    def _published(self) -> PageMoment | None:
        told = [[_moment(text, self.time_zone) for text in source.published[:5]] for source in self.sources]
        found = [moment for moments in told if (moment := next(filter(None, moments), None))]
        if self.item and self.item.published:
            found = [self.item.published]
        if not found:
            return page_margin.moment(self.place, self.time_zone) or page_margin.moment_in(self.url, self.time_zone)
        # Sources that disagree by days tell of a story that came again: it first appeared at the earliest of them.
        first = min(each.instant for each in found)
        same = [each for each in found if each.instant - first < _SAME_MOMENT]
        return next((each for each in same if each.timed), same[0])

    def _modified(self) -> datetime | None:
        told = [self.item.modified] if self.item else []
        told += [_moment(text, self.time_zone) for source in self.sources for text in source.modified[:5]]
        return next((moment.instant for moment in told if moment), None)

    @cached_property
    def _authors(self) -> list[list[Author]]:
        told = [list(self.item.authors) if self.item else [], *(source.authors for source in self.sources)]
        told.append([Author(name, None) for name in self.body.margin.byline])
        return [*told, page_margin.authors(self.place, self.root)]

    def _byline(self) -> tuple[str, ...]:
        own = (*self.sites, *site_names((), self.url))
        told = [names for authors in self._authors if (names := people(authors, own))]
        # "JANIE HAR" of one source may be "Janie Har" of another.
        mixed = {bare(name): name for names in reversed(told) for name in names if not name.isupper()}
        return tuple(mixed.get(bare(name), name) for name in told[0]) if told else ()

    def _agency(self) -> str | None:
        told = next(filter(None, map(agency, self._authors)), None)
        sources = (known_agency(name[:_LONGEST_TITLE]) for source in self.sources for name in source.sources)
        return told or next(filter(None, sources), None)

    def _section(self) -> str | None:
        told = [self.item.section] if self.item else []
        told += [section for source in self.sources for section in source.sections] + [self.body.margin.section]
        own = {bare(self.headline or ""), *site_names(self.sites, self.url)}
        trail = [name for name in page_margin.trail(self.root)[1:] if bare(name) not in own]
        return next(
            (text for each in (*told, *reversed(trail)) if each and (text := plain(each.split(",")[0]))),
            None,
        )

    def _tags(self) -> tuple[str, ...]:
        told = [self.item.tags] if self.item else []
        listed: Iterable[str] = next(
            (tags for tags in (*told, *(s.tags for s in self.sources), self.body.margin.tags) if tags), ()
        )
        named = (plain(each).strip(' #"') for each in islice(listed, 100))
        return tuple(dict.fromkeys(tag for tag in named if tag and not tag.startswith(("@", "_"))))

    def _carried_over(self) -> int:
        stated = (*self.json_ld.views, *self.microdata.views)
        return hits.carried_over(self.place, stated) or self.body.margin.carried_over

    def _images(self) -> Iterator[IncomingImage]:
        told = [(self.item.image, self.item.caption)] if self.item and self.item.image else []
        told += [image for source in self.sources for image in source.images]
        seen: set[str] = set()
        for address, caption in (*told[:1], *self.body.images):
            url = absolute(address, self.base)
            name = (url or "").partition("?")[0].rpartition("/")[2]
            if url and name not in seen:
                seen.add(name)
                captions = [
                    shown for other, shown in self.body.images if shown and other.partition("?")[0].endswith(f"/{name}")
                ]
                yield IncomingImage(url=url, caption=plain(caption or next(iter(captions), "")) or None)

    def _language(self, text: str) -> str:
        told = [self.root.get("lang") or self.root.get("xml:lang") or ""]
        told += [language for source in self.sources for language in source.languages]
        stated = next((found for each in told if (found := _LANGUAGE.fullmatch(each.strip()))), None)
        own = language_of(text, stated[1] if stated else None)
        if not stated or (stated[1] in _LATIN and own in _CYRILLIC) or (stated[1] in _CYRILLIC and own in _LATIN):
            return own
        region = stated[2] or ""
        return f"{stated[1]}-{region.upper() if len(region) == len('RU') else region}" if region else stated[1]
