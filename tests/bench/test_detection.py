"""The figures on robots: the corpus of browsers is one, and the list that was halved is whole again."""

import pytest

from bench import detection, robots
from bench.browsers import mainstream
from bench.figure import BrokenControl, Figure, Missing
from bench.robots import LISTS
from shared.robots import is_robot

# Its words are nobody's trade, it gives no address and looks like a browser: only the list knows this one.
ONLY_LISTED = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Safari/537.36 GTmetrix"
)


def test_the_corpus_is_of_browsers_on_all_kinds_of_machines() -> None:
    """Thousands of agents, none twice, none with anything left to fill in."""
    agents = mainstream()
    assert len(agents) == len(set(agents)) > 3000
    for word in ("Windows", "Macintosh", "CrOS", "Android", "iPhone", "iPad", "Firefox/", "wv)", "Edg/", "Samsung"):
        assert any(word in agent for agent in agents), word
    assert not [agent for agent in agents if "{" in agent or "}" in agent]


@pytest.mark.skipif(not LISTS.is_dir(), reason="the public robot lists do not stand beside the project")
def test_robots_whose_entry_is_away_are_known_and_the_list_is_whole_after_that() -> None:
    """The words know three of four at least; the rest of the list alone knows next to none."""
    known, listed = robots.unseen()
    assert known >= 75
    assert listed < 10
    assert is_robot(ONLY_LISTED)


def test_an_empty_list_is_seen() -> None:
    """The control: with its list taken away the product no longer knows what only the list knows."""
    with robots._listing(set()):
        assert not is_robot(ONLY_LISTED)
    assert is_robot(ONLY_LISTED)


def test_without_the_lists_recall_is_missing_and_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"views.robots.false_positives": 0.0, "views.robots.traps": 0.0}
    monkeypatch.setattr(detection, "measured", lambda: figures)
    found = detection.measure()
    assert {name for name, each in found.items() if isinstance(each, Missing)} == {
        "views.robots.recall",
        "views.robots.recall_unseen",
    }
    assert isinstance(found["views.robots.false_positives"], Figure)


def test_a_product_no_better_than_a_word_is_a_broken_control(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {"views.robots.false_positives": 50.0, "views.robots.traps": 50.0}
    monkeypatch.setattr(detection, "measured", lambda: figures)
    with pytest.raises(BrokenControl, match="word"):
        detection.measure()
