"""How often a page was read, as the page itself prints it: its own counter, never another number on it.

A count is believed only where the page says what it counts, and it is the story's: in words ("Read 146 times"), by the
name of its element ("post-views") or by an eye beside it. Counts of other stories, of shares, comments and minutes are
none, and neither is a rounded one ("1.4K"). Where two counts disagree there is none.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from shared.formats.counter import read_counter
from shared.formats.lines import fold
from shared.formats.page_story import Story
from shared.formats.page_tree import BLOCKS, Element, climb, names, words

_LONGEST = 80
_MOST = 4_000
"""Elements with a digit that are looked at."""
_NUMBER = r"([0-9]{1,3}(?:[ .,'][0-9]{3}){1,3}|[0-9]{1,12})"
_ONLY_NUMBER = re.compile(_NUMBER)
_VISITED = re.compile(rf"\(?visited {_NUMBER} times?(?:, [0-9 .,]{{1,15}} visits? today)?\)?")
_PARTS = re.compile(r" ?[|•·] ?")
_NAMED = re.compile(
    r" (?:[a-z0-9]{1,20}[-_]{1,2}){0,4}(?:item|post|entry|article|page|news|total|meta|node)?[-_]{0,2}"
    r"(?:hits?|views?|reads|views?[-_]{0,2}(?:counts?|counter|num|number|value|total)|hits?[-_]{0,2}(?:count"
    r"|counter))(?= )"
)
_OTHERS = re.compile(
    r"today|daily|week|month|comment|share|like|video|photo|gallery|user|profile|author|online|mode|switch"
)
_EYE = re.compile(
    r" (?:[a-z0-9]{1,20}[-_]{1,2}){0,4}(?:eye|visibility|icon[-_]views?|views?[-_]icon)(?:[-_](?:open|o|fill|regular"
    r"|alt|solid|outline))?(?= )"
)
_PROSE = frozenset({"p", "blockquote", "td", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LONGEST_LINE = 300
_NEAR, _FEW = 3, 20


def carried_over(story: Story, stated: Iterable[int]) -> int:
    """Return the count of readings; 0 where nothing tells it for sure.

    `stated` is what the page tells machines of the story, which is believed before what it shows.
    """
    told = {count for count in stated if count} or set(_shown(story))
    return told.pop() if len(told) == 1 else 0


def _shown(story: Story) -> Iterator[int]:
    digits = (
        each for each in story.element.iter() if any(map(str.isdigit, f"{each.text or ''}{each.tail or ''}"[:_LONGEST]))
    )
    for element in islice(digits, _MOST):
        for each in islice(climb(element, story.element.getparent()), _NEAR):
            if (count := _count(each)) is not None:
                if story.owns(each):
                    yield count
                break


def _count(element: Element) -> int | None:
    if _EYE.search(names(element)) and (beside := _number(element.tail or "")) is not None:
        return beside
    text = words(element, _LONGEST)
    number, count = (_number(text), _in_words(text)) if len(text) <= _LONGEST else (None, None)
    if number is None and count is None:
        return None
    within = [names(each) for each in islice(element.iter(), _FEW)]
    if any(map(_OTHERS.search, within)):
        return None
    named = any(map(_NAMED.search, within))
    if named or (number is not None and any(map(_EYE.search, within))):
        return number if count is None else count
    return count if _is_line(element, text) else None


def _number(text: str) -> int | None:
    found = _ONLY_NUMBER.fullmatch(fold(text[:_LONGEST]).strip("()[] :"))
    return int("".join(filter(str.isdigit, found[1]))) if found else None


def _in_words(text: str) -> int | None:
    for part in _PARTS.split(text):
        if found := _VISITED.fullmatch(fold(part)):
            return _number(found[1])
        if (count := read_counter(part)) is not None:
            return count
    return None


def _is_line(element: Element, text: str) -> bool:
    """Whether a text is a line of its own and no words in a sentence."""
    block = next((each for each in climb(element, None) if each.tag in BLOCKS), element)
    whole = words(block, _LONGEST_LINE)
    if whole == text or text in _PARTS.split(whole):
        return True
    return block.tag not in _PROSE and len(whole) <= _LONGEST_LINE and element.tag == "span"
