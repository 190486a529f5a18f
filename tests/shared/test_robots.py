"""What `shared.robots` must say of agents."""

import time
from collections.abc import Iterator

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # type: ignore[import-untyped]  # it ships no types
from hypothesis import example, given
from hypothesis import strategies as st

from bench.robots import LISTS, TRAPS, instances, measure
from shared import robots
from shared.robots import AGENT_LIMIT, NOT_ROBOTS, is_robot

CHROME = TRAPS["Chrome on Windows"]

# Its words are nobody's trade, it gives no address and looks like a browser: only the list knows this one.
ONLY_LISTED = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Safari/537.36 GTmetrix"
)

ROBOTS = {
    "absent": "",
    "blank": "   ",
    "one word": "client",
    "Mozilla and nothing more": "Mozilla/5.0",
    "a compatible nobody": "Mozilla/5.0 (compatible; Sampler/2)",
    "a robot of tomorrow": f"{CHROME} (compatible; Districtbot/0.1)",
    "a crawler": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 DistrictCrawler/1.0 Safari/537.36",
    "a browser with an address": f"{CHROME} (+https://sampler.example/about)",
    "a browser with a mailbox": f"{CHROME} desk@sampler.example",
    "curl": "curl/8.4.0",
    "wget": "Wget/1.21.4 (linux-gnu)",
    "requests": "python-requests/2.31.0",
    "Go": "Go-http-client/2.0",
    "Java": "Java/17.0.1",
    "a library on a known system": "Sampler/1.0 (Windows NT 10.0) WinHttp/5.1",
    "okhttp with no app and no phone": "okhttp/4.12.0",
    "headless Chrome": CHROME.replace("Chrome/", "HeadlessChrome/"),
    "Telegram's link preview": "TelegramBot (like TwitterBot)",
    "Viber's link preview": "Viber/21.5.0.0",
    "Facebook's link preview": "facebookexternalhit/1.1",
    "an AI crawler": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
    "a monitor": f"{CHROME} DistrictUptime/1.0",
    "a feed fetcher": f"{CHROME} DistrictFeedParser/2.0",
}


@pytest.fixture
def forgetful() -> Iterator[None]:
    """Forget what was decided before and after a test that changes the list."""
    robots._listed.cache_clear()
    robots._decided.cache_clear()
    yield
    robots._listed.cache_clear()
    robots._decided.cache_clear()


@pytest.mark.parametrize("agent", ROBOTS.values(), ids=ROBOTS)
def test_a_robot_is_not_a_reader(agent: str) -> None:
    """Whoever says it is a program, by name, by trade, by address or by saying nothing, is a robot."""
    assert is_robot(agent)


@pytest.mark.parametrize("agent", TRAPS.values(), ids=TRAPS)
def test_a_reader_is_not_a_robot(agent: str) -> None:
    """Phones, browsers, televisions and web views are readers, whatever robots their names recall."""
    assert not is_robot(agent)


def test_the_list_knows_robots_that_look_like_browsers() -> None:
    """A robot that only its name gives away is known by the maintained list."""
    assert is_robot(ONLY_LISTED)


@pytest.mark.usefixtures("forgetful")
def test_without_the_list_they_are_taken_for_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above stands on the list and on nothing else; an empty list calls no reader a robot."""
    monkeypatch.setattr(robots, "CRAWLER_USER_AGENTS_DATA", [])
    assert not is_robot(ONLY_LISTED)
    assert not is_robot(CHROME)


def test_every_listed_robot_is_known_unless_it_is_excepted() -> None:
    """The plain strings and the expressions made of the list find what the list itself says each pattern finds."""
    for entry in CRAWLER_USER_AGENTS_DATA:
        if entry["pattern"] not in NOT_ROBOTS:
            missed = [agent for agent in entry["instances"] if not robots._listed()(agent)]
            assert not missed, entry["pattern"]


def test_no_exception_outlives_its_pattern() -> None:
    """Each exception names a pattern that the list still has: one that it dropped or changed is to be looked at."""
    assert not NOT_ROBOTS - {entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA}


@pytest.mark.skipif(not LISTS.is_dir(), reason="the public robot lists do not stand beside the project")
def test_robots_of_the_public_lists_are_known() -> None:
    """At least 95 % of the agents that the public lists give whole are robots, and none of the traps is."""
    assert len(instances()) > 2000
    figures = measure()
    assert figures["views.robots.recall"] >= 95
    assert figures["views.robots.false_positives"] == 0


@given(st.text(st.characters(exclude_categories=()), max_size=2 * AGENT_LIMIT))
def test_any_text_gets_an_answer(agent: str) -> None:
    """No text makes it raise, lone surrogates included."""
    assert is_robot(agent) in {True, False}


@example(" Googlebot/2.1", CHROME)
@given(st.text(max_size=40), st.sampled_from(sorted(TRAPS.values())))
def test_what_follows_the_limit_is_not_read(tail: str, agent: str) -> None:
    """Only the first 256 characters count, as only they are kept with a reading."""
    kept = agent.ljust(AGENT_LIMIT, "x")
    assert is_robot(kept + tail) == is_robot(kept)


@pytest.mark.parametrize(
    "piece", ["a", "@", "@a", "(", "\\", "Current ", "spider ", "http://bsalsa", "\U0001f5de", "\x00"]
)
def test_hostile_agents_cost_no_more_than_honest_ones(piece: str) -> None:
    """An agent of one repeated piece is decided in milliseconds: no expression backtracks without bound."""
    is_robot(CHROME)
    start = time.perf_counter()
    is_robot("Mozilla/5.0 (Windows) Gecko/1 " + piece * 20_000)
    assert time.perf_counter() - start < 0.1
