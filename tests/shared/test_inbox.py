"""The consumers' kit: an effect once per event, a projection that never goes back."""

from itertools import permutations
from typing import Any

import pytest

from shared import inbox
from shared.errors import Unavailable
from shared.table import Cancelled, Item, Write
from tests.newsroom import NEWSROOM, Newsroom


def effect(name: str, condition: str | None = None) -> Write:
    """An effect that can be counted."""
    key = {"pk": "EFFECT", "sk": name}
    return Write(NEWSROOM, key, update="ADD times :one", values={":one": 1}, condition=condition)


def times(newsroom: Newsroom, name: str) -> int:
    """How often an effect was had."""
    return int((newsroom.item(NEWSROOM, "EFFECT", name) or {}).get("times", 0))


def test_an_effect_is_had_once_per_event_and_consumer(newsroom: Newsroom) -> None:
    """The same event again does nothing; another event, or another consumer, has its own effect."""
    done = [inbox.once(inbox.record(*who), [effect("a")]) for who in (("x", "1"), ("x", "1"), ("x", "2"), ("y", "1"))]
    assert (done, times(newsroom, "a")) == ([True, False, True, True], 3)


def test_an_effect_that_fails_is_not_noted(newsroom: Newsroom) -> None:
    """When the effect's own condition fails nothing is written, so that the event can come again."""
    with pytest.raises(Cancelled):
        inbox.once(inbox.record("x", "1"), [effect("a", "attribute_exists(pk)")])
    assert inbox.once(inbox.record("x", "1"), [effect("a")])


def test_a_record_outlives_the_queue(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue keeps a message for 14 days; the record of it lives longer, and then goes by itself."""
    monkeypatch.setattr("shared.inbox.time.time", lambda: 1_000_000.0)
    lives = inbox.record("x", "1").item["ttl"] - 1_000_000
    assert 14 * 86400 < lives < 30 * 86400


def keep(sequence: int) -> Any:
    """An effect that remembers its sequence, and counts itself."""
    return lambda _before: ({"at": sequence}, [effect(str(sequence))])


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_a_projection_ends_at_the_newest_event(newsroom: Newsroom, order: tuple[int, ...]) -> None:
    """Whatever the order, and though each comes twice, it ends at the last one and had no effect of a passed one."""
    highest = 0
    for sequence in order + order:
        moved = inbox.project("x", "s", sequence, keep(sequence))
        assert moved == (sequence > highest)
        highest = max(highest, sequence)
    kept = newsroom.item(NEWSROOM, "POSITION#x#s", "POSITION") or {}
    assert (kept["sequence"], kept["kept"]) == (3, {"at": 3})
    rising = [each for place, each in enumerate(order) if each > max((0, *order[:place]))]
    assert [times(newsroom, str(each)) for each in (1, 2, 3)] == [int(each in rising) for each in (1, 2, 3)]


def test_a_projection_that_is_overtaken_looks_again(newsroom: Newsroom) -> None:
    """When another delivery moves the story meanwhile, the effect is worked out anew from what that one kept."""
    seen: list[Item] = []

    def overtaken(before: Item) -> tuple[Item, list[Write]]:
        if not seen:
            inbox.project("x", "s", 1, keep(1))
        seen.append(before)
        return {"at": 2}, [effect("2")]

    assert inbox.project("x", "s", 2, overtaken)
    assert (seen, times(newsroom, "1"), times(newsroom, "2")) == ([{}, {"at": 1}], 1, 1)


def test_a_projection_that_never_gets_through_comes_again(newsroom: Newsroom) -> None:
    """A story that others move all the time ends in an error, so that the queue delivers the event again."""
    moved = iter(range(1, 100))

    def crowded(_before: Item) -> tuple[Item, list[Write]]:
        sequence = next(moved)
        inbox.project("x", "s", sequence, keep(sequence))
        return {}, [effect("crowded")]

    with pytest.raises(Unavailable):
        inbox.project("x", "s", 1000, crowded)
    assert times(newsroom, "crowded") == 0
