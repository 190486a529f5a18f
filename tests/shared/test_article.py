"""The story's rules by themselves: who may, what is due, and that time and versions go forward."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.article import LIFE, PUBLIC, REMOVALS, Action, Actor, Group, Status, Story, iso, summary
from shared.errors import Conflict, Forbidden
from shared.events import CATALOGUE

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)


def story(**more: Any) -> Story:
    """A story of Ann's."""
    fields: dict[str, Any] = {"id": "1", "headline": "H", "language": "en", "section": "news", "owner": "ann"} | more
    return Story(**{"created_at": NOW, "updated_at": NOW} | fields)


def test_every_action_tells_of_itself() -> None:
    """Each rule of the life names an event of the catalogue, and states that are."""
    assert set(LIFE) == set(Action)
    assert {rule.event for rule in LIFE.values()} <= set(CATALOGUE)
    assert not PUBLIC & REMOVALS


@pytest.mark.parametrize("group", Group)
@pytest.mark.parametrize("needed", Group)
def test_a_group_covers_the_ones_before_it(group: Group, needed: Group) -> None:
    """reporter < editor < admin."""
    order = ["reporter", "editor", "admin"]
    assert group.covers(needed) == (order.index(group) >= order.index(needed))


def test_who_may_not_is_told_before_what_cannot_be() -> None:
    """A reporter who asks for what the state forbids too is told that she may not: states are the editors' affair."""
    with pytest.raises(Forbidden):
        story(status=Status.KILLED).advance(Action.PUBLISH, Actor("rob", Group.REPORTER))
    with pytest.raises(Conflict) as conflict:
        story(status=Status.KILLED, version=7).advance(Action.PUBLISH, Actor("ann", Group.EDITOR))
    assert conflict.value.more == {"current_version": 7}


def test_a_published_story_of_a_reporters_is_not_hers_to_change() -> None:
    """A reporter writes her own drafts; once it is out, or put away, an editor has to."""
    rita = Actor("ann", Group.REPORTER)
    assert story().advance(Action.REVISE, rita) is Status.DRAFT
    for status in set(Status) - {Status.DRAFT}:
        with pytest.raises(Forbidden):
            story(status=status).advance(Action.REVISE, rita)


def test_time_never_goes_back() -> None:
    """A clock that is behind the last change moves the story's time on by a millisecond; the version counts on."""
    after = story(version=3).changed(NOW - timedelta(hours=1), headline="I")
    assert (after.updated_at, after.version, after.headline) == (NOW + timedelta(milliseconds=1), 4, "I")


def test_what_is_due_depends_on_the_state() -> None:
    """An embargo's end, then the publication, then the expiry; a story that waits for nothing has no alarm."""
    plan = {
        name: NOW + timedelta(hours=hour) for hour, name in enumerate(("embargo_until", "publish_at", "expires_at"))
    }
    due = {Status.EMBARGOED: "embargo_until", Status.SCHEDULED: "publish_at"} | dict.fromkeys(PUBLIC, "expires_at")
    for status in Status:
        planned = story(status=status, **plan)
        assert planned.due_at == plan.get(due.get(status, ""))
        assert bool(planned.alarms) == (status in due)
    assert list(story(status=Status.EMBARGOED, **plan).alarms.values()) == list(plan.values())
    assert story(status=Status.PUBLISHED).alarms == {}


@pytest.mark.parametrize(
    ("text", "cut"), [(None, None), ("short", "short"), ("a" * 10, "a" * 10), ("one two three", "one two…")]
)
def test_a_summary_ends_at_a_word(text: str | None, cut: str | None) -> None:
    """What fits stays; what does not is cut before a word, and says so."""
    assert summary(text, limit=10) == cut


def test_moments_sort_as_text() -> None:
    """Always UTC, always milliseconds, so that the order of the texts is the order of the moments."""
    zoned = datetime.fromisoformat("2026-10-12T12:00:00.0009+03:00")
    assert (iso(zoned), iso(NOW)) == ("2026-10-12T09:00:00.000Z", "2026-10-12T09:00:00.000Z")
    moments = [NOW + timedelta(milliseconds=each) for each in (0, 1, 999, 1000)]
    assert sorted(map(iso, moments)) == list(map(iso, moments))
