"""What a caller sends may be longer than a key, or broken on its way here: a 4xx, never a 500."""

import pytest

from tests.newsroom import NEWSROOM, Newsroom

LONG = "9" * 2500  # a partition key has 2,048 bytes, a sort key 1,024


@pytest.mark.parametrize(
    "path",
    [
        f"/articles/{LONG}",
        f"/articles/{LONG}/views",
        f"/articles/by-slug/{LONG}",
        f"/desk/articles/{LONG}",
        f"/desk/articles/{LONG}/history",
        f"/ingest/{LONG}",
        "/articles/" + "é" * 1100,
    ],
)
def test_an_id_that_is_no_key_is_not_found(newsroom: Newsroom, path: str) -> None:
    answer = newsroom.http("GET", path)
    assert answer.status == 404
    assert len(answer.json["detail"]) < 300


def test_a_version_that_is_no_key_is_refused(newsroom: Newsroom) -> None:
    story = newsroom.draft().json["id"]
    for path, query in ((f"/{LONG}", {}), ("/1/diff", {"against": LONG})):
        answer = newsroom.http("GET", f"/desk/articles/{story}/versions{path}", query=query)
        assert answer.status == 422, answer.text


def test_a_target_that_is_no_key_is_refused(newsroom: Newsroom) -> None:
    story = newsroom.published()
    answer = newsroom.http("POST", f"/articles/{story}/withdrawal", {"kind": "redirect", "to": "é" * 2000})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/to")


@pytest.mark.parametrize("path", ["/articles", "/ingest"])
def test_bytes_that_the_gateway_could_not_read_are_refused(newsroom: Newsroom, path: str) -> None:
    """An HTTP API hands on a text body with U+FFFD in the place of what is not UTF-8."""
    mangled = '{"headline": "Привет"}'.encode("windows-1251").decode(errors="replace")
    answer = newsroom.http("POST", path, mangled)
    assert answer.status == 400
    assert "not UTF-8" in answer.json["detail"]
    assert newsroom.items(NEWSROOM) == []


def test_a_replacement_character_that_is_meant_can_be_written(newsroom: Newsroom) -> None:
    assert newsroom.http("POST", "/articles", '{"headline": "The sign \\ufffd"}').status == 201
    assert newsroom.http("POST", "/articles", '{"headline": "The sign \ufffd!"}'.encode()).status == 201


def test_what_is_wrong_is_said_in_our_words(newsroom: Newsroom) -> None:
    answer = newsroom.http("POST", "/ingest", "a page", query={"time_zone": "Mars/Olympus"})
    assert answer.json["errors"] == [
        {"pointer": "/query/time_zone", "detail": "is not an IANA time zone, such as Europe/Minsk"}
    ]
