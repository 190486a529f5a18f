"""An alarm of a plan, or the minute's sweep: what is due is published or taken down."""

import json
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions import publish_due
from shared import clients, settings
from tests.life.simulated import Clock, ring, sweep, types
from tests.newsroom import NEWSROOM, TEMPLATE, Newsroom, aws

PLAN = {"embargo_until": "2026-10-12T10:00:00Z", "at": "2026-10-12T11:00:00Z", "expires_at": "2026-10-12T12:00:00Z"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time."""
    return Clock(monkeypatch)


class Alarms:
    """The Scheduler API: keeps what is asked of it, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.error = error

    def create_schedule(self, **request: Any) -> None:
        """Remembers the request."""
        if self.error:
            raise self.error
        self.asked.append(request)


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Alarms:
    """The Scheduler API of a test."""
    api = Alarms()
    monkeypatch.setattr(clients, "scheduler", lambda: api)
    return api


def planned(newsroom: Newsroom, plan: dict[str, str]) -> str:
    """The id of a story with a plan."""
    story: str = newsroom.draft().json["id"]
    newsroom.change("POST", story, "/publication", plan)
    return story


def environment(function: str) -> set[str]:
    """The names of the variables that the template gives a function."""
    common = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = TEMPLATE["Resources"][function]["Properties"].get("Environment", {}).get("Variables", {})
    return set(common) | set(own)


def test_each_moment_of_a_plan_has_an_alarm(newsroom: Newsroom, clock: Clock, alarms: Alarms) -> None:
    """Embargo, publication and expiry: an alarm in UTC each, with its role and dead-letter queue, rung once."""
    story = planned(newsroom, PLAN)
    assert [each["ScheduleExpression"] for each in alarms.asked] == [
        "at(2026-10-12T10:00:00)",
        "at(2026-10-12T11:00:00)",
        "at(2026-10-12T12:00:00)",
    ]
    names = [each["Name"] for each in alarms.asked]
    assert names == [f"test-{story}-1{purpose}" for purpose in "epx"]
    for asked in alarms.asked:
        assert asked["ScheduleExpressionTimezone"] == "UTC"
        assert (asked["FlexibleTimeWindow"], asked["ActionAfterCompletion"]) == ({"Mode": "OFF"}, "DELETE")
        target = asked["Target"]
        assert json.loads(target["Input"]) == {"story": story, "schedule": 1}
        assert target["Arn"] == settings.value("PUBLISH_DUE_ARN")
        assert target["RoleArn"] == settings.value("SCHEDULER_ROLE_ARN")
        assert target["DeadLetterConfig"] == {"Arn": settings.value("SCHEDULE_DEAD_LETTERS_ARN")}


def test_an_alarm_is_called_after_the_story_and_the_plan(
    newsroom: Newsroom, clock: Clock, alarms: Alarms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest stack name and a plan of many digits make a name that the Scheduler takes; each plan has its own."""
    monkeypatch.setenv("STACK", "s" * 128)
    story = planned(newsroom, {"at": "2026-10-12T10:00:00+03:00", "reason": "r"} | {"at": PLAN["at"]})
    newsroom.change("POST", story, "/publication", {"at": "2026-10-12T13:30:00.001+03:00"})
    names = [each["Name"] for each in alarms.asked]
    assert len(set(names)) == 2
    assert all(story in name and len(name) <= 58 for name in names)
    # A moment between two seconds rings at the second one: early, nothing would be due.
    assert alarms.asked[1]["ScheduleExpression"] == "at(2026-10-12T10:30:01)"


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "CreateSchedule"),
        ClientError({"Error": {"Code": "ConflictException"}}, "CreateSchedule"),
        EndpointConnectionError(endpoint_url="https://scheduler"),
    ],
)
def test_a_scheduler_that_fails_is_only_logged(
    newsroom: Newsroom, clock: Clock, alarms: Alarms, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The plan stands without its alarm, the log tells of it, and the sweeper publishes in time."""
    alarms.error = error
    story = planned(newsroom, {"at": "2026-10-12T10:00:00Z"})
    assert "no alarm was set" in caplog.text
    clock.at(datetime.fromisoformat("2026-10-12T10:00:46Z"))
    assert sweep() == 1
    assert types(story) == ["created", "scheduled", "published"]


def test_it_works_with_what_the_template_gives_it(
    newsroom: Newsroom, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own environment alone the function lifts, publishes and expires: no alarm is left for it to set."""
    story = planned(newsroom, PLAN)
    for name in set(settings.NAMES) - environment("PublishDue"):
        monkeypatch.delenv(name)
    for hour in (10, 11, 12):
        clock.at(clock.now.replace(hour=hour))
        assert ring(story, 1) == 1
    assert types(story) == ["created", "scheduled", "embargo.lifted", "published", "unpublished"]


def test_an_alarm_of_another_plan_or_time_does_nothing(newsroom: Newsroom, clock: Clock) -> None:
    """Early, of an old plan, of one to come, or rung twice: nothing happens and nothing is told."""
    story = planned(newsroom, {"at": "2026-10-12T10:00:00Z"})
    newsroom.change("POST", story, "/publication", {"at": "2026-10-12T11:00:00Z"})
    clock.at(datetime.fromisoformat("2026-10-12T10:59:59.999Z"))
    assert [ring(story, number) for number in (1, 2, 3)] == [0, 0, 0]
    clock.tick(milliseconds=1)
    assert [ring(story, number) for number in (1, 3, 2, 2)] == [0, 0, 1, 0]
    assert types(story) == ["created", "scheduled", "scheduled", "published"]


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("DELETE", "/publication", None),
        ("POST", "/publication", {}),
        ("POST", "/withdrawal", {"kind": "killed"}),
    ],
)
def test_an_alarm_of_a_plan_that_is_over_does_nothing(
    newsroom: Newsroom, clock: Clock, method: str, what: str, body: Any
) -> None:
    """A plan taken back, a story published before its time, a story killed: the alarm and the sweep leave it."""
    story = planned(newsroom, {"at": "2026-10-12T10:00:00Z"})
    newsroom.change(method, story, what, body)
    before = types(story)
    clock.at(datetime.fromisoformat("2026-10-12T10:02:00Z"))
    assert (ring(story, 1), sweep(), types(story)) == (0, 0, before)


def test_a_publication_before_its_time_keeps_the_expiry(newsroom: Newsroom, clock: Clock, alarms: Alarms) -> None:
    """The alarm that was set for the expiry still takes the story down; another expiry gets an alarm of its own."""
    story = planned(newsroom, {"at": PLAN["at"], "expires_at": PLAN["expires_at"]})
    newsroom.change("POST", story, "/publication")
    assert len(alarms.asked) == 2
    other = newsroom.draft().json["id"]
    newsroom.change("POST", other, "/publication", {"expires_at": PLAN["expires_at"]})
    assert json.loads(alarms.asked[2]["Target"]["Input"]) == {"story": other, "schedule": 1}
    clock.at(datetime.fromisoformat(PLAN["expires_at"]))
    assert (ring(story, 1), ring(other, 1)) == (1, 1)
    assert types(story)[-1] == types(other)[-1] == "unpublished"


def test_one_that_fails_holds_up_no_others(
    newsroom: Newsroom, clock: Clock, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A due story whose text is lost is logged and counted as overdue; the ones behind it are published."""
    lost, story = planned(newsroom, {"at": "2026-10-12T10:00:00Z"}), planned(newsroom, {"at": "2026-10-12T10:00:01Z"})
    aws("dynamodb").delete_item(TableName=NEWSROOM, Key={"pk": {"S": f"STORY#{lost}"}, "sk": {"S": "TEXT#00000001"}})
    clock.at(datetime.fromisoformat("2026-10-12T10:06:00Z"))
    assert publish_due.handler({}, None) == {"fired": 1}
    assert types(story)[-1] == "published"
    said = capsys.readouterr().out
    assert [record.__dict__["story"] for record in caplog.records] == [lost]
    assert '"Overdue":[1.0]' in said
    assert '"DueRepaired":[1.0]' in said
