"""What stands in and around a story on its page and is not it, and what in it was never meant for readers.

Shares, advertisements, links to other stories, comments and the like: told by the names that elements have, as themes
and content systems give them, and by the words that open a block.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from lxml.etree import iterwalk

from shared.formats.lines import fold
from shared.formats.page_tree import BLOCKS, Element, names, words

_NAMES = re.compile(
    r"[ _-](?:shar(?:e|es|ing|ethis|edaddy)|share2|social\w*|addthis\w*|addtoany|uptolike|pluso|likes?|voting|ratings?"
    r"|related\w*|recommend(?:ed|ations?)|read-?also|also-?read|see-?also|more-?(?:news|stories|from|on)"
    r"|most-?(?:read|popular|viewed)|popular\w*|trending|post-?nav\w*|prev-?next|pagination|pager|pagenav|breadcrumbs?"
    r"|advert\w*|ads?|adv|adsbygoogle|banners?|sponsor\w*|taboola|outbrain|mgid|newsletter\w*|subscri(?:be|ption)\w*"
    r"|cookies?|consent|comments?|comment-?(?:list|form|area)|commentlist|respond|disqus\w*|author-?(?:box|bio)"
    r"|about-?(?:the-)?author|not-?for-?publication|internal-?note)(?=[ _-])"
)
_PRIVATE_NAMES = re.compile(r"not-?for-?publication|internal-?note")
_ADVERTISEMENT = re.compile(
    r"(?:advertisement|advertising|реклама|рэклама|на правах рекламы|werbung|anzeige|reklama|publicidad|publicité)"
    r"(?:(?: -)? continue reading below| ?\d)?"
)
_ALSO = (
    "read (?:also|more|next|on)|see also|also read|related(?: stories| articles| news| coverage| content)?",
    "more (?:on|from)|don't miss|recommended|you may also like",
    "читайте (?:также|ещ[её]|подробнее)|читать (?:также|далее)|смотрите также|см\\. также|подробнее",
    "по теме|материалы по теме|ранее по теме|ещ[её] по теме",
    "чытайце (?:таксама|яшчэ)|глядзіце таксама|па тэме",
    "читайте (?:також|ще)|дивіться також|за темою",
    "(?:prze)?czytaj (?:też|także|również|więcej|dalej)|zobacz (?:też|także|również|więcej)|polecamy",
    "lesen sie (?:auch|mehr|dazu)|mehr (?:zum thema|dazu)|siehe auch|lesetipp",
    "taip pat skaitykite|skaitykite (?:taip pat|daugiau)|susiję straipsniai",
)  # fmt: skip
_READ_ALSO = re.compile(rf"\W{{0,3}}(?:{'|'.join(_ALSO)})(?!\w)")
_PRIVATE = (
    "not for (?:publication|print|broadcast|release)|do not publish|for internal use|internal use only",
    "не для (?:публикации|печати|эфира)|для служебного пользования",
    "не для (?:публікацыі|друку|эфіру|публікації|ефіру)",
    "nie do (?:publikacji|druku)|nicht (?:zur|für die) veröffentlichung|nur für den internen gebrauch",
    "neskelbti|ne publikavimui",
)  # fmt: skip
_NOT_FOR_READERS = re.compile(rf"\W{{0,5}}(?:editor'?s?'? notes?\W{{1,4}})?(?:{'|'.join(_PRIVATE)})(?!\w)")
_OPENING = 60
_MOSTLY = 0.4
_BULK = 0.3
_LONGEST_NOTE = 2_000
_PARAGRAPH = 80
_TEASERS = frozenset({"div", "li", "article", "section", "td", "a"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LONGEST_TEASER, _FEW = 400, 12
_WHOLE = 10_000_000


def is_furniture(element: Element) -> bool:
    """Whether an element's names say that it is no part of a story's text."""
    return _NAMES.search(names(element)) is not None


class Removed(NamedTuple):
    """What was taken out: notes that are not for publication, and how much of it by its name read like a story."""

    notes: list[str]
    prose: int
    """Characters of long paragraphs."""


def remove(root: Element, *, by_name: bool = True) -> Removed:
    """Take furniture out of the tree of a page.

    An element that holds the top heading or a large part of the text stays, whatever its name is.
    """
    length = len(words(root, _WHOLE))
    removed = Removed([], 0)
    doomed: list[Element] = []
    walk = iterwalk(root, events=("start",))
    for _event, node in walk:
        if node.tag in {"html", "body", "head"}:
            continue
        private = _PRIVATE_NAMES.search(names(node)) is not None
        named = private or (by_name and is_furniture(node))
        if not named and (node.tag not in BLOCKS or _holds_blocks(node)):
            continue
        opening = "" if named else fold(words(node, _OPENING)[: 2 * _OPENING])
        if private or _NOT_FOR_READERS.match(opening):
            removed.notes.append(words(node, _LONGEST_NOTE))
        elif named and _is_small(node, length):
            removed = removed._replace(prose=removed.prose + _prose(node))
        elif named or not _is_furniture_text(node, opening):
            continue
        doomed.extend((node, *_links_after(node)))
        walk.skip_subtree()
    for node in doomed:
        drop(node)
    return removed


def teasers(root: Element) -> list[Element]:
    """Return the outermost elements that show other stories: a headline that leads elsewhere, and some words below."""
    found: list[Element] = []
    walk = iterwalk(root, events=("start",), tag=tuple(_TEASERS))
    for _event, node in walk:
        if _is_teaser(node):
            found.append(node)
            walk.skip_subtree()
    return found


def _is_teaser(node: Element) -> bool:
    heading = next((each for each in islice(node.iter(), _FEW) if each.tag in _HEADINGS), None)
    if heading is None or heading.tag == "h1" or len(words(node, _LONGEST_TEASER)) > _LONGEST_TEASER:
        return False
    link = next((each for each in (*heading.iter("a"), *islice(heading.iterancestors(), 3)) if each.tag == "a"), None)
    if link is None or (link.get("href") or "#").startswith("#"):
        return False
    return words(link, _LONGEST_TEASER) in {words(heading, _LONGEST_TEASER), words(node, _LONGEST_TEASER)}


def _prose(node: Element) -> int:
    paragraphs = (len(words(each, _PARAGRAPH)) for each in node.iter("p"))
    return sum(length for length in paragraphs if length >= _PARAGRAPH)


def _holds_blocks(node: Element) -> bool:
    return any(child.tag in BLOCKS and child.tag != "br" for child in node)


def _is_small(node: Element, length: int) -> bool:
    limit = max(int(_BULK * length), 200)
    return next(node.iter("h1"), None) is None and len(words(node, limit + 1)) <= limit


def _is_furniture_text(node: Element, opening: str) -> bool:
    if _ADVERTISEMENT.fullmatch(opening.strip(" :.*—–-")):
        return True
    return _READ_ALSO.match(opening) is not None and (_only_says_also(opening) or _links(node) >= _MOSTLY)


def _only_says_also(opening: str) -> bool:
    found = _READ_ALSO.match(opening)
    return found is not None and not opening[found.end() :].strip(" :.!»>—–-…")


def _links(node: Element) -> float:
    """The part of an element's text that is links."""
    text = words(node)
    return sum(len(words(link, _LONGEST_NOTE)) for link in node.iter("a")) / len(text) if text else 0.0


def _links_after(node: Element) -> Iterator[Element]:
    """Yield the list, or the block of links, to which a block that only says "read also" leads."""
    following = node.getnext()
    if following is not None and _only_says_also(fold(words(node, _OPENING))) and _links(following) > 2 * _MOSTLY:
        yield following


def drop(node: Element) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)
