"""JSON Feed 1.0 and 1.1 become stories."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.feed import read
from shared.formats.story import Given, IncomingStory, Refused, Unreadable

MINSK = Given(ZoneInfo("Europe/Minsk"))
VERSION = "https://jsonfeed.org/version/1.1"
PROSE = "The road bridge over the Sill will carry traffic again from Monday."
ITEM: dict[str, Any] = {"id": "7", "title": "Bridge opens", "content_text": PROSE}


def feed(*items: Any, **more: Any) -> bytes:
    return json.dumps({"version": VERSION, "title": "Vale Courier", "items": list(items), **more}).encode()


def story(*items: Any, **more: Any) -> IncomingStory:
    (only,) = read(feed(*items, **more), MINSK)
    assert isinstance(only, IncomingStory), only
    return only


def test_an_item_is_a_story() -> None:
    told = story(
        ITEM
        | {
            "url": "https://courier.example/bridge?utm_source=json",
            "content_html": f'<p>{PROSE}</p><p><a href="/map">Map</a></p>',
            "summary": "After two years of work.",
            "image": "https://courier.example/bridge.jpg",
            "banner_image": "https://courier.example/banner.jpg",
            "date_published": "2018-10-12T15:52:00+03:00",
            "date_modified": "2018-10-13T10:00:00Z",
            "authors": [{"name": "Ann Smith"}, {"name": "Lowland Wire"}, {"url": "https://courier.example/"}],
            "tags": ["News", "bridges"],
            "language": "en-GB",
            "attachments": [
                {"url": "https://courier.example/a.png", "mime_type": "image/png", "title": "The bridge"},
                {"url": "https://courier.example/a.mp3", "mime_type": "audio/mpeg"},
            ],
        },
        home_page_url="https://courier.example/",
    )
    assert (told.key, told.url, told.headline) == ("7", "https://courier.example/bridge", "Bridge opens")
    assert told.body_html == f'<p>{PROSE}</p><p><a href="https://courier.example/map">Map</a></p>'
    assert (told.lede, told.language) == ("After two years of work.", "en-GB")
    assert (told.byline, told.section, told.tags) == (("Ann Smith", "Lowland Wire"), "News", ("News", "bridges"))
    assert told.published_at == datetime(2018, 10, 12, 12, 52, tzinfo=UTC)
    assert told.versioned_at == datetime(2018, 10, 13, 10, tzinfo=UTC)
    assert [(image.url[24:], image.caption) for image in told.images] == [
        ("bridge.jpg", None),
        ("banner.jpg", None),
        ("a.png", "The bridge"),
    ]


def test_the_feeds_authors_are_those_of_items_without_any() -> None:
    for author in ({"authors": [{"name": "Ann Smith"}]}, {"author": {"name": "Ann Smith"}}):
        assert story(ITEM, **author).byline == ("Ann Smith",)
        assert story(ITEM | {"author": {"name": "Bob Jones"}}, **author).byline == ("Bob Jones",)


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"id": 7}, "7"),
        ({"id": 1e3}, "1000.0"),
        ({"id": "https://courier.example/a?utm_source=x"}, "https://courier.example/a"),
        ({"id": None, "url": "https://courier.example/a?fbclid=x"}, "https://courier.example/a"),
        ({"id": " ", "external_url": "https://other.example/a"}, "https://other.example/a"),
    ],
)
def test_an_item_is_known_by_its_id_else_by_its_link(item: dict[str, Any], key: str) -> None:
    assert story(ITEM | item).key == key


def test_a_version_of_one_digit_and_a_byte_order_mark_are_taken() -> None:
    assert story(ITEM, version="1.0").headline == "Bridge opens"
    (told,) = read(feed(ITEM).decode().encode("utf-8-sig"), MINSK)
    assert told.key == "7"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{", "This is no JSON"),
        (b"[1]", "no JSON Feed"),
        (b'{"uri": "urn:x", "headline": "x"}', "no JSON Feed"),
        (b'{"version": "3", "items": []}', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "no JSON Feed"),
        (feed(), "The feed has no items"),
        (b"[" * 900_000, "nested too deep"),
        (b'{"a": ' * 150_000, "nested too deep"),
        (b"{" + b" " * 6 * 1024 * 1024, "at most 5 MB"),
    ],
)
def test_what_is_no_json_feed_is_told_to_an_editor(raw: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(raw, MINSK)


def test_characters_that_are_none_and_numbers_of_any_length_do_no_harm() -> None:
    raw = (
        b'{"version":"1","items":[{"id":'
        + b"9" * 10_000
        + b',"title":"a\\u0000b\\ud800c","content_text":"x\\udfff","n":NaN}]}'
    )
    (told,) = read(raw, MINSK)
    assert isinstance(told, IncomingStory)
    assert (told.key, told.headline, told.body_html) == ("9" * 64, "abc", "<p>x</p>")


@pytest.mark.parametrize("name", ["id", "url", "content_text", "language"])
def test_half_a_character_and_nul_are_nowhere(name: str) -> None:
    item = ITEM | {"id": None} | {name: f"{PROSE}\ud800\x00"}
    told = story(item)
    assert told.model_dump_json().count("Bridge opens") == 1
    assert not {"\ud800", "\x00"} & set(told.key + told.body_html)


def test_over_a_thousand_items_are_refused_as_one() -> None:
    told = read(feed(*[ITEM | {"id": str(n)} for n in range(1_002)]), MINSK)
    assert len(told) == 1_001
    reason = "The feed is longer than what is read at once: its last items (2) were left out."
    assert told[-1] == Refused(reason=reason)


@pytest.mark.parametrize("item", ["1", '"x"', "[]", "{}", '{"id":"1","title":"a","content_text":"b","tags":["c"]}'])
def test_a_megabyte_of_items_is_done_within_two_seconds(item: str) -> None:
    raw = f'{{"version":"1","items":[{",".join([item] * (1_000_000 // (len(item) + 1)))}]}}'.encode()
    began = time.process_time()
    assert len(read(raw, MINSK)) == 1_001
    assert time.process_time() - began < 2


NAMES = st.sampled_from(
    "id url external_url title content_html content_text summary image banner_image date_published date_modified author"
    " authors tags language attachments name mime_type version items home_page_url".split()
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([VERSION, "2018-10-12"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@given(st.lists(VALUES, max_size=4), st.dictionaries(NAMES, VALUES, max_size=4))
def test_no_json_makes_it_fail(items: list[Any], more: dict[str, Any]) -> None:
    """Any JSON is stories, refusals or unreadable; nothing else is raised, and a story is complete."""
    with suppress(Unreadable):
        for told in read(feed(*items, **more), MINSK):
            assert isinstance(told, Refused) or (told.headline and told.body_html and told.key)
