"""Counts again from the markers: `python -m ops.recount --stack NAME [--write]`.

A marker lives for 48 hours, so today and yesterday (in the title's time zone) can be counted once more from what
readers left, by the rules of today's code. What differs from the counters is listed. `--write` puts yesterday right,
once it has been over for an hour; today is only compared, since readings of it are still on their way. A day that
changes meanwhile is left for the next run. Repeats cannot be told from markers and stay as they were counted.

It reads the whole Readings table: about half a unit for every 4 KB, a cent for 100 MB of markers.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from ops.deployed import Deployed, parser
from shared import clients, counting, settings, views
from shared.article import utc_now
from shared.table import Item, dump, get, load

_SETTLED = timedelta(hours=1)  # CountAgeAlarm rings when readings wait for longer
_TOLD = ("counted", "variance_sum", "x_robot", "x_unpublished", *(f"h{hour:02}" for hour in range(24)))


@dataclass(frozen=True)
class Difference:
    """A story's day whose counter is not what its markers add up to."""

    story: str
    day: str
    stored: Item
    markers: dict[str, int]

    def __str__(self) -> str:
        was, found = (each.get("counted", 0) for each in (self.stored, self.markers))
        return f"{self.story}  {self.day}  counted {was}, markers {found} ({found - was:+})"


def differences(now: datetime) -> list[Difference]:
    """Every difference of today and yesterday, by story and day; `now` has a time zone."""
    days = {(now.astimezone(settings.time_zone()).date() - timedelta(days=back)).isoformat() for back in (0, 1)}
    readings: dict[tuple[str, str], list[counting.Reading]] = defaultdict(list)
    for reading in _markers():
        day = views.local(reading.at).date().isoformat()
        if day in days:
            readings[reading.story, day].append(reading)
    gates = counting.gates_of([reading for part in readings.values() for reading in part])
    found = []
    for (story, day), part in sorted(readings.items()):
        if story not in gates:
            continue
        markers = counting.sums_of(part, gates[story])
        stored = get(settings.value("READINGS_TABLE"), f"STORY#{story}", f"DAY#{day}") or {}
        if any(stored.get(name, 0) != markers.get(name, 0) for name in _TOLD):
            found.append(Difference(story, day, stored, markers))
    return found


def _markers() -> Iterator[counting.Reading]:
    pages = clients.dynamodb().get_paginator("scan")
    request = {
        "TableName": settings.value("READINGS_TABLE"),
        "FilterExpression": "sk = :marker",
        "ExpressionAttributeValues": dump({":marker": "MARKER"}),
    }
    for page in pages.paginate(**request):  # type: ignore[arg-type]  # the stub wants each argument by name
        for item in page["Items"]:
            # One that cannot be read was excluded as such, and stays so.
            with suppress(KeyError, TypeError, ValueError):
                yield counting.of_marker(load(item))


def settled(difference: Difference, now: datetime) -> bool:
    """Whether all readings of the day have been counted, so that nothing is added behind a correction."""
    end = datetime.fromisoformat(difference.day).replace(tzinfo=settings.time_zone()) + timedelta(days=1)
    return now - end > _SETTLED


def put_right(difference: Difference) -> bool:
    """Sets the day to what the markers say, unless it has changed since it was read; whether it did."""
    names = {f"#{name}": name for name in _TOLD}
    values = {f":{name}": difference.markers.get(name, 0) for name in _TOLD}
    was = {f":was_{name}": difference.stored[name] for name in _TOLD if name in difference.stored}
    unchanged = [f"#{name} = :was_{name}" for name in _TOLD if name in difference.stored]
    unchanged += [f"attribute_not_exists(#{name})" for name in _TOLD if name not in difference.stored]
    try:
        clients.dynamodb().update_item(
            TableName=settings.value("READINGS_TABLE"),
            Key=dump({"pk": f"STORY#{difference.story}", "sk": f"DAY#{difference.day}"}),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in _TOLD),
            ConditionExpression=" AND ".join([*unchanged, "attribute_not_exists(rolled)"]),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=dump(values | was),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when something differs that was not put right."""
    command = parser("ops.recount", "Compare the counters with the markers of today and yesterday.")
    command.add_argument("--write", action="store_true", help="put yesterday's counters right")
    given = command.parse_args(arguments)
    Deployed.find(given.stack).stand_in()
    now, left = utc_now(), 0
    for difference in differences(now):
        done = given.write and settled(difference, now) and put_right(difference)
        left += not done
        print(f"{difference}{'  put right' if done else ''}")
    print("every counter is what its markers say" if not left else f"{left} days differ")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
