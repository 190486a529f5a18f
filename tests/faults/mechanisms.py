"""Every protecting mechanism with a switch that only tests reach: what is taken away, and where it must be seen."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from shared import batch, clients, counting, desk, events, inbox, intake, sweeper, table, transition
from shared.article import utc_now
from shared.table import Item, Write

type Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mechanism:
    """`off` takes it away; `scenario` with one of `kinds` then finds something."""

    off: Callable[[Patch], None]
    scenario: str
    kinds: tuple[str, ...]


def _change_writes(patch: Patch, change: Callable[[dict[str, Write]], None]) -> None:
    real = transition._writes

    def writes(of: transition.Change) -> dict[str, Write]:
        found = real(of)
        change(found)
        return found

    patch.setattr(transition, "_writes", writes)


def unconditional(*roles: str) -> Callable[[Patch], None]:
    """The transaction without the conditions of these writes."""

    def change(writes: dict[str, Write]) -> None:
        for role in set(roles) & set(writes):
            writes[role] = replace(writes[role], condition=None, names=None, values=None)

    return lambda patch: _change_writes(patch, change)


def without(role: str) -> Callable[[Patch], None]:
    """The transaction without this write."""
    return lambda patch: _change_writes(patch, lambda writes: void(writes.pop(role, None)))


def void(_: object) -> None:
    """Nothing: for expressions whose value is of no interest."""


def outside(start: str) -> Callable[[Patch], None]:
    """The writes whose sort key starts so follow the transaction, as a second step."""

    def transact(writes: list[Write]) -> None:
        later = [write for write in writes if str(write.item["sk"]).startswith(start)]
        table.transact([write for write in writes if write not in later])
        for write in later:
            table.transact([write])

    return lambda patch: patch.setattr(transition, "transact", transact)


def no_outbox(patch: Patch) -> None:
    """Event items that no index of unconfirmed ones holds."""
    real = events.item
    patch.setattr(events, "item", lambda *a, **k: real(*a, **k) | {"unconfirmed": None})


def no_look_at_failures(patch: Patch) -> None:
    """PutEvents' answer is 200: all is well."""

    def put(entries: list[Any]) -> list[Any]:
        if entries:
            clients.events().put_events(Entries=entries)
        return []

    patch.setattr(events, "_put", put)


def quiet_relay(patch: Patch) -> None:
    """The relay does not fail when the bus refuses."""
    real = events.send

    def send(images: list[Item]) -> None:
        try:
            real(images)
        except events.Unsent:
            return

    patch.setattr(events, "send", send)


def confirm_anyway(patch: Patch) -> None:
    """A confirmation whatever the event item says."""
    real = inbox.once

    def once(noted: Write, *a: Any, **k: Any) -> bool:
        values = {name: value for name, value in (noted.values or {}).items() if name == ":now"}
        return real(replace(noted, condition=None, values=values), *a, **k)

    patch.setattr(inbox, "once", once)


def project_in_any_order(patch: Patch) -> None:
    """A projection that takes an event whose sequence it has passed."""
    real = table.get

    def get(*key: str) -> Item | None:
        found = real(*key)
        return found and found | {"sequence": _Behind(found["sequence"])}

    patch.setattr(inbox, "get", get)


class _Behind(int):
    """A position that no event is behind."""

    def __ge__(self, _: int) -> bool:
        return False


def effect_outside(patch: Patch) -> None:
    """A projection's position first, then its effect."""

    def transact(writes: list[Write]) -> None:
        for write in writes:
            table.transact([write])

    patch.setattr(inbox, "transact", transact)


def position_unconditional(patch: Patch) -> None:
    """Two that project the same event at one moment both do."""

    def transact(writes: list[Write]) -> None:
        table.transact([replace(writes[0], condition=None, names=None, values=None), *writes[1:]])

    patch.setattr(inbox, "transact", transact)


def no_mark(patch: Patch) -> None:
    """Every batch is of a shard of its own: no mark is ever found."""
    real = counting._add
    patch.setattr(counting, "_add", lambda story, day, part, gate, _: real(story, day, part, gate, uuid.uuid4().hex))


def repeats_count(patch: Patch) -> None:
    """A changed marker is a reading like a new one."""
    real = counting._reading
    patch.setattr(counting, "_reading", lambda record: real(record | {"eventName": "INSERT"}))


def always_open(patch: Patch) -> None:
    """Readers could see every story at every time."""
    patch.setattr(
        counting,
        "gates_of",
        lambda readings: {reading.story: {"open#1": "2000-01-01T00:00:00Z"} for reading in readings},
    )


def alarm_at_any_time(patch: Patch) -> None:
    """An alarm that rings is right."""
    far = utc_now().replace(year=9000)
    patch.setattr(sweeper, "ring", lambda story, number: desk.fire(story, number, far))


class _Forgetful:
    """A client whose every transaction has a token of its own."""

    def __getattr__(self, name: str) -> Any:
        real = getattr(clients.dynamodb(), name)
        if name != "transact_write_items":
            return real
        return lambda **request: real(**request | {"ClientRequestToken": str(uuid.uuid4())})


def a_token_for_each_attempt(patch: Patch) -> None:
    """A transaction that is tried again is another one to AWS."""
    patch.setattr(table, "clients", SimpleNamespace(dynamodb=_Forgetful))


def acknowledge_all(patch: Patch) -> None:
    """A batch of messages is done, whatever failed in it."""
    real = batch.each

    def each(*a: Any) -> dict[str, Any]:
        try:
            real(*a)
        except Exception:  # noqa: BLE001  # that is the flaw
            return {"batchItemFailures": []}
        return {"batchItemFailures": []}

    patch.setattr(batch, "each", each)


def nobody_knows_its_payload(patch: Patch) -> None:
    """What came before came from somebody else."""
    real = transition.Origin.item
    patch.setattr(transition.Origin, "item", lambda origin, story: real(origin, story) | {"ingest": None})


def record_anyway(patch: Patch) -> None:
    """The payload's receiver writes its record over the reader's."""
    patch.setattr(intake, "put_new", table.put)


def nothing_swept(name: str) -> Callable[[Patch], None]:
    """A sweeper that finds nothing."""
    return lambda patch: patch.setattr(sweeper, name, lambda: 0)


MECHANISMS = {
    "state's and event's conditions": Mechanism(unconditional("state", "event"), "edit", ("twin",)),
    "wire key's condition": Mechanism(unconditional("wire"), "ingest", ("killed after",)),
    "slug's condition": Mechanism(unconditional("slug"), "publish", ("killed before",)),
    "idempotency record": Mechanism(without("idempotency"), "create", ("killed after",)),
    "idempotency record's condition": Mechanism(unconditional("idempotency"), "create", ("timed out",)),
    "idempotency record in transaction": Mechanism(outside("KEY"), "create", ("killed before",)),
    "gate in transaction": Mechanism(outside("GATE"), "publish", ("killed before",)),
    "text in transaction": Mechanism(outside("TEXT#"), "edit", ("killed before",)),
    "event in transaction": Mechanism(outside("EVENT#"), "edit", ("killed before",)),
    "correction in transaction": Mechanism(outside("CORRECTION#"), "correct", ("killed before",)),
    "transact's retry": Mechanism(lambda patch: patch.setattr(table, "_ATTEMPTS", 1), "kill", ("conflict",)),
    "one token for all attempts": Mechanism(a_token_for_each_attempt, "kill", ("in progress",)),
    "outbox attribute": Mechanism(no_outbox, "sweep outbox", ()),
    "sweeper of events": Mechanism(nothing_swept("outbox"), "sweep outbox", ()),
    "sweeper of what is due": Mechanism(nothing_swept("due"), "expire", ("killed before",)),
    "look at FailedEntryCount": Mechanism(no_look_at_failures, "relay", ("refused",)),
    "relay's failure": Mechanism(quiet_relay, "relay", ("refused twice",)),
    "confirmation's condition": Mechanism(confirm_anyway, "confirm", ("twin",)),
    "projection's sequence": Mechanism(project_in_any_order, "topics", ()),
    "projection's effect in transaction": Mechanism(effect_outside, "topics", ("killed before",)),
    "projection's condition": Mechanism(position_unconditional, "topics", ("twin",)),
    "mark of counted readings": Mechanism(no_mark, "count views", ("killed after",)),
    "repeats told from readings": Mechanism(repeats_count, "count views", ("killed after",)),
    "gate of readings": Mechanism(always_open, "count views", ()),
    "moment of a plan": Mechanism(alarm_at_any_time, "embargo", ()),
    "partial batch response": Mechanism(acknowledge_all, "ingest", ("throttled", "error 500")),
    "payload of a wire key": Mechanism(nobody_knows_its_payload, "ingest", ("killed before",)),
    "ingest record written once": Mechanism(record_anyway, "ingest", ("overtaken",)),
}
