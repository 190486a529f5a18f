"""Simulated time: every clock that the product reads shows what a test says."""

import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions import publish_due, sweep_events
from shared import schedule
from tests.newsroom import NEWSROOM, Newsroom, aws

START = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)


class Clock:
    """The time of a newsroom, which passes when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: datetime = START) -> None:
        self.now = start
        for name, module in list(sys.modules.items()):
            if name.startswith("shared.") and hasattr(module, "utc_now"):
                monkeypatch.setattr(module, "utc_now", self.read)
        seconds = SimpleNamespace(time=self.unix, time_ns=lambda: int(self.unix() * 1000) * 1_000_000)
        for name in ("ulid.time", "shared.readings.time", "shared.inbox.time"):
            monkeypatch.setattr(name, seconds)
        # What is remembered for some real seconds would be remembered for any simulated time.
        monkeypatch.setattr(schedule, "_KNOWN_FOR", -1.0)

    def read(self) -> datetime:
        """Now, as the product asks for it."""
        return self.now.replace(microsecond=self.now.microsecond // 1000 * 1000)

    def unix(self) -> float:
        """Now, in seconds."""
        return self.now.timestamp()

    def tick(self, **passed: float) -> datetime:
        """Lets some time pass."""
        self.now += timedelta(**passed)
        return self.now

    def at(self, moment: datetime) -> None:
        """Lets time pass until a moment."""
        self.now = moment


def rfc(moment: datetime) -> str:
    """A moment as a client writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def ring(story: str, number: int) -> int:
    """An alarm of a plan rings; how many stories it changed."""
    return publish_due.handler({"story": story, "schedule": number}, None)["fired"]


def sweep() -> int:
    """The minute's sweep; how many stories it changed."""
    return publish_due.handler({"id": "sweep", "detail-type": "Scheduled Event"}, None)["fired"]


def announce() -> int:
    """The sweep of the outbox; how many events it sent."""
    return sweep_events.handler({}, None)["sent"]


def told(story: str) -> list[dict[str, Any]]:
    """The event items of a story, first to last."""
    answer = aws("dynamodb").query(
        TableName=NEWSROOM,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":prefix": {"S": "EVENT#"}},
    )
    return list(answer["Items"])


def types(story: str) -> list[str]:
    """The types of a story's events, without their common beginning."""
    return [item["type"]["S"].removeprefix("article.") for item in told(story)]


def stored(newsroom: Newsroom) -> list[Any]:
    """All that the tables hold, to compare with later."""
    return sorted(newsroom.items(NEWSROOM) + newsroom.items("readings"), key=lambda item: (item["pk"], item["sk"]))
