"""Every state against every action: where LIFE leads, or refused with the version that stands."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.article import LIFE, PUBLIC, REMOVALS, Action, Status
from tests.life.simulated import Clock, stored, types
from tests.newsroom import Answer, Newsroom

AHEAD = "2026-10-13T09:00:00Z"
type Step = tuple[str, str, Any]

ROADS: dict[Status, list[Step]] = {
    Status.DRAFT: [],
    Status.SCHEDULED: [("POST", "/publication", {"at": AHEAD})],
    Status.EMBARGOED: [("POST", "/publication", {"embargo_until": AHEAD})],
    Status.PUBLISHED: [("POST", "/publication", None)],
    Status.CORRECTED: [("POST", "/publication", None), ("POST", "/corrections", {"note": "It was not."})],
    Status.UNPUBLISHED: [("POST", "/publication", None), ("DELETE", "/publication", None)],
    Status.KILLED: [("POST", "/withdrawal", {"kind": "killed"})],
    Status.ARCHIVED: [("DELETE", "", None)],
}
ROADS |= {
    kind: [("POST", "/publication", None), ("POST", "/withdrawal", {"kind": kind.value} | more)]
    for kind, more in (
        (Status.WITHDRAWN, {}),
        (Status.GONE, {}),
        (Status.VANISHED, {}),
        (Status.REDIRECT, {"to": "https://other.example/story"}),
        (Status.SUBSTITUTED, {"to": "OTHER"}),
    )
}
STEPS: dict[Action, Step] = {
    Action.REVISE: ("PUT", "", {"headline": "Revised"}),
    Action.RESTORE: ("POST", "/restoration", {"version": 1}),
    Action.SCHEDULE: ("POST", "/publication", {"at": "2026-10-14T09:00:00Z"}),
    Action.EMBARGO: ("POST", "/publication", {"embargo_until": "2026-10-14T09:00:00Z"}),
    Action.PUBLISH: ("POST", "/publication", None),
    Action.CORRECT: ("POST", "/corrections", {"note": "Wrong, and right."}),
    Action.REMOVE: ("POST", "/withdrawal", {"kind": "withdrawn"}),
    Action.KILL: ("POST", "/withdrawal", {"kind": "killed"}),
    Action.REINSTATE: ("DELETE", "/withdrawal", None),
    Action.ARCHIVE: ("DELETE", "", None),
    Action.UNSCHEDULE: ("DELETE", "/publication", None),
    Action.UNPUBLISH: ("DELETE", "/publication", None),
}
"""How each action is asked for; LIFT has no route: only the clock lifts an embargo."""


def step(newsroom: Newsroom, story: str, asked: Step, *, group: str = "admin", who: str = "ann") -> Answer:
    """One request about a story, for its current version."""
    method, what, body = asked
    headers = {"if-match": newsroom.http("GET", f"/desk/articles/{story}").headers["etag"]}
    return newsroom.http(method, f"/articles/{story}{what}", body, headers=headers, group=group, who=who)


def brought(newsroom: Newsroom, status: Status) -> str:
    """A story that was brought to a status over HTTP; its id."""
    other = newsroom.published() if status is Status.SUBSTITUTED else ""
    story: str = newsroom.draft().json["id"]
    for method, what, body in ROADS[status]:
        if body and body.get("to") == "OTHER":
            body = body | {"to": other}  # noqa: PLW2901  # the story that stands in its place
        assert step(newsroom, story, (method, what, body)).status == 200
    assert newsroom.http("GET", f"/desk/articles/{story}").json["status"] == status
    return story


def leads_to(status: Status, action: Action) -> Status | None:
    """Where the table says that an action leads, None for nowhere."""
    rule = LIFE[action]
    if status not in rule.sources:
        return None
    if action is Action.REMOVE:
        return Status.WITHDRAWN
    if action is Action.CORRECT and status in PUBLIC:
        return Status.CORRECTED
    if action is Action.RESTORE and status is Status.ARCHIVED:
        return Status.DRAFT
    return rule.target or status


def by_route(status: Status, action: Action) -> Action:
    """The action that a route means in a state: one address takes back a plan and a publication."""
    if action in {Action.UNSCHEDULE, Action.UNPUBLISH}:
        return Action.UNPUBLISH if status in PUBLIC else Action.UNSCHEDULE
    return action


@pytest.mark.parametrize("status", Status)
def test_each_action_leads_where_the_table_says(newsroom: Newsroom, clock: Clock, status: Status) -> None:
    """From this state every action goes where LIFE says, with its event, or is 409 and changes nothing."""
    story = brought(newsroom, status)
    before, events = stored(newsroom), types(story)
    ways = {action: leads_to(status, by_route(status, action)) for action in STEPS}
    for action in [action for action, target in ways.items() if target is None]:
        answer = step(newsroom, story, STEPS[action])
        assert (answer.status, answer.json["current_version"]) == (409, len(events)), action
    assert stored(newsroom) == before
    for action, target in ways.items():
        if target is None:
            continue
        story = story or brought(newsroom, status)
        answer = step(newsroom, story, STEPS[action])
        assert (answer.status, answer.version) == (200, len(events) + 1), (action, answer.text)
        assert answer.json["status"] == target, action
        name = LIFE[by_route(status, action)].event.removeprefix("article.")
        assert types(story) == [*events, "updated" if name == "revised" and target in PUBLIC else name]
        story = ""


def test_the_table_leaves_nothing_stuck() -> None:
    """From every state a way leads to readers, and every state can be reached from a draft."""

    def reached(start: Status) -> set[Status]:
        seen, ahead = {start}, [start]
        while ahead:
            here = ahead.pop()
            steps = {leads_to(here, action) for action in Action} | (
                set(REMOVALS) if here in LIFE[Action.REMOVE].sources else set()
            )
            new = {each for each in steps if each is not None} - seen
            seen |= new
            ahead += new
        return seen

    assert all(reached(status) & PUBLIC for status in Status)
    assert reached(Status.DRAFT) == set(Status)


def test_every_action_has_a_route_but_the_clocks() -> None:
    """The table of this test knows each action, so that a new one is not left out."""
    assert set(Action) - set(STEPS) == {Action.LIFT}
    assert set(ROADS) == set(Status)


ALLOWED: dict[str, Callable[[Status, Action], bool]] = {
    "own": lambda status, action: status is Status.DRAFT and LIFE[action].own_draft,
    "other": lambda _status, _action: False,
}


@pytest.mark.parametrize("whose", ALLOWED)
def test_a_reporter_may_write_her_own_drafts_and_nothing_else(newsroom: Newsroom, clock: Clock, whose: str) -> None:
    """A reporter's own draft she revises, restores and puts away; all else is 403 and changes nothing."""
    for status in (Status.DRAFT, Status.PUBLISHED, Status.UNPUBLISHED, Status.ARCHIVED):
        story = brought(newsroom, status)
        before = stored(newsroom)
        for action, asked in STEPS.items():
            if not ALLOWED[whose](status, action):
                answer = step(newsroom, story, asked, group="reporter", who="ann" if whose == "own" else "rob")
                assert answer.status == 403, (status, action)
        assert stored(newsroom) == before, status
    for action in (Action.REVISE, Action.RESTORE, Action.ARCHIVE):
        own = brought(newsroom, Status.DRAFT)
        answer = step(newsroom, own, STEPS[action], group="reporter", who="ann" if whose == "own" else "rob")
        assert answer.status == (200 if whose == "own" else 403)


def test_only_an_admin_takes_back_a_kill(newsroom: Newsroom, clock: Clock) -> None:
    """An editor reinstates a withdrawal, never a kill; an admin does, and the story can be published again."""
    withdrawn, killed = brought(newsroom, Status.WITHDRAWN), brought(newsroom, Status.KILLED)
    assert step(newsroom, withdrawn, STEPS[Action.REINSTATE], group="editor").status == 200
    assert step(newsroom, killed, STEPS[Action.REINSTATE], group="editor").status == 403
    assert step(newsroom, killed, STEPS[Action.REINSTATE], group="admin").status == 200
    assert step(newsroom, killed, STEPS[Action.PUBLISH], group="editor").json["status"] == "published"
