"""Markers on the stream become counts, each once."""

from typing import Any

import pytest

from functions import count_views
from shared import counting, robots
from tests.newsroom import READINGS, Newsroom

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def counts(newsroom: Newsroom, story: str) -> tuple[int, dict[str, int]]:
    """Readings counted, and those excluded by reason where there are any."""
    found = newsroom.http("GET", f"/articles/{story}/views").json
    return found["counted"], {reason: number for reason, number in found["excluded"].items() if number}


def batch(newsroom: Newsroom) -> list[dict[str, Any]]:
    """The markers that the stream holds for count_views."""
    return newsroom.stream(READINGS, "CountViews")


def test_repeats_and_robots_are_excluded_with_their_reason(newsroom: Newsroom) -> None:
    """Six readers, three of whom come again, and two robots: six are counted, five excluded."""
    story = newsroom.published()
    for last in [0, 1, 2, 3, 4, 5, 0, 1, 2]:
        newsroom.read(story, f"10.0.0.{last}")
    for last in range(2):
        newsroom.read(story, f"10.9.0.{last}", **{"user-agent": ROBOT})
    newsroom.deliver()
    assert counts(newsroom, story) == (6, {"repeat": 3, "robot": 2})


def test_a_batch_that_comes_again_adds_nothing(newsroom: Newsroom) -> None:
    """Delivered twice, bisected, or cut otherwise, the records of a shard count once."""
    story = newsroom.published()
    for last in range(10):
        newsroom.read(story, f"10.0.0.{last}")
    records = batch(newsroom)
    assert len(records) == 10
    for part in (records[:6], records[:6], records[:3], records[3:6], records[2:8], records, records[5:]):
        count_views.handler({"Records": part, "shardId": "shard-1"}, None)
    assert counts(newsroom, story) == (10, {})


def test_shards_keep_marks_of_their_own(newsroom: Newsroom) -> None:
    """What another shard has counted does not hide records with lower sequence numbers."""
    story = newsroom.published()
    for last in range(4):
        newsroom.read(story, f"10.0.0.{last}")
    records = batch(newsroom)
    count_views.handler({"Records": records[2:], "shardId": "shard-2"}, None)
    count_views.handler({"Records": records[:2], "shardId": "shard-1"}, None)
    assert counts(newsroom, story) == (4, {})


def test_a_story_that_nobody_could_read_is_not_read(newsroom: Newsroom) -> None:
    """A reading of a draft and of an unknown id leaves nothing but its marker."""
    draft = newsroom.draft().json["id"]
    for story in (draft, "01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        newsroom.read(story, "10.0.0.1")
    newsroom.deliver()
    assert {item["sk"] for item in newsroom.items(READINGS)} == {"MARKER"}


def test_a_reading_right_after_publication_counts(newsroom: Newsroom) -> None:
    """The gate opens in the publication's own transaction."""
    story = newsroom.draft().json["id"]
    newsroom.http("POST", f"/articles/{story}/publication")
    newsroom.read(story, "10.0.0.1")
    newsroom.deliver()
    assert counts(newsroom, story) == (1, {})


def test_an_unreadable_record_is_told_not_thrown(newsroom: Newsroom) -> None:
    """A marker that lacks what is needed is excluded as unreadable; the batch goes on."""
    story = newsroom.published()
    newsroom.read(story, "10.0.0.1")
    newsroom.read(story, "10.0.0.2")
    records = batch(newsroom)
    del records[0]["dynamodb"]["NewImage"]["agent"]
    count_views.handler({"Records": records, "shardId": "shard-1"}, None)
    assert counts(newsroom, story) == (1, {"unreadable": 1})


def test_a_day_is_the_titles(newsroom: Newsroom) -> None:
    """A reading at 21:30 UTC belongs to the next day in Minsk."""
    story = newsroom.published()
    newsroom.read(story, "10.0.0.1")
    records = batch(newsroom)
    records[0]["dynamodb"]["NewImage"]["at"] = {"N": "1795469400.0"}  # 2026-11-23T21:30:00Z
    count_views.handler({"Records": records, "shardId": "shard-1"}, None)
    assert newsroom.item(READINGS, f"STORY#{story}", "DAY#2026-11-24")


@pytest.mark.parametrize("mechanism", ["mark", "modify", "gate", "robots"])
def test_each_mechanism_is_needed(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, mechanism: str) -> None:
    """Without the mark, the INSERT/MODIFY distinction, the gate or the robots list the count is wrong."""
    story, draft = newsroom.published(), newsroom.draft().json["id"]
    for last in [0, 1, 1]:
        newsroom.read(story, f"10.0.0.{last}")
    newsroom.read(story, "10.0.0.9", **{"user-agent": ROBOT})
    newsroom.read(draft, "10.0.0.1")
    records = batch(newsroom)
    if mechanism == "modify":
        for record in records:
            record["eventName"] = "INSERT"
    if mechanism == "robots":
        monkeypatch.setattr(robots, "is_robot", lambda _: False)
    if mechanism == "gate":
        wide = {"open#1": "2000-01-01T00:00:00Z"}
        monkeypatch.setattr(counting, "gates_of", lambda readings: {each.story: wide for each in readings})
    shards = ["shard-1", "shard-1"] if mechanism != "mark" else ["shard-1", "shard-2"]
    for shard in shards:
        count_views.handler({"Records": records, "shardId": shard}, None)
    newsroom.http("POST", f"/articles/{draft}/publication")
    assert [counts(newsroom, story), counts(newsroom, draft)] != [(2, {"repeat": 1, "robot": 1}), (0, {})]
