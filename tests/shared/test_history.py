"""What the log of a story's events is good for, where a life over HTTP does not lead."""

from datetime import UTC, datetime, timedelta

import pytest

from shared import archive, history
from shared.article import iso
from shared.errors import NotFound
from tests.life.simulated import Clock
from tests.newsroom import Newsroom


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time."""
    return Clock(monkeypatch)


def test_the_moment_of_a_change_belongs_to_what_it_made(newsroom: Newsroom, clock: Clock) -> None:
    """At the millisecond of the publication readers saw the story; one before they did not."""
    story = newsroom.draft().json["id"]
    clock.tick(hours=1)
    newsroom.change("POST", story, "/publication")
    assert history.as_of(story, clock.now).version == 2
    with pytest.raises(NotFound, match="it was draft"):
        history.as_of(story, clock.now - timedelta(milliseconds=1))


def test_changes_of_one_moment_keep_their_order(newsroom: Newsroom, clock: Clock) -> None:
    """Changes that a clock cannot tell apart stand a millisecond apart, in the order of their versions."""
    story = newsroom.published(lede="First.")
    for lede in ("Second.", "Third."):
        newsroom.change("PATCH", story, "", {"lede": lede})
    told = [each.at for each in history.transitions(story).items]
    assert told == [clock.now + timedelta(milliseconds=late) for late in range(4)]
    assert [history.as_of(story, at).lede for at in told[1:]] == ["First.", "Second.", "Third."]


def test_a_clock_that_steps_back_does_not_reorder(newsroom: Newsroom, clock: Clock) -> None:
    """A change that was written with an earlier clock is not told as if it came before."""
    story = newsroom.published(lede="First.")
    clock.tick(hours=-1)
    newsroom.change("PATCH", story, "", {"lede": "Second."})
    told = history.transitions(story).items
    assert [each.version for each in told] == [1, 2, 3]
    assert told[2].at > told[1].at
    assert history.as_of(story, told[2].at).lede == "Second."


def test_what_a_text_leaves_open_is_told_as_it_was(newsroom: Newsroom, clock: Clock) -> None:
    """Language and section that a text does not name are the story's of then, not those of a later text."""
    story = newsroom.published(headline="First")
    clock.tick(hours=1)
    then = clock.now
    clock.tick(hours=1)
    newsroom.change("PUT", story, "", {"headline": "Second", "language": "be", "section": "sport"})
    told = history.as_of(story, then)
    assert (told.headline, told.language, told.section) == ("First", "en", "news")


def test_a_story_that_is_not_has_no_history(newsroom: Newsroom) -> None:
    """Every question about an unknown story is a 404."""
    now = datetime.now(UTC)
    for asked in (history.transitions, history.versions, archive.story, lambda story: history.as_of(story, now)):
        with pytest.raises(NotFound):
            asked("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert iso(now).endswith("Z")
