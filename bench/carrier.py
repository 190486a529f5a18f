"""How many readers are lost behind one address: `python -m bench.carrier` prints the table that docs/views.md shows.

A carrier, an office or a school puts many people behind one address. The product tells them apart by 64 slots, from
the browser's name and a random number of the visit; who falls into a slot that is taken is a repeat. Here so many
readers of one story in one half hour, with the few browsers that phones of one network have, are put into slots by the
product's own code, with the number that the beacon sends and without. The draw is seeded: the same table every time.
"""

import random
from pathlib import Path

from shared.readings import _slot

ROOT = Path(__file__).parents[1]
READERS = (2, 5, 10, 20, 50, 100, 200)
_ROUNDS = 2000
# Phones of one network in one town: a few releases of two browsers make up most of them.
_AGENTS = {
    "Chrome 131 on Android 10 (reduced)": 46,
    "Safari 18.1 on iOS 18.1": 18,
    "Safari 17.6 on iOS 17.6": 9,
    "Samsung Internet 27": 8,
    "Yandex Browser 24 on Android": 7,
    "Chrome 130 on Android 10 (reduced)": 6,
    "Opera Mobile 85": 4,
    "Firefox 132 on Android 14": 2,
}


def lost(readers: int, *, numbered: bool, rounds: int = _ROUNDS) -> float:
    """The mean share of readers behind one address who are taken for repeats; `numbered`: the beacon's number comes."""
    dice = random.Random(f"{readers} {numbered}")  # noqa: S311  # a simulation, not a secret
    counted = 0
    for _ in range(rounds):
        agents = dice.choices(list(_AGENTS), list(_AGENTS.values()), k=readers)
        counted += len({_slot(agent, repr(dice.random()) if numbered else "") for agent in agents})
    return 1 - counted / (readers * rounds)


def table() -> str:
    """The table in Markdown."""
    rows = [f"| {each} | {lost(each, numbered=True):.0%} | {lost(each, numbered=False):.0%} |" for each in READERS]
    head = (
        "| readers of one story behind one address in one half hour | lost with the beacon | lost without its number |"
    )
    return "\n".join([head, "|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
