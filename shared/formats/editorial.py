"""What a wire wants done with an item: one signal out of its status, its editorial marks and, at last, its headline.

IPTC's publication status and signal vocabularies (`stat:`, `sig:`), AP-style editorial types, and the words in which
agencies write the same over a text that carries neither.
"""

import re
from collections.abc import Iterable

from shared.formats.story import Signal

TAKEN_DOWN = frozenset({Signal.KILL, Signal.WITHHOLD})
"""What is heard whatever else is wrong with an item: a story that must not be shown any more needs no text."""

_LONGEST = 200  # characters of a mark or a headline that are looked at

# Folded to letters.
_WORDS = {
    Signal.KILL: (
        "kill killed kills mandatorykill storykill canceled cancelled cancel cancellation annulled annulment annul"
        " retract retracted retraction withdrawn withdraw withdrawal eliminate elimination delete deleted"
    ),
    Signal.WITHHOLD: "withhold withheld mandatorywithhold hold onhold",
    Signal.CORRECTION: (
        "correction correct corrected corrective corrects correctionrepeat writethrucorrection clarification"
    ),
    Signal.ADVISORY: (
        "advisory advis newsadvisory coverageadvisory editorsadvisory mediaadvisory advisoryonly budget newsbudget"
        " digest daybook newsdigest testmessage test"
    ),
    Signal.PUBLISH: (
        "update updated updates writethru writethrough lead ld stld ndld rdld thld new newlead add insert sub urgent"
        " flash bulletin alert repeat refile story takes recap"
    ),
}
_MEANING = {word: signal for signal, words in _WORDS.items() for word in words.split()}
# Where several speak, the one that takes down is heard first: a story too few can be put back.
_ORDER = (Signal.KILL, Signal.WITHHOLD, Signal.ADVISORY, Signal.CORRECTION, Signal.PUBLISH)
_USABLE = frozenset({"usable", "published", "publish"})

_DASH = r"[ ]?(?::|!|--|[–—-](?= |\w)|\Z)"
_OPENINGS = {
    Signal.KILL: (
        r"(?:EDITORS?'? ?[:,–—-]? ?)?(?:(?:BULLETIN|MANDATORY|Mandatory|STORY|URGENT) (?:KILL|Kill)\b"
        rf"|KILL(?:ED)?{_DASH})|EDITORS?:? (?:PLEASE )?KILL\b"
        rf"|(?:WITHDRAWN|RETRACTED|RETRACTION|ZURÜCKGEZOGEN|АННУЛИРОВАНО|АННУЛИРУЕТСЯ|АНУЛЬОВАНО|ANULOWANE|ANULOWANO){_DASH}"
    ),
    Signal.WITHHOLD: (
        r"(?:EDITORS?'? ?[:,–—-]? ?)?(?:(?:MANDATORY|Mandatory) (?:WITHHOLD|Withhold|HOLD|Hold)\b"
        rf"|WITHHOLD{_DASH})|EDITORS?:? (?:PLEASE )?(?:WITHHOLD|HOLD)\b"
    ),
    Signal.ADVISORY: (
        r"(?:(?:EDITORS?'?|NEWS|MEDIA|COVERAGE|PHOTO) )?ADVISORY(?:[ ]?(?::|--|[–—-])|\Z| (?=.*[a-zа-я]))"
        r"|(?:EDITORS|NOTE TO EDITORS|AN DIE REDAKTIONEN|ВНИМАНИЮ РЕДАКЦИЙ|UWAGA REDAKCJE)[:!]"
    ),
    Signal.CORRECTION: (
        r"(?:CORRECTION|CORRECTED|CORRECTIVE|BERICHTIGUNG|KORREKTUR|ИСПРАВЛЕНИЕ|ИСПРАВЛЕНО|ПОПРАВКА|ВИПРАВЛЕННЯ"
        rf"|ВЫПРАЎЛЕННЕ|KOREKTA|SPROSTOWANIE){_DASH}"
    ),
}
_TELLING = {signal: re.compile(rf"[ (\"“-]*(?:{opening})") for signal, opening in _OPENINGS.items()}
# AP's keyword slugs: "BC-US--River Bridge, 2nd Ld-Writethru", "AP-News-Advisory", "BC-River-Bridge, KILL".
_SLUG = re.compile(r"(?:BC|AM|PM|AP)-.*[-, ](?P<word>kill|withhold|advisory|corrective|correction)", re.IGNORECASE)


def signal(status: str | None, marks: Iterable[str] = (), headings: Iterable[str] = ()) -> Signal:
    """Return what is to be done.

    - `status`: the publication status, bare or as a qcode or URI: usable, withheld, canceled, embargoed.
    - `marks`: qcodes, URIs or words of signals, roles and editorial types, in any order.
    - `headings`: headline and slug line, heard only where status and marks say nothing, and only where they begin, in
      capitals, with words that no headline for readers begins with.
    """
    meanings = {_meaning(mark) for mark in (status or "", *marks)}
    for found in _ORDER:
        if found in meanings:
            return found
    for heading in headings:
        told = " ".join(heading[:_LONGEST].split())
        if slug := _SLUG.fullmatch(told):
            return _MEANING[slug["word"].lower()]
        for found, telling in _TELLING.items():
            if telling.match(told):
                return found
    return Signal.PUBLISH


def is_known_status(status: str) -> bool:
    """Whether a publication status is one of IPTC's or another spelling of one."""
    return _bare(status) in _USABLE or _meaning(status) in {Signal.KILL, Signal.WITHHOLD}


def _meaning(mark: str) -> Signal | None:
    return _MEANING.get(_bare(mark))


def _bare(mark: str) -> str:
    """The term of a qcode ("sig:update") or of a URI, folded to its letters."""
    term = re.split(r"[:/#]", mark[-_LONGEST:].strip())[-1]
    return "".join(filter(str.isalpha, term.casefold()))
