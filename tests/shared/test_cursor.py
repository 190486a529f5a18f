"""A cursor is this stack's, for one list, for a day."""

import string
import time
from collections.abc import Callable
from typing import Any

import pytest

from shared import cursor, signing
from shared.errors import BadRequest

POSITION = {"pk": "STORY#1", "listed_at": "2018-10-12T12:52:00.000Z"}
FILTERS = {"section": "news", "tag": "мост"}
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the stack's keys, newest first."""

    def stand(*names: str) -> None:
        monkeypatch.setattr(signing, "secret", lambda _: {"keys": list(names)})

    stand("new-key", "old-key")
    return stand


def refused(text: str, *, route: str = "articles", filters: dict[str, Any] = FILTERS) -> str:
    """Why a cursor is refused."""
    with pytest.raises(BadRequest) as raised:
        cursor.read(route, filters, text)
    assert raised.value.errors[0]["pointer"] == "/query/cursor"
    return raised.value.errors[0]["detail"]


def test_a_cursor_gives_its_position_back() -> None:
    """What was put in comes out, and the order in which filters are named does not matter."""
    made = cursor.make("articles", FILTERS, POSITION)
    assert cursor.read("articles", dict(reversed(FILTERS.items())), made) == POSITION


def test_no_bit_may_change() -> None:
    """Any one bit of any byte turned makes the cursor nobody's."""
    made = cursor.make("articles", FILTERS, POSITION)
    for at, letter in enumerate(made):
        for bit in range(8):
            bad = made[:at] + chr(ord(letter) ^ (1 << bit)) + made[at + 1 :]
            assert "not made by this server" in refused(bad)
    # A digest that does not fill its last letter would leave bits there that nobody compares.
    for letter in set(string.ascii_letters + string.digits + "-_") - {made[-1]}:
        assert "not made by this server" in refused(made[:-1] + letter)


def test_a_cursor_has_one_spelling() -> None:
    """What a lenient decoder would skip, and what is no text at all, is refused too."""
    made = cursor.make("articles", FILTERS, POSITION)
    for bad in ("", ".", "..", made + "!", made + "=", made + "\n", " " + made, made + "\ud800", "é", made * 2):
        assert "not made by this server" in refused(bad)


def test_a_cursor_lives_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last second it works, then it has expired; a server whose clock is behind takes it all the same."""
    now = 1_700_000_000
    monkeypatch.setattr(time, "time", lambda: now)
    made = cursor.make("articles", FILTERS, POSITION)
    for later in (0, -5, DAY):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        assert cursor.read("articles", FILTERS, made) == POSITION
    monkeypatch.setattr(time, "time", lambda: now + DAY + 1)
    assert "expired" in refused(made)


def test_a_cursor_belongs_to_one_list() -> None:
    """On another route it is unknown; with a filter more, less or other it says so."""
    made = cursor.make("articles", FILTERS, POSITION)
    assert "not made by this server" in refused(made, route="desk")
    for other in ({}, FILTERS | {"section": "sport"}, FILTERS | {"language": "ru"}, {"section": "news"}):
        assert "other filters" in refused(made, filters=other)


def test_two_keys_are_valid_and_a_third_is_not(keys: Callable[..., None]) -> None:
    """The newest key signs; the one before still opens; the one before that does not."""
    keys("first")
    made = cursor.make("articles", FILTERS, POSITION)
    keys("second", "first")
    assert cursor.read("articles", FILTERS, made) == POSITION
    newer = cursor.make("articles", FILTERS, POSITION)
    keys("third", "second")
    assert "not made by this server" in refused(made)
    assert cursor.read("articles", FILTERS, newer) == POSITION
