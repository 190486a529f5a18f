"""Two editors at one moment: one wins, the other is told, nothing is lost; and what makes it so is needed."""

import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shared import archive, items, transition
from tests.faults.enumeration import BROKEN, opened
from tests.faults.injector import Kind
from tests.faults.room import Room
from tests.faults.scenarios import LONG, draft, published, text
from tests.newsroom import Answer

RIVAL = Kind("rival", between=True)


def race(room: Room, mine: Callable[[], Answer], rivals: Callable[[], Answer]) -> list[int]:
    """My request, with the rival's whole request just before my first write; the two statuses."""
    answers: list[Answer] = []
    room.injector.somebody_else = lambda: answers.append(rivals())
    room.injector.armed = True
    answers.insert(0, mine())
    room.injector.armed = False
    assert room.injector.fired == 1
    return [answer.status for answer in answers]


def point_at_each_other(room: Room) -> list[str]:
    """What becomes of two published stories, each of which an editor makes lead to the other."""
    one, other = published(room, "One"), published(room, "Other")

    def lead(story: str, to: str) -> Answer:
        return room.change("POST", story, "/withdrawal", {"kind": "redirect", "to": to})

    race(room, lambda: lead(one, other), lambda: lead(other, one))
    return sorted(room.newsroom.http("GET", f"/desk/articles/{story}").json["status"] for story in (one, other))


def test_two_stories_never_lead_to_each_other() -> None:
    """The check of the target belongs to the transaction: readers end at a story that is there."""
    with opened("redirects", RIVAL, 1) as room:
        assert point_at_each_other(room) == ["published", "redirect"]


def test_the_check_of_the_target_is_needed() -> None:
    """Without it both lead to each other for ever."""
    with opened("redirects", RIVAL, 1) as room, pytest.MonkeyPatch.context() as patch:
        real = transition._writes
        patch.setattr(transition, "_writes", lambda of: {k: v for k, v in real(of).items() if k != "target"})
        found = point_at_each_other(room)
        BROKEN["check of a redirect's target"] = f"race, rival at 1: wrong: {found}"
        assert found == ["redirect", "redirect"]


def edit_at_once(room: Room) -> tuple[list[int], bool]:
    """Two editors' long texts for one version: both answers, and whether the winner's text is whole."""
    story = draft(room, "Both")
    etag = {"if-match": '"1"'}

    def put(name: str) -> Answer:
        content: dict[str, Any] = text(name) | {"body_text": f"{name}: {LONG}"}
        return room.newsroom.http("PUT", f"/articles/{story}", content, headers=etag)

    statuses = race(room, lambda: put("Mine"), lambda: put("Theirs"))
    stored = archive.content(archive.story(story))
    return statuses, stored.headline == "Theirs" and "Theirs: " in stored.body_html


def test_of_two_editors_one_wins_and_loses_nothing() -> None:
    """The later one gets 412, and her text in the bucket does not lie over the winner's."""
    with opened("editors", RIVAL, 1) as room:
        assert edit_at_once(room) == ([412, 200], True)


def test_names_of_long_texts_by_their_hash_are_needed() -> None:
    """Were they named otherwise, the loser's text would be the story's."""
    with opened("editors", RIVAL, 1) as room, pytest.MonkeyPatch.context() as patch:
        same = hashlib.sha256(b"version 2")
        patch.setattr(items, "hashlib", SimpleNamespace(sha256=lambda _: same))
        statuses, whole = edit_at_once(room)
        BROKEN["hash in a long text's name"] = "race, rival at 1: lost: the winner's text"
        assert (statuses, whole) == ([412, 200], False)
