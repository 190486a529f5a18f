"""Counters and gates on the stream: boards, rolled-up totals and milestones follow them."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions import count_views, rank_stories
from shared import boards, views
from tests.newsroom import READINGS, Newsroom, aws

ZONE = ZoneInfo("Europe/Minsk")


def board(newsroom: Newsroom, **query: str) -> list[tuple[str, int]]:
    """Story and readings, in their order."""
    answer = newsroom.http("GET", "/most-read", query=query)
    assert answer.status == 200, answer.text
    return [(item["article"]["id"], item["readings"]) for item in answer.json["items"]]


def read(newsroom: Newsroom, story: str, times: int) -> None:
    """So many readings of a story."""
    for number in range(times):
        newsroom.read(story, f"10.{number // 200}.1.{number % 200}")
    newsroom.deliver()


def aged(newsroom: Newsroom, story: str, days: int, counted: int) -> str:
    """A day of a story, so many days ago."""
    day = (datetime.now(ZONE).date() - timedelta(days=days)).isoformat()
    item: dict[str, Any] = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": f"DAY#{day}"}, "counted": {"N": str(counted)}}
    item |= {"x_robot": {"N": "1"}, "m_shard-1": {"B": b"\x01"}}
    aws("dynamodb").put_item(TableName=READINGS, Item=item)
    return day


@pytest.mark.parametrize("window", ["hour", "day", "week", "all"])
def test_the_most_read_story_stands_first(newsroom: Newsroom, window: str) -> None:
    """Every window ranks by its own readings; only `all` knows what an older site counted."""
    quiet, hot, old = newsroom.published(), newsroom.published(), newsroom.published(carried_over=50)
    read(newsroom, quiet, 1)
    read(newsroom, hot, 3)
    expected = [(hot, 3), (quiet, 1)]
    assert board(newsroom, window=window) == ([(old, 50), *expected] if window == "all" else expected)


def test_a_section_has_boards_of_its_own(newsroom: Newsroom) -> None:
    """A story stands on its section's board, also after it moved to another one."""
    sport, news = newsroom.published(section="sport"), newsroom.published()
    read(newsroom, sport, 1)
    read(newsroom, news, 2)
    assert board(newsroom, section="sport") == [(sport, 1)]
    newsroom.change("PATCH", news, "", {"section": "sport"})
    newsroom.deliver()
    assert board(newsroom, section="sport") == [(news, 2), (sport, 1)]
    assert board(newsroom, section="news") == []


def test_what_readers_may_not_see_is_on_no_board(newsroom: Newsroom) -> None:
    """A withdrawn, killed or unpublished story leaves every board at once."""
    stories = [newsroom.published() for _ in range(4)]
    for story in stories:
        read(newsroom, story, 2)
    newsroom.change("POST", stories[0], "/withdrawal", {"kind": "withdrawn"})
    newsroom.change("POST", stories[1], "/withdrawal", {"kind": "killed"})
    newsroom.change("DELETE", stories[2], "/publication")
    for window in boards.Window:
        assert [story for story, _ in board(newsroom, window=window)] == [stories[3]]


def test_a_batch_that_comes_again_changes_nothing(newsroom: Newsroom) -> None:
    """Boards, totals and milestones are the same after any number of deliveries."""
    story = newsroom.published(carried_over=95)
    for number in range(8):
        newsroom.read(story, f"10.0.0.{number}")
    newsroom.deliver_markers()
    records = newsroom.stream(READINGS, "RankStories")
    rank_stories.handler({"Records": records}, None)
    before = sorted(newsroom.items(READINGS), key=str)
    rank_stories.handler({"Records": records}, None)
    rank_stories.handler({"Records": records[:1]}, None)
    assert sorted(newsroom.items(READINGS), key=str) == before


def test_a_milestone_is_announced_once(newsroom: Newsroom) -> None:
    """Reaching 100 leaves one event; what the older site had passed is no milestone of ours."""
    story = newsroom.published(carried_over=1_098)
    fresh = newsroom.published(carried_over=98)
    for _ in range(2):
        read(newsroom, story, 3)
        read(newsroom, fresh, 3)
    relayed = [item["sk"] for item in newsroom.items(READINGS) if item["sk"].startswith("MILESTONE#")]
    assert relayed == ["MILESTONE#0000000100"]


def test_old_days_are_rolled_into_the_total_once(newsroom: Newsroom) -> None:
    """Days before yesterday move into the total with all their counters and lose their marks; the sum stays."""
    story = newsroom.published()
    days = [aged(newsroom, story, back, 10 * back) for back in (1, 2, 3)]
    before = newsroom.http("GET", f"/articles/{story}/views").json
    for _ in range(2):
        read(newsroom, story, 0)
        rank_stories.handler(
            {"Records": [{"dynamodb": {"Keys": {"pk": {"S": f"STORY#{story}"}, "sk": {"S": "GATE"}}}}]}, None
        )
    after = newsroom.http("GET", f"/articles/{story}/views").json
    assert (after["counted"], after["excluded"], after["days"]) == (60, before["excluded"], before["days"])
    total = newsroom.item(READINGS, f"STORY#{story}", "TOTAL") or {}
    assert (int(total["counted"]), int(total["x_robot"])) == (50, 2)
    rolled = [newsroom.item(READINGS, f"STORY#{story}", f"DAY#{day}") or {} for day in days]
    assert ["rolled" in item for item in rolled] == [False, True, True]
    assert ["m_shard-1" in item for item in rolled] == [True, False, False]


def test_two_who_roll_the_same_day_add_it_once(newsroom: Newsroom) -> None:
    """Of two that saw the day unrolled, the second finds it done."""
    story = newsroom.published()
    aged(newsroom, story, 3, 10)
    seen = views.counters(story)
    now = datetime.now(UTC)
    assert (views.roll_up(story, seen, now), views.roll_up(story, seen, now)) == (1, 0)
    assert views.counters(story).counted == 10


def test_a_reading_of_a_closed_day_is_excluded_as_late(newsroom: Newsroom) -> None:
    """Records sent again by hand after their day was rolled up cannot be told from counted ones: they are told."""
    story = newsroom.published()
    gate = newsroom.item(READINGS, f"STORY#{story}", "GATE") or {}
    old = time.time() - 4 * 86400
    opening = next(name for name in gate if name.startswith("open#"))
    moment = datetime.fromtimestamp(old - 60, UTC).isoformat()
    aws("dynamodb").update_item(
        TableName=READINGS,
        Key={"pk": {"S": f"STORY#{story}"}, "sk": {"S": "GATE"}},
        UpdateExpression="SET #open = :at",
        ExpressionAttributeNames={"#open": opening},
        ExpressionAttributeValues={":at": {"S": moment}},
    )
    aged(newsroom, story, 4, 5)
    views.roll_up(story, views.counters(story), datetime.now(UTC))
    newsroom.read(story, "10.0.0.1")
    records = newsroom.stream(READINGS, "CountViews")
    records[0]["dynamodb"]["NewImage"]["at"] = {"N": str(old)}
    for _ in range(2):
        count_views.handler({"Records": records, "shardId": "shard-1"}, None)
    counts = views.counters(story)
    assert (counts.counted, counts.sum("x_late")) == (5, 1)


def test_a_board_keeps_a_hundred(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board is bounded: the least read leave it."""
    monkeypatch.setattr(boards, "_LENGTH", 2)
    stories = [newsroom.published() for _ in range(3)]
    for number, story in enumerate(stories, 1):
        read(newsroom, story, number)
    assert board(newsroom, window="day") == [(stories[2], 3), (stories[1], 2)]


@pytest.mark.parametrize(
    ("query", "pointer"), [({"window": "year"}, "/query/window"), ({"limit": "51"}, "/query/limit")]
)
def test_a_board_that_is_not_there_is_refused(newsroom: Newsroom, query: dict[str, str], pointer: str) -> None:
    """An unknown window or too long a list is named."""
    answer = newsroom.http("GET", "/most-read", query=query)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
