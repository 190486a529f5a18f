"""The lines around a story's text that tell about it: counter, byline, source, section, tags, and page furniture."""

import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from shared.formats.attribution import read_byline, read_source
from shared.formats.counter import read_counter
from shared.formats.date_line import is_modification_line, read_date_line
from shared.formats.lines import fold

_SHORTEST, _LONGEST = len("By X"), 160
_SECTION = re.compile(
    r"(?:(?:category|section|категория|рубрика|раздел|катэгорыя|рубрыка|категорія|kategoria|dział|kategorie|rubrik"
    r"|kategorija|rubrika) ?:|published in|опубликовано в|апублікавана ў) ?(?P<name>[^\d:.]{2,60})",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"(?:(?:tags|теги|тэги|метки|меткі|тэгі|мітки|tagi|schlagwörter|žymos) ?:|tagged under) ?(?P<names>.{1,150})",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"print|e-?mail|tweet|share|like|read more\.*|be the first to comment!?|comment link|add new comment|back to top"
    r"|печать|распечатать|поделиться|подробнее\.*|наверх|эл\. ?почта|друк|друкаваць|падзяліцца|drukuj|drucken"
    r"|будьте первым, кто оставит комментарий!?"
    r"|(?:comments?|комментари(?:и|ев)|каментары[іяў]*|коментарів?) ?:? ?\(?\d*\)?"
    r"|\d+ (?:comments?|комментари(?:й|я|ев)|каментары\w?)",
)
_END_OF_STORY = frozenset({
    "related items", "related articles", "related items (by tag)", "more in this category",
    "похожие материалы", "материалы по теме", "другие материалы в этой категории", "похожие статьи",
    "падобныя матэрыялы", "іншыя матэрыялы ў гэтай катэгорыі", "схожі матеріали",
})  # fmt: skip
_SENTENCE_ENDS = tuple('.!?…"”»“)')


@dataclass
class Margin:
    """What was read off the margin so far."""

    time_zone: ZoneInfo
    counts: list[int] = field(default_factory=list)
    byline: list[str] = field(default_factory=list)
    source: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    closed: bool = False

    @property
    def carried_over(self) -> int:
        """The old site's counter: the highest, where a page prints it twice."""
        return max(self.counts, default=0)

    def without(self, block: list[str]) -> list[str]:
        """Return the lines of `block` that belong to the story.

        A line inside a paragraph is never margin: only whole lines at the block's start, or its end after a full stop.
        """
        start, end = 0, len(block)
        while start < end and self._takes(block[start]):
            start += 1
        while end - start > 1 and block[end - 2].endswith(_SENTENCE_ENDS) and self._takes(block[end - 1]):
            end -= 1
        return [] if self.closed else block[start:end]

    def _takes(self, line: str) -> bool:
        if not any(map(str.isalnum, line)):
            return True
        if not _SHORTEST <= len(line) <= _LONGEST:
            return False
        if (count := read_counter(line)) is not None:
            self.counts.append(count)
            return True
        return self._takes_label(line) or self._takes_furniture(line)

    def _takes_label(self, line: str) -> bool:
        if section := _SECTION.fullmatch(line):
            self.section = self.section or section["name"].strip()
        elif tags := _TAGS.fullmatch(line):
            self.tags = tuple(filter(None, (name.strip(" #") for name in tags["names"].split(","))))
        elif (source := read_source(line)) is not None:
            self.source = self.source or source
        elif (names := read_byline(line)) is not None:
            self.byline.extend(name for name in names if name not in self.byline)
        else:
            return False
        return True

    def _takes_furniture(self, line: str) -> bool:
        folded = fold(line)
        self.closed = self.closed or folded.rstrip(": ") in _END_OF_STORY
        if self.closed or _FURNITURE.fullmatch(folded) or is_modification_line(line, self.time_zone):
            return True
        # A second date line with its prefix ("Published: …"); a bare date may head a part of a chronicle.
        return not folded[:1].isdigit() and ":" in folded and read_date_line(line, self.time_zone) is not None
