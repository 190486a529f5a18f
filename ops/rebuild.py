"""Makes a projection again from the event log: `python -m ops.rebuild --stack NAME topics`.

Safe while events flow: the projection's queue is paused for as long as it takes, the events wait in it, and after that
each of them is applied or, where the log had it already, refused by its sequence. Readers see the old counts until the
moment in which a count is put right; what was right is not touched. When the command is stopped, even half way, it
starts the queue again on its way out; killed outright it cannot: then run it once more.
"""

import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from ops.deployed import Deployed, client, function_name, parser
from shared import clients, events, inbox, settings, topics
from shared.table import Item, dump, load, put, query

_SECONDS = 120.0  # to wait until a mapping has stopped
_PAGE = 500
_KEYS = 100  # BatchGetItem takes a hundred


@dataclass
class Rebuilt:
    """What the log says of each story (sequence, what it is filed under), and how much was not so."""

    stories: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    positions: int = 0
    counts: int = 0


def rebuild() -> Rebuilt:
    """Puts right what differs from the event log. Nothing else may move the projection meanwhile."""
    found = Rebuilt(_read_log())
    found.positions = _put_positions_right(found.stories)
    found.counts = _put_counts_right(found.stories)
    return found


def _read_log() -> dict[str, tuple[int, list[str]]]:
    """The last word on each story: a later event takes nothing from an earlier one."""
    last: dict[str, tuple[int, list[str]]] = {}
    after: str | None = None
    while (page := events.log(after, _PAGE)).items:
        for event in page.items:
            if event.type.startswith("article.") and event.sequence > last.get(event.subject, (0, []))[0]:
                last[event.subject] = event.sequence, _filed(event.data)
        after = page.next
    return last


def _filed(data: dict[str, Any]) -> list[str]:
    """As shared.topics files a story: by section and tags while readers see it."""
    filed = {f"section#{data['section']}", *(f"tag#{tag}" for tag in data["tags"])} if "section" in data else set()
    return sorted(filed)


def _put_positions_right(stories: dict[str, tuple[int, list[str]]]) -> int:
    table, wrong = settings.value("NEWSROOM_TABLE"), 0
    for part in batched(stories, _KEYS, strict=False):
        wanted = {}
        for story in part:
            sequence, filed = stories[story]
            key = inbox.position_key(topics.CONSUMER, story)
            wanted[key["pk"]] = key | {"sequence": sequence, "kept": {"filed": filed}}
        held = _held(table, list(wanted.values()))
        for pk, item in wanted.items():
            if held.get(pk) != item:
                put(table, item)
                wrong += 1
    return wrong


def _held(table: str, items: list[Item]) -> dict[str, Item]:
    keys = [dump({"pk": item["pk"], "sk": item["sk"]}) for item in items]
    request: Any = {table: {"Keys": keys, "ConsistentRead": True}}
    held: dict[str, Item] = {}
    while request:
        answer = clients.dynamodb().batch_get_item(RequestItems=request)
        held |= {item["pk"]: item for item in map(load, answer["Responses"].get(table, []))}
        request = answer.get("UnprocessedKeys")
    return held


def _put_counts_right(stories: dict[str, tuple[int, list[str]]]) -> int:
    table = settings.value("NEWSROOM_TABLE")
    wanted = Counter(name for _, filed in stories.values() for name in filed)
    kinds = ("section#", "tag#")
    held = {item["sk"]: item.get("stories") for kind in kinds for item in query(table, "TOPICS", kind)}
    # A count of nothing and no count are the same; what is right is left alone.
    wrong = [name for name in {*wanted, *held} if held.get(name, 0) != wanted[name]]
    for name in wrong:
        put(table, {"pk": "TOPICS", "sk": name, "stories": wanted[name]})
    return len(wrong)


@contextmanager
def paused(stack: Deployed, function: str) -> Iterator[None]:
    """Nothing of its queue reaches a function while the block runs."""
    name, lambda_ = stack.resources[function], client("lambda")
    (mapping,) = (each["UUID"] for each in stack.mappings if function_name(each["FunctionArn"]) == name)
    try:
        lambda_.update_event_source_mapping(UUID=mapping, Enabled=False)
        deadline = time.monotonic() + _SECONDS
        while lambda_.get_event_source_mapping(UUID=mapping)["State"] != "Disabled":
            if time.monotonic() > deadline:
                raise SystemExit(f"the queue of {function} did not stop in {_SECONDS:.0f} s; nothing was changed")
            time.sleep(0.5)
        # What had been handed to the function before may still be at work.
        time.sleep(lambda_.get_function_configuration(FunctionName=name)["Timeout"] + 1)
        yield
    finally:
        lambda_.update_event_source_mapping(UUID=mapping, Enabled=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    command = parser("ops.rebuild", "Make a projection again from the event log.")
    command.add_argument("projection", choices=["topics"])
    given = command.parse_args(arguments)
    stack = Deployed.find(given.stack)
    stack.stand_in()
    # Stopped politely, it must still start the queue again.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    print("pausing the projection; its events wait in their queue", flush=True)
    with paused(stack, "ProjectTopics"):
        found = rebuild()
    print(f"{len(found.stories)} stories in the event log")
    print(f"{found.positions} were filed wrongly, {found.counts} counts were wrong; all are right now")
    print("the projection follows its queue again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
