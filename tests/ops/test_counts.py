"""Counts are compared with their markers, with themselves, and taken over from an older site."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.client import Client
from local.stack import LocalStack
from ops import import_totals, reconcile, recount
from ops.deployed import Deployed
from shared import views
from tests.newsroom import BROWSER, READINGS, Newsroom, aws
from tests.ops.conftest import Run
from tests.ops.test_redrive import eventually

ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def read(newsroom: Newsroom) -> str:
    """A story with five readers, two of whom came again, and a robot, all counted."""
    story = newsroom.published()
    for last in [0, 1, 2, 3, 4, 0, 1]:
        newsroom.read(story, f"10.0.0.{last}")
    newsroom.read(story, "10.0.0.9", **{"user-agent": ROBOT})
    newsroom.deliver()
    return story


def damage(story: str, day: str, **values: int) -> None:
    """Sets counters of a day to something else."""
    aws("dynamodb").update_item(
        TableName=READINGS,
        Key={"pk": {"S": f"STORY#{story}"}, "sk": {"S": day}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
        ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in values.items()},
    )


def day_of(newsroom: Newsroom, story: str) -> dict[str, Any]:
    """The one day of a story."""
    (day,) = (item for item in newsroom.items(READINGS) if item["pk"] == f"STORY#{story}" and item["sk"][:4] == "DAY#")
    return day


def moved_to_yesterday(newsroom: Newsroom, story: str) -> str:
    """As if all of it had been a day ago; the sort key of the day."""
    day = day_of(newsroom, story)
    table = aws("dynamodb")
    yesterday = (datetime.fromisoformat(day["sk"].removeprefix("DAY#")) - timedelta(days=1)).date().isoformat()
    for item in newsroom.items(READINGS):
        raw = table.get_item(TableName=READINGS, Key={name: {"S": item[name]} for name in ("pk", "sk")})["Item"]
        if item["sk"] == "MARKER":
            raw["at"] = {"N": str(float(item["at"]) - 86400)}
        elif item["sk"] == "GATE":
            raw |= {name: {"S": "2018-10-12T00:00:00Z"} for name in raw if name.startswith("open#")}
        elif item["sk"] == day["sk"]:
            table.delete_item(TableName=READINGS, Key={"pk": raw["pk"], "sk": raw["sk"]})
            raw["sk"] = {"S": f"DAY#{yesterday}"}
        table.put_item(TableName=READINGS, Item=raw)
    return f"DAY#{yesterday}"


def test_right_counters_are_what_their_markers_say(newsroom: Newsroom, read: str) -> None:
    """Nothing is found where nothing is wrong."""
    assert day_of(newsroom, read)["counted"] == 5
    assert recount.differences(datetime.now(UTC)) == []


def test_a_wrong_day_is_found_and_yesterday_put_right(newsroom: Newsroom, read: str) -> None:
    """Lost and doubled readings are told; repeats, which no marker remembers, stay."""
    sk = moved_to_yesterday(newsroom, read)
    right = newsroom.item(READINGS, f"STORY#{read}", sk) or {}
    damage(read, sk, counted=3, x_robot=7)
    now = datetime.fromisoformat(sk.removeprefix("DAY#") + "T12:00:00+03:00") + timedelta(days=1)
    (found,) = recount.differences(now)
    assert (found.stored["counted"], found.markers["counted"], found.markers["x_robot"]) == (3, 5, 1)
    assert recount.settled(found, now)
    assert recount.put_right(found)
    after = newsroom.item(READINGS, f"STORY#{read}", sk) or {}
    assert {name: after[name] for name in right} == right
    assert recount.differences(now) == []


def test_a_day_that_still_fills_is_only_compared(newsroom: Newsroom, read: str) -> None:
    """Readings of today, and of the first hour after midnight, may still be on their way."""
    sk = day_of(newsroom, read)["sk"]
    damage(read, sk, counted=3)
    (found,) = recount.differences(datetime.now(UTC))
    midnight = datetime.fromisoformat(sk.removeprefix("DAY#") + "T00:00:00+03:00") + timedelta(days=1)
    settled = [recount.settled(found, midnight + timedelta(minutes=minutes)) for minutes in (-600, 0, 60, 61)]
    assert settled == [False, False, False, True]


def test_a_day_that_changed_meanwhile_is_left(newsroom: Newsroom, read: str) -> None:
    """What was counted between reading and writing is not lost, and a rolled-up day is closed."""
    sk = day_of(newsroom, read)["sk"]
    damage(read, sk, counted=3)
    (found,) = recount.differences(datetime.now(UTC))
    damage(read, sk, counted=4)
    assert not recount.put_right(found)
    (found,) = recount.differences(datetime.now(UTC))
    damage(read, sk, rolled=1)
    assert not recount.put_right(found)
    assert day_of(newsroom, read)["counted"] == 4


def test_books_that_add_up_are_told_as_such(newsroom: Newsroom, read: str) -> None:
    """Days before and after the roll-up, with exclusions and an older site's count."""
    aged = f"DAY#{(datetime.now(UTC) - timedelta(days=4)).date()}"
    damage(read, aged, counted=10, x_repeat=2, h07=10)
    views.roll_up(read, views.counters(read), datetime.now(UTC))
    found, off = reconcile.faults()
    assert off == {}
    assert (found[read].days, found[read].counted) == (2, 15)
    assert views.counters(read).counted == 15


@pytest.mark.parametrize(
    ("sk", "wrong", "fault"),
    [
        ("TOTAL", "counted", "counted: "),
        ("TOTAL", "x_repeat", "x_repeat: "),
        ("aged", "x_late", "x_late: "),
        ("aged", "h07", ": hours"),
    ],
)
def test_books_that_do_not_are_found(newsroom: Newsroom, read: str, sk: str, wrong: str, fault: str) -> None:
    """A total, an exclusion or an hour that is off is named."""
    aged = f"DAY#{(datetime.now(UTC) - timedelta(days=4)).date()}"
    damage(read, aged, counted=10, x_repeat=2, h07=10)
    views.roll_up(read, views.counters(read), datetime.now(UTC))
    damage(read, aged if sk == "aged" else sk, **{wrong: 99})
    _, off = reconcile.faults()
    assert list(off) == [read]
    assert fault in off[read][0]


def table_of(newsroom: Newsroom, path: Path, write: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The command on the newsroom in this process."""
    here = Deployed("test", {}, {"NewsroomTable": "newsroom", "ReadingsTable": READINGS})
    monkeypatch.setattr(Deployed, "find", lambda _: here)
    return import_totals.main([str(path), *write])


def test_an_older_site_s_totals_are_taken_over_and_stay(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By id, slug, former slug and URL; again changes nothing; a later publication of the story keeps them."""
    stories = [newsroom.published(slug=f"slug-{number}", carried_over=7) for number in range(4)]
    newsroom.change("PATCH", stories[3], "", {"slug": "renamed"})
    lines = [
        "story,total",
        f"{stories[0]},146",
        "slug-1, 2000 ",
        "https://old.example/news/slug-2.html?x=1,30",
        "slug-3,4",
        "",
    ]
    path = tmp_path / "totals.csv"
    path.write_text("\ufeff" + "\n".join(lines), "utf-8")
    assert table_of(newsroom, path, [], monkeypatch) == 0
    assert views.counters(stories[0]).carried_over == 7
    for _ in range(2):
        assert table_of(newsroom, path, ["--write"], monkeypatch) == 0
    assert [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()] == [
        "would be taken over",
        "taken over",
        "as it was",
    ]
    newsroom.deliver()
    newsroom.change("DELETE", stories[0], "/publication")
    newsroom.change("POST", stories[0], "/publication")
    shown = [newsroom.http("GET", f"/articles/{story}/views").json for story in stories]
    assert [(each["total"], each["carried_over"]) for each in shown] == [(n, n) for n in (146, 2000, 30, 4)]
    top = newsroom.http("GET", "/most-read", query={"window": "all"}).json["items"]
    assert [item["readings"] for item in top] == [2000, 146, 30, 4]


def test_a_line_that_says_nothing_usable_is_named(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are taken over all the same."""
    story = newsroom.published(slug="there")
    path = tmp_path / "totals.csv"
    path.write_text("there,5\nnowhere,6\nthere,-7\nthere\n/,8\nthere,٩\n" + f"there,{'9' * 400}\n", "utf-8")
    assert table_of(newsroom, path, ["--write"], monkeypatch) == 1
    told = capsys.readouterr().out
    assert [line.split(":")[0] for line in told.splitlines()[:6]] == [f"line {number}" for number in range(2, 8)]
    assert views.counters(story).carried_over == 5


def test_the_commands_run_on_a_stack(stack: LocalStack, desk: Client, reader: Client, run: Run, tmp_path: Path) -> None:
    """As an operator types them, on a stack with a story that was read."""
    story = desk.call("POST", "/articles", {"headline": "Read twice", "body_text": "Yes."}).json["id"]
    desk.call("POST", f"/articles/{story}/publication")
    for address in ("192.0.2.1", "192.0.2.2"):
        headers = {"user-agent": BROWSER, "x-viewer-address": address, "x-cdn-secret": stack.cdn_secret}
        reader.call("POST", f"/articles/{story}/views", headers=headers)
    eventually(lambda: reader.call("GET", f"/articles/{story}/views").json["counted"] == 2)
    file = tmp_path / "totals.csv"
    file.write_text(f"{story},144\n", "utf-8")
    assert run("ops.import_totals", str(file), "--write").stdout.split() == ["1", "taken", "over"]
    assert reader.call("GET", f"/articles/{story}/views").json["total"] == 146
    counted, summed = run("ops.recount"), run("ops.reconcile")
    assert (counted.returncode, summed.returncode) == (0, 0), counted.stdout + summed.stdout
    assert "0 stories are off" in summed.stdout
