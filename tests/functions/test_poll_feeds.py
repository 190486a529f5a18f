"""Feeds whose turn has come are fetched, and sources that fell silent are told of."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions import poll_feeds
from shared import fetch, polling
from tests.life.simulated import Clock
from tests.newsroom import NEWSROOM, PAYLOADS, Newsroom, aws

PAGE = b"Monday, 12 October 2026 09:00\n\nBridge opens\n\nThe bridge at Marrowford was opened on Monday."
ADDRESS = "https://river.example/news"
SOURCE = {"id": "river", "name": "River Council", "url": ADDRESS, "every_minutes": 30}
OK = fetch.Fetched(
    200, ADDRESS, "text/plain", '"v1"', "Mon, 12 Oct 2026 09:00:00 GMT", PAGE, permanent_url=None, retry_after=None
)


class Web:
    """What is out there: answers in turn, the last one for ever; what was asked for is kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[Any] = [OK]
        self.asked: list[dict[str, Any]] = []
        monkeypatch.setattr(fetch, "get", self.get)

    def get(self, url: str, **asked: Any) -> fetch.Fetched:
        """The next answer."""
        self.asked.append({"url": url} | asked)
        answer: fetch.Fetched | Exception = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time."""
    return Clock(monkeypatch)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """The web."""
    return Web(monkeypatch)


def poll(seconds: float = 120) -> dict[str, int]:
    """The five minutes' sweep."""
    return poll_feeds.handler({}, SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000))


def setup(newsroom: Newsroom, **more: Any) -> None:
    """The source as an editor sets it up."""
    assert newsroom.http("POST", "/sources", SOURCE | more).status == 201


def state(newsroom: Newsroom, source: str = "river") -> dict[str, Any]:
    """How the polling goes, as editors see it."""
    found: dict[str, Any] = newsroom.http("GET", f"/sources/{source}").json["state"]
    return found


def test_a_feed_is_asked_when_its_turn_comes(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """At once after it was set up, then every thirty minutes, give or take a tenth."""
    setup(newsroom)
    assert poll() == {"taken": 1}
    newsroom.deliver()
    assert len(newsroom.http("GET", "/desk/articles").json["items"]) == 1
    clock.tick(minutes=26)
    assert poll() == {}
    clock.tick(minutes=8)
    web.answers = [replace(OK, status=304, body=b"")]
    assert poll() == {"unchanged": 1}
    assert (web.asked[1]["etag"], web.asked[1]["modified"]) == ('"v1"', "Mon, 12 Oct 2026 09:00:00 GMT")
    assert state(newsroom)["answered"] == "304, nothing new"


def test_an_answer_that_is_the_same_is_not_kept_again(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """For servers without validators: the same bytes make no second payload."""
    web.answers = [replace(OK, etag=None, modified=None)]
    setup(newsroom)
    poll()
    clock.tick(hours=1)
    assert poll() == {"unchanged": 1}
    assert aws("s3").list_objects_v2(Bucket=PAYLOADS)["KeyCount"] == 1


@pytest.mark.parametrize(
    "trouble", [fetch.Failed("it took over ten seconds"), fetch.Refused("it is not public"), replace(OK, status=500)]
)
def test_each_failure_doubles_the_pause(newsroom: Newsroom, clock: Clock, web: Web, trouble: Any) -> None:
    """Up to a day; the first good answer makes it thirty minutes again."""
    web.answers = [trouble]
    setup(newsroom)
    pauses = []
    for _ in range(8):
        poll()
        now = state(newsroom)
        pauses.append(moment(now["next_poll_at"]) - clock.now)
        clock.at(moment(now["next_poll_at"]))
    for number, pause in enumerate(pauses, 1):
        wanted = min(timedelta(minutes=30) * 2**number, timedelta(days=1))
        assert wanted * 0.9 <= pause <= wanted * 1.1
    web.answers = [OK]
    assert poll() == {"taken": 1}
    assert (state(newsroom)["failures"], state(newsroom)["answered"]) == (0, "200")


def moment(text: str) -> datetime:
    """A moment of an answer."""
    return datetime.fromisoformat(text)


def test_a_server_that_asks_for_a_pause_gets_it(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """Retry-After is obeyed where it is longer than ours."""
    web.answers = [replace(OK, status=429, retry_after=7200)]
    setup(newsroom)
    assert poll() == {"failed": 1}
    assert moment(state(newsroom)["next_poll_at"]) - clock.now >= timedelta(seconds=7200) * 0.9


def test_sources_are_not_asked_in_step(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """Ten that were set up together have ten different turns."""
    for number in range(10):
        setup(newsroom, id=f"river-{number}")
    poll()
    assert len({state(newsroom, f"river-{number}")["next_poll_at"] for number in range(10)}) == 10


def test_who_waited_longest_comes_first_when_time_runs_out(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """A sweep that has no time left asks nobody; the next one begins with the oldest."""
    setup(newsroom)
    clock.tick(minutes=1)
    setup(newsroom, id="second", url="https://second.example/")
    assert poll(seconds=fetch.SECONDS) == {}
    poll()
    assert [asked["url"] for asked in web.asked] == [ADDRESS, "https://second.example/"]


def test_one_that_fails_holds_up_no_others(
    newsroom: Newsroom, clock: Clock, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its credentials cannot be read; the other one is asked."""
    setup(newsroom, credentials={"bearer": "x"})
    setup(newsroom, id="second", url="https://second.example/")
    aws("ssm").delete_parameter(Name="/dateline/test/sources/river")
    assert poll() == {"failed": 1, "taken": 1}


def test_credentials_go_with_the_question(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """Basic or bearer, as they were set up."""
    setup(newsroom, credentials={"username": "ann", "password": "test"})
    setup(newsroom, id="second", credentials={"bearer": "token"})
    poll()
    assert {asked["headers"]["Authorization"] for asked in web.asked} == {"Basic YW5uOnRlc3Q=", "Bearer token"}


def test_a_feed_that_moved_for_good_is_followed(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """Its new address is the one to ask from now on."""
    web.answers = [replace(OK, permanent_url="https://river.example/new")]
    setup(newsroom)
    poll()
    assert newsroom.http("GET", "/sources/river").json["url"] == "https://river.example/new"


def test_a_change_by_an_editor_is_not_overwritten(
    newsroom: Newsroom, clock: Clock, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changes a source while it is asked keeps her change."""

    def meanwhile(url: str, **_: Any) -> fetch.Fetched:
        changed = {name: value for name, value in SOURCE.items() if name != "id"} | {"url": "https://other.example/"}
        assert newsroom.http("PUT", "/sources/river", changed).status == 200
        return replace(OK, permanent_url="https://river.example/new")

    setup(newsroom)
    monkeypatch.setattr(fetch, "get", meanwhile)
    poll()
    assert newsroom.http("GET", "/sources/river").json["url"] == "https://other.example/"


def test_an_editor_asks_at_once(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """And is told what it brought; a source without an address cannot be asked."""
    setup(newsroom)
    report = newsroom.http("POST", "/sources/river/poll").json
    assert report["outcome"] == "taken"
    newsroom.deliver()
    assert newsroom.http("GET", f"/ingest/{report['ingest']}").json["items"][0]["outcome"] == "created"
    newsroom.http("POST", "/sources", {"id": "pushes", "name": "Pushes"})
    assert newsroom.http("POST", "/sources/pushes/poll").status == 422
    assert newsroom.http("POST", "/sources/none/poll").status == 404


def test_a_silent_source_is_told_of_once(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """One event for each silence; a new story ends it."""
    setup(newsroom, quiet_after_hours=24)
    poll()
    newsroom.deliver()
    clock.tick(hours=23)
    poll()
    assert quiet(newsroom) == []
    clock.tick(hours=2)
    poll()
    poll()
    (event,) = quiet(newsroom)
    assert (event["subject"], event["sequence"], event["data"]["hours"]) == ("source/river", 1, 24)
    web.answers = [replace(OK, etag='"v2"', body=PAGE.replace(b"Bridge", b"Road"))]
    clock.tick(hours=2)
    poll()
    newsroom.deliver()
    assert state(newsroom)["quiet_since"] is None
    clock.tick(hours=25)
    poll()
    assert [event["sequence"] for event in quiet(newsroom)] == [1, 2]
    assert not [item for item in newsroom.items(NEWSROOM) if "unconfirmed" in item]


def quiet(newsroom: Newsroom) -> list[Any]:
    """The silences that the bus has told of."""
    newsroom.deliver()
    return [event["detail"] for event in newsroom.bus if event["detail-type"] == "source.quiet"]


def test_a_feed_that_only_repeats_itself_is_silent(newsroom: Newsroom, clock: Clock, web: Web) -> None:
    """Other bytes without a new story are no news."""
    setup(newsroom, quiet_after_hours=1)
    poll()
    newsroom.deliver()
    clock.tick(minutes=50)
    web.answers = [replace(OK, etag='"v2"', body=PAGE + b"\n\n")]
    poll()
    newsroom.deliver()
    clock.tick(minutes=20)
    poll()
    assert len(quiet(newsroom)) == 1


def test_the_jitter_is_needed(newsroom: Newsroom, clock: Clock, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it sources that were set up together are asked together for ever."""
    monkeypatch.setattr(polling, "_JITTER", 0)
    for number in range(3):
        setup(newsroom, id=f"river-{number}")
    poll()
    assert len({state(newsroom, f"river-{number}")["next_poll_at"] for number in range(3)}) == 1
