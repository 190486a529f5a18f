"""Counting as the stream delivers it: hot stories, shards that split, a consumer that dies between two writes."""

import random
import time
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

import pytest

from bench.units import size
from shared import clients, counting, sampling, views
from shared.table import dump
from tests.newsroom import BROWSER, CDN_SECRET, READINGS, Newsroom, aws

_BASE = 10**39  # sequence numbers of the stream have some 40 digits
UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def record(story: str, number: int, *, at: float | None = None, weight: int = 1, event: str = "INSERT") -> Any:
    """A marker's stream record, as Lambda delivers it."""
    moment = time.time() if at is None else at
    marker = {"pk": f"MARKER#{story}#{int(moment // 1800)}#network#{number}", "sk": "MARKER"}
    image = dump(marker | {"agent": BROWSER, "weight": weight}) | {"at": {"N": f"{moment:.3f}"}}
    change = {"Keys": dump(marker), "NewImage": image, "SequenceNumber": str(_BASE + number)}
    return {"eventName": event, "dynamodb": change | {"ApproximateCreationDateTime": moment}}


def counts(newsroom: Newsroom, story: str) -> dict[str, Any]:
    """What readers are told."""
    found: dict[str, Any] = newsroom.http("GET", f"/articles/{story}/views").json
    return found


def hot(story: str, per_second: int, *, seconds: int = 2, weight: int = 1, start: int = 0) -> list[Any]:
    """The records of a story's shard for some seconds that end now."""
    now, number = time.time(), per_second * seconds
    return [
        record(story, start + each, at=now - seconds + (each + 1) / per_second, weight=weight) for each in range(number)
    ]


def test_a_sampled_reading_counts_for_its_weight(newsroom: Newsroom) -> None:
    """Weights add up in the day, its hours and the total; the error is that of the sample, and 0 without one."""
    story = newsroom.published()
    counting.count([record(story, each) for each in range(5)], "shard-1")
    assert (counts(newsroom, story)["total"], counts(newsroom, story)["error"]) == (5, 0)
    (day,) = (item for item in newsroom.items(READINGS) if item["sk"].startswith("DAY#"))
    assert "variance_sum" not in day
    counting.count([record(story, 10 + each, weight=16) for each in range(3)], "shard-1")
    found = counts(newsroom, story)
    assert (found["total"], found["error"]) == (5 + 48, sampling.error(3 * 16 * 15))
    (day,) = (item for item in newsroom.items(READINGS) if item["sk"].startswith("DAY#"))
    assert sum(int(number) for name, number in day.items() if name.startswith("h")) == 53
    article = newsroom.http("GET", f"/articles/{story}").json
    assert (article["views"], article["views_error"]) == (found["total"], found["error"])


def test_a_repeat_of_a_sampled_reader_does_not_count(newsroom: Newsroom) -> None:
    """It is excluded with the weight of the reading that it repeats, and no error comes of it."""
    story = newsroom.published()
    counting.count([record(story, 1, weight=16), record(story, 2, weight=16, event="MODIFY")], "shard-1")
    found = counts(newsroom, story)
    assert (found["counted"], found["excluded"]["repeat"], found["error"]) == (16, 16, sampling.error(240))


def test_the_error_outlives_its_day(newsroom: Newsroom) -> None:
    """What was sampled stays told as such when its day is rolled into the total."""
    story = newsroom.published()
    now = datetime.now(UTC)
    aged = (now - timedelta(days=4)).date().isoformat()
    day = dump({"pk": f"STORY#{story}", "sk": f"DAY#{aged}", "counted": 1600, "variance_sum": 24000})
    aws("dynamodb").put_item(TableName=READINGS, Item=day)
    before = counts(newsroom, story)["error"]
    assert views.roll_up(story, views.counters(story), now) == 1
    assert counts(newsroom, story)["error"] == before == sampling.error(24000)


def test_a_hot_story_s_answers_carry_what_its_readers_send(newsroom: Newsroom) -> None:
    """The rate that the counting saw becomes a weight and a token, which the recording takes for what they are."""
    story = newsroom.published()
    assert newsroom.http("GET", f"/articles/{story}").json["reading"] == {"weight": 1, "token": None}
    counting.count(hot(story, 400), "one")
    counting.count(hot(story, 400, start=10_000), "other")
    answer = newsroom.http("GET", f"/articles/{story}")
    reading = answer.json["reading"]
    assert reading["weight"] == 4
    assert newsroom.http("GET", f"/articles/{story}/views").json["reading"]["weight"] == 4
    assert reading["token"] in answer.headers["etag"]
    assert f"s-maxage={sampling.SHARED_AGE}" in answer.headers["cache-control"]
    before = counts(newsroom, story)["counted"]
    headers = {"user-agent": BROWSER, "x-cdn-secret": CDN_SECRET, "x-viewer-address": "203.0.113.9"}
    newsroom.http("POST", f"/articles/{story}/views", {"token": reading["token"]}, headers=headers)
    newsroom.deliver()
    assert counts(newsroom, story)["counted"] == before + 4


def test_a_copy_without_a_token_is_no_longer_current(newsroom: Newsroom) -> None:
    """A cache that asks whether its copy is current is given the weight, and a copy of this minute is current."""
    story = newsroom.published()
    cold = newsroom.http("GET", f"/articles/{story}").headers["etag"]
    counting.count(hot(story, 400), "shard-1")
    answer = newsroom.http("GET", f"/articles/{story}", headers={"if-none-match": cold})
    assert (answer.status, answer.json["reading"]["weight"]) == (200, 2)


def test_the_tail_keeps_no_rate(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story that is read now and then costs one write a batch and nothing beside it."""
    story = newsroom.published()
    written: list[str] = []
    update = clients.dynamodb().update_item

    def counted(**request: Any) -> Any:
        written.append(request["Key"]["sk"]["S"])
        return update(**request)

    monkeypatch.setattr(clients.dynamodb(), "update_item", counted)
    counting.count([record(story, 1)], "shard-1")
    counting.count(hot(story, 19, start=100), "shard-1")
    assert [sk[:4] for sk in written] == ["DAY#", "DAY#"]
    counting.count(hot(story, 20, start=1000), "shard-1")
    assert [sk[:4] for sk in written[2:]] == ["DAY#", "RATE"]


def test_a_rate_is_held_as_the_decision_says(newsroom: Newsroom) -> None:
    """The condition of the write is `sampling.replaces`: higher at once, lower only after the hold."""
    story = newsroom.published()
    dice, held = random.Random(4), None
    for step in range(60):
        rate = sampling.Rate(1_795_435_200 + step * 3, float(dice.randrange(20, 2000)), 20.0)
        if sampling.replaces(rate, held):
            held = rate
        counting._keep_rate(story, rate, "m_shard")
        (kept,) = views.counters(story).rates
        assert kept == held


def test_an_unknown_id_leaves_its_markers_only(newsroom: Newsroom) -> None:
    """However hot, an id that is no published story's has no counter and no rate."""
    draft = newsroom.draft().json["id"]
    counting.count(hot(UNKNOWN, 100) + hot(draft, 100, start=500), "shard-1")
    assert newsroom.items(READINGS) == []


def test_an_empty_batch_is_nothing(newsroom: Newsroom) -> None:
    """The end of a window may come without records."""
    counting.count([], "shard-1")
    assert newsroom.items(READINGS) == []


@pytest.mark.parametrize("order", ["parent first", "child first", "mixed", "parent again"])
def test_a_shard_that_splits_counts_once(newsroom: Newsroom, order: str) -> None:
    """A record stands in one shard only, so the marks of parent and children never stand for each other's records.

    The sequence numbers of the children go on behind the parent's, and a repeat in a child of a reading in the parent
    is a repeat: that is decided where it is written.
    """
    story = newsroom.published()
    parent = [record(story, each) for each in range(10)]
    left = [record(story, 20 + 2 * each) for each in range(5)]
    right = [record(story, 21 + 2 * each, event="MODIFY" if each == 0 else "INSERT") for each in range(5)]
    parts = [("parent", parent), ("left", left), ("right", right)]
    match order:
        case "child first":
            parts.reverse()
        case "mixed":
            parts = [("parent", parent[:5]), ("right", right[:3]), ("parent", parent[5:]), ("left", left), parts[2]]
        case "parent again":
            parts = [*parts, *parts]
    for shard, part in parts:
        counting.count(part, shard)
    found = counts(newsroom, story)
    assert (found["counted"], found["excluded"]["repeat"]) == (19, 1)


def test_a_consumer_that_dies_between_two_writes_adds_the_rest(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after any number of writes of a batch of many stories, the batch sent again adds what is missing."""
    stories = [newsroom.published() for _ in range(3)]
    records = [record(story, 10 * place + each) for place, story in enumerate(stories) for each in range(3)]
    add = counting._add
    for survived in range(len(stories)):
        left = iter(range(survived))

        def killed(*given: Any, left: Any = left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            add(*given)

        monkeypatch.setattr(counting, "_add", killed)
        with pytest.raises(KeyboardInterrupt):
            counting.count(records, "shard-1")
    monkeypatch.setattr(counting, "_add", add)
    counting.count(records, "shard-1")
    assert [counts(newsroom, story)["counted"] for story in stories] == [3, 3, 3]


def test_batches_cut_anyhow_count_once(newsroom: Newsroom) -> None:
    """A shard's records in batches of any size, each sent again from anywhere before: the sum is the same."""
    story, dice = newsroom.published(), random.Random(11)
    records = [record(story, each, weight=dice.choice((1, 2, 8))) for each in range(60)]
    done = 0
    while done < len(records):
        start = dice.randrange(max(0, done - 10), done + 1)
        done = max(done, min(len(records), start + dice.randrange(1, 15)))
        counting.count(records[start:done], "shard-1")
    weights = [int(each["dynamodb"]["NewImage"]["weight"]["N"]) for each in records]
    assert counts(newsroom, story)["counted"] == sum(weights)


def test_midnight_is_the_title_s(newsroom: Newsroom) -> None:
    """A batch over midnight fills two days, each once, however often it comes."""
    story = newsroom.published()
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+03:00").timestamp()
    gate = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": "GATE"}, "open#1": {"S": "2026-11-01T00:00:00Z"}}
    aws("dynamodb").put_item(TableName=READINGS, Item=gate)
    records = [record(story, each, at=midnight - 3 + each) for each in range(6)]
    for part in (records, records[2:5], records[:1], records):
        counting.count(part, "shard-1")
    days = {item["sk"]: int(item["counted"]) for item in newsroom.items(READINGS) if item["sk"].startswith("DAY#")}
    assert days == {"DAY#2026-11-23": 3, "DAY#2026-11-24": 3}


def test_a_story_that_is_withdrawn_and_back_counts_while_it_is_seen(newsroom: Newsroom) -> None:
    """Readings while the story is away are excluded as such; those before and after count."""
    story = newsroom.published()
    gate = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": "GATE"}}
    moments = {"open#2": "10:00", "shut#2": "11:00", "open#5": "12:00", "shut#5": "13:00", "open#7": "14:00"}
    times = {name: {"S": f"2026-11-23T{clock}:00Z"} for name, clock in moments.items()}
    aws("dynamodb").put_item(TableName=READINGS, Item=gate | times)
    noon = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    hours = [9.5, 10.0, 10.5, 11.5, 12.5, 13.5, 14.5]
    counting.count([record(story, each, at=noon + hour * 3600) for each, hour in enumerate(hours)], "shard-1")
    found = counts(newsroom, story)
    assert (found["counted"], found["excluded"]["unpublished"]) == (4, 3)


def test_a_day_of_many_shards_is_one_unit(newsroom: Newsroom) -> None:
    """Four partitions roll over six times a day: the marks of 24 shards, every hour and every reason fit in 1 KB."""
    story = newsroom.published()
    key = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": f"DAY#{views.local(time.time()).date()}"}}
    for number, part in enumerate(batched(range(48), 2, strict=True)):
        counting.count([record(story, each) for each in part], f"shardId-00000001795469400000-{number:08x}")
    aws("dynamodb").update_item(
        TableName=READINGS,
        Key=key,
        UpdateExpression="SET " + ", ".join(f"h{hour:02} = :many" for hour in range(24)) + ", counted = :more",
        ExpressionAttributeValues={":many": {"N": "123456"}, ":more": {"N": "1234567"}},
    )
    item = aws("dynamodb").get_item(TableName=READINGS, Key=key)["Item"]
    item |= {f"x_{reason}": {"N": "12345"} for reason in views.EXCLUSIONS} | {"variance_sum": {"N": "123456789"}}
    assert sum(name.startswith(views.MARK) for name in item) == 24
    assert size(item) <= 1024


def test_one_address_adds_a_bounded_share_of_a_hot_story(newsroom: Newsroom) -> None:
    """With a true token, and any number of ids, one address adds at most 64 readings of the story's weight."""
    story = newsroom.published()
    token = sampling.token("new-key", story, 4, time.time())
    headers = {"user-agent": BROWSER}
    for number in range(300):
        newsroom.http("POST", f"/articles/{story}/views", {"reader": str(number), "token": token}, headers=headers)
    newsroom.deliver()
    assert 40 * 4 < counts(newsroom, story)["counted"] <= 64 * 4
