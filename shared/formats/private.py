"""What a text says to newsrooms and not to readers: notes to editors, staff contacts, what stands below the last line.

Conservative on purpose. Only whole paragraphs count, at the start or at the end of a text, and only where they say
themselves for whom they are: a story about editors keeps its paragraphs.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from shared.formats.lines import fold

_HEAD = 160
"""Characters of a paragraph that are looked at: what a paragraph is for stands at its beginning."""
_OPENERS = 8
"""Notes that may stand above a text."""
_CLOSERS = 200
"""Paragraphs from the end that are looked at."""
_SHORT = 80

# Of the whole paragraph; or of its beginning, up to a colon, a dash or a full stop.
_NOTE = re.compile(
    r"[\W_]*(?:"
    r"eds|editors?'?s? ?note|editors?'? advisory"
    r"|(?:attn|attention|advisory to)[:,]? (?:all )?(?:news )?(?:editors?|desks?)"
    r"|notes? (?:to|for) (?:the )?(?:editors?|desks?|newsrooms?)(?: only)?|to (?:all )?editors|(?:internal )?desk note"
    r"|(?:this (?:note|item|text) is )?not for (?:publication|broadcast|release)|for (?:internal|newsroom) use only"
    r"|internal note|(?:wichtiger )?hinweise? (?:an|für) (?:die |alle )?(?:redaktion(?:en)?|redakteure|medien)"
    r"|redaktionelle[rs]? hinweise?"
    r"|(?:achtung|zur information|an alle) (?:redaktion(?:en)?|redakteure)|(?:dpa-)?notizblock|interner hinweis"
    r"|nicht zur veröffentlichung(?: bestimmt)?"
    r"|(?:к сведению|вниманию|внимание,?|примечани[ея] для|информация для) (?:всех )?редак(?:торов|торы|ций|ции|цией)"
    r"|не для (?:публикации|печати|эфира)|для служебного пользования|служебное примечание"
    r"|(?:да ведама|увазе|для) рэдак(?:тараў|цый)|не для (?:публікацыі|друку)|(?:до відома|увазі) редак(?:торів|цій)"
    r"|не для публікації"
    r"|uwaga,? (?:redakcj[eoi]|redaktorzy)|(?:do wiadomości|informacja dla|nota dla|wiadomość dla) redak(?:cji|torów)"
    r"|(?:nie do|nie przeznaczone do) (?:publikacji|druku)|notatka wewnętrzna"
    r")(?P<then> ?[:–—.!)\]-]|[*_ ]*$| (?=\())"
)
_EMBARGO = re.compile(
    r"[\W_]*(?:(?:strictly )?(?:embargoed|under embargo)(?: ?[:!–—-]| (?:until|till|to|for)\b)|sperrfrist(?: ?:| bis\b)"
    r"|(?:под )?эмбарго(?: ?:| до (?=\d))|embargo (?:do|till|until) (?=\d))"
)
_LABELLED = re.compile(
    r"[\W_]*(?:(?:media|press|editorial|newsroom|staff|desk|editors?'?) contacts?(?: \(.{1,40}\))?"
    r"|contacts? for (?:the )?(?:media|press|editors?|journalists)"
    r"|presse-?kontakt|medienkontakt|(?:redaktions|an)sprechpartner(?:in)? für (?:die )?(?:medien|presse|redaktionen)"
    r"|kontakt (?:für|zu) (?:die |der )?(?:medien|presse|redaktion(?:en)?|journalisten)"
    r"|контакт[ыа]? для (?:сми|прессы|журналистов|редакций|редакторов)|пресс-контакт"
    r"|кантакт[ыа]? для (?:смі|прэсы|рэдакцый)|контакти для (?:змі|преси|редакцій)"
    r"|kontakt (?:dla|z) (?:mediów|prasy|redakcj[iąi]|dziennikarzy))(?: ?[:–—-]|[*_ ]*$)"
)
_CONTACT = re.compile(r"[\W_]*contacts? ?[:–—-]")
_REACHABLE = re.compile(r"[\w.+-]@[\w-]|\+?\(?\d[\d ()./-]{5,}\d")
# "-ENDS-", "--- Ende ---", "(Ends)", "ENDS", "-30-", "# # #": where press releases and wires stop.
_END_WORD = re.compile(r"[-–—*#=(\[ ]*(?:ends?|ende|конец|канец|кінець|koniec)[-–—*#=)\] .]*")
_END_SIGN = re.compile(r"(?:[-–—] ?30 ?[-–—]|(?:# ?){3,5}|-{3,} ?end of (?:text|story|copy) ?-{3,})")

_CLASSES = frozenset(
    "nonpub nonpublic notpublic notforpub notforpublication editorialnote editorialnotes editornote editornotes"
    " editorsnote editorsnotes ednote ednotes edmsg notestoeditors notetoeditors noteforeditors newsroomnote"
    " internalnote internalnotes notepad notizblock staffcontact".split()
)


class Parted(NamedTuple):
    """`paragraphs[start:end]` are for readers; `notes` are the others, in their order."""

    start: int
    end: int
    notes: tuple[str, ...]


def part(paragraphs: Sequence[str]) -> Parted:
    """Part a text's paragraphs (plain, one text each) into what is for readers and what is for editors only.

    A heading that is nothing but a label ("Notes to editors") speaks for what follows it: at the start for the next
    paragraph, further down for all that follows.
    """
    start = 0
    while start < min(len(paragraphs), _OPENERS) and (kind := _kind(paragraphs[start])):
        start = min(len(paragraphs), start + (2 if kind == "heading" else 1))
    end = _end(paragraphs, start)
    while end > start and _kind(paragraphs[end - 1]):
        end -= 1
    return Parted(start, end, tuple(filter(None, map(str.strip, (*paragraphs[:start], *paragraphs[end:])))))


def is_private_mark(*names: str | None) -> bool:
    """Whether a class, an id or a role ("nonpub", "editors-note") marks a part of a text as not for publication."""
    words = [word for name in names if name and len(name) <= _HEAD for word in name.split()]
    return any("".join(filter(str.isalnum, word.casefold())) in _CLASSES for word in words)


def _end(paragraphs: Sequence[str], start: int) -> int:
    for number in range(max(start + 1, len(paragraphs) - _CLOSERS), len(paragraphs)):
        if _kind(paragraphs[number]) == "heading" or _is_end(paragraphs, number):
            return number
    return len(paragraphs)


def _is_end(paragraphs: Sequence[str], number: int) -> bool:
    line = paragraphs[number].strip()
    if len(line) > _SHORT:
        return False
    if _END_WORD.fullmatch(line.casefold()):
        # "Ende" alone may close a poem; in capitals or between signs it closes the copy.
        return line.strip(".").isupper() or not (line[0].isalnum() or line[-1].isalnum())
    # A row of signs also parts chapters: it ends the text where less follows than came before.
    return bool(_END_SIGN.fullmatch(line.casefold())) and number > len(paragraphs) - number - 1


def _kind(paragraph: str) -> str | None:
    """Return "heading" for a bare label, "note" for a paragraph that a label opens, None for text."""
    folded = fold(paragraph[:_HEAD])
    found = _NOTE.match(folded) or _LABELLED.match(folded)
    if found:
        bare = len(paragraph.strip()) <= _SHORT and not any(map(str.isalnum, folded[found.end() :]))
        return "heading" if bare else "note"
    staff = _CONTACT.match(folded) and _REACHABLE.search(paragraph[: 2 * _HEAD])
    return "note" if staff or _EMBARGO.match(folded) else None
