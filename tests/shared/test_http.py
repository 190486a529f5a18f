"""Odd requests: whatever stands in a path, a query, a header or a number, the answer is below 500 and says why."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.newsroom import NEWSROOM, Answer, Newsroom

STRINGS = Path(__file__).parents[2].parent / "shared" / "data" / "naughty-strings" / "blns.json"
ODD = [
    "%00",
    "..%2f..",
    "é",
    "\x00",
    "\n",
    "😀" * 500,
    "x" * 3000,
    " ",
    "a'b",
    "<script>",
    "${7*7}",
    "a+b",
    "..",
    "%",
    "#",
]
BOUNDS = ["9999-12-31T23:59:59+14:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00-14:00"]
BEYOND = ["-1", "2018", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
LONG_VERSION = '"' + "9" * 5000 + '"'
NO_DATES = [
    "0001-01-01",
    "1e300",
    "9" * 400,
    "2018-10-12T25:00:00Z",
    "2018-10-12T15:52:00",
    "",
    "\x00",
    "+",
    "٢٠١٨",
]


def polite(answer: Answer) -> None:
    """Below 500, in UTF-8, and a problem document when it is a refusal."""
    assert answer.status < 500, answer.text
    json.dumps(answer.headers | {"body": answer.text}, ensure_ascii=False).encode()
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status
        assert answer.json["detail"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_paths_lead_nowhere(newsroom: Newsroom, odd: str) -> None:
    """An id or a slug of any characters is a 404 on every route, and writes nothing."""
    reads = ["/articles/{}", "/articles/by-slug/{}", "/articles/{}/views", "/desk/articles/{}", "/ingest/{}"]
    answers = [newsroom.http("GET", path.format(odd)) for path in reads]
    answers.append(newsroom.http("POST", f"/articles/{odd}/views"))
    answers.append(newsroom.http("POST", f"/articles/{odd}/publication"))
    answers.append(newsroom.http("PUT", f"/articles/{odd}", {"headline": "A"}, headers={"if-match": '"1"'}))
    for answer in answers:
        polite(answer)
        assert answer.status == 404
    assert newsroom.items(NEWSROOM) == []


@pytest.mark.parametrize("odd", [*ODD, "", "NaN", "1e3", "9" * 5000, "٣", "\ud800", "éü,", "null"])
def test_odd_queries_are_refused_or_find_nothing(newsroom: Newsroom, odd: str) -> None:
    """No parameter breaks a list: it is refused by name, or nothing is found."""
    newsroom.published()
    for name in ("section", "tag", "language", "author", "since", "until", "limit", "cursor"):
        answer = newsroom.http("GET", "/articles", query={name: odd})
        polite(answer)
        assert answer.status in {400, 422} or answer.json["items"] == [], (name, odd)
        if answer.status >= 400:
            assert answer.json["errors"][0]["pointer"] == f"/query/{name}"
    for name in ("status", "section", "limit", "cursor"):
        polite(newsroom.http("GET", "/desk/articles", query={name: odd}))
    for name in ("time_zone", "publish"):
        answer = newsroom.http("POST", "/ingest", "x", query={name: odd})
        polite(answer)
        assert answer.status == 422, (name, odd)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        '"',
        '""',
        "x" * 10_240,
        "é",
        '"-1"',
        '"1"é',
        "\t",
        '"1.0"',
        '"9999"',
        LONG_VERSION,
    ],
)
def test_odd_versions_change_nothing(newsroom: Newsroom, tag: str) -> None:
    """If-Match with anything but the current version refuses the change."""
    story = newsroom.draft().json["id"]
    revised = newsroom.http("PUT", f"/articles/{story}", {"headline": "B"}, headers={"if-match": tag})
    published = newsroom.http("POST", f"/articles/{story}/publication", headers={"if-match": tag})
    for answer in (revised, published):
        polite(answer)
        assert answer.status in {400, 412, 428}
    assert newsroom.http("GET", f"/desk/articles/{story}").version == 1


@pytest.mark.parametrize("tag", ["", '"', "x" * 10_240, "é", ",,,", "W/", '"2"', "2-published"])
def test_odd_validators_answer_in_full(newsroom: Newsroom, tag: str) -> None:
    """If-None-Match that does not name what is served is a 200 with the story."""
    story = newsroom.published()
    answer = newsroom.http("GET", f"/articles/{story}", headers={"if-none-match": tag})
    assert (answer.status, answer.json["id"]) == (200, story)


@pytest.mark.parametrize(
    "media", ["multipart/form-data", "multipart/form-data; boundary=", "", "text/plain; charset=ключ", "x" * 9000]
)
def test_a_wrong_content_type_does_not_matter(newsroom: Newsroom, media: str) -> None:
    """JSON under another name is read as JSON, a payload under any name is taken in, other bodies are a 400."""
    headers = {"content-type": media}
    assert newsroom.http("POST", "/articles", {"headline": "A"}, headers=headers).status == 201
    assert newsroom.http("POST", "/articles", "--x\r\n\r\n--x--", headers=headers).status == 400
    assert newsroom.http("POST", "/ingest", "x", headers=headers).status == 202


@pytest.mark.parametrize("moment", [*BOUNDS, *NO_DATES, *BEYOND])
def test_the_ends_of_the_calendar_hold(newsroom: Newsroom, moment: str) -> None:
    """A moment that UTC cannot hold, or that is none, is refused by name; the first and the last year work."""
    made = newsroom.http("POST", "/articles", {"headline": "A", "published_at": moment})
    polite(made)
    assert (made.status == 201) == (moment in BOUNDS)
    if made.status == 201:
        story = made.json["id"]
        for answer in (
            newsroom.http("POST", f"/articles/{story}/publication"),
            newsroom.http("GET", f"/articles/{story}"),
        ):
            polite(answer)
            assert answer.status == 200
    elif "\x00" not in moment:
        assert [error["pointer"] for error in made.json["errors"]] == ["/published_at"]
    for name in ("since", "until"):
        answer = newsroom.http("GET", "/articles", query={name: moment})
        polite(answer)
        assert (answer.status == 200) == (moment in BOUNDS)


@pytest.mark.parametrize(
    "number", ["-1", "1.5", "1e50", "1e12345", "9" * 60, "-0.1", '"x"', "[]", "{}", "null", "1000000000001"]
)
def test_odd_numbers_are_refused(newsroom: Newsroom, number: str) -> None:
    """A count that is negative, broken, beyond 10^12 or no number stores nothing."""
    answer = newsroom.http("POST", "/articles", '{"headline": "A", "carried_over": ' + number + "}")
    polite(answer)
    assert answer.status in {400, 422}
    assert newsroom.items(NEWSROOM) == []


def test_invisible_text_is_no_text(newsroom: Newsroom) -> None:
    """A headline that is empty once control characters are out is refused by name."""
    for text in ("\x01", " \x07 ", "\x7f"):
        answer = newsroom.http("POST", "/articles", {"headline": text})
        polite(answer)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/headline")


def stored(sent: str) -> str:
    """The documented policy: NFC, no control characters but tab and line feed."""
    return "".join(letter for letter in unicodedata.normalize("NFC", sent) if letter in "\t\n" or not control(letter))


def control(letter: str) -> bool:
    """Of C0, or DEL."""
    return letter < " " or letter == "\x7f"


@pytest.mark.skipif(not STRINGS.is_file(), reason="the Big List of Naughty Strings is not on this machine")
def test_naughty_strings_come_back(newsroom: Newsroom) -> None:
    """Each string is read back to the letter from headline, lede, credit, dateline, tags and body."""
    strings = [text for text in json.loads(STRINGS.read_text(encoding="utf-8")) if len(text) <= 100]
    strings = [text for text in strings if stored(text).strip()]
    assert len(strings) > 400
    for start in range(0, len(strings), 20):
        some = strings[start : start + 20]
        lines = dict(zip(("headline", "lede", "credit", "dateline"), some, strict=False))
        sent: dict[str, Any] = lines | {"tags": some, "body_text": "\n\n".join(some)}
        answer = newsroom.http("POST", "/articles", sent)
        assert answer.status == 201, answer.text
        story = newsroom.http("GET", answer.headers["location"]).json
        assert {name: story[name] for name in lines} == {name: stored(text.strip()) for name, text in lines.items()}
        assert [stored(tag) for tag in story["tags"]] == [stored(text.strip()) for text in some]
        # Blanks around paragraphs are layout.
        assert story["body_text"].split() == stored("\n\n".join(some)).split()


@pytest.mark.skipif(not STRINGS.is_file(), reason="the Big List of Naughty Strings is not on this machine")
def test_strings_that_cannot_be_kept_are_refused_by_name(newsroom: Newsroom) -> None:
    """Too long or blank, a string is a 422 that names the headline."""
    strings = [text for text in json.loads(STRINGS.read_text(encoding="utf-8")) if len(text) > 300 or not text.strip()]
    assert strings
    for text in strings:
        answer = newsroom.http("POST", "/articles", {"headline": text})
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/headline"), text
