"""Lists the events that nobody has confirmed, oldest first: `python -m ops.unconfirmed --stack NAME`.

An event is confirmed a second or two after it was written, when it has come over the bus. After two minutes the sweep,
every five minutes, announces it again; so what is older than ten minutes or so tells that something does not work.
"""

import sys
from datetime import datetime, timedelta

from ops.deployed import Deployed, parser
from shared import events
from shared.article import utc_now
from shared.table import Item

_SHOWN = 500
_HEALTHY = timedelta(minutes=15)  # as the OutboxAge alarm


def lines(waiting: list[Item], now: datetime) -> list[str]:
    """A line per event: age, type, story, sequence, id."""
    told = [(item, events.cloud_event(item)) for item in waiting]
    return [
        f"{_age(item, now)!s:>16}  {event['type']:<24} {event['subject']}  {event['sequence']:>5}  {event['id']}"
        for item, event in told
    ]


def _age(item: Item, now: datetime) -> timedelta:
    return timedelta(seconds=int((now - datetime.fromisoformat(item["time"])).total_seconds()))


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when an event is older than it can be while everything works."""
    given = parser("ops.unconfirmed", "List events that nobody has confirmed.").parse_args(arguments)
    Deployed.find(given.stack).stand_in()
    now = utc_now()
    waiting = events.unconfirmed(now + timedelta(seconds=1), _SHOWN)
    if not waiting:
        print("nothing waits: every event was confirmed")
        return 0
    print(f"{'age':>16}  {'type':<24} {'story':<26}  {'seq':>5}  event")
    print("\n".join(lines(waiting, now)))
    print(f"{'the oldest ' if len(waiting) == _SHOWN else ''}{len(waiting)} events are unconfirmed")
    return int(_age(waiting[0], now) > _HEALTHY)


if __name__ == "__main__":
    sys.exit(main())
