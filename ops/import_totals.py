"""Takes over an older site's counts from a file: `python -m ops.import_totals --stack NAME FILE.csv [--write]`.

The file is CSV in UTF-8: a story and its total in each line, `bridge-opened,146`; a first line without a number is
taken for a heading. The story is its id, its slug (a former one too), or a URL that ends with either. Without `--write`
it only says what it would do.

A total replaces what stood there as carried over; it is not added, so that a file may be given again. It stands in the
story's gate beside what the story itself came with, which a later publication writes anew: the imported number stays.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ops.deployed import Deployed, parser
from shared import clients, items, settings
from shared.table import dump, get

_LARGEST = 10**12  # as of Content.carried_over
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class Unusable(ValueError):
    """A line of the file says nothing that can be taken over."""


def totals(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, story and total as they stand, without the heading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and not any(cell.isdecimal() for cell in cells)):
                continue
            yield number, cells[0], cells[1] if len(cells) > 1 else ""


def story_of(named: str) -> str:
    """The id of the story that a line names. Raises Unusable."""
    last = unquote(urlsplit(named).path).rstrip("/").rpartition("/")[2]
    table = settings.value("NEWSROOM_TABLE")
    if _ID.fullmatch(last) and get(table, f"STORY#{last}", "STATE", consistent=False):
        return last
    for slug in (last, last.partition(".")[0]):  # an old page may have been bridge-opened.html
        if slug and (found := get(table, f"SLUG#{slug}", "SLUG", consistent=False)):
            return str(found["story"])
    raise Unusable(f"no story {named}")


def take_over(named: str, total: str, *, write: bool) -> str:
    """What became of one line. Raises Unusable."""
    if not (total.isascii() and total.isdecimal() and int(total[:20]) <= _LARGEST):
        raise Unusable(f"{total!r} is no number of readings")
    story, table = story_of(named), settings.value("READINGS_TABLE")
    gate = get(table, f"STORY#{story}", "GATE") or {}
    if gate.get("imported") == int(total):
        return "as it was"
    if write:
        clients.dynamodb().update_item(
            TableName=table,
            Key=dump(items.gate_key(story)),
            UpdateExpression="SET imported = :total",
            ExpressionAttributeValues=dump({":total": int(total)}),
        )
    return "taken over" if write else "would be taken over"


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when a line was not usable."""
    command = parser("ops.import_totals", "Take over an older site's counts from a CSV file.")
    command.add_argument("file", type=Path, help="a story (id, slug or URL) and its total in each line")
    command.add_argument("--write", action="store_true", help="do it; else only say what would be done")
    given = command.parse_args(arguments)
    Deployed.find(given.stack).stand_in()
    fates = Counter[str]()
    for number, named, total in totals(given.file):
        try:
            fates[take_over(named, total, write=given.write)] += 1
        except Unusable as error:
            fates["not usable"] += 1
            print(f"line {number}: {error}")
    for fate, count in fates.most_common():
        print(f"{count:6}  {fate}")
    return int("not usable" in fates)


if __name__ == "__main__":
    sys.exit(main())
