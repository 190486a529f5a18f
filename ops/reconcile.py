"""Checks that every story's counts add up: `python -m ops.reconcile --stack NAME`.

Of each story: the sum of its days is the total that readers see less what an older site counted, for readings that
count and for each reason of an exclusion; and the hours of each day are that day. It reads the whole Readings table and
changes nothing. A story that seems off is read again by itself, since days may be rolled up while the table is read.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from ops.deployed import Deployed, parser
from shared import clients, settings, views
from shared.table import Item, dump, load, query

_SUMS = ("counted", "variance_sum", *(f"x_{reason}" for reason in views.EXCLUSIONS))
_HOURS = tuple(f"h{hour:02}" for hour in range(24))


@dataclass
class Books:
    """What stands of one story: the sums of all its days, of those that were rolled up, and the rolled-up total."""

    days: int = 0
    counted: int = 0
    rolled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SUMS, 0))
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SUMS, 0))
    hours: list[str] = field(default_factory=list)

    def enter(self, item: Item) -> None:
        """Takes one item of the story's partition."""
        if item["sk"] == "TOTAL":
            self.total = {name: int(item.get(name, 0)) for name in _SUMS}
        elif item["sk"].startswith("DAY#"):
            day = item["sk"].removeprefix("DAY#")
            self.days += 1
            self.counted += int(item.get("counted", 0))
            if "rolled" in item:
                self.rolled = {name: number + int(item.get(name, 0)) for name, number in self.rolled.items()}
            hours = sum(int(item.get(hour, 0)) for hour in _HOURS)
            if hours != item.get("counted", 0):
                self.hours.append(f"{day}: hours {hours}, day {item.get('counted', 0)}")

    def faults(self) -> list[str]:
        """What does not add up, each in words."""
        return self.hours + [
            f"{name}: the days that were rolled up are {self.rolled[name]}, the total holds {self.total[name]}"
            for name in _SUMS
            if self.rolled[name] != self.total[name]
        ]


def books(items: Iterable[Item]) -> dict[str, Books]:
    """The books of each story among the items."""
    found: dict[str, Books] = {}
    for item in items:
        found.setdefault(item["pk"].removeprefix("STORY#"), Books()).enter(item)
    return found


def faults() -> tuple[dict[str, Books], dict[str, list[str]]]:
    """All books, and what does not add up, by story."""
    found = books(_counters())
    table = settings.value("READINGS_TABLE")
    for story in [story for story, each in found.items() if each.faults()]:
        # By itself it takes a moment, in which hardly a day is rolled up.
        parts = [query(table, f"STORY#{story}", sk) for sk in ("TOTAL", "DAY#")]
        found[story] = books(chain(*parts))[story]
    return found, {story: each.faults() for story, each in found.items() if each.faults()}


def _counters() -> Iterator[Item]:
    pages = clients.dynamodb().get_paginator("scan")
    request = {
        "TableName": settings.value("READINGS_TABLE"),
        "FilterExpression": "begins_with(pk, :story)",
        "ExpressionAttributeValues": dump({":story": "STORY#"}),
    }
    for page in pages.paginate(**request):  # type: ignore[arg-type]  # the stub wants each argument by name
        yield from map(load, page["Items"])


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when something does not add up."""
    given = parser("ops.reconcile", "Check that days, totals and hours add up.").parse_args(arguments)
    Deployed.find(given.stack).stand_in()
    found, off = faults()
    for story, told in sorted(off.items()):
        print("\n".join(f"{story}  {fault}" for fault in told))
    days, counted = sum(each.days for each in found.values()), sum(each.counted for each in found.values())
    print(f"{len(found)} stories, {days} days, {counted} readings counted: {len(off)} stories are off")
    return int(bool(off))


if __name__ == "__main__":
    sys.exit(main())
