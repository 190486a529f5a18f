"""What was expected beside what was seen, for a person who watches."""

import sys
from dataclasses import dataclass, field
from typing import Any

_WIDEST = 60  # characters of a column


@dataclass
class Table:
    """Rows of a comparison: what, expected, seen, whether they agree."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def check(self, what: str, expected: Any, seen: Any) -> None:
        """A row that must agree."""
        self.rows.append((what, str(expected), str(seen), bool(expected == seen)))

    def show(self, what: str, expected: str, seen: Any) -> None:
        """A row for something that nobody has told beforehand."""
        self.rows.append((what, expected, str(seen), True))

    def failed(self, what: str, expected: str, seen: str) -> None:
        """A row that does not agree."""
        self.rows.append((what, expected, seen, False))

    def print(self) -> bool:
        """Prints the rows; says whether there are any and all agree."""
        rows = [("", "expected", "seen", True), *self.rows]
        wide = [min(_WIDEST, max(map(len, column))) for column in zip(*(row[:3] for row in rows), strict=True)]
        for *cells, agree in rows:
            shown = [_cut(str(cell), width).ljust(width) for cell, width in zip(cells, wide, strict=True)]
            say("  ".join([" " if agree else "✗", *shown]).rstrip())
        return bool(self.rows) and all(row[3] for row in self.rows)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
