"""What a reading costs: the marker that `record_view` writes, and its share of the batch that `count_views` counts.

The batches are those that the template's mapping cuts of each of the four shards that a new table has: a batch ends
with its BatchSize of records, or when MaximumBatchingWindowInSeconds have passed since its first. So at 100 readings a
second of one story and a window of 2 s it holds 50 records. In the tail, where readings are rarer than windows, each is
a batch of its own. At 10,000 a second the story's pages carry the weight that `shared.sampling` gives them, and the
units of the requests that are then made are told for each reading that they stand for.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any

from aws_lambda_powertools import Logger

from bench import costs
from bench.costs import SHARDS
from bench.figure import Figure, Figures, Unmeasured, control
from bench.meter import Meter
from bench.room import metered, newsroom
from bench.samples import BODY_BYTES, story
from bench.schedules import ROBOT
from bench.units import WRITE_BYTES
from functions import count_views, rank_stories
from shared import sampling
from tests.newsroom import BROWSER, CDN_SECRET, READINGS, TEMPLATE, Newsroom, aws

_WARM, _HOT = 100, 10_000  # readings a second of one story
_BUDGETS = {"tail": (2.0, 0.5), "100_per_s": (1.05, 0.5), "10000_per_s": (0.02, 0.02)}  # WRU and RRU of a reading
_INSIDE = "a counter inside the story's item"
_MARKS = ("shard-1", "shard-2", "shard-3", "shard-4")
_LATE = "on a day of four shards"
_UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
_LENGTH = 100  # stories of a board
type _Units = tuple[float, float]


def measure() -> Figures:
    """The units, prices and log bytes of readings, of those that do not count, and of the boards."""
    inside = float(BODY_BYTES // WRITE_BYTES + 1)
    weight = sampling.weight([sampling.Rate(0.0, _HOT, sampling.EXACT)], 0.0)
    units = {
        "tail": _counted(1),
        "100_per_s": _counted(_batch(_WARM)),
        "10000_per_s": _counted(_batch(_HOT / weight), weight),
    }
    control(worse=inside, than=units["tail"][0], what=_INSIDE)
    control(worse=units["tail"][0], than=units["100_per_s"][0], what="a batch of one reading")
    control(worse=units["100_per_s"][0], than=_BUDGETS["10000_per_s"][0], what="a hot story without a weight")
    beside = {"tail": {_INSIDE: inside, _LATE: _late()[0]}, "100_per_s": {_INSIDE: inside}}
    beside["10000_per_s"] = {"weight": weight}
    figures: Figures = {}
    for name, (written, read) in units.items():
        most_written, most_read = _BUDGETS[name]
        figures[f"views.wru_per_reading.{name}"] = Figure(written, "WRU", most_written, beside[name])
        figures[f"views.rru_per_reading.{name}"] = Figure(read, "RRU", most_read)
    hot = costs.hot(*units["10000_per_s"], per_second=_HOT, weight=weight)
    return figures | costs.figures(costs.tail(*units["tail"]), hot) | _logs() | _excluded() | _boards()


def _batch(rate: float) -> int:
    """Records of a batch at `rate` requests a second in all."""
    (mapping,) = TEMPLATE["Resources"]["CountViews"]["Properties"]["Events"].values()
    properties = mapping["Properties"]
    return int(min(properties["BatchSize"], rate / SHARDS * properties["MaximumBatchingWindowInSeconds"]))


def _counted(readers: int, weight: int = 1) -> _Units:
    """Write and read units of a reading where `readers` of one story come in one batch, each for `weight`."""
    with newsroom() as room:
        published = room.published(**story(1))
        with metered() as meter:
            _read(room, published, range(readers), _MARKS[0], weight)
        counted = room.http("GET", f"/articles/{published}/views").json["counted"]
    if counted != readers * weight:
        raise Unmeasured(f"{counted} of {readers * weight} readings were counted: the units would be of something else")
    return _share(meter, readers * weight)


def _late() -> _Units:
    """Units of a lonely reading when the day's item holds the marks of four shards."""
    with newsroom() as room:
        published = room.published(**story(1))
        for number, shard in enumerate(_MARKS):
            _read(room, published, [number], f"shardId-00000001795469400000-{shard}")
        with metered() as meter:
            _read(room, published, [len(_MARKS)], f"shardId-00000001795469400000-{_MARKS[0]}")
        return _share(meter, 1)


def _excluded() -> Figures:
    """`views.wru_per_excluded` and `views.rru_per_excluded`: a reading that does not count, alone in its batch."""
    found: dict[str, _Units] = {}
    with newsroom() as room:
        published = room.published(**story(1))
        _read(room, published, [0], _MARKS[0])
        for name, id_, agent in (
            ("a repeat", published, BROWSER),
            ("a robot", published, ROBOT),
            ("of an unknown story", _UNKNOWN, BROWSER),
        ):
            with metered() as meter:
                _read(room, id_, [0], _MARKS[0], agent=agent)
            found[name] = _share(meter, 1)
        told = room.http("GET", f"/articles/{published}/views").json["excluded"]
    if (told["repeat"], told["robot"]) != (1, 1):
        raise Unmeasured(f"what should be excluded became {told}")
    return {
        f"views.{unit.lower()}_per_excluded": Figure(
            max(units[place] for units in found.values()),
            unit,
            None,
            {name: units[place] for name, units in found.items()},
        )
        for place, unit in enumerate(("WRU", "RRU"))
    }


def _boards() -> Figures:
    """`views.boards.wru_per_minute` and `.rru_per_minute`: full boards, and a story that was read in this minute."""
    with newsroom() as room:
        published = room.published(**story(1))
        _read(room, published, [0], _MARKS[0])
        room.deliver_counters()
        _fill(room)
        _read(room, published, [1], _MARKS[0])
        changed = room.stream(READINGS, "RankStories")
        with metered() as meter:
            rank_stories.handler({"Records": changed}, None)
        boards = [item for item in room.items(READINGS) if item["pk"].startswith("BOARD#")]
    if not all(item["top"][published] == 2 and len(item["top"]) == _LENGTH for item in boards):
        raise Unmeasured("the boards did not follow the reading")
    written, read = _share(meter, 1)
    return {
        "views.boards.wru_per_minute": Figure(written, "WRU", None, {"boards": len(boards)}),
        "views.boards.rru_per_minute": Figure(read, "RRU", None),
    }


def _fill(room: Newsroom) -> None:
    """Puts others beside the one story of each board, so that it holds as many as it may."""
    for item in room.items(READINGS):
        if item["pk"].startswith("BOARD#"):
            others = {f"01ARZ3NDEKTSV4RRFFQ69G{number:04}": {"N": "1"} for number in range(_LENGTH - 1)}
            aws("dynamodb").update_item(
                TableName=READINGS,
                Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
                UpdateExpression="SET #top = :top",
                ExpressionAttributeNames={"#top": "top"},
                ExpressionAttributeValues={":top": {"M": others | {name: {"N": "1"} for name in item["top"]}}},
            )


def _logs() -> Figures:
    """`views.log_bytes_per_reading`: what a reading that is taken and counted prints."""
    with newsroom() as room:
        published = room.published(**story(1))
        silent = _printed(lambda: _read(room, published, [0], _MARKS[0]))
        logging = _printed(lambda: Logger(service="bench", stream=_unbuffered()).info("A reading was counted."))
    control(worse=logging, than=silent, what="a success log line")
    return {"views.log_bytes_per_reading": Figure(silent, "bytes", 0, {"one line": logging})}


def _unbuffered() -> Any:
    return os.fdopen(os.dup(1), "w", buffering=1)


def _printed(call: Callable[[], Any]) -> int:
    """Bytes that a call prints, by whatever way: both of the process's outputs go to a file for the while."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        kept = [os.dup(number) for number in (1, 2)]
        for number in (1, 2):
            os.dup2(caught.fileno(), number)
        try:
            call()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            for number, old in zip((1, 2), kept, strict=True):
                os.dup2(old, number)
                os.close(old)
        return os.fstat(caught.fileno()).st_size


def _read(
    room: Newsroom, published: str, readers: Iterable[int], shard: str, weight: int = 1, *, agent: str = BROWSER
) -> None:
    # The page's token, as everybody is told it; the keys are those of the newsroom.
    token = sampling.token("new-key", published, weight, time.time()) if weight > 1 else ""
    for reader in readers:
        address = f"10.{reader >> 8}.{reader & 255}.1"
        sent = {"user-agent": agent, "x-cdn-secret": CDN_SECRET, "x-viewer-address": address}
        answer = room.http("POST", f"/articles/{published}/views", {"token": token} if token else None, headers=sent)
        if answer.status != 202:  # Accepted: anything else wrote no marker
            raise Unmeasured(f"the reading was refused: {answer.status} {answer.text}")
    records = room.stream(READINGS, "CountViews")
    count_views.handler({"Records": records, "shardId": shard}, None)


def _share(meter: Meter, readings: int) -> _Units:
    return round(meter.written() / readings, 5), round(meter.read() / readings, 5)
