"""The consumers' kit: an event has its effect once, and a projection never goes back.

A delivery (a confirmation, a webhook, an audit) is done for every event, in whatever order they come: `once` writes
the record of having handled it and the effect in one transaction. A projection holds what the newest event of a story
says: `project` refuses an event whose sequence it has passed.
"""

import time
from collections.abc import Callable, Sequence

from shared import settings
from shared.errors import Unavailable
from shared.table import Cancelled, Item, Write, get, transact, write

_LIFE = 15 * 24 * 3600  # seconds: a queue keeps a message for 14 days at the most
_ROUNDS = 5


def record(consumer: str, event_id: str) -> Write:
    """The record that `consumer` has handled an event, for consumers that have no better place to note it."""
    item = {"pk": f"INBOX#{consumer}#{event_id}", "sk": "INBOX", "ttl": int(time.time()) + _LIFE}
    return Write(settings.value("NEWSROOM_TABLE"), item, condition="attribute_not_exists(pk)")


def once(noted: Write, effects: Sequence[Write] = (), handled: Callable[[Item], bool] = bool) -> bool:
    """The effects together with the note that they were done; False when they were done before.

    `handled` tells from the item that failed the note's condition whether that was the reason. Raises Cancelled for
    any other failed condition.
    """
    try:
        transact([noted, *effects]) if effects else write(noted)
    except Cancelled as cancelled:
        if 0 in cancelled.failed and handled(cancelled.failed[0]):
            return False
        raise
    return True


def position_key(consumer: str, story: str) -> Item:
    """Where a projection notes how far it is with a story."""
    return {"pk": f"POSITION#{consumer}#{story}", "sk": "POSITION"}


def project(consumer: str, story: str, sequence: int, effect: Callable[[Item], tuple[Item, list[Write]]]) -> bool:
    """Moves a projection to what event `sequence` of a story says; False when it has passed that event.

    `effect` gets what it kept at the last event of the story ({} at first) and returns what to keep now and the writes
    that lead there. Raises Unavailable when others move the same story all the time.
    """
    table = settings.value("NEWSROOM_TABLE")
    key = position_key(consumer, story)
    for _ in range(_ROUNDS):
        before = get(table, key["pk"], key["sk"]) or {}
        if before.get("sequence", 0) >= sequence:
            return False
        kept, writes = effect(before.get("kept", {}))
        condition = "#sequence = :before" if before else "attribute_not_exists(pk)"
        position = Write(
            table,
            key | {"sequence": sequence, "kept": kept},
            condition=condition,
            names={"#sequence": "sequence"} if before else None,
            values={":before": before["sequence"]} if before else None,
        )
        try:
            transact([position, *writes])
        except Cancelled:
            continue
        return True
    raise Unavailable(f"The projection {consumer} could not move on with story {story}.")
