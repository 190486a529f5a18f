"""What cannot be meant is refused by name of the field, and nothing of the story changes."""

from typing import Any

import pytest

from shared import lists
from tests.life.simulated import Clock, stored
from tests.newsroom import Newsroom

PUBLICATION, WITHDRAWAL, CORRECTIONS, RESTORATION = "/publication", "/withdrawal", "/corrections", "/restoration"
CALENDARS = {
    "Hijri": "1448-04-30T12:00:00Z",
    "Buddhist": "2569-10-12T12:00:00Z",
    "Hebrew": "5787-08-01T12:00:00Z",
    "Persian": "1405-07-20T12:00:00Z",
    "Minguo": "0115-10-12T12:00:00Z",
    "a week date": "2026-W42-1T12:00:00Z",
    "an ordinal date": "2026-285T12:00:00Z",
    "the basic form": "20261012T120000Z",
    "RFC 9557, a zone": "2026-10-13T12:00:00+03:00[Europe/Minsk]",
    "RFC 9557, a calendar": "2026-10-13T12:00:00Z[u-ca=hebrew]",
    "other digits": "٢٠٢٦-١٠-١٣T١٢:٠٠:٠٠Z",
    "no such day": "2026-02-29T12:00:00Z",
    "no such month": "2026-13-01T12:00:00Z",
    "a leap second": "2026-12-31T23:59:60Z",
    "no such offset": "2026-10-13T12:00:00+25:00",
    "Unix time": "1792000000",
    "words": "tomorrow at noon",
    "a date": "2026-10-13",
    "nothing": "",
}
LOCAL = {
    "no zone": ("2026-10-13T12:00:00", None),
    "a gap": ("2027-03-28T02:30:00", "Europe/Warsaw"),
    "a gap of half an hour": ("2026-10-04T02:15:00", "Australia/Lord_Howe"),
    "twice": ("2026-10-25T02:30:00", "Europe/Warsaw"),
    "twice in half an hour": ("2027-04-04T01:45:00", "Australia/Lord_Howe"),
}
type Refusal = tuple[str, Any, str]


def draft_refusals() -> dict[str, Refusal]:
    """Requests about a draft: path, body, the field that the answer must name."""
    found: dict[str, Refusal] = {}
    for field in ("at", "embargo_until", "expires_at"):
        found |= {f"{field}: {name}": (PUBLICATION, {field: text}, f"/{field}") for name, text in CALENDARS.items()}
    for name, (text, zone) in LOCAL.items():
        found[f"local: {name}"] = (PUBLICATION, {"at": text} | ({"time_zone": zone} if zone else {}), "/at")
    for zone in ("Europe/Atlantis", "MSK+3", "localtime", "right/Europe/Minsk", "../../etc/passwd", "Europe"):
        found[f"zone: {zone}"] = (PUBLICATION, {"at": "2026-10-13T12:00:00", "time_zone": zone}, "/time_zone")
    return found | {
        "an embargo that is over": (PUBLICATION, {"embargo_until": "2026-10-12T09:00:00Z"}, "/embargo_until"),
        "at before the embargo": (
            PUBLICATION,
            {"at": "2026-10-13T11:59:59Z", "embargo_until": "2026-10-13T12:00:00Z"},
            "/at",
        ),
        "at long ago before the embargo": (
            PUBLICATION,
            {"at": "2020-10-13T11:59:59Z", "embargo_until": "2026-10-13T12:00:00Z"},
            "/at",
        ),
        "an expiry with the publication": (
            PUBLICATION,
            {"at": "2026-10-13T12:00:00Z", "expires_at": "2026-10-13T12:00:00Z"},
            "/expires_at",
        ),
        "an expiry that is over": (PUBLICATION, {"expires_at": "2026-10-12T08:00:00Z"}, "/expires_at"),
        "an expiry before the embargo": (
            PUBLICATION,
            {"embargo_until": "2026-10-13T12:00:00Z", "expires_at": "2026-10-13T11:00:00Z"},
            "/expires_at",
        ),
        "a moment that is a number": (PUBLICATION, {"at": 1792000000}, "/at"),
        "an unknown field": (PUBLICATION, {"embargo": "2026-10-13T12:00:00Z"}, "/embargo"),
        "an unknown version": (RESTORATION, {"version": 99}, "/version"),
        "version zero": (RESTORATION, {"version": 0}, "/version"),
        "no version": (RESTORATION, {}, "/version"),
    }


PUBLISHED_REFUSALS: dict[str, Refusal] = {
    "a correction without a note": (CORRECTIONS, {"wrong": "a", "right": "b"}, "/note"),
    "a correction of spaces": (CORRECTIONS, {"note": "  \n"}, "/note"),
    "a correction whose text is no text": (CORRECTIONS, {"note": "N", "article": {"lede": "L"}}, "/article/headline"),
    "a removal of no kind": (WITHDRAWAL, {}, "/kind"),
    "a removal of another kind": (WITHDRAWAL, {"kind": "deleted"}, "/kind"),
    "a version that wrote no text": (RESTORATION, {"version": 2}, "/version"),
    "a redirect without a target": (WITHDRAWAL, {"kind": "redirect"}, "/to"),
    "a substitution by another site": (WITHDRAWAL, {"kind": "substituted", "to": "https://other.example/"}, "/to"),
} | {
    f"{kind} with a target": (WITHDRAWAL, {"kind": kind, "to": "https://other.example/"}, "/to")
    for kind in ("withdrawn", "gone", "vanished", "killed")
}


def refused(newsroom: Newsroom, story: str, refusal: Refusal) -> None:
    """Asks for what cannot be, and compares all that is stored before and after."""
    what, body, pointer = refusal
    headers = {"if-match": newsroom.http("GET", f"/desk/articles/{story}").headers["etag"]}
    answer = newsroom.http("POST", f"/articles/{story}{what}", body, headers=headers)
    assert 400 <= answer.status < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer in [each["pointer"] for each in answer.json["errors"]], answer.text


def test_a_draft_refuses_what_cannot_be_meant(newsroom: Newsroom, clock: Clock) -> None:
    """Other calendars, moments without a zone or that do not exist, plans in the wrong order: 4xx at the field."""
    story = newsroom.draft().json["id"]
    before = stored(newsroom)
    for refusal in draft_refusals().values():
        refused(newsroom, story, refusal)
    assert stored(newsroom) == before


def test_a_published_story_refuses_what_cannot_be_meant(newsroom: Newsroom, clock: Clock) -> None:
    """Corrections without a note, removals without sense, versions without a text: 4xx at the field."""
    story = newsroom.published()
    before = stored(newsroom)
    for refusal in PUBLISHED_REFUSALS.values():
        refused(newsroom, story, refusal)
    assert stored(newsroom) == before


@pytest.mark.parametrize("kind", ["withdrawn", "redirect", "gone", "vanished", "killed"])
def test_what_is_removed_stays_as_it_is(newsroom: Newsroom, kind: str) -> None:
    """Publishing, removing, correcting or revising a removed story is a 409 with the version, and changes nothing."""
    story = newsroom.published()
    more = {"to": "https://other.example/"} if kind == "redirect" else {}
    newsroom.change("POST", story, WITHDRAWAL, {"kind": kind} | more)
    before = stored(newsroom)
    for method, what, body in (
        ("POST", PUBLICATION, None),
        ("POST", PUBLICATION, {"embargo_until": "2030-01-01T00:00:00Z"}),
        ("DELETE", PUBLICATION, None),
        ("POST", WITHDRAWAL, {"kind": kind} | more),
        ("POST", WITHDRAWAL, {"kind": "killed"}),
        ("POST", CORRECTIONS, {"note": "N"}),
        ("POST", RESTORATION, {"version": 1}),
        ("PUT", "", {"headline": "H"}),
        ("DELETE", "", None),
    ):
        answer = newsroom.http(method, f"/articles/{story}{what}", body, headers={"if-match": '"3"'}, group="admin")
        assert (answer.status, answer.json["current_version"]) == (409, 3), (method, what)
    assert stored(newsroom) == before


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("/articles", {"since": "0001-01-01T00:00:00+03:00"}, "/query/since"),
        ("/articles", {"until": "9999-12-31T23:59:59-05:00"}, "/query/until"),
        ("/articles", {"since": "2026-10-12T00:00:00"}, "/query/since"),
        ("/desk/articles/STORY", {"as_of": "0001-01-01T00:00:00+03:00"}, "/query/as_of"),
        ("/desk/articles/STORY", {"as_of": "yesterday"}, "/query/as_of"),
        ("/desk/articles/STORY/versions/9", {}, "/version"),
        ("/desk/articles/STORY/versions/1/diff", {"against": "9"}, "/version"),
        ("/desk/articles/STORY/versions/1/diff", {}, "/query/against"),
        ("/desk/articles/STORY/versions/x", {}, "/path/version"),
    ],
)
def test_questions_that_cannot_be_answered_name_the_field(
    newsroom: Newsroom, path: str, query: dict[str, str], pointer: str
) -> None:
    """A moment that UTC has no name for, a version that is none: 4xx at the parameter, never a fault of ours."""
    story = newsroom.draft().json["id"]
    answer = newsroom.http("GET", path.replace("STORY", story), query=query)
    assert (answer.status // 100, answer.json["errors"][0]["pointer"]) == (4, pointer)


def test_a_span_that_ends_before_it_begins_is_empty(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB would refuse such a span and is not asked: who asks for the future, or backwards, gets nothing."""
    newsroom.published()
    for query in (
        {"since": "2999-01-01T00:00:00Z"},
        {"since": "2020-01-02T00:00:00Z", "until": "2020-01-01T00:00:00Z"},
    ):
        with monkeypatch.context() as patched:
            patched.setattr(lists, "_page", None)
            answer = newsroom.http("GET", "/articles", query=query)
        assert (answer.status, answer.json) == (200, {"items": [], "next": None})
