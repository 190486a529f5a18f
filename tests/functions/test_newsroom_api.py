"""Editors' routes: write, ingest, publish."""

from typing import Any

import pytest

from tests.newsroom import NEWSROOM, READINGS, Newsroom

STORY = {
    "headline": "Мост через реку открыт",
    "lede": "После трёх лет работ.",
    "body_html": "<p>Первый абзац.</p><script>alert(1)</script><p onclick='x()'>Второй.</p>",
    "byline": ["A. Reporter"],
    "credit": "Sample Agency",
    "section": "news",
    "tags": ["bridge"],
    "language": "ru",
    "published_at": "2018-10-12T15:52:00+03:00",
    "carried_over": 146,
}


def test_a_draft_is_what_was_written_and_safe(newsroom: Newsroom) -> None:
    """A draft keeps its fields, loses active HTML, and is seen by the desk alone."""
    made = newsroom.http("POST", "/articles", STORY)
    assert made.status == 201
    story = made.json
    assert made.headers["etag"] == '"1"'
    assert made.headers["location"] == f"/desk/articles/{story['id']}"
    kept = {name: story[name] for name in STORY if name not in {"body_html", "published_at"}}
    assert kept == {name: value for name, value in STORY.items() if name not in {"body_html", "published_at"}}
    assert story["body_html"] == "<p>Первый абзац.</p><p>Второй.</p>"
    assert story["body_text"] == "Первый абзац.\n\nВторой."
    assert story["published_at"] == "2018-10-12T12:52:00Z"
    assert story["status"] == "draft"
    assert newsroom.http("GET", f"/desk/articles/{story['id']}").json == story
    assert newsroom.http("GET", f"/articles/{story['id']}").status == 404


def test_the_same_input_twice_makes_one_article(newsroom: Newsroom) -> None:
    """A repeated request answers the story it made, with a key and without; another person's is another story."""
    first, again = newsroom.http("POST", "/articles", STORY), newsroom.http("POST", "/articles", STORY)
    assert first.json["id"] == again.json["id"]
    assert newsroom.http("POST", "/articles", STORY, who="bob").json["id"] != first.json["id"]
    keyed = [
        newsroom.http("POST", "/articles", {"headline": "A"}, headers={"idempotency-key": "k"}).json["id"]
        for _ in range(2)
    ]
    assert keyed[0] == keyed[1]
    assert len(newsroom.http("GET", "/desk/articles").json["items"]) == 3


def test_a_key_stands_for_one_request(newsroom: Newsroom) -> None:
    """An Idempotency-Key that comes with another body is refused and makes nothing."""
    newsroom.http("POST", "/articles", {"headline": "A"}, headers={"idempotency-key": "k"})
    other = newsroom.http("POST", "/articles", {"headline": "B"}, headers={"idempotency-key": "k"})
    assert (other.status, other.json["errors"][0]["pointer"]) == (422, "/headers/idempotency-key")
    assert len(newsroom.http("GET", "/desk/articles").json["items"]) == 1


def test_a_publication_writes_all_of_it_at_once(newsroom: Newsroom) -> None:
    """State, slug, gate, idempotency record and event change together; the text is not written again."""
    story = newsroom.draft(headline="Мост через реку открыт", carried_over=146).json["id"]
    texts = [item for item in newsroom.items(NEWSROOM) if item["sk"].startswith("TEXT#")]
    answer = newsroom.http("POST", f"/articles/{story}/publication", headers={"idempotency-key": "once"})
    assert (answer.status, answer.version) == (200, 2)
    state = newsroom.item(NEWSROOM, f"STORY#{story}", "STATE") or {}
    assert (state["status"], state["slug"]) == ("published", "most-cherez-reku-otkryt")
    assert (newsroom.item(NEWSROOM, "SLUG#most-cherez-reku-otkryt", "SLUG") or {})["story"] == story
    assert (newsroom.item(READINGS, f"STORY#{story}", "GATE") or {})["carried_over"] == 146
    event = newsroom.item(NEWSROOM, f"STORY#{story}", "EVENT#00000002") or {}
    assert (event["type"], event["unconfirmed"]) == ("article.published", "UNCONFIRMED")
    records = [item for item in newsroom.items(NEWSROOM) if item["pk"].startswith("IDEMPOTENCY#")]
    assert len(records) == 2  # the draft's and this one
    assert [item for item in newsroom.items(NEWSROOM) if item["sk"].startswith("TEXT#")] == texts


def test_publishing_twice_is_refused_unless_it_is_a_repeat(newsroom: Newsroom) -> None:
    """A second publication is a conflict with the current version in it; the same key again answers as before."""
    story = newsroom.draft().json["id"]
    headers = {"idempotency-key": "once"}
    assert newsroom.http("POST", f"/articles/{story}/publication", headers=headers).status == 200
    assert newsroom.http("POST", f"/articles/{story}/publication", headers=headers).status == 200
    again = newsroom.http("POST", f"/articles/{story}/publication")
    assert (again.status, again.json["current_version"]) == (409, 2)
    assert newsroom.item(NEWSROOM, f"STORY#{story}", "EVENT#00000003") is None


def test_two_stories_of_one_headline_get_two_slugs(newsroom: Newsroom) -> None:
    """A slug belongs to one story; the next one with the same headline gets a number, the seventh its id."""
    slugs = []
    for number in range(7):
        story = newsroom.draft(headline="Weather", lede=str(number)).json["id"]
        slugs.append(newsroom.http("POST", f"/articles/{story}/publication").json["slug"])
    assert slugs[:5] == ["weather", "weather-2", "weather-3", "weather-4", "weather-5"]
    assert len(set(slugs[:6])) == 6
    assert slugs[5].startswith("weather-")


def test_a_revision_needs_the_current_version(newsroom: Newsroom) -> None:
    """Without If-Match 428, with an old one 412 and the current story in it, with the current one a new version."""
    story = newsroom.draft().json["id"]
    path = f"/articles/{story}"
    assert newsroom.http("PUT", path, {"headline": "New"}).status == 428
    changed = newsroom.http("PUT", path, {"headline": "New"}, headers={"if-match": '"1"'})
    assert (changed.status, changed.version, changed.json["headline"]) == (200, 2, "New")
    stale = newsroom.http("PUT", path, {"headline": "Late"}, headers={"if-match": '"1"'})
    assert (stale.status, stale.headers["etag"], stale.json["current_version"]) == (412, '"2"', 2)
    assert stale.json["current"]["headline"] == "New"
    for tag in ('W/"2"', "2", '"x"', '"2", "3"'):
        assert newsroom.http("PUT", path, {"headline": "Late"}, headers={"if-match": tag}).status == 412
    assert newsroom.http("GET", f"/desk/articles/{story}").json["headline"] == "New"


def test_a_long_text_lies_in_the_bucket(newsroom: Newsroom) -> None:
    """A text over 100 KB goes to the bucket and is read back to the letter."""
    text = "\n\n".join("Слово " * 900 for _ in range(30))
    made = newsroom.draft(body_text=text)
    item = newsroom.item(NEWSROOM, f"STORY#{made.json['id']}", "TEXT#00000001") or {}
    assert "content" not in item
    assert item["object"].startswith(f"text/{made.json['id']}/")
    assert made.json["body_text"].split() == text.split()


def test_the_desk_list_shows_every_state_in_order(newsroom: Newsroom) -> None:
    """The desk's list holds drafts and published stories, last changed first, page by page without gaps."""
    stories = [newsroom.draft(lede=str(number)).json["id"] for number in range(5)]
    newsroom.http("POST", f"/articles/{stories[0]}/publication")
    seen, cursor = [], None
    for _ in range(5):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = newsroom.http("GET", "/desk/articles", query=query).json
        seen += [item["id"] for item in page["items"]]
        if not (cursor := page["next"]):
            break
    assert seen == [stories[0], *reversed(stories[1:])]
    drafts = newsroom.http("GET", "/desk/articles", query={"status": "draft"}).json["items"]
    assert {item["id"] for item in drafts} == set(stories[1:])


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (None, 401),
        ({"exp": "1"}, 401),
        ({"token_use": "id"}, 401),
        ({"client_id": "another"}, 401),
        ({"cognito:groups": "[readers]"}, 403),
        ({"cognito:groups": ""}, 403),
    ],
)
def test_who_is_not_of_the_newsroom_is_refused(newsroom: Newsroom, claims: Any, status: int) -> None:
    """A token that is missing, old, of another kind, of another client or of no group opens nothing."""
    good = {"username": "ann", "token_use": "access", "client_id": "client", "exp": "99999999999"}
    good["cognito:groups"] = "[editor]"
    authorizer = {"jwt": {"claims": good | claims}} if claims is not None else None
    for method, path, body in (("POST", "/articles", {"headline": "A"}), ("GET", "/desk/articles", None)):
        event = newsroom.event(method, path, body)
        event["requestContext"]["authorizer"] = authorizer
        answer = newsroom.send(event)
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


def test_reporters_write_and_editors_publish(newsroom: Newsroom) -> None:
    """A reporter revises her own drafts only and publishes nothing."""
    story = newsroom.http("POST", "/articles", {"headline": "A"}, group="reporter", who="rita").json["id"]
    path, headers = f"/articles/{story}", {"if-match": '"1"'}
    other = newsroom.http("PUT", path, {"headline": "B"}, group="reporter", who="rob", headers=headers)
    assert other.status == 403
    own = newsroom.http("PUT", path, {"headline": "B"}, group="reporter", who="rita", headers=headers)
    assert own.status == 200
    assert newsroom.http("POST", f"{path}/publication", group="reporter", who="rita").status == 403
    assert newsroom.http("POST", "/ingest", "x", query={"publish": "true"}, group="reporter").status == 403
    assert newsroom.http("POST", f"{path}/publication", group="admin").status == 200


DEEP = "[" * 10_000 + "]" * 10_000


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("", 400, "empty"),
        ("   ", 400, "empty"),
        ('{"headline": ', 400, "not JSON"),
        ("[]", 400, "object"),
        ('{"headline": "A", "carried_over": NaN}', 400, "NaN"),
        ('{"headline": "A", "carried_over": -Infinity}', 400, "Infinity"),
        ('{"headline": "A", "carried_over": 1e130}', 400, "number"),
        ('{"headline": "A", "carried_over": ' + "9" * 5000 + "}", 400, "digits"),
        ('{"headline": "A", "headline": "B"}', 400, "twice"),
        ('{"headline": ' + DEEP + "}", 400, "nested"),
        ('{"headline": ' + '{"a":' * 70 + "1" + "}" * 70 + "}", 400, "nested"),
        ('{"headline": "\\ud800"}', 400, "surrogate"),
        ('{"headline": "a\\u0000b"}', 400, "NUL"),
        ('{"head\\u0000line": "a"}', 400, "NUL"),
        ('{"headline": "' + "x" * 1_000_001 + '"}', 413, "1000"),
        ('{"lede": "A"}', 422, "/headline"),
        ('{"headline": "A", "section": "a#b"}', 422, "/section"),
        ('{"headline": "A", "published_at": "2018-10-12T15:52:00"}', 422, "/published_at"),
        ('{"headline": "A", "body_text": "a", "body_html": "b"}', 422, "not both"),
        ('{"headline": "A", "body_html": "' + "<div>" * 600 + '"}', 422, "/body_html"),
        ('{"headline": "A", "headlin": "B"}', 422, "/headlin"),
    ],
)
def test_bad_json_says_what_is_wrong_and_stores_nothing(newsroom: Newsroom, body: str, status: int, says: str) -> None:
    """Whatever cannot be read is a problem document that names the reason; no story, no event."""
    answer = newsroom.http("POST", "/articles", body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.json["detail"]
    assert answer.json["status"] == status
    assert newsroom.items(NEWSROOM) == []


@pytest.mark.parametrize("path", ["/articles", "/ingest"])
def test_a_body_that_is_not_utf_8_is_refused(newsroom: Newsroom, path: str) -> None:
    """Bytes in another encoding are told apart and refused, by name of the first byte that fails."""
    answer = newsroom.http("POST", path, "Привет".encode("windows-1251"))
    assert (answer.status, answer.json["detail"]) == (
        400,
        "The body is not UTF-8: invalid continuation byte at byte 0.",
    )
    assert newsroom.items(NEWSROOM) == []


def test_an_unknown_story_is_not_found(newsroom: Newsroom) -> None:
    """An id that no story has, whatever its shape, is a 404 problem on every route that takes one."""
    for story in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "x", "STATE#1"):
        calls = [
            newsroom.http("GET", f"/desk/articles/{story}"),
            newsroom.http("POST", f"/articles/{story}/publication"),
            newsroom.http("PUT", f"/articles/{story}", {"headline": "A"}, headers={"if-match": '"1"'}),
            newsroom.http("GET", f"/ingest/{story}"),
        ]
        assert [(answer.status, answer.json["status"]) for answer in calls] == [(404, 404)] * 4


def test_a_changed_cursor_is_refused(newsroom: Newsroom) -> None:
    """A cursor with any character changed, or used with another filter, is a 400 that names it."""
    for number in range(3):
        newsroom.draft(lede=str(number))
    cursor = newsroom.http("GET", "/desk/articles", query={"limit": "1"}).json["next"]
    flipped = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))]
    for bad in (*flipped, cursor + "A", cursor[:-1], "x", "é"):
        answer = newsroom.http("GET", "/desk/articles", query={"limit": "1", "cursor": bad})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/query/cursor"), bad
    other = newsroom.http("GET", "/desk/articles", query={"status": "draft", "cursor": cursor})
    assert other.status == 400
    assert newsroom.http("GET", "/desk/articles", query={"limit": "1", "cursor": cursor}).status == 200
