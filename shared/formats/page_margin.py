"""The lines around a headline on a page: when the story appeared, who wrote it, where on the site it stands."""

import re
from collections.abc import Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from shared.formats.lines import fold
from shared.formats.page_headline import bare
from shared.formats.page_moment import PageMoment, find_moment, read_moment
from shared.formats.page_story import Story
from shared.formats.page_tree import Element, names, words
from shared.formats.structured import Author

_LONGEST = 120
_MOST = 4_000
_FEW = 5
_LONGEST_BYLINE = 240
_SENTENCE, _LONGEST_LEDE = 40, 400
_DATES = re.compile(
    r"[ _-](?:\w{0,12}date\w{0,8}|(?:date-?)?time(?:stamp)?|published(?:-?\w{0,4})?|posted(?:-?on)?|created"
    r"|pub-?date)(?=[ _-])"
)
_CHANGED = re.compile(r"[ _-](?:updated?|modified|changed|edited|last)(?=[ _-])")
_LATER = re.compile(
    r"\W{0,3}(?:last |letzte|zuletzt|updated?|modified|edited|changed|обновл|измен|последн|отредактир|абноўл|змен"
    r"|апошн|оновл|зміне|остан|zaktualiz|zmodyf|ostatni|aktualis|geändert|atnauj|pakeis|paskutin)"
)
_AUTHORS = re.compile(
    r"[ _-](?:by-?lines?|authors?|author-?names?|writers?|(?:post|entry|article|item)-?author|journalist)(?=[ _-])"
)
_IN_ADDRESS = re.compile(
    r"[/_-](?P<year>(?:19|20)[0-9]{2})(?P<mark>[/-])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])"
)
_CRUMBS = re.compile(r"[ _-](?:bread-?crumbs?|pathway|crumbs)(?=[ _-])")


def moment(story: Story, time_zone: ZoneInfo) -> PageMoment | None:
    """Return when the page shows that its story appeared: in a time element, one named after dates, or a date line."""
    for texts, read in ((_times, _read), (_dated, _read), (_lines, read_moment), (_head, _read)):
        for element, text in texts(story):
            if not _LATER.match(fold(text[:_LONGEST])) and (found := read(text, time_zone)) and story.owns(element):
                return found
    return None


def _read(text: str, time_zone: ZoneInfo) -> PageMoment | None:
    return read_moment(text, time_zone) or find_moment(text, time_zone)


def _times(story: Story) -> Iterator[tuple[Element, str]]:
    times = [each for each in islice(story.element.iter("time"), _MOST) if not _CHANGED.search(names(each))]
    stated = [each for each in times if each.get("pubdate") is not None or "publish" in names(each)]
    for each in (*stated, *times):
        yield each, each.get("datetime") or words(each, _LONGEST)


def _dated(story: Story) -> Iterator[tuple[Element, str]]:
    named = (each for each in story.element.iter() if _DATES.search(names(each)) and not _CHANGED.search(names(each)))
    for each in islice(named, _MOST):
        text = words(each, _LONGEST)
        yield each, text
        yield each, text.partition(":")[2]


def _head(story: Story) -> Iterator[tuple[Element, str]]:
    """The short blocks between the headline, or what stands above it, and the first paragraph."""
    for each in islice(story.element.iter(), _MOST):
        if each is story.first:
            return
        if story.first is not None and any(map(str.isdigit, (each.text or "")[:_LONGEST])):
            yield each, words(each, _LONGEST)


def _lines(story: Story) -> Iterator[tuple[Element, str]]:
    digits = (each for each in story.element.iter() if any(map(str.isdigit, (each.text or "")[:_LONGEST])))
    for each in islice(digits, _MOST):
        text = words(each, _LONGEST)
        for part in re.split(r" [|•·] ", text[:_LONGEST]):
            yield each, part


def moment_in(address: str | None, time_zone: ZoneInfo) -> PageMoment | None:
    """Return the day that an address names: "/2018/10/12/bridge-opens"."""
    if address is None or not (found := _IN_ADDRESS.search(address)):
        return None
    return read_moment(f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}", time_zone)


def authors(story: Story, root: Element) -> list[Author]:
    """Return what the page shows as the authors of its story, the surest kind of element only.

    Outside of the story it is the one whom every author's link of the page names.
    """
    linked = [each for each in root.iter("a") if "author" in (each.get("rel") or "").lower().split()][:_MOST]
    named = islice((each for each in story.element.iter() if _AUTHORS.search(names(each))), _MOST)
    for elements in (linked, named):
        texts = [text for each in elements if (text := words(each, _LONGEST_BYLINE)) and story.owns(each)]
        if short := [Author(text, None) for text in texts if len(text) <= _LONGEST_BYLINE]:
            return short
    told = {words(each, _LONGEST) for each in linked}
    return [Author(told.pop(), None)] if len(told) == 1 else []


def trail(root: Element) -> list[str]:
    """Return the names of the path to the page, from the whole site on, as its breadcrumbs show them."""
    for each in islice((each for each in root.iter() if _CRUMBS.search(names(each))), _FEW):
        if found := [text for link in islice(each.iter("a"), 20) if (text := words(link, _LONGEST))]:
            return found
    return []


def lede(story: Story, headline: str, descriptions: list[str], paragraphs: list[str]) -> str | None:
    """Return the description that the page shows beside the text as well, as a block of its own; None without one."""
    told = {bare(text) for text in descriptions[:_FEW] if _SENTENCE < len(text) < _LONGEST_LEDE} - {bare(headline)}
    text = {bare(each) for each in paragraphs}
    if not told or any(beginning.startswith(each) for each in told for beginning in text):
        return None
    for each in islice(story.element.iter("p", "div", "h2", "h3", "h4", "strong", "span", "section"), 10 * _MOST):
        shown = words(each, _LONGEST_LEDE)
        if len(shown) <= _LONGEST_LEDE and bare(shown) in told and story.owns(each):
            return shown
    return None
