"""Two editors at once: one wins, the other is told what stands now and loses nothing."""

from typing import Any

import pytest

from shared import events, items, table, transition
from tests.life.simulated import stored, types
from tests.newsroom import Newsroom

TEXTS: list[tuple[str, str, Any]] = [
    ("PUT", "", {"headline": "Mine"}),
    ("PATCH", "", {"headline": "Mine"}),
    ("POST", "/corrections", {"note": "N", "article": {"headline": "Mine"}}),
    ("POST", "/restoration", {"version": 1}),
]


@pytest.mark.parametrize(("method", "what", "body"), TEXTS)
def test_a_new_text_needs_the_version_it_replaces(newsroom: Newsroom, method: str, what: str, body: Any) -> None:
    """Without If-Match, or with *: 428; with an old one: 412 with the version and the text of now; nothing changes."""
    story = newsroom.published(lede="First.")
    newsroom.change("PATCH", story, "", {"lede": "Theirs."})
    before = stored(newsroom)
    for headers, status in (
        ({}, 428),
        ({"if-match": "*"}, 428),
        ({"if-match": '"2"'}, 412),
        ({"if-match": '"4"'}, 412),
    ):
        answer = newsroom.http(method, f"/articles/{story}{what}", body, headers=headers)
        assert answer.status == status
        if status == 412:
            assert (answer.headers["etag"], answer.json["current_version"]) == ('"3"', 3)
            assert answer.json["current"] == newsroom.http("GET", f"/desk/articles/{story}").json
            assert answer.json["current"]["lede"] == "Theirs."
    assert stored(newsroom) == before
    won = newsroom.http(method, f"/articles/{story}{what}", body, headers={"if-match": '"3"'})
    assert (won.status, won.version) == (200, 4)


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "/publication", None),
        ("DELETE", "", None),
        ("POST", "/withdrawal", {"kind": "killed"}),
        ("POST", "/publication", {"at": "2999-01-01T00:00:00Z"}),
    ],
)
def test_if_match_holds_where_it_is_not_needed(newsroom: Newsroom, method: str, what: str, body: Any) -> None:
    """An old version in If-Match stops a change of the state too."""
    story = newsroom.draft().json["id"]
    newsroom.change("PATCH", story, "", {"lede": "New."})
    answer = newsroom.http(method, f"/articles/{story}{what}", body, headers={"if-match": '"1"'})
    assert answer.status in {412, 422}
    assert types(story) == ["created", "revised"]


def test_two_patches_of_two_fields_both_stay(newsroom: Newsroom) -> None:
    """The second of two patches is 412; sent again for the version it was told, it keeps what the first one changed."""
    story = newsroom.draft(headline="H", lede="L").json["id"]
    path = f"/articles/{story}"
    assert newsroom.http("PATCH", path, {"lede": "Ann's"}, headers={"if-match": '"1"'}).status == 200
    late = newsroom.http("PATCH", path, {"headline": "Bob's"}, who="bob", headers={"if-match": '"1"'})
    assert (late.status, late.json["current"]["lede"]) == (412, "Ann's")
    again = newsroom.http("PATCH", path, {"headline": "Bob's"}, who="bob", headers={"if-match": late.headers["etag"]})
    assert (again.json["headline"], again.json["lede"]) == ("Bob's", "Ann's")


@pytest.mark.parametrize("guarded", [True, False], ids=["with the condition", "without it"])
def test_two_editors_who_both_read_the_same_version(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Both prepared a change of version 1: the one that is written second is 412, though its check had passed."""
    story = newsroom.draft(lede="L").json["id"]
    path, commit = f"/articles/{story}", transition.commit

    def slow(change: Any) -> Any:
        monkeypatch.setattr(transition, "commit", commit)
        newsroom.change("PATCH", story, "", {"lede": "Theirs"}, who="bob")
        return commit(change)

    monkeypatch.setattr(transition, "commit", slow)
    if not guarded:
        monkeypatch.setattr("shared.transition._writes", _unconditional)
    answer = newsroom.http("PATCH", path, {"headline": "Mine"}, headers={"if-match": '"1"'})
    lede = newsroom.http("GET", f"/desk/articles/{story}").json["lede"]
    if guarded:
        assert (answer.status, answer.json["current"]["lede"], lede) == (412, "Theirs", "Theirs")
    else:
        assert (answer.status, lede) == (200, "L")


def _unconditional(change: Any) -> Any:
    state = table.Write("newsroom", items.state_item(change.after))
    text = table.Write("newsroom", items.text_item(change.after, change.content, "x"))
    event = table.Write("newsroom", events.item(change.event, change.after, "x"))
    return {"state": state, "text": text, "event": event}


def test_a_patch_takes_fields_out(newsroom: Newsroom) -> None:
    """RFC 7396: null takes a field out, an object is merged, a list is replaced, what is not named stays."""
    story = newsroom.draft(
        headline="H",
        lede="L",
        body_text="B",
        byline=["A", "B"],
        credit="C",
        tags=["a", "b"],
        carried_over=7,
        source={"name": "Wire", "uri": "urn:1", "version": "1"},
        images=[{"url": "https://pictures.example/1.jpg"}],
    ).json["id"]
    merged = newsroom.change("PATCH", story, "", {"source": {"uri": None, "version": "2"}, "tags": ["c"]}).json
    assert merged["source"] == {"name": "Wire", "uri": None, "version": "2"}
    assert (merged["tags"], merged["lede"], merged["body_text"]) == (["c"], "L", "B")
    nothing = dict.fromkeys(
        ("lede", "body_html", "byline", "credit", "tags", "carried_over", "source", "images", "dateline")
    )
    bare = newsroom.change("PATCH", story, "", nothing).json
    assert [bare[name] for name in nothing] == [None, "", [], None, [], 0, None, [], None]
    assert bare["headline"] == "H"
    texts = {"body_text": "One.\n\nTwo."}
    assert newsroom.change("PATCH", story, "", texts).json["body_html"] == "<p>One.</p><p>Two.</p>"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"headline": None}, "/headline"),
        ({"headline": " "}, "/headline"),
        ({"tags": ["x"] * 41}, "/tags"),
        ({"carried_over": -1}, "/carried_over"),
        ({"source": {"version": "2"}}, "/source/name"),
        ({"sources": None}, "/sources"),
        ({"body_html": "a", "body_text": "b"}, "/"),
    ],
)
def test_a_patch_leaves_a_text(newsroom: Newsroom, body: Any, pointer: str) -> None:
    """What the merged text would lack or exceed is a 422 at its field, and nothing changes."""
    story = newsroom.draft().json["id"]
    answer = newsroom.http("PATCH", f"/articles/{story}", body, headers={"if-match": '"1"'})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert types(story) == ["created"]


def test_a_rare_section_is_found_at_the_end_of_the_desks_list(newsroom: Newsroom) -> None:
    """A page of the desk that ends before anything was found carries a cursor that leads on."""
    rare = newsroom.draft(section="sport").json["id"]
    for _ in range(21):
        newsroom.draft()
    seen, query = [], {"section": "sport", "limit": "1"}
    for _ in range(5):
        page = newsroom.http("GET", "/desk/articles", query=query).json
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert (seen, page["next"]) == ([rare], None)
