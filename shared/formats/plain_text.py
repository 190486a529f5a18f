"""The text of a saved page of a district newspaper's site.

Masthead, date line, headline, paragraphs and the old view counter, in the order K2 printed them; other sites put the
headline above the date line. Times without a zone are in the title's time zone.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.formats.attribution import find_credit, find_dateline, read_signature
from shared.formats.counter import read_counter
from shared.formats.date_line import DateLine, read_date_line
from shared.formats.language import language_of
from shared.formats.lines import blocks, clean
from shared.formats.margin import Margin
from shared.formats.masthead import Masthead, is_masthead_line, read_masthead
from shared.formats.story import Given, Incoming, IncomingStory, Unreadable, page_key

_LOOKED_FOR = {
    "date": 'a line that is only a date, such as "Friday, 12 October 2018 15:52" or "12.10.2018 15:52"',
    "headline": "a short line directly below or above the date line",
    "body": "at least one paragraph below the date line and the headline",
}
_CLOSERS = "\"'”»“’)] "
_NEXT_SENTENCE = re.compile(r"[.!?…][\"”»]? +[\"“«„—–-]?[^\W\d_]")
_LONG_HEADLINE = 150
_LONGEST_HEADLINE = 300
_LONG_LEAD = 200
_LONG_LINE = 50
_EDGE = 1_000
"""Facts about a story stand this many blocks or lines from an end at most; what lies between is only text."""
_COLUMN_OF_FACTS = re.compile(r" [|•·] ")
_LONGEST_FACTS = 200

type Block = list[str]


class _Page(NamedTuple):
    above: list[Block]
    date: DateLine | None
    below: list[Block]


def read(raw: bytes, given: Given) -> Incoming:
    """The one story of a saved page of text; raise `Unreadable`, naming all that it lacks.

    The text is UTF-8, or in the charset that its type names.
    """
    return [read_text(_decoded(raw, given.content_type), given.time_zone)]


def _decoded(raw: bytes, content_type: str | None) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if "charset=" not in (content_type or "").lower():
            raise Unreadable(
                ("text",), "The payload is not UTF-8 text; save it as UTF-8, or name its charset."
            ) from None
    # Here, since nearly all pages of text are UTF-8: the library that knows the others takes half a second to load.
    from shared.formats.encodings import decode  # noqa: PLC0415

    return decode(raw, content_type)


def read_text(text: str, time_zone: ZoneInfo) -> IncomingStory:
    """Return the story that a saved page tells; raise `Unreadable`, and nothing else, naming all that it lacks.

    `time_zone` is the title's: the zone of the date line. Linear in the length of the text.
    """
    page = _find_date(_split_facts(blocks(clean(text)), time_zone), time_zone)
    margin = Margin(time_zone)
    head = [[line for line in block[:_EDGE] if margin.without([line])] for block in page.above[:_EDGE]]
    masthead = read_masthead([line for block in head for line in _unwrapped(block)])
    rest = [kept for block, edge in _edged(page.below) if (kept := margin.without(block) if edge else block)]
    if page.date:
        headline, body = _headline(masthead, rest)
    else:  # only to tell what else is missing
        headline, body = _headline(Masthead({}, [], ends_with_other=False), [[line] for line in masthead.others])
    paragraphs = [" ".join(block) for block in body]
    if page.date is None or headline is None or not paragraphs:
        raise _unreadable(page.date is None, headline is None, not paragraphs)
    return _story(page.date, headline, paragraphs, masthead, margin)


def _story(date: DateLine, headline: str, paragraphs: list[str], masthead: Masthead, margin: Margin) -> IncomingStory:
    if len(paragraphs) > 1 and not margin.byline and (signed := read_signature(paragraphs[-1])):
        margin.byline.extend(signed)
        paragraphs = paragraphs[:-1]
    datelines = [found for each in paragraphs[:2] if (found := find_dateline(each))[0]]
    dateline, agency = datelines[0] if datelines else (None, None)
    names = [line for line in masthead.others if line != headline and not any(map(str.isdigit, line))]
    return IncomingStory(
        headline=headline,
        body_html="".join(f"<p>{escape(each, quote=False)}</p>" for each in paragraphs),
        language=language_of("\n".join((headline, *paragraphs)), date.language),
        byline=tuple(margin.byline),
        credit=margin.source or agency or find_credit(paragraphs),
        dateline=dateline,
        section=margin.section,
        tags=margin.tags,
        published_at=date.instant,
        carried_over=margin.carried_over,
        key=page_key(headline, date.instant),
        masthead={"name": names[0], **masthead.fields} if names else masthead.fields,
    )


def _unreadable(*lacks: bool) -> Unreadable:
    missing = tuple(name for name, lacking in zip(_LOOKED_FOR, lacks, strict=True) if lacking)
    sentences = "; ".join(f"no {name} (looked for {_LOOKED_FOR[name]})" for name in missing)
    return Unreadable(missing, f"This page cannot be read as a story: it has {sentences}.")


def _edged(page: list[Block]) -> Iterator[tuple[Block, bool]]:
    """Yield each block and whether it is near an end."""
    for number, block in enumerate(page):
        yield block, min(number, len(page) - number) < _EDGE


def _split_facts(page: list[Block], time_zone: ZoneInfo) -> list[Block]:
    """Part the lines in which Joomla sets facts side by side: "12 October 2018 15:52 | Hits: 146"."""
    return [
        [part for line in block for part in _facts(line, time_zone)] if edge and len(block) < _EDGE else block
        for block, edge in _edged(page)
    ]


def _facts(line: str, time_zone: ZoneInfo) -> list[str]:
    if len(line) > _LONGEST_FACTS or not _COLUMN_OF_FACTS.search(line):
        return [line]
    parts = [stripped for part in _COLUMN_OF_FACTS.split(line) if (stripped := part.strip())]
    telling = any(read_date_line(part, time_zone) or read_counter(part) is not None for part in parts)
    return parts if telling else [line]


def _find_date(page: list[Block], time_zone: ZoneInfo) -> _Page:
    for number, block in enumerate(page[:_EDGE]):
        for row, line in enumerate(block[:_EDGE]):
            if row and _runs_on(block[row - 1], row):
                continue
            if date := read_date_line(line, time_zone):
                above = [*page[:number], block[:row]]
                return _Page(above, date, [block[row + 1 :], *page[number + 1 :]])
    return _Page(page, None, [])


def _runs_on(before: str, row: int) -> bool:
    """Whether the next line of a block continues a wrapped paragraph, where even a whole date is part of a sentence."""
    return before.endswith(",") or (row > 1 and len(before) >= _LONG_LINE)


def _unwrapped(block: Block) -> Iterator[str]:
    """Yield the lines above a date line, a wrapped headline joined again."""
    joined = ""
    width = max(map(len, block), default=0)
    for line in block:
        wrapped = len(joined) >= _LONG_LINE and len(joined) + len(line.split()[0]) >= width
        if joined and (not wrapped or is_masthead_line(line)):
            yield joined
            joined = ""
        joined = f"{joined} {line}" if joined else line
    if joined:
        yield joined


def _headline(masthead: Masthead, rest: list[Block]) -> tuple[str | None, list[Block]]:
    """Return the headline and the blocks of the body.

    It is the first line below the date line, unless that reads as a paragraph and a line that is no masthead stands
    directly above the date line.
    """
    above = masthead.others[-1] if masthead.ends_with_other else None
    if above is not None and len(above) > _LONGEST_HEADLINE:
        above = None
    if not rest:
        return above, []
    first, *below = [*_first_apart(rest[0]), *rest[1:]]
    lead = " ".join(first)
    if above is not None and (len(lead) > _LONG_LEAD or _ends_sentence(lead)):
        return above, rest
    if _is_prose(lead):
        return None, rest
    return lead, below


def _first_apart(block: Block) -> list[Block]:
    """Part a headline from a paragraph that follows without a blank line.

    A line that had room for the next word was not wrapped: it ends there on purpose.
    """
    if len(block) > 1 and len(block[0]) + 1 + len(block[1].split()[0]) <= max(map(len, block)):
        return [block[:1], block[1:]]
    return [block]


def _ends_sentence(text: str) -> bool:
    return text.rstrip(_CLOSERS).endswith((".", "…")) or find_dateline(text)[0] is not None


def _is_prose(text: str) -> bool:
    if len(text) > _LONGEST_HEADLINE:
        return True
    return _ends_sentence(text) and (len(text) > _LONG_HEADLINE or _NEXT_SENTENCE.search(text) is not None)
