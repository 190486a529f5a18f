"""One reading: one marker."""

import subprocess
import sys
import time
from typing import Any

import pytest
from botocore.client import BaseClient

from shared import readings, sampling
from tests.newsroom import BROWSER, CDN_SECRET, READINGS, ROOT, TEMPLATE, Newsroom

STORY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def markers(newsroom: Newsroom) -> list[dict[str, object]]:
    """The stored markers."""
    return [item for item in newsroom.items(READINGS) if item["sk"] == "MARKER"]


def test_a_reading_is_one_marker_without_an_address(newsroom: Newsroom) -> None:
    """A reading answers 202 without a body and leaves one marker that dies by itself and holds no address."""
    answer = newsroom.read(STORY, "203.0.113.77")
    assert (answer.status, answer.text) == (202, "")
    (marker,) = markers(newsroom)
    assert "203.0.113.77" not in str(marker)
    assert "192.0.2.1" not in str(marker)
    assert float(str(marker["ttl"])) - float(str(marker["at"])) == pytest.approx(48 * 3600, abs=1)


def test_a_reader_is_an_address_an_agent_and_a_random_id(newsroom: Newsroom) -> None:
    """The same reader twice is one marker; another address, and mostly another agent or id, is another one."""
    for _ in range(3):
        newsroom.read(STORY, "203.0.113.77")
    assert len(markers(newsroom)) == 1
    newsroom.read(STORY, "203.0.113.78")
    assert len(markers(newsroom)) == 2
    for number in range(20):
        body = {"reader": f"visit-{number}"}
        headers = {"user-agent": BROWSER, "x-cdn-secret": CDN_SECRET, "x-viewer-address": "203.0.113.79"}
        assert newsroom.http("POST", f"/articles/{STORY}/views", body, headers=headers).status == 202
    assert 2 + 12 < len(markers(newsroom)) <= 2 + 20


def test_one_address_adds_at_most_64_markers(newsroom: Newsroom) -> None:
    """However many ids one address invents, it fills no more than the slots."""
    for number in range(400):
        newsroom.http("POST", f"/articles/{STORY}/views", {"reader": str(number)}, headers={"user-agent": BROWSER})
    assert 40 < len(markers(newsroom)) <= 64


def test_the_viewer_address_needs_the_cdn_secret(newsroom: Newsroom) -> None:
    """Without the secret the header is nothing: the connection's address counts."""
    for secret in ("", "wrong", "ключ"):
        for last in range(3):
            newsroom.read(STORY, f"203.0.113.{last}", **{"x-cdn-secret": secret})
    assert len(markers(newsroom)) == 1


def test_a_household_is_one_network(newsroom: Newsroom) -> None:
    """IPv6 addresses of one /64 are one network, those of another are not."""
    newsroom.read(STORY, "2001:db8:1:1::1")
    newsroom.read(STORY, "2001:db8:1:1:ffff::2")
    assert len(markers(newsroom)) == 1
    newsroom.read(STORY, "2001:db8:1:2::1")
    assert len(markers(newsroom)) == 2


@pytest.mark.parametrize(
    "body",
    ["[", "[]", '"a"', '{"reader": 5}', '{"reader": "' + "x" * 5000 + '"}', b"\xff\xfe", "[" * 4000, '{"token": 5}'],
)
def test_a_bad_body_is_refused(newsroom: Newsroom, body: str | bytes) -> None:
    """A body that is no object with a reader is a 400 problem; nothing is written."""
    answer = newsroom.http("POST", f"/articles/{STORY}/views", body)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert newsroom.items(READINGS) == []


def test_an_id_of_another_shape_is_not_found(newsroom: Newsroom) -> None:
    """An id cannot forge a key: what is no id is a 404 and writes nothing."""
    for story in ("x", "01ARZ3NDEKTSV4RRFFQ69G5FAV#1", "01arz3ndektsv4rrffq69g5fav"):
        assert newsroom.read(story, "203.0.113.77").status == 404
    assert newsroom.items(READINGS) == []


def test_hostile_agents_are_cut_not_refused(newsroom: Newsroom) -> None:
    """An agent of any length and any characters makes a marker of bounded size."""
    for agent in ("я" * 5000, "\ud800", ""):
        assert newsroom.read(STORY, "203.0.113.80", **{"user-agent": agent}).status == 202
    assert all(len(str(marker["agent"]).encode()) <= 256 for marker in markers(newsroom))


def test_only_the_readings_table_is_touched(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint works without knowing the Newsroom table."""
    monkeypatch.delenv("NEWSROOM_TABLE")
    assert newsroom.read(STORY, "203.0.113.77").status == 202


@pytest.mark.parametrize(
    "said",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "Prefetch"},
        {"x-moz": "prefetch"},
    ],
)
def test_a_page_fetched_ahead_is_not_read(newsroom: Newsroom, said: dict[str, str]) -> None:
    """A prefetch is taken and leaves nothing, so that the reading which may follow is no repeat."""
    assert newsroom.read(STORY, "203.0.113.77", **said).status == 202
    assert newsroom.items(READINGS) == []
    newsroom.read(STORY, "203.0.113.77", **{"sec-purpose": "navigate"})
    assert len(markers(newsroom)) == 1


def test_a_page_may_send_plain_text(newsroom: Newsroom) -> None:
    """The body is JSON whatever its type says: a beacon to another origin names text/plain."""
    headers = {"user-agent": BROWSER, "content-type": "text/plain;charset=UTF-8"}
    for reader in ("a", "b"):
        answer = newsroom.http("POST", f"/articles/{STORY}/views", {"reader": reader, "token": None}, headers=headers)
        assert answer.status == 202
    assert len(markers(newsroom)) == 2


def test_a_repeat_leaves_the_first_reading_as_it_was(newsroom: Newsroom) -> None:
    """What a marker says of the first reading stays; the repeat's own request is all that changes."""
    newsroom.read(STORY, "203.0.113.77")
    (before,) = markers(newsroom)
    newsroom.read(STORY, "203.0.113.77")
    (after,) = markers(newsroom)
    assert {name for name in before if before[name] != after[name]} == {"request"}


def test_a_token_weighs_what_the_stack_signed(newsroom: Newsroom) -> None:
    """The stack's own token, under its new or its previous key, sets the weight; any other text weighs one."""
    now = time.time()
    tokens = {sampling.token(key, STORY, 16, now): 16 for key in ("new-key", "old-key")}
    tokens |= {sampling.token("forged", STORY, 16, now): 1, sampling.token("new-key", STORY[::-1], 16, now): 1, "x": 1}
    for number, (token, weight) in enumerate(tokens.items()):
        body = {"reader": "r", "token": token}
        headers = {"user-agent": BROWSER, "x-cdn-secret": CDN_SECRET, "x-viewer-address": f"203.0.113.{number}"}
        before = {str(marker["pk"]) for marker in markers(newsroom)}
        assert newsroom.http("POST", f"/articles/{STORY}/views", body, headers=headers).status == 202
        (new,) = (marker for marker in markers(newsroom) if marker["pk"] not in before)
        assert new["weight"] == weight


def test_it_loads_little() -> None:
    """A start brings in neither models nor a resolver nor a tracer, and one client library."""
    code = "import sys; from functions import record_view; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    heavy = {"pydantic", "boto3", "aws_lambda_powertools", "aws_xray_sdk", "itsdangerous", "zoneinfo"}
    assert heavy & set(loaded.split()) == set()


def test_a_reading_is_one_write_and_no_word(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the keys at hand it calls AWS once, and prints and logs nothing, also for a hot story."""
    newsroom.read(STORY, "203.0.113.76")
    sampled = {"token": sampling.token("new-key", STORY, 16, time.time())}
    newsroom.http("POST", f"/articles/{STORY}/views", sampled)
    called: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's one door; its stubs hide it

    def noted(client: Any, operation: str, given: Any) -> Any:
        called.append(operation)
        return call(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    capfd.readouterr()
    assert readings.respond(newsroom.event("POST", f"/articles/{STORY}/views", sampled)) == {"statusCode": 202}
    assert called == ["UpdateItem"]
    assert capfd.readouterr() == ("", "")


def test_no_log_of_the_gateway_names_an_address() -> None:
    """The API keeps no access log: its variables would have the reader's address."""
    assert "AccessLogSettings" not in TEMPLATE["Resources"]["Api"]["Properties"]


def test_a_flood_of_readings_stays_at_its_own_door() -> None:
    """The view route has a throttle of its own, and the function may be given a number of calls of its own."""
    routes = TEMPLATE["Resources"]["Api"]["Properties"]["RouteSettings"]
    assert routes["POST /articles/{id}/views"]["ThrottlingRateLimit"] == {"Ref": "ReadingsPerSecond"}
    reserved = TEMPLATE["Resources"]["RecordView"]["Properties"]["ReservedConcurrentExecutions"]
    assert reserved == {"Fn::If": ["ReservesReadings", {"Ref": "ReadingsConcurrency"}, {"Ref": "AWS::NoValue"}]}
