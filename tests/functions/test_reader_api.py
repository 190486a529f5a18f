"""Readers' routes: stories, lists, counts, the API's own description."""

import json

import pytest

from tests.newsroom import NEWSROOM, Newsroom


def test_a_published_story_is_read_in_the_public_shape(newsroom: Newsroom) -> None:
    """A story is found by id and slug, with its URL, both times, its views and schema.org data."""
    story = newsroom.published(headline="Bridge open", published_at="2018-10-12T12:52:00Z", carried_over=146)
    article = newsroom.http("GET", f"/articles/{story}")
    assert (article.status, article.headers["etag"]) == (200, 'W/"2-published"')
    assert article.headers["cache-control"].startswith("public, max-age=")
    shown = article.json
    assert (shown["slug"], shown["views"], shown["version"]) == ("bridge-open", 146, 2)
    assert shown["url"] == "https://news.example/articles/by-slug/bridge-open"
    assert (shown["published_at"], shown["published_local"]) == ("2018-10-12T12:52:00Z", "2018-10-12T15:52:00+03:00")
    assert shown["body_text"] == "One.\n\nTwo."
    assert shown["ld_json"]["@type"] == "NewsArticle"
    assert not {"owner", "carried_over"} & set(shown)
    assert newsroom.http("GET", "/articles/by-slug/bridge-open").json == shown


def test_a_reader_who_holds_the_answer_gets_304(newsroom: Newsroom) -> None:
    """If-None-Match with the story's weak tag answers 304 without a body, until the story changes."""
    story = newsroom.published()
    tag = newsroom.http("GET", f"/articles/{story}").headers["etag"]
    for offered in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        answer = newsroom.http("GET", f"/articles/{story}", headers={"if-none-match": offered})
        assert (answer.status, answer.text, answer.headers["etag"]) == (304, "", tag)
    newsroom.http("PUT", f"/articles/{story}", {"headline": "New"}, headers={"if-match": '"2"'})
    assert newsroom.http("GET", f"/articles/{story}", headers={"if-none-match": tag}).status == 200


def test_drafts_are_seen_on_no_readers_route(newsroom: Newsroom) -> None:
    """A draft is 404 by id, by the slug it wishes for, in its counts, and is in no list; the 404 is not cached."""
    story = newsroom.draft(slug="secret").json["id"]
    for path in (f"/articles/{story}", "/articles/by-slug/secret", f"/articles/{story}/views"):
        answer = newsroom.http("GET", path)
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
    assert newsroom.http("GET", "/articles").json == {"items": [], "next": None}


def test_the_list_is_newest_first_and_complete(newsroom: Newsroom) -> None:
    """Every published story once, newest first by publication, over any number of pages, with a Link to the next."""
    stories = [newsroom.published(published_at=f"2018-10-{day:02}T10:00:00Z") for day in range(1, 8)]
    seen: list[str] = []
    query: dict[str, str] = {"limit": "3"}
    for _ in range(5):
        page = newsroom.http("GET", "/articles", query=query)
        seen += [item["id"] for item in page.json["items"]]
        if page.json["next"] is None:
            assert "link" not in page.headers
            break
        assert page.headers["link"] == f'</articles?limit=3&cursor={page.json["next"]}>; rel="next"'
        query = {"limit": "3", "cursor": page.json["next"]}
    assert seen == stories[::-1]


def test_the_list_keeps_to_its_filters(newsroom: Newsroom) -> None:
    """Section, tag, language, author and dates each narrow the list."""
    ours = newsroom.published(
        section="sport", tags=["ice hockey"], language="be", byline=["A. Writer"], published_at="2018-10-12T00:00:00Z"
    )
    newsroom.published(published_at="2018-10-14T00:00:00Z")
    for query in (
        {"section": "sport"},
        {"tag": "ice hockey"},
        {"language": "be"},
        {"author": "A. Writer"},
        {"until": "2018-10-14T00:00:00Z"},
        {"since": "2018-10-12T00:00:00Z", "until": "2018-10-13T03:00:00+03:00", "section": "sport"},
    ):
        assert [item["id"] for item in newsroom.http("GET", "/articles", query=query).json["items"]] == [ours], query
    assert newsroom.http("GET", "/articles", query={"since": "2018-10-15T00:00:00Z"}).json["items"] == []


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ({"sections": "news"}, 400, "/query/sections"),
        ({"limit": "0"}, 422, "/query/limit"),
        ({"limit": "x"}, 422, "/query/limit"),
        ({"section": "a#b"}, 422, "/query/section"),
        ({"since": "yesterday"}, 422, "/query/since"),
        ({"cursor": "x"}, 400, "/query/cursor"),
    ],
)
def test_a_list_refuses_what_it_does_not_know(
    newsroom: Newsroom, query: dict[str, str], status: int, pointer: str
) -> None:
    """An unknown or wrong parameter is named, never ignored."""
    answer = newsroom.http("GET", "/articles", query=query)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (status, pointer)


def test_views_are_told_with_the_phrase_of_the_language(newsroom: Newsroom) -> None:
    """The counts of a story come with the words to print under it."""
    story = newsroom.published(language="ru", carried_over=146)
    newsroom.read(story, "10.0.0.1")
    newsroom.deliver()
    views = newsroom.http("GET", f"/articles/{story}/views").json
    assert (views["total"], views["counted"], views["carried_over"]) == (147, 1, 146)
    assert views["phrase"] == "147 раз"
    assert sum(day["counted"] for day in views["days"]) == 1
    assert newsroom.http("GET", f"/articles/{story}").json["views"] == 147


def test_the_masthead_is_the_stacks(newsroom: Newsroom) -> None:
    """The title's particulars come from the stack's parameters."""
    assert newsroom.http("GET", "/masthead").json == {
        "name": "The Sample Gazette",
        "address": "1 Main Street",
        "phone": "+375 17 000 00 00",
        "fax": "",
        "time_zone": "Europe/Minsk",
        "languages": ["en", "ru", "be"],
        "sections": ["news", "sport"],
    }


def test_the_api_describes_itself(newsroom: Newsroom) -> None:
    """The OpenAPI document is served as committed, and as a page that asks no other host."""
    document = newsroom.http("GET", "/openapi.json")
    assert json.loads(document.text)["openapi"].startswith("3.1")
    page = newsroom.http("GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "/articles/{article_id}/publication" in page.text
    assert "src=" not in page.text.split("<script>")[0]


def test_a_lost_text_is_an_error_of_ours(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks inside answers 500 as a problem document that tells nothing of the inside."""
    monkeypatch.delenv("TITLE_NAME")
    answer = newsroom.http("GET", "/masthead")
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "TITLE_NAME" not in answer.text
    assert newsroom.items(NEWSROOM) == []
