"""The gate: of a story that readers may not see nothing gets out, on any route, in any event."""

from collections.abc import Callable
from typing import Any

import pytest

from shared import archive, events, items, topics
from shared.article import Story, iso
from shared.table import Item
from tests.life import gate
from tests.life.simulated import Clock
from tests.newsroom import BROWSER, CDN_SECRET, Newsroom

AHEAD = "2026-10-13T09:00:00Z"
PUBLISHED = ("POST", "/publication", None)
WAYS: dict[str, list[tuple[str, str, Any]]] = {
    "draft": [],
    "scheduled": [("POST", "/publication", {"at": AHEAD}), ("POST", "/corrections", gate.CORRECTION)],
    "embargoed": [("POST", "/publication", {"embargo_until": AHEAD}), ("POST", "/corrections", gate.CORRECTION)],
    "unscheduled": [("POST", "/publication", {"at": AHEAD}), ("DELETE", "/publication", None)],
    "archived": [("DELETE", "", None)],
    "killed before it was seen": [("POST", "/withdrawal", {"kind": "killed", "reason": gate.TOKEN})],
    "unpublished": [PUBLISHED, ("POST", "/corrections", gate.CORRECTION), ("DELETE", "/publication", None)],
}
WAYS |= {
    kind: [PUBLISHED, ("POST", "/withdrawal", {"kind": kind, "reason": gate.TOKEN} | more)]
    for kind, more in {
        "withdrawn": {"public_note": "Not right."},
        "killed": {},
        "gone": {"public_note": gate.TOKEN},
        "vanished": {"public_note": gate.TOKEN},
        "redirect": {"to": "https://other.example/story"},
        "substituted": {"to": "OTHER"},
    }.items()
}


def hidden(newsroom: Newsroom, clock: Clock, way: str) -> tuple[str, int]:
    """A story on its way into a state that readers may not see, read meanwhile; its id, and its last public event."""
    other = newsroom.published(headline="Another story") if way == "substituted" else ""
    story = newsroom.draft(**gate.CONTENT).json["id"]
    seen = 0
    for method, what, body in WAYS[way]:
        asked = body | {"to": other} if body and body.get("to") == "OTHER" else body
        answer = newsroom.change(method, story, what, asked)
        seen = answer.version if answer.json["status"] in {"published", "corrected"} else seen
        agent = {"user-agent": BROWSER, "x-cdn-secret": CDN_SECRET, "x-viewer-address": "10.0.0.1"}
        newsroom.http("POST", f"/articles/{story}/views", headers=agent)
    newsroom.deliver()
    clock.tick(minutes=1)
    return story, seen


def test_every_anonymous_route_is_tried() -> None:
    """A new anonymous route must be written into tests/life/gate.py, with what a hidden story could show on it."""
    assert gate.unknown_routes() == set()


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_hidden_story_gets_out(newsroom: Newsroom, clock: Clock, way: str) -> None:
    """No body, no header, no item of the event log and no event on the bus holds a word of it."""
    story, seen = hidden(newsroom, clock, way)
    assert gate.leaks(newsroom, story) == []
    assert gate.event_leaks(newsroom, story, seen) == []


def test_what_is_published_is_seen(newsroom: Newsroom, clock: Clock) -> None:
    """The same search finds a public story wherever it should be: else it could not see a leak."""
    story = newsroom.draft(**gate.CONTENT).json["id"]
    newsroom.change("POST", story, "/publication")
    newsroom.read(story, "10.0.0.1")
    newsroom.deliver()
    clock.tick(minutes=1)
    seen = {leak.where.split("?")[0].split(" ")[0] for leak in gate.leaks(newsroom, story)}
    assert seen >= {"/articles", f"/articles/{story}", f"/articles/by-slug/{gate.SLUG}", "/topics"}
    assert [leak.where for leak in gate.event_leaks(newsroom, story, 1)] == ["article.published"] * 2


def _listed(item: Callable[[Story], Item]) -> Callable[[Story], Item]:
    return lambda story: (
        item(story)
        | {
            "listed": "LISTED",
            "listed_section": story.section,
            "listed_at": f"{iso(story.updated_at)}#{story.id}",
        }
    )


def _told(data: Callable[..., Item]) -> Callable[..., Item]:
    return lambda event, story, more: data(event, story, more) | {"headline": story.headline}


def _filed(project: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def from_state(cloud: Any) -> bool:
        story = archive.story(cloud["subject"])
        return project(cloud | {"data": cloud["data"] | {"section": story.section, "tags": story.tags}})

    return from_state


@pytest.mark.parametrize(
    ("where", "name", "flaw"),
    [
        (archive, "public", lambda _: archive.story),
        (items, "state_item", _listed),
        (events, "_data", _told),
        (topics, "project", _filed),
    ],
    ids=["a route without the gate", "a list of everything", "events that tell", "a projection of the state"],
)
def test_a_gate_that_is_left_open_is_seen(
    newsroom: Newsroom, clock: Clock, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, flaw: Any
) -> None:
    """Taking away the gate of the reads, of the lists, of the events or of the topics is found on a hidden story."""
    monkeypatch.setattr(where, name, flaw(getattr(where, name)))
    if where is events:
        # What an event tells is held back twice: when it is made, and again when it is told.
        monkeypatch.setattr(events, "_as_seen_now", lambda images: images)
    story, _ = hidden(newsroom, clock, "embargoed")
    assert gate.leaks(newsroom, story) + gate.event_leaks(newsroom, story) != []
