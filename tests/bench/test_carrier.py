"""The simulation of readers behind one address: the same every time, and as arithmetic has it where it can."""

import pytest

from bench import carrier


@pytest.mark.parametrize("readers", [5, 50])
def test_numbered_readers_are_lost_as_balls_in_64_boxes(readers: int) -> None:
    """With a number each, the expected loss is that of so many balls thrown into 64 boxes."""
    expected = 1 - 64 * (1 - (63 / 64) ** readers) / readers
    assert carrier.lost(readers, numbered=True, rounds=400) == pytest.approx(expected, abs=0.015)


def test_without_a_number_only_browsers_tell_readers_apart() -> None:
    """Eight browsers are eight readers at the most."""
    assert carrier.lost(200, numbered=False, rounds=50) >= 1 - 8 / 200


def test_the_table_is_that_of_the_page() -> None:
    """What docs/views.md shows is what the code says."""
    assert carrier.table() in (carrier.ROOT / "docs" / "views.md").read_text("utf-8")
