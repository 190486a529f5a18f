"""What readers get at a story's addresses, through everything that can happen to it."""

from typing import Any

import pytest

from shared import transition
from shared.article import Story
from shared.errors import Conflict
from tests.life.simulated import Clock, stored, types
from tests.newsroom import Answer, Newsroom


def addresses(newsroom: Newsroom, story: str, slug: str) -> list[Answer]:
    """What readers get by id, by slug, and for the counts."""
    return [newsroom.http("GET", f"/articles/{path}") for path in (story, f"by-slug/{slug}", f"{story}/views")]


def moved(newsroom: Newsroom, slug: str) -> str:
    """Where a slug leads: the address of a 301, or its own when the story is there."""
    answer = newsroom.http("GET", f"/articles/by-slug/{slug}")
    assert answer.status in {200, 301}, answer.text
    return answer.headers.get("location", answer.json["url"] if answer.status == 200 else "").rpartition("/")[2]


@pytest.mark.parametrize(
    ("kind", "status", "note"),
    [
        ("withdrawn", 410, "It was not so."),
        ("killed", 410, "It was not so."),
        ("gone", 410, None),
        ("vanished", 404, None),
    ],
)
def test_a_removal_answers_in_its_way(newsroom: Newsroom, kind: str, status: int, note: str | None) -> None:
    """Withdrawn and killed: 410 with the note for readers; gone: 410 without; vanished: 404. No answer is cached."""
    story = newsroom.published(slug="a")
    newsroom.change("POST", story, "/withdrawal", {"kind": kind, "public_note": "It was not so.", "reason": "secret"})
    for answer in addresses(newsroom, story, "a"):
        assert (answer.status, answer.json.get("public_note")) == (status, note)
        assert ("It was not so." in answer.text, "secret" in answer.text) == (note is not None, False)
        assert answer.headers["cache-control"] == "no-store"


def test_a_removal_without_a_note_says_the_least(newsroom: Newsroom) -> None:
    """A withdrawal whose editor wrote nothing for readers says that the story was withdrawn."""
    story = newsroom.published(slug="a")
    newsroom.change("POST", story, "/withdrawal", {"kind": "withdrawn"})
    assert newsroom.http("GET", f"/articles/{story}").json["public_note"] == "The story was withdrawn."


@pytest.mark.parametrize("kind", ["redirect", "substituted"])
def test_a_story_of_another_address_leads_there(newsroom: Newsroom, kind: str) -> None:
    """Redirect and substituted: 301 to the other story, from each address; reinstated, the story is its own again."""
    story, other = newsroom.published(slug="a"), newsroom.published(slug="b")
    newsroom.change("POST", story, "/withdrawal", {"kind": kind, "to": other})
    for answer in addresses(newsroom, story, "a"):
        assert (answer.status, answer.headers["location"]) == (301, "https://news.example/articles/by-slug/b")
    newsroom.change("DELETE", story, "/withdrawal")
    assert [answer.status for answer in addresses(newsroom, story, "a")] == [404] * 3
    newsroom.change("POST", story, "/publication")
    assert [answer.status for answer in addresses(newsroom, story, "a")] == [200] * 3


def test_hidden_stories_are_not_found_as_if_there_were_none(newsroom: Newsroom, clock: Clock) -> None:
    """Draft, scheduled, embargoed, unpublished, archived: 404 with the words of a story that never was."""
    ahead = "2026-10-13T09:00:00Z"
    for plan in (None, {"at": ahead}, {"embargo_until": ahead}):
        story = newsroom.draft(slug="a").json["id"]
        if plan:
            newsroom.change("POST", story, "/publication", plan)
        unknown = addresses(newsroom, "0" * 26, "none")
        for answer, other in zip(addresses(newsroom, story, "a"), unknown, strict=True):
            same = answer.text.replace(story, "0" * 26).replace("slug/a", "slug/none").replace("at a.", "at none.")
            assert (answer.status, same, answer.headers) == (404, other.text, other.headers)
    story = newsroom.published(slug="b")
    for method, what in (("DELETE", "/publication"), ("DELETE", "")):
        newsroom.change(method, story, what)
        assert [answer.status for answer in addresses(newsroom, story, "b")] == [404] * 3


def test_old_addresses_lead_to_the_story(newsroom: Newsroom) -> None:
    """After one change of the slug, two, and one back, every address that ever was leads to the one of now."""
    story = newsroom.published(slug="a")
    for now, former in (("b", ["a"]), ("c", ["a", "b"]), ("a", ["b", "c"])):
        newsroom.change("PATCH", story, "", {"slug": now})
        assert [moved(newsroom, slug) for slug in (now, *former)] == [now] * (len(former) + 1)
        assert newsroom.http("GET", f"/articles/{story}").json["url"].endswith(f"/{now}")
    newsroom.deliver()
    moves = [event["detail"]["data"] for event in newsroom.bus if event["detail-type"] == "article.slug.changed"]
    ways = {(data["previous_url"].rpartition("/")[2], data["slug"]) for data in moves}
    assert ways == {("a", "b"), ("b", "c"), ("c", "a")}
    other = newsroom.published(slug="b")
    assert newsroom.http("GET", f"/articles/{other}").json["slug"] == "b-2"
    newsroom.change("POST", story, "/withdrawal", {"kind": "gone"})
    assert [newsroom.http("GET", f"/articles/by-slug/{slug}").status for slug in "abc"] == [410] * 3


def test_a_wish_that_stays_taken_moves_nothing(newsroom: Newsroom) -> None:
    """A story that wanted a taken slug keeps the one it got; revising it is an update, not another address."""
    newsroom.published(slug="a")
    story = newsroom.published(slug="a")
    newsroom.change("PATCH", story, "", {"lede": "New."})
    assert types(story) == ["created", "published", "updated"]
    assert newsroom.http("GET", f"/articles/{story}").json["slug"] == "a-2"


def test_a_correction_is_data_on_the_story_and_in_the_event(newsroom: Newsroom, clock: Clock) -> None:
    """What was wrong, what is right and when stands with the story, in order, and in the event that tells of it."""
    story = newsroom.published(headline="Nine arrested")
    said = {"note": "We gave a wrong number.", "wrong": "nine", "right": "six"}
    text = {"headline": "Six arrested"}
    answer = newsroom.change("POST", story, "/corrections", said | {"article": text})
    newsroom.change("POST", story, "/corrections", {"note": "And another."})
    shown = newsroom.http("GET", f"/articles/{story}").json
    assert shown["corrections"][0] == said | {"at": "2026-10-12T09:00:00Z"}
    assert [each["note"] for each in shown["corrections"]] == ["We gave a wrong number.", "And another."]
    assert (shown["headline"], shown["status"], answer.json["status"]) == ("Six arrested", "corrected", "corrected")
    newsroom.deliver()
    told = [event["detail"]["data"] for event in newsroom.bus if event["detail-type"] == "article.corrected"]
    by_version = {data["version"]: data["correction"] for data in told}
    assert by_version[3] == shown["corrections"][0]
    assert by_version[4]["note"] == "And another."


def test_a_correction_does_not_move_the_story(newsroom: Newsroom) -> None:
    """A correction whose text has another slug is refused by name of the field; with its own slug it is taken."""
    story = newsroom.published(slug="a")
    for slug, status in (("b", 422), ("a", 200)):
        body = {"note": "N", "article": {"headline": "H", "slug": slug}}
        answer = newsroom.http("POST", f"/articles/{story}/corrections", body, headers={"if-match": '"2"'})
        assert answer.status == status
    assert types(story) == ["created", "published", "corrected"]


SELF = "is the story itself"
UNSEEN = "readers can see"


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("ID", SELF),
        ("https://news.example/articles/by-slug/a", SELF),
        ("HTTPS://NEWS.example/articles/by-slug/%61/?x=1#y", SELF),
        ("http://news.example/articles/ID", SELF),
        ("https://news.example/articles/by-slug/old", UNSEEN),
        ("https://news.example/articles/by-slug/nothing", UNSEEN),
        ("https://news.example/articles/HIDDEN", UNSEEN),
        ("HIDDEN", UNSEEN),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", UNSEEN),
        ("ftp://other.example/", "absolute URL"),
        ("https://", "no"),
        ("https://[", "no"),
        ("https://other.example/\r\nSet-Cookie: a=b", "not a URL"),
        ("https://other.example/мост", "not a URL"),
        ("", "needed"),
        (None, "needed"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_refused(newsroom: Newsroom, to: str | None, says: str) -> None:
    """To itself in any spelling, to a hidden or unknown story, or to no URL: 422 at /to, and nothing changes."""
    story, other = newsroom.published(slug="old"), newsroom.draft(slug="b").json["id"]
    newsroom.change("PATCH", story, "", {"slug": "a"})
    before = stored(newsroom)
    body: dict[str, Any] = {"kind": "redirect"}
    if to is not None:
        body["to"] = to.replace("ID", story).replace("HIDDEN", other).replace(f"H{story}DEN", other)
    answer = newsroom.http("POST", f"/articles/{story}/withdrawal", body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/to")
    assert says in answer.json["detail"]
    assert stored(newsroom) == before


@pytest.mark.parametrize("named", ["id", "address"])
def test_two_stories_cannot_be_pointed_at_each_other(newsroom: Newsroom, named: str) -> None:
    """The second redirect of a loop is refused, by id or by address; another site is no loop."""
    stories = {slug: newsroom.published(slug=slug) for slug in "ab"}

    def to(slug: str) -> dict[str, str]:
        address = f"https://news.example/articles/by-slug/{slug}"
        return {"kind": "redirect", "to": stories[slug] if named == "id" else address}

    newsroom.change("POST", stories["a"], "/withdrawal", to("b"))
    loop = newsroom.http("POST", f"/articles/{stories['b']}/withdrawal", to("a"))
    assert (loop.status, loop.json["errors"][0]["pointer"]) == (422, "/to")
    newsroom.change("POST", stories["b"], "/withdrawal", {"kind": "redirect", "to": "https://other.example/a?b=c"})
    assert moved(newsroom, "b") == "a?b=c"


@pytest.mark.parametrize("checked", [True, False], ids=["with the check", "without it"])
def test_redirects_that_race_make_no_loop(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, *, checked: bool
) -> None:
    """Two redirects that were both prepared while both stories stood: one of them fails when it is written."""
    stories = {slug: newsroom.published(slug=slug) for slug in "ab"}
    prepared: list[transition.Change] = []

    def kept(change: transition.Change) -> Story:
        prepared.append(change)
        return change.after

    with monkeypatch.context() as patched:
        patched.setattr(transition, "commit", kept)
        for one, other in ("ab", "ba"):
            body = {"kind": "redirect", "to": stories[other]}
            assert newsroom.http("POST", f"/articles/{stories[one]}/withdrawal", body).status == 200
    if not checked:
        monkeypatch.setattr(transition, "_writes", _without_target(transition._writes))
    transition.commit(prepared[0])
    if checked:
        with pytest.raises(Conflict, match="do not see"):
            transition.commit(prepared[1])
    else:
        transition.commit(prepared[1])
    looped = [newsroom.http("GET", f"/articles/{story}").status == 301 for story in stories.values()]
    assert all(looped) is not checked


def _without_target(writes: Any) -> Any:
    return lambda change: {role: write for role, write in writes(change).items() if role != "target"}
