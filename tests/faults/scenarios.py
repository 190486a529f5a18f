"""What happens in a newsroom, as its callers see it: each scenario prepares, then acts under the fault."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions import confirm_events, project_topics, publish_due, relay_events, sweep_events
from shared.article import iso
from tests.faults.room import Room, key
from tests.newsroom import NEWSROOM, READINGS

PAGE = "1 Main Street\n\nFriday, 12 October 2018 15:52\n\nFrom a wire\n\nThe bridge was opened.\n\nIt took long.\n"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
LONG = "A long text of 1- to 4-byte characters: é, €, 🌉. " * 2_500


@dataclass(frozen=True)
class Scenario:
    """`prepare` runs undisturbed and returns what `act` needs; the faults hit the writes of `act`."""

    name: str
    prepare: Callable[[Room], Any]
    act: Callable[[Room, Any], None]


def text(headline: str, **more: Any) -> dict[str, Any]:
    """What an editor writes."""
    return {"headline": headline, "body_text": f"About {headline}.", "tags": ["bridge"]} | more


def draft(room: Room, headline: str, **more: Any) -> str:
    """The id of a draft that is there before the scenario begins."""
    answer = room.newsroom.http("POST", "/articles", text(headline, **more))
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def published(room: Room, headline: str) -> str:
    """The id of a story that readers see before the scenario begins."""
    story = draft(room, headline)
    assert room.newsroom.http("POST", f"/articles/{story}/publication").status == 200
    return story


def create(room: Room, _: None) -> None:
    """A short draft and one whose text lies in the bucket, each with a key for the client's second try."""
    room.model.expect("Short", "created", "draft", body="About Short")
    room.model.expect("Long", "created", "draft", body=LONG.strip())
    long = text("Long") | {"body_text": LONG}
    for content in (text("Short"), long):
        room.http("POST", "/articles", content, headers={"idempotency-key": key()})


def create_without_key(room: Room, _: None) -> None:
    """A draft whose request is its own key."""
    room.model.expect("Keyless", "created", "draft")
    room.http("POST", "/articles", text("Keyless"))


def ingest(room: Room, _: None) -> None:
    """A payload that is to be published as it comes in; the client posts it again after a lost answer."""
    room.model.expect("From a wire", "ingested published", "published", body="It took long.")
    room.model.payloads = 1
    room.http("POST", "/ingest", PAGE, headers={"content-type": "text/plain"}, query={"publish": "true"})
    room.payloads()


def wire_item(version: int, **more: Any) -> dict[str, Any]:
    """One version of an agency's story, as ninjs."""
    about = {"uri": "urn:wire:1", "type": "text", "version": str(version), "pubstatus": "usable", "language": "en"}
    return about | {"headline": f"Wire {version}", "body_text": f"Version {version}."} | more


def wire(room: Room, _: None) -> None:
    """An agency sends a story, an update, and the kill; each payload is posted again after a lost answer."""
    room.model.expect("Wire 1", "ingested published updated killed", "killed", "Wire 2")
    room.model.payloads = 3
    for payload in (wire_item(1), wire_item(2), wire_item(3, pubstatus="canceled")):
        room.http("POST", "/ingest", payload, query={"source": "agency", "publish": "true"})
        room.payloads()


def edit(room: Room, stories: tuple[str, str]) -> None:
    """A draft is rewritten; a published story is patched, then moves to another address."""
    room.model.expect("Draft", "created revised", "draft", "Draft 2")
    room.model.expect("Seen", "created published updated slug.changed", "published", "Seen 2", "Seen 3")
    room.change("PUT", stories[0], "", text("Draft 2"))
    room.change("PATCH", stories[1], "", {"headline": "Seen 2", "tags": ["river"]})
    room.change("PUT", stories[1], "", text("Seen 3", slug="elsewhere"))


def schedule(room: Room, story: str) -> None:
    """A plan is made and changed; the first alarm rings all the same, the second one publishes."""
    room.model.expect("Planned", "created scheduled scheduled published", "published")
    for hours in (2, 1):
        room.change("POST", story, "/publication", {"at": iso(room.now() + timedelta(hours=hours))})
    plan = {"story": story, "schedule": 1}
    room.alarm(plan)  # early, and of a plan that is no more
    room.wait(hours=1, minutes=1)
    room.ring()
    room.wait(hours=1)
    room.ring()


def embargo(room: Room, story: str) -> None:
    """An embargo ends with the publication; its alarms ring early, too."""
    room.model.expect("Held back", "created scheduled embargo.lifted published", "published")
    room.change("POST", story, "/publication", {"embargo_until": iso(room.now() + timedelta(hours=1))})
    room.alarm({"story": story, "schedule": 1})
    if room.newsroom.http("GET", f"/articles/{story}", group=None).status != 404:
        room.troubles.append("an embargo was broken")
    room.wait(hours=1, minutes=1)
    room.ring()


def expire(room: Room, story: str) -> None:
    """A story is published until a moment; its alarm takes it down."""
    room.model.expect("For an hour", "created published unpublished", "unpublished")
    room.change("POST", story, "/publication", {"expires_at": iso(room.now() + timedelta(hours=1))}, key=key())
    room.wait(hours=1, minutes=1)
    room.ring()


def publish(room: Room, stories: tuple[str, str]) -> None:
    """A story is published whose slug another one has, and with a key alone, as a client may that keeps no versions."""
    room.model.expect("Same", "created published", "published")
    room.model.expect("Same!", "created published", "published")
    path = f"/articles/{stories[1]}/publication"
    answer = room.http("POST", path, headers={"idempotency-key": key()})
    if answer.status != 200:
        room.troubles.append(f"the repeated publication was answered {answer.status}")


def plan_with_key(room: Room, story: str) -> None:
    """A client plans with an Idempotency-Key and without If-Match, and sends it again after a lost answer."""
    room.model.expect("Keyed", "created scheduled", "scheduled")
    at = iso(room.now() + timedelta(days=1))
    room.http("POST", f"/articles/{story}/publication", {"at": at}, headers={"idempotency-key": key()})


def correct(room: Room, story: str) -> None:
    """A correction with a new text, and one that only says so."""
    room.model.expect("Wrong", "created published corrected corrected", "corrected", "Right")
    room.change("POST", story, "/corrections", {"note": "It was wrong.", "article": text("Right")})
    room.change("POST", story, "/corrections", {"note": "Still."})


def withdraw(room: Room, stories: tuple[str, str]) -> None:
    """A story is taken off, put back, and leads to another one."""
    room.model.expect("There", "created published", "published")
    room.model.expect("Here", "created published unpublished published withdrawn", "redirect")
    room.change("DELETE", stories[1], "/publication")
    room.change("POST", stories[1], "/publication")
    room.change("POST", stories[1], "/withdrawal", {"kind": "redirect", "to": stories[0]})


def kill(room: Room, story: str) -> None:
    """A story must not be used."""
    room.model.expect("Untrue", "created published killed", "killed")
    room.change("POST", story, "/withdrawal", {"kind": "killed", "public_note": "Not true."})


def waiting(room: Room) -> list[dict[str, Any]]:
    """The stream records of a story that came and went."""
    _come_and_go(room, published(room, "Told"))
    return room.newsroom.stream(NEWSROOM, "RelayEvents")


def _come_and_go(room: Room, story: str) -> None:
    assert room.newsroom.http("DELETE", f"/articles/{story}/publication").status == 200
    room.model.expect("Told", "created published unpublished", "unpublished")
    room.wait(minutes=3)


def relay(room: Room, records: list[dict[str, Any]]) -> None:
    """Three events go to the bus in two calls."""
    room.call(lambda: relay_events.handler({"Records": records}, None))


def on_the_bus(room: Room) -> list[dict[str, Any]]:
    """Three events that the bus has put into the queues, each told while the story stood as it says."""
    story = published(room, "Told")
    records = room.newsroom.stream(NEWSROOM, "RelayEvents")
    relay_events.handler({"Records": records}, None)
    _come_and_go(room, story)
    later = room.newsroom.stream(NEWSROOM, "RelayEvents")
    relay_events.handler({"Records": later}, None)
    return records + later


def confirm(room: Room, _: list[dict[str, Any]]) -> None:
    """Three events in one batch are acknowledged."""
    events = room.newsroom.take("ConfirmRule")
    room.newsroom.bus += events
    room.messages(confirm_events, events)
    stamps = [item["confirmed_at"] for item in room.newsroom.items(NEWSROOM) if "confirmed_at" in item]
    room.wait(seconds=1)
    room.injector.armed = False
    room.messages(confirm_events, events)
    again = [item["confirmed_at"] for item in room.newsroom.items(NEWSROOM) if "confirmed_at" in item]
    if stamps != again:
        room.troubles.append("an event was confirmed twice")


def project(room: Room, _: list[dict[str, Any]]) -> None:
    """Three events in one batch, in order, are projected; then they come again, the last one first."""
    events = sorted(room.newsroom.take("TopicsRule"), key=lambda event: int(event["detail"]["sequence"]))
    room.messages(project_topics, events)
    room.injector.armed = False
    room.messages(project_topics, [events[2], events[0], events[1]])


def unarmed(room: Room) -> None:
    """Two stories whose alarms never came to be, long past their moment."""
    for headline in ("Missed", "Missed too"):
        story = draft(room, headline)
        at = iso(room.now() + timedelta(hours=1))
        assert room.newsroom.http("POST", f"/articles/{story}/publication", {"at": at}).status == 200
        room.model.expect(headline, "created scheduled published", "published")
    room.forget_alarms()
    room.wait(hours=1, minutes=2)


def sweep_due(room: Room, _: None) -> None:
    """The minute's sweep finds them."""
    room.call(lambda: publish_due.handler({}, None))


def sweep_outbox(room: Room, _: list[dict[str, Any]]) -> None:
    """The stream has lost three events; the sweep of the outbox announces them."""
    room.model.lossy = True
    room.call(lambda: sweep_events.handler({}, None))


def count_views(room: Room, stories: dict[str, str]) -> None:
    """Readings of two stories and of a draft, one by a robot; a lost answer makes a client post again."""
    room.model.expect("Read", "created published", "published", counted=1, excluded={"robot": 1})
    room.model.expect("Read less", "created published", "published", counted=1)
    room.model.expect("Unseen", "created published", "published")
    for headline, reader, robot in (("Read", 1, ""), ("Read", 3, ROBOT), ("Read less", 1, ""), ("Unseen", 1, "")):
        room.read(stories, headline, reader, robot)
    records = room.newsroom.stream(READINGS, "CountViews")
    room.counted(records)
    room.injector.armed = False
    room.recount(records)
    room.change("POST", stories["Unseen"], "/publication")


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("create", lambda _: None, create),
        Scenario("create without a key", lambda _: None, create_without_key),
        Scenario("ingest", lambda _: None, ingest),
        Scenario("wire", lambda _: None, wire),
        Scenario("edit", lambda room: (draft(room, "Draft"), published(room, "Seen")), edit),
        Scenario("schedule", lambda room: draft(room, "Planned"), schedule),
        Scenario("embargo", lambda room: draft(room, "Held back"), embargo),
        Scenario("expire", lambda room: draft(room, "For an hour"), expire),
        Scenario("publish", lambda room: (published(room, "Same"), draft(room, "Same!")), publish),
        Scenario("plan with a key", lambda room: draft(room, "Keyed"), plan_with_key),
        Scenario("correct", lambda room: published(room, "Wrong"), correct),
        Scenario("withdraw", lambda room: (published(room, "There"), published(room, "Here")), withdraw),
        Scenario("kill", lambda room: published(room, "Untrue"), kill),
        Scenario("relay", waiting, relay),
        Scenario("confirm", on_the_bus, confirm),
        Scenario("topics", on_the_bus, project),
        Scenario("sweep due", unarmed, sweep_due),
        Scenario("sweep outbox", waiting, sweep_outbox),
        Scenario(
            "count views",
            lambda room: (
                {name: published(room, name) for name in ("Read", "Read less")} | {"Unseen": draft(room, "Unseen")}
            ),
            count_views,
        ),
    )
}
