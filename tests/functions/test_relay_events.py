"""Event items on the stream go to the bus."""

from typing import Any

import pytest

from functions import relay_events
from shared import clients, events
from tests.newsroom import NEWSROOM, Newsroom


def refuse(monkeypatch: pytest.MonkeyPatch, refusals: list[set[int]]) -> list[list[str]]:
    """A bus that refuses, call by call, the entries at the given places; returns what it took."""
    taken: list[list[str]] = []

    class Bus:
        def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
            refused = refusals.pop(0) if refusals else set()
            answers = [{"ErrorCode": "Throttled"} if at in refused else {"EventId": "1"} for at in range(len(Entries))]
            taken.append([entry["DetailType"] for at, entry in enumerate(Entries) if at not in refused])
            return {"FailedEntryCount": len(refused), "Entries": answers}

    monkeypatch.setattr(clients, "events", Bus)
    return taken


def records(newsroom: Newsroom, drafts: int) -> list[dict[str, Any]]:
    """The stream records of some new drafts."""
    for number in range(drafts):
        newsroom.draft(lede=str(number))
    return newsroom.stream(NEWSROOM, "RelayEvents")


def test_every_change_arrives_once_in_an_envelope(newsroom: Newsroom) -> None:
    """A draft and its publication are two events with sequences 1 and 2; a confirmation is not announced."""
    story = newsroom.published()
    newsroom.deliver()
    assert [(event["detail-type"], event["detail"]["sequence"]) for event in newsroom.bus] == [
        ("article.created", 1),
        ("article.published", 2),
    ]
    assert all(event["detail"]["subject"] == story for event in newsroom.bus)


def test_more_than_ten_events_go_in_tens(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """PutEvents takes ten entries; a batch of 23 is sent in three calls."""
    batch = records(newsroom, 23)
    taken = refuse(monkeypatch, [])
    relay_events.handler({"Records": batch}, None)
    assert [len(part) for part in taken] == [10, 10, 3]


def test_a_refused_entry_is_sent_again_alone(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """PutEvents answers 200 with FailedEntryCount: the failed entry alone is sent once more."""
    batch = records(newsroom, 3)
    taken = refuse(monkeypatch, [{1}])
    relay_events.handler({"Records": batch}, None)
    assert [len(part) for part in taken] == [2, 1]


def test_what_is_refused_twice_comes_again(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the bus still refuses, the function fails, so that the stream delivers the batch again."""
    batch = records(newsroom, 3)
    refuse(monkeypatch, [{1}, {0}])
    with pytest.raises(events.Unsent, match="1 of 3"):
        relay_events.handler({"Records": batch}, None)


def test_a_relay_that_ignores_failures_loses_events(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking the look at FailedEntryCount away is seen: nothing fails and an event is gone."""
    batch = records(newsroom, 3)
    taken = refuse(monkeypatch, [{1}, {0}])

    def blind(entries: list[Any]) -> list[Any]:
        clients.events().put_events(Entries=entries)
        return []

    monkeypatch.setattr(events, "_put", blind)
    relay_events.handler({"Records": batch}, None)
    assert sum(len(part) for part in taken) == 2
