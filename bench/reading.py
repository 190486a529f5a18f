"""What a reading costs: the marker that `record_view` writes, and its share of the batch that `count_views` counts.

The batches are those that the template's mapping cuts of one shard: a batch ends with its BatchSize of records, or
when MaximumBatchingWindowInSeconds have passed since its first. So at 100 readings a second of one story and a window
of 2 s it holds 200 records. In the tail, where readings are rarer than windows, each is a batch of its own.
"""

from typing import Any

from bench.figure import Figure, Figures, Unmeasured, control
from bench.meter import Meter
from bench.room import metered, newsroom
from bench.samples import BODY_BYTES, story
from bench.units import WRITE_BYTES
from functions import count_views
from tests.newsroom import READINGS, TEMPLATE, Newsroom

_RATE = 100  # readings a second of one story
_BUDGETS = {"tail": (2.0, 0.5), "100_per_s": (1.05, 0.5)}  # WRU and RRU of a reading
_INSIDE = "a counter inside the story's item"
_SHARDS = ("shard-1", "shard-2", "shard-3", "shard-4")
_LATE = "on a day of four shards"


def measure() -> Figures:
    """`views.wru_per_reading.*` and `views.rru_per_reading.*`: units of one reading, from the request to the count."""
    inside = float(BODY_BYTES // WRITE_BYTES + 1)
    tail = _counted(1)
    hot = _counted(_batch(_RATE))
    late, _ = _late()
    control(worse=inside, than=tail[0], what=_INSIDE)
    control(worse=tail[0], than=hot[0], what="a batch of one reading")
    beside = {"tail": {_INSIDE: inside, _LATE: late}, "100_per_s": {_INSIDE: inside}}
    figures: Figures = {}
    for name, (written, read) in {"tail": tail, "100_per_s": hot}.items():
        most_written, most_read = _BUDGETS[name]
        figures[f"views.wru_per_reading.{name}"] = Figure(written, "WRU", most_written, beside[name])
        figures[f"views.rru_per_reading.{name}"] = Figure(read, "RRU", most_read)
    return figures


def _batch(rate: int) -> int:
    """Records of a batch at `rate` readings a second of one shard."""
    (mapping,) = TEMPLATE["Resources"]["CountViews"]["Properties"]["Events"].values()
    properties = mapping["Properties"]
    return int(min(properties["BatchSize"], rate * properties["MaximumBatchingWindowInSeconds"]))


def _counted(readers: int) -> tuple[float, float]:
    """Write and read units of a reading where `readers` of one story come in one batch."""
    with newsroom() as room:
        published = room.published(**story(1))
        with metered() as meter:
            _read(room, published, range(readers), _SHARDS[0])
        counted = room.http("GET", f"/articles/{published}/views").json["counted"]
    if counted != readers:
        raise Unmeasured(f"{counted} of {readers} readings were counted: the units would be those of something else")
    return _share(meter, readers)


def _late() -> tuple[float, float]:
    """Units of a lonely reading when the day's item holds the marks of four shards."""
    with newsroom() as room:
        published = room.published(**story(1))
        for number, shard in enumerate(_SHARDS):
            _read(room, published, [number], f"shardId-00000001795469400000-{shard}")
        with metered() as meter:
            _read(room, published, [len(_SHARDS)], f"shardId-00000001795469400000-{_SHARDS[0]}")
        return _share(meter, 1)


def _read(room: Newsroom, published: str, readers: Any, shard: str) -> None:
    for reader in readers:
        answer = room.read(published, f"10.{reader >> 8}.{reader & 255}.1")
        if answer.status != 202:  # Accepted: anything else wrote no marker
            raise Unmeasured(f"the reading was refused: {answer.status} {answer.text}")
    records = room.stream(READINGS, "CountViews")
    count_views.handler({"Records": records, "shardId": shard}, None)


def _share(meter: Meter, readings: int) -> tuple[float, float]:
    return round(meter.written() / readings, 4), round(meter.read() / readings, 4)
