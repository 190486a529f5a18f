"""The text of a page's story: found by trafilatura, freed of what stands around it and of what is not for readers."""

from copy import deepcopy
from html import escape
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import trafilatura
from lxml import html
from lxml.etree import LxmlError, SubElement, iterwalk

from shared.formats import page_furniture
from shared.formats.attribution import read_signature
from shared.formats.margin import Margin
from shared.formats.page_headline import bare
from shared.formats.page_markup import source, story_markup
from shared.formats.page_moment import read_moment
from shared.formats.page_tree import Element, climb, fragment, names, parse, words
from shared.formats.story import Unreadable

_NEAR, _FEW = 4, 50
_MOST_ELEMENTS = 12_000
_MOST_WEIGHT = 600_000
"""Elements times their depth: trafilatura takes 30 microseconds for an element, and half of one for each around it."""
# What it, or a library below it, was seen to raise over broken trees, and what the like of it would.
_BREAKS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    LxmlError,
)
_MOST_OF = 0.75
_LITTLE = 40
_SHORT_STORY, _MORE = 400, 2
_MOSTLY = 0.5
_DEEPEST = 240  # it parses parts of a page once more, with libxml2's limit of 256
_FIRST = 8
_EDGE = 1_000
_SHORT = 160
_WHOLE = 1_000_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PROSE = ("p", "li", "td", "th", "dd", "dt", "pre", "h2", "h3", "h4", "h5", "h6", "figcaption")


class Body(NamedTuple):
    """The text of a story, and what stood in it of other things."""

    markup: str
    paragraphs: list[str]
    """Its blocks as plain text."""
    margin: Margin
    """What lines at its edges told of the story."""
    notes: str | None
    """What was marked as not for publication."""
    images: list[tuple[str, str | None]]
    """Address and caption."""
    linked: float
    """The part of the text that is links."""


def of_page(root: Element, base: str | None, headline: str | None, time_zone: ZoneInfo) -> Body:
    """Return the text of the story of a page. The tree is left as it is; nothing is fetched."""
    root = deepcopy(root)
    _unlay(root)
    tree = deepcopy(root)
    removed = page_furniture.remove(tree)
    captions = _captions(tree, base)
    found = _own(tree)
    if removed.prose:  # a theme may have named a story's own part like furniture
        fuller_tree = deepcopy(root)
        page_furniture.remove(fuller_tree, by_name=False)
        captions |= _captions(fuller_tree, base)
        fuller = _own(fuller_tree)
        if _length(found) < max(_MOST_OF * _length(fuller), _LITTLE):
            tree, found = fuller_tree, fuller
    body = found if _length(found) >= _LITTLE else _prose(tree, base)
    _set_captions(body, captions, base)
    return _trimmed(story_markup(body, base), headline, time_zone, removed.notes)


def _unlay(tree: Element) -> None:
    """Make blocks of the tables that only lay a page out: with the top heading or a table in them, or of one cell."""
    for table in list(tree.iter("table")):
        inner = list(islice(table.iter("h1", "table", "td", "th"), _FEW))
        if any(each.tag in {"h1", "table"} for each in inner[1:]) or len(inner) <= len(("table", "cell")):
            table.tag = "div"
            parts = list(table)
            while parts:
                part = parts.pop()
                if part.tag in {"tbody", "thead", "tfoot", "tr"}:
                    parts.extend(part)
                if part.tag in {"tbody", "thead", "tfoot", "tr", "td", "th"}:
                    part.tag = "div"


def _length(element: Element) -> int:
    return len(words(element, _WHOLE))


def of_element(text: Element, base: str | None, headline: str | None, time_zone: ZoneInfo) -> Body:
    """Return the text of an element that holds a story and nothing else, but what is furniture in it."""
    notes = page_furniture.remove(text).notes
    return _trimmed(story_markup(text, base), headline, time_zone, notes)


def of_text(text: str, base: str | None, headline: str | None, time_zone: ZoneInfo) -> Body:
    """Return a text, or HTML in a text, as paragraphs: of its blocks, or of its lines where it has none."""
    wrapped = text if "</" in text else "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    try:
        element = parse(f"<body>{wrapped}")
    except Unreadable:
        element = html.Element("div")
    return of_element(element, base, headline, time_zone)


def _own(tree: Element) -> Element:
    """Return what is found without the teasers of other stories; where it was mostly these, what is found without them.

    A story of two sentences is less than the teasers beside it.
    """
    found = _found(tree)
    teasers = page_furniture.teasers(tree)
    texts = {words(each, _SHORT) for teaser in teasers for each in teaser.iter("p", *_HEADINGS)}
    others = [each for each in found.iter("p", "li", *_HEADINGS) if words(each, _SHORT) in texts] if texts else []
    before = _length(found)
    for each in others:
        page_furniture.drop(each)
    if _length(found) >= before / 2:
        return found
    for teaser in teasers:
        page_furniture.drop(teaser)
    return _found(tree)


def _found(tree: Element) -> Element:
    """Return what of a page is its story, as trafilatura finds it; nothing where it cannot be asked."""
    nothing: Element = html.Element("body")
    try:
        if _weighs_too_much(tree):
            return nothing
        found = _extracted(tree, precise=True)
        if _length(found) >= _SHORT_STORY:
            return found
        # Less careful it may find the rest of a story; or, in one block, all the words of a page.
        fuller = _extracted(tree, precise=False)
        blocks = sum(1 for _each in fuller.iter("p", "li"))
        return fuller if blocks > 1 and _length(fuller) > _MORE * _length(found) else found
    except _BREAKS:
        return nothing


def _extracted(tree: Element, *, precise: bool) -> Element:
    markup = trafilatura.extract(
        tree,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_images=True,
        favor_precision=precise,
    )
    return fragment(markup or "")


def _prose(tree: Element, base: str | None) -> Element:
    """Return what a page holds outside of its header and footer, without the blocks that are mostly links."""
    main = next((each for tag in ("article", "main", "body") for each in islice(tree.iter(tag), 1)), tree)
    for each in list(main.iter("header", "footer", "aside")):
        page_furniture.drop(each)
    prose = fragment(story_markup(main, base))
    for block in list(prose):
        links = sum(len(words(link, _WHOLE)) for link in block.iter("a"))
        if links > _MOSTLY * len(words(block, _WHOLE)):
            page_furniture.drop(block)
    return prose


def _weighs_too_much(tree: Element) -> bool:
    elements = depth = deepest = weight = 0
    for event, _node in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start":
            elements += 1
            weight += depth
            deepest = max(deepest, depth)
    return elements > _MOST_ELEMENTS or weight > _MOST_WEIGHT or deepest > _DEEPEST


def _captions(tree: Element, base: str | None) -> dict[str, str]:
    """Take the captions off the pictures, lest they be taken for text; return them by the addresses of the pictures."""
    captions: dict[str, str] = {}
    for element in list(tree.iter("figcaption", "div", "p", "span", "section", "small", "em")):
        if element.tag != "figcaption" and "caption" not in names(element):
            continue
        if _picture(element) is not None:
            continue
        near = (_picture(each) for each in islice(climb(element, None), _NEAR))
        picture = next((image for image in near if image is not None), None)
        if picture is not None and (address := source(picture, base)) and (text := words(element)):
            captions.setdefault(address, text)
        page_furniture.drop(element)
    return captions


def _picture(element: Element) -> Element | None:
    return next((each for each in islice(element.iter(), _FEW) if each.tag == "img"), None)


def _set_captions(body: Element, captions: dict[str, str], base: str | None) -> None:
    for image in list(body.iter("img")):
        caption = captions.pop(source(image, base) or "", None)
        parent = image.getparent()
        if caption and parent is not None:
            figure = html.Element("figure")
            figure.tail, image.tail = image.tail, None
            parent.replace(image, figure)
            figure.append(image)
            SubElement(figure, "figcaption").text = caption


def _trimmed(markup: str, headline: str | None, time_zone: ZoneInfo, notes: list[str]) -> Body:
    """Read off the blocks at the edges what is told of the story there, and leave out what is said elsewhere."""
    body = fragment(markup)
    margin = Margin(time_zone)
    blocks = list(body)
    for number, block in enumerate(blocks):
        if _EDGE < number < len(blocks) - _EDGE:
            continue
        text = words(block, _SHORT)
        if not text or len(text) > _SHORT or block.tag in {"ul", "ol", "table", "figure"}:
            continue
        repeated = number < _FIRST and (bare(text) == bare(headline or "") or read_moment(text, time_zone) is not None)
        if repeated or not margin.without([text]):
            page_furniture.drop(block)
        if margin.closed and _ends(blocks[: number + 1], rest := blocks[number + 1 :]):
            for each in rest:
                page_furniture.drop(each)
            break
        margin.closed = False
    if len(body) > 1 and (signed := read_signature(words(body[-1], _SHORT))):
        margin.byline.extend(name for name in signed if name not in margin.byline)
        page_furniture.drop(body[-1])
    return _told(body, margin, notes)


def _told(body: Element, margin: Margin, notes: list[str]) -> Body:
    paragraphs = [text for each in body.iter(*_PROSE) if (text := words(each, _WHOLE))]
    links = sum(len(words(link, _WHOLE)) for link in body.iter("a"))
    return Body(
        markup=story_markup(body, None),
        paragraphs=paragraphs,
        margin=margin,
        notes="\n".join(notes) or None,
        images=[(image.get("src") or "", _caption(image)) for image in body.iter("img")],
        linked=links / (sum(map(len, paragraphs)) or 1),
    )


def _caption(image: Element) -> str | None:
    around = image.getparent()
    caption = around.find("figcaption") if around is not None and around.tag == "figure" else None
    return (words(caption) or None) if caption is not None else None


def _ends(above: list[Element], below: list[Element]) -> bool:
    """Whether "Related items" closes the story: more of it stands above than below."""
    return sum(len(words(each, _WHOLE)) for each in above) > sum(len(words(each, _WHOLE)) for each in below)
