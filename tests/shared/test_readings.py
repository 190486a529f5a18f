"""A marker keeps no address, and says the same of the same reader for half an hour of one day."""

import ipaddress
import json
from typing import Any

import pytest

from shared import readings, signing
from shared.errors import NotFound
from tests.newsroom import BROWSER, CDN_SECRET, READINGS, Newsroom

STORY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
NOON = 1_700_000_000 // 86_400 * 86_400 + 43_200.0
ADDRESSES = [
    "203.0.113.77",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1234",
    "::ffff:203.0.113.77",
    "not an address 203.0.113.77",
]


def event(address: str, *, agent: str = BROWSER, source: str = "192.0.2.1", **headers: str) -> dict[str, Any]:
    """A reading as the HTTP API tells of it."""
    sent = {"user-agent": agent, "x-cdn-secret": CDN_SECRET, "x-viewer-address": address} | headers
    http = {"method": "POST", "path": "/", "sourceIp": source, "userAgent": agent}
    return {"pathParameters": {"id": STORY}, "headers": sent, "requestContext": {"http": http, "requestId": "r" * 36}}


def marker(newsroom: Newsroom, address: str, now: float = NOON, **more: str) -> dict[str, Any]:
    """The one marker that a reading leaves."""
    before = {str(item) for item in newsroom.items(READINGS)}
    readings.record(event(address, **more), now)
    (new,) = (item for item in newsroom.items(READINGS) if str(item) not in before)
    return new


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_form_of_an_address_is_at_rest(newsroom: Newsroom, address: str) -> None:
    """Neither the text nor the bytes nor the hexadecimal digits of any address stand in any attribute."""
    found = marker(newsroom, address, source="198.51.100.23")
    told = [address, "203.0.113.77", "198.51.100.23", "192.0.2.1"]
    for value in found.values():
        text = str(value).lower()
        for each in told:
            assert each not in text
            try:
                parsed = ipaddress.ip_address(each)
            except ValueError:
                continue
            forms = {str(parsed), parsed.exploded, parsed.packed.hex(), parsed.packed[:8].hex(), str(int(parsed))}
            assert not [form for form in forms if form in text]
            assert parsed.packed not in str(value).encode("latin-1", "replace")


def test_the_same_reader_cannot_be_followed(newsroom: Newsroom) -> None:
    """Another day or another key makes another network of the same address; the key keeps it within the day."""
    day = 86_400
    assert readings._network("203.0.113.77", "key", NOON) == readings._network("203.0.113.77", "key", NOON + 43_199)
    others = [
        readings._network("203.0.113.77", key, now)
        for key, now in (("key", NOON), ("key", NOON + day), ("other", NOON), ("key", NOON + 43_200))
    ]
    assert len(set(others)) == 3
    assert others[1] == others[3]
    assert marker(newsroom, "203.0.113.77")["pk"].split("#")[3] != readings._network("203.0.113.77", "", NOON)


def test_the_newest_key_salts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotated key makes new networks."""
    before = marker(newsroom, "203.0.113.77")
    monkeypatch.setattr(signing, "secret", lambda _: {"keys": ["rotated", "new-key"], "cdn_secret": CDN_SECRET})
    assert marker(newsroom, "203.0.113.77")["pk"] != before["pk"]


def test_a_window_is_a_half_hour_of_the_clock(newsroom: Newsroom) -> None:
    """A reading a millisecond before the half hour and one at it are two; all within are one."""
    for seconds in (0.0, 1.0, 1799.999):
        readings.record(event("203.0.113.77"), NOON + seconds)
    assert len(newsroom.items(READINGS)) == 1
    readings.record(event("203.0.113.77"), NOON + 1800)
    assert len(newsroom.items(READINGS)) == 2


def test_an_ipv4_address_is_one_however_it_is_written(newsroom: Newsroom) -> None:
    """Mapped into IPv6 an address stays itself, and two such addresses stay two."""
    key = "key"
    plain, mapped = (readings._network(each, key, NOON) for each in ("203.0.113.77", "::ffff:203.0.113.77"))
    assert plain == mapped == readings._network(" ::FFFF:cb00:714d ", key, NOON)
    assert mapped != readings._network("::ffff:203.0.113.78", key, NOON)
    marker(newsroom, "203.0.113.77")
    readings.record(event("::ffff:203.0.113.77"), NOON)
    assert len(newsroom.items(READINGS)) == 1


@pytest.mark.parametrize("agent", ["", "x" * 100_000, "😀" * 1000, "a" * 255 + "😀", "\ud800" * 500, "\x00" * 500])
def test_a_marker_costs_one_unit(newsroom: Newsroom, agent: str) -> None:
    """Whatever the headers hold, a marker stays under the 1 KB of one write unit."""
    found = marker(newsroom, "x" * 10_000, agent=agent)
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in found.items())
    assert size < 1024


@pytest.mark.parametrize("secret", ["", "\ud800", "é", "x" * 10_000])
def test_odd_secrets_prove_nothing(newsroom: Newsroom, secret: str) -> None:
    """A CDN secret of any characters is compared, found wrong, and the connection's address counts."""
    for last in range(3):
        answer = readings.respond(event(f"203.0.113.{last}", **{"x-cdn-secret": secret}))
        assert answer["statusCode"] == 202
    assert len(newsroom.items(READINGS)) == 1


def test_a_stack_without_a_cdn_believes_no_header(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no secret is set an empty one, or none, is not the right one."""
    monkeypatch.setattr(signing, "secret", lambda _: {"keys": ["key"], "cdn_secret": ""})
    for last in range(3):
        readings.record(event(f"203.0.113.{last}", **{"x-cdn-secret": ""}), NOON)
    assert len(newsroom.items(READINGS)) == 1


def test_an_id_with_a_line_feed_is_none(newsroom: Newsroom) -> None:
    """The whole of the id has the shape, not its start or its first line."""
    for story in (STORY + "\n", "\n" + STORY, STORY + "#", STORY[:-1] + "é", STORY[:-1]):
        with pytest.raises(NotFound):
            readings.record(event("203.0.113.77") | {"pathParameters": {"id": story}}, NOON)
    assert newsroom.items(READINGS) == []


@pytest.mark.parametrize("reader", ["😀" * 300, "", "9" * 4000])
def test_a_visit_may_call_itself_anything(newsroom: Newsroom, reader: str) -> None:
    """The random id of a visit is hashed, whatever its characters, and leaves no trace."""
    body = json.dumps({"reader": reader}, ensure_ascii=False)
    readings.record(event("203.0.113.77") | {"body": body}, NOON)
    (found,) = newsroom.items(READINGS)
    assert not reader or reader not in str(found)
