"""Where on its page a story stands, and whether something is a part of it or of another story's teaser beside it."""

import re
from dataclasses import dataclass
from itertools import islice

from shared.formats.page_furniture import is_furniture
from shared.formats.page_headline import bare
from shared.formats.page_tree import BLOCKS, Element, climb, names, words

_ELSEWHERE = re.compile(
    r"(?<!elementor)[ _-](?:side-?bar\w*|aside|widgets?|module(?:table)?|menu|nav(?:igation|bar)?|carousel|slider"
    r"|masthead|(?:site|page|global|main)-?(?:footer|header)|(?:news|posts?|articles?|items?|stor(?:y|ies)|top)-?list"
    r"|top-?(?:news|stories)|latest\w*|recent\w*|similar|teasers?|next|prev(?:ious)?|cards?|ticker|news-?line"
    r"|feed|archive|poll|login|search)(?=[ _-])"
)
_APART = frozenset({"aside", "nav", "article"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXTS = ("p", "div", "li", "td", "blockquote", "section", "span", "font")
_ROWS = frozenset({"li", "tr", "td", "dd"})
_TITLE_OF_ANOTHER = 15
_BEGINNING, _HEADLINE = 60, 400
_SAME = 40
_MOST, _NEAR = 100, 4
_HIGHEST = 40
"""What stands deeper than so many levels in a story's own element is none of its facts."""


@dataclass(frozen=True)
class Story:
    """A story on its page: the smallest element that holds its headline and its text."""

    element: Element
    holding: frozenset[Element]
    """All elements that hold a part of these, from the whole page down."""
    within: frozenset[Element]
    """Of these the element itself and what lies in it."""
    first: Element | None
    """Where its text begins."""

    def owns(self, element: Element) -> bool:
        """Whether an element tells of this story: within it, and in no furniture and no teaser."""
        for each in islice(climb(element, None), _HIGHEST):
            if each in self.holding:
                return each in self.within
            if each.tag in _APART or is_furniture(each) or _ELSEWHERE.search(names(each)) or _is_teaser(each):
                return False
        return False


def _is_teaser(element: Element) -> bool:
    """Whether an element holds a linked heading, or is a row with a link of some words."""
    if element.tag == "a":
        return not (element.get("href") or "#").startswith("#")
    for link in (each for each in islice(element.iter(), _MOST) if each.tag == "a"):
        near = islice(climb(link, element), _NEAR)
        if any(each.tag in _HEADINGS for each in (*near, *link)):
            return True
        if element.tag in _ROWS and len(words(link, _TITLE_OF_ANOTHER)) >= _TITLE_OF_ANOTHER:
            return True
    return False


def find(root: Element, headline: str, paragraphs: list[str]) -> Story:
    """Return where the story with this headline and these paragraphs stands: the whole page where nothing tells."""
    headings = [each for each in root.iter(*_HEADINGS) if bare(words(each, _HEADLINE)) == bare(headline)]
    long = [text for text in paragraphs if len(text) >= _SAME] or paragraphs
    ends = {text[:_BEGINNING]: None for text in (*long[:1], *long[-1:])}
    texts: dict[str, Element] = {}
    for each in root.iter(*_TEXTS) if ends else ():
        text = words(each, _BEGINNING)[:_BEGINNING] if _may_begin(each) else ""
        if text in ends and (
            text not in texts or each.getparent() is texts[text]
        ):  # the first, and in it the innermost
            texts[text] = each
    found = [*headings[:1], *texts.values()]
    paths = [list(reversed([each, *each.iterancestors()])) for each in found]
    element = root
    for level in zip(*paths, strict=False):
        if any(each is not level[0] for each in level):
            break
        element = level[0]
    holding = frozenset(each for path in paths for each in path) | {root}
    within = holding - frozenset(element.iterancestors())
    return Story(element, holding, within, next((texts.get(text) for text in ends), None))


def teasers(root: Element, paragraphs: list[str]) -> int:
    """Return how many of the paragraphs stand directly below a heading that leads to another page."""
    beginnings = {text[:_BEGINNING] for text in paragraphs}
    count, below = 0, False
    for each in root.iter(*_HEADINGS, "p", "div"):
        if each.tag in _HEADINGS:
            below = any(not (link.get("href") or "#").startswith("#") for link in islice(each.iter("a"), 1))
        elif below and _may_begin(each) and words(each, _BEGINNING)[:_BEGINNING] in beginnings:
            count, below = count + 1, False
    return count


def _may_begin(element: Element) -> bool:
    """Whether an element's text is its own, and not that of the block it begins with."""
    return bool((element.text or "").strip()) or (len(element) > 0 and element[0].tag not in BLOCKS)


def of_element(element: Element) -> Story:
    """Return a story of which nothing is known but the element that holds it."""
    return Story(element, frozenset({element, *element.iterancestors()}), frozenset({element}), None)
