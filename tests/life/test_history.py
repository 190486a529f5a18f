"""What was: texts, transitions with who and why, and the story as readers saw it at each moment."""

from typing import Any

from tests.life.simulated import Clock, rfc
from tests.newsroom import Newsroom

LIFE: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"lede": "In short."}),
    ("POST", "/publication", {"at": "2026-11-12T09:00:00Z"}),
    ("POST", "/corrections", {"note": "Before it was seen."}),
    ("DELETE", "/publication", None),
    ("POST", "/publication", None),
    ("PUT", "", {"headline": "Second", "language": "be", "section": "sport", "slug": "second", "body_text": "Two."}),
    ("POST", "/corrections", {"note": "It was not.", "article": {"headline": "Third", "tags": ["t"]}}),
    ("DELETE", "/publication", None),
    ("PATCH", "", {"headline": "Fourth", "slug": "fourth", "dateline": "MINSK"}),
    ("POST", "/publication", {"expires_at": "2026-11-12T09:00:00Z"}),
    ("POST", "/corrections", {"note": "Only said.", "wrong": "a", "right": "b"}),
    ("POST", "/withdrawal", {"kind": "withdrawn", "public_note": "No."}),
    ("DELETE", "/withdrawal", None),
    ("POST", "/publication", None),
    ("POST", "/restoration", {"version": 2}),
    ("POST", "/withdrawal", {"kind": "killed"}),
]


def test_a_story_is_told_as_readers_saw_it_at_each_moment(newsroom: Newsroom, clock: Clock) -> None:
    """At each moment of a life as_of equals what readers got then; when they got nothing, it is a 404 that says why."""
    story = newsroom.draft(headline="First", body_text="One.").json["id"]
    then: list[tuple[str, Any]] = []
    for method, what, body in [("", "", None), *LIFE]:
        if method:
            clock.tick(minutes=1)
            newsroom.change(method, story, what, body)
        clock.tick(seconds=20)
        answer = newsroom.http("GET", f"/articles/{story}")
        then.append((rfc(clock.now), answer.json if answer.status == 200 else None))
    assert sum(shown is not None for _, shown in then) == 7
    for moment, shown in then:
        answer = newsroom.http("GET", f"/desk/articles/{story}", query={"as_of": moment})
        if shown is None:
            assert (answer.status, "did not see" in answer.json["detail"]) == (404, True)
            continue
        told = answer.json
        assert {name: told[name] for name in shown.keys() & told.keys()} == {
            name: shown[name] for name in shown.keys() & told.keys()
        }, moment
        only_shown = {"url", "published_local", "translations", "views", "views_error", "reading", "ld_json"}
        assert shown.keys() - told.keys() == only_shown
        assert [told[name] for name in ("publish_at", "embargo_until", "expires_at", "public_note")] == [None] * 4
        assert ("etag" in answer.headers, answer.headers["cache-control"]) == (False, "no-store")
    before = newsroom.http("GET", f"/desk/articles/{story}", query={"as_of": "2020-01-01T00:00:00Z"})
    assert (before.status, "did not exist" in before.json["detail"]) == (404, True)


def test_history_tells_who_did_what_when_and_why(newsroom: Newsroom, clock: Clock) -> None:
    """Every change stands there with its number, person, moment and reason, and with the status that it led to."""
    story = newsroom.draft().json["id"]
    steps: list[tuple[str, str, Any, str, str, str, str, str]] = [
        ("PATCH", "", {"lede": "L"}, "typo", "query", "revised", "draft", "ann"),
        (
            "POST",
            "/publication",
            {"at": "2026-10-13T09:00:00Z"},
            "for Tuesday",
            "body",
            "scheduled",
            "scheduled",
            "bob",
        ),
        ("POST", "/corrections", {"note": "N"}, "the court said so", "body", "corrected", "scheduled", "ann"),
        ("DELETE", "/publication", None, "not yet", "query", "unscheduled", "draft", "ann"),
        ("DELETE", "", None, "old", "query", "archived", "archived", "eve"),
        ("POST", "/restoration", {"version": 1}, "wanted", "body", "revised", "draft", "ann"),
        ("POST", "/withdrawal", {"kind": "killed"}, "false", "body", "killed", "killed", "ann"),
        ("DELETE", "/withdrawal", None, "true after all", "query", "reinstated", "unpublished", "eve"),
    ]
    expected: list[tuple[Any, ...]] = [(1, "article.created", "draft", "ann", None, rfc(clock.now))]
    for number, (method, what, body, why, place, event, status, who) in enumerate(steps, 2):
        clock.tick(minutes=1)
        headers = {"if-match": f'"{number - 1}"'}
        sent, query = (body | {"reason": why}, {}) if place == "body" else (body, {"reason": why})
        answer = newsroom.http(
            method, f"/articles/{story}{what}", sent, headers=headers, query=query, who=who, group="admin"
        )
        assert answer.status == 200, answer.text
        expected.append((number, f"article.{event}", status, who, why, rfc(clock.now)))
    told = newsroom.http("GET", f"/desk/articles/{story}/history").json["items"]
    assert [
        tuple(each[name] for name in ("version", "event", "status", "by", "why", "at")) for each in told
    ] == expected


def test_versions_are_kept_and_compared(newsroom: Newsroom, clock: Clock) -> None:
    """Each text is there whole with its author; a comparison names the fields and the paragraphs that changed."""
    story = newsroom.draft(headline="First", body_text="One.\n\nTwo.", tags=["a"]).json["id"]
    newsroom.change("POST", story, "/publication")
    newsroom.change("PATCH", story, "", {"headline": "Second", "body_text": "One.\n\nThree."}, who="bob")
    path = f"/desk/articles/{story}/versions"
    assert [(each["version"], each["by"]) for each in newsroom.http("GET", path).json["items"]] == [
        (1, "ann"),
        (3, "bob"),
    ]
    assert newsroom.http("GET", f"{path}/1").json["content"]["headline"] == "First"
    compared = newsroom.http("GET", f"{path}/3/diff", query={"against": "1"}).json
    assert compared["fields"] == {"headline": ["First", "Second"]}
    assert compared["body"] == ["--- version 1", "+++ version 3", "@@ -1,2 +1,2 @@", " One.", "-Two.", "+Three."]
    assert newsroom.http("GET", f"{path}/1/diff", query={"against": "1"}).json["body"] == []
    assert newsroom.http("GET", f"{path}/2").status == 404


def test_a_restored_text_is_a_new_version(newsroom: Newsroom, clock: Clock) -> None:
    """Restoring brings back the whole text of then as the newest version, and says which; nothing is overwritten."""
    first = newsroom.draft(headline="First", body_text="One.", byline=["A"], tags=["a"], credit="C").json
    story = first["id"]
    newsroom.change("PUT", story, "", {"headline": "Second"})
    restored = newsroom.change("POST", story, "/restoration", {"version": 1}).json
    moving = {"version", "updated_at"}
    assert {name: restored[name] for name in restored.keys() - moving} == {
        name: first[name] for name in first.keys() - moving
    }
    versions = newsroom.http("GET", f"/desk/articles/{story}/versions").json["items"]
    assert [each["version"] for each in versions] == [1, 2, 3]
    assert newsroom.http("GET", f"/desk/articles/{story}/history").json["items"][-1]["why"] == "version 1 restored"
