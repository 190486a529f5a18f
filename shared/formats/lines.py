"""Lines and blocks of a text file, cleaned of what editors cannot see."""

import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
"""Controls (illegal in XML), soft hyphens, zero-width spaces, byte order marks, halves of surrogate pairs."""
_SYMBOLS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_MOST_MARKS = 30
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u02bc\u2018\u00b4`\u02b9", "'"))
_LATIN_AMONG_CYRILLIC = re.compile("(?<=[\u0400-\u04ff])[aceiopxy]|[aceiopxy](?=[\u0400-\u04ff])")
_LOOKALIKES = dict(zip("aceiopxy", "асеіорху", strict=True))
_COLUMNS = 100
"""No line of a text wrapped for mail or terminals is longer: a longer line is a whole paragraph."""


def clean(text: str) -> str:
    """Return `text` composed (NFC) and without invisible characters; line ends stay as they are."""
    # Ordering combining marks is quadratic in the length of a run: UAX #15, section 13 (stream-safe text) allows 30.
    visible = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", _SYMBOLS.sub(lambda run: _fewer_marks(run[0]), visible))


def _fewer_marks(run: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in run:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def fold(line: str) -> str:
    """Return a short line for comparison: compatible forms, one kind of space and apostrophe, no case.

    A Latin letter within a Cyrillic word becomes its lookalike: Belarusian was long typed with a Latin i. A line of
    signs that expand beyond measure (U+FDFA is eighteen letters) folds to nothing: no line worth comparing has them.
    """
    compatible = unicodedata.normalize("NFKC", line)
    if len(compatible) > 2 * len(line) + _MOST_MARKS:
        return ""
    folded = compatible.casefold().translate(_APOSTROPHES)
    return " ".join(_LATIN_AMONG_CYRILLIC.sub(lambda letter: _LOOKALIKES[letter[0]], folded).split())


def blocks(text: str) -> list[list[str]]:
    """Return the groups of lines that blank lines separate; without any blank line each line is a group."""
    groups = list(_groups(text))
    if len(groups) == 1:
        return [[line] for line in groups[0]]
    return [part for group in groups for part in _paragraphs(group)]


def _groups(text: str) -> Iterator[list[str]]:
    group: list[str] = []
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if line:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _paragraphs(group: list[str]) -> list[list[str]]:
    if max(map(len, group)) > _COLUMNS:
        return [[line] for line in group]
    return [group]
