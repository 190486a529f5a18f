"""The units of a reading are those of one that counted; what a call prints is seen however it is printed."""

import os
import subprocess
import sys
from typing import Any

import pytest

from bench import reading
from bench.figure import Unmeasured
from functions import count_views, rank_stories
from tests.newsroom import Newsroom


def test_a_hot_reading_shares_its_units_with_those_it_stands_for() -> None:
    """Two requests of weight 64 stand for 128 readings: two markers, a counter and a rate."""
    written, read = reading._counted(2, 64)
    assert written == round(4 / 128, 5)
    assert read == round(0.5 / 128, 5)


def test_readings_that_nobody_counted_have_no_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without its consumer a reading is half as dear, and is not measured."""
    monkeypatch.setattr(count_views, "handler", lambda *_: {"state": {}})
    with pytest.raises(Unmeasured, match="0 of 1"):
        reading._counted(1)


def test_boards_that_do_not_follow_have_no_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a rank_stories that does nothing after the boards are filled is not measured as a cheap one."""
    fill = reading._fill

    def filled(room: Newsroom) -> None:
        fill(room)
        monkeypatch.setattr(rank_stories, "handler", lambda *_: None)

    monkeypatch.setattr(reading, "_fill", filled)
    with pytest.raises(Unmeasured, match="boards"):
        reading._boards()


@pytest.mark.parametrize(
    "call",
    [
        lambda: print("four"),
        lambda: sys.stderr.write("four\n"),
        lambda: os.write(1, b"four\n"),
        lambda: subprocess.run([sys.executable, "-c", "print('four')"], check=True),
    ],
)
def test_what_is_printed_is_counted(call: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """By print, to the other output, past Python, and by another process; nothing of it gets out."""
    with capfd.disabled():
        assert reading._printed(call) == 5
        assert reading._printed(lambda: None) == 0


def test_batches_are_those_of_a_shard_of_four() -> None:
    """At 100 a second a window of two seconds holds fifty; a batch holds no more than it may."""
    assert reading._batch(100) == 50
    assert reading._batch(1e6) == 1000
