"""Every few minutes: events that nobody has confirmed are announced again."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from shared import clients, events, inbox, table
from tests.life.simulated import START, Clock, announce
from tests.newsroom import CONSUMERS, NEWSROOM, Newsroom, sqs_event

OUTAGE = timedelta(hours=25)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time."""
    return Clock(monkeypatch)


class Bus:
    """PutEvents in front of the real one: down, or counting what it takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.down = False
        self.taken: list[str] = []
        real = clients.events()

        def put_events(*, Entries: list[Any]) -> Any:  # noqa: N803  # the API's own name
            if self.down:
                raise EndpointConnectionError(endpoint_url="https://events")
            self.taken += [json.loads(entry["Detail"])["id"] for entry in Entries]
            return real.put_events(Entries=Entries)

        self.put_events = put_events
        monkeypatch.setattr(clients, "events", lambda: self)


@pytest.fixture
def bus(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """The bus of a test."""
    return Bus(monkeypatch)


def waiting() -> list[str]:
    """The ids of the events that nobody has confirmed."""
    return [image["event_id"] for image in events.unconfirmed(START + timedelta(days=365), limit=1000)]


def test_what_is_confirmed_or_young_is_left_alone(newsroom: Newsroom, clock: Clock, bus: Bus) -> None:
    """For two minutes an event belongs to the stream; confirmed, it is never sent again."""
    newsroom.draft()
    clock.tick(seconds=119)
    assert announce() == 0
    clock.tick(seconds=2)
    assert announce() == 1
    newsroom.deliver_queues()
    assert (announce(), len(bus.taken)) == (0, 1)


def test_the_outbox_tells_its_age(newsroom: Newsroom, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """What had to be sent again is counted, with the age of the oldest in seconds; an idle sweep tells nothing."""
    announce()
    assert "EventsRepaired" not in capsys.readouterr().out
    newsroom.draft()
    clock.tick(minutes=20)
    announce()
    said = capsys.readouterr().out
    assert ('"EventsRepaired":[1.0]' in said, '"OutboxAge":[1200.0]' in said) == (True, True)


def change(newsroom: Newsroom, stories: list[str], number: int) -> None:
    """Something happens to one of the stories, or another one is written."""
    if number % 3 == 0:
        stories.append(newsroom.draft(section="news", tags=[f"t{number % 4}"]).json["id"])
        newsroom.change("POST", stories[-1], "/publication")
    story = stories[number % len(stories)]
    status = newsroom.http("GET", f"/desk/articles/{story}").json["status"]
    if status == "unpublished":
        newsroom.change("POST", story, "/publication")
    elif number % 4 == 1:
        newsroom.change("DELETE", story, "/publication")
    else:
        newsroom.change("PATCH", story, "", {"section": ("sport", "news")[number % 2], "tags": [f"t{number % 5}"]})


def truth(newsroom: Newsroom) -> dict[str, dict[str, int]]:
    """Sections and tags as the published stories have them."""
    found: dict[str, dict[str, int]] = {"sections": {}, "tags": {}}
    for story in newsroom.http("GET", "/articles", query={"limit": "100"}).json["items"]:
        for kind, names in (("sections", [story["section"]]), ("tags", story["tags"])):
            for name in names:
                found[kind][name] = found[kind].get(name, 0) + 1
    return found


def projected(newsroom: Newsroom) -> dict[str, dict[str, int]]:
    """Sections and tags as the projection has them."""
    topics = newsroom.http("GET", "/topics").json
    return {kind: {each["name"]: each["stories"] for each in topics[kind]} for kind in ("sections", "tags")}


def positions(newsroom: Newsroom) -> dict[str, int]:
    """How far the projection is with each story."""
    found = (item for item in newsroom.items(NEWSROOM) if item["sk"] == "POSITION")
    return {item["pk"]: int(item["sequence"]) for item in found}


def outage(newsroom: Newsroom, clock: Clock, bus: Bus) -> None:
    """Stories change while the bus is down for 25 hours; the stream gives up what is a day old; then it is back."""
    stories: list[str] = []
    bus.down = True
    began = clock.now
    for number in range(15):
        change(newsroom, stories, number)
        with pytest.raises(EndpointConnectionError):
            newsroom.deliver_events()
        clock.tick(seconds=OUTAGE.total_seconds() / 15)
        if clock.now - began > timedelta(minutes=5):
            with pytest.raises(EndpointConnectionError):
                announce()
    # Records that nobody could pass on are gone with their day; those that were refused last come no more either.
    newsroom.stream(NEWSROOM, "RelayEvents")
    assert bus.taken == []
    bus.down = False
    assert announce() == len(waiting())


def test_an_outage_of_25_hours_loses_nothing(newsroom: Newsroom, clock: Clock, bus: Bus) -> None:
    """The outbox outlives the stream: each event arrives and is confirmed, and projections end at the truth."""
    outage(newsroom, clock, bus)
    arrived = {queue: newsroom.take(queue) for queue in newsroom.queues}
    before: dict[str, int] = {}
    mixed = random.Random(1)
    for messages in arrived.values():
        mixed.shuffle(messages)
    for message in arrived["TopicsRule"] + arrived["TopicsRule"]:
        inbox_of(newsroom, "TopicsRule", message)
        now = positions(newsroom)
        assert all(now[story] >= sequence for story, sequence in before.items())
        before = now
    assert projected(newsroom) == truth(newsroom)
    for message in arrived["ConfirmRule"]:
        inbox_of(newsroom, "ConfirmRule", message)
    assert waiting() == []
    sent = len(bus.taken)
    clock.tick(minutes=10)
    assert (announce(), len(bus.taken), len(set(bus.taken))) == (0, sent, sent)


def inbox_of(newsroom: Newsroom, queue: str, message: dict[str, Any]) -> None:
    """One message to the consumer of a queue."""
    assert CONSUMERS[queue].handler(sqs_event(message), None) == {"batchItemFailures": []}


def test_a_projection_that_takes_any_order_is_seen(
    newsroom: Newsroom, clock: Clock, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its position, a projection that gets the newest event first ends elsewhere than the truth."""
    outage(newsroom, clock, bus)

    def anywhere(_consumer: str, _story: str, _sequence: int, effect: Any) -> bool:
        writes = effect({})[1]
        if writes:
            table.transact(writes)
        return True

    monkeypatch.setattr(inbox, "project", anywhere)
    for message in sorted(newsroom.take("TopicsRule"), key=lambda each: -each["detail"]["sequence"]):
        inbox_of(newsroom, "TopicsRule", message)
    assert projected(newsroom) != truth(newsroom)


def test_without_the_outbox_the_events_are_lost(
    newsroom: Newsroom, clock: Clock, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the sweep of the outbox away is seen: after the outage nothing has arrived."""
    monkeypatch.setattr(events, "unconfirmed", lambda *_, **__: [])
    newsroom.draft()
    newsroom.stream(NEWSROOM, "RelayEvents")
    clock.tick(hours=25)
    announce()
    newsroom.deliver()
    assert (bus.taken, newsroom.bus) == ([], [])
