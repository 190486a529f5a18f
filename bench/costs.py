"""What a million readings cost by `bench/prices.json`: in the tail and on a hot story, beside plainer designs.

Included, in every design alike: the HTTP API's request, the function that takes it (request and duration), DynamoDB's
write and read units, the consumer of the stream (requests and duration; its reads of the stream are free), the lines
that a success logs. Not included: storage of the markers for their two days, traffic out of AWS, a CDN, free tiers, and
the boards of the most read, which follow the minutes and not the readings (`views.boards.*`).

How long a function runs is a model, since instructions can be counted here and milliseconds of another machine cannot:
each call of DynamoDB takes INSTRUCTIONS, everything around it included (`bench.warm` holds against that `record_view`,
which makes one call, and `count_views`, which makes two), at 1.5 instructions in each of Graviton2's 2.5 GHz, of which
a function has its memory's share of 1,769 MB, and then waits ROUND_TRIP for the answer. Records of a batch beyond the
first add RECORD instructions each, as measured of agents that were not met before.
"""

import json
from dataclasses import dataclass
from math import ceil, exp
from pathlib import Path
from typing import Any

from bench.figure import Figure, Figures, control
from bench.samples import story
from bench.units import Change, Index, Table, write_units
from shared.table import dump
from tests.newsroom import TEMPLATE

PRICES = Path(__file__).with_name("prices.json")
MILLION = 1_000_000
INSTRUCTIONS, RECORD = 3.7e6, 0.25e6
_PER_SECOND = 1.5 * 2.5e9  # instructions of a whole processor
_WHOLE = 1769  # MB of memory with which a function has one
ROUND_TRIP = 3.0  # milliseconds until DynamoDB has answered
INDEXED = "a counter inside a story of 10 KB that two indexes list and rank"
INSIDE = "a counter inside a story of 10 KB"
OWN = "a counter of its own that counts repeats"
_TAIL, _HOT = 2.85, 0.05  # dollars for a million
_MONTH = 30 * 86_400
SHARDS = 4  # of a table that never had much to do


@dataclass(frozen=True)
class Invocations:
    """How many invocations of a function a reading causes, on average, and what one of them does."""

    number: float
    calls: float
    memory: int  # MB
    records: float = 1.0

    @property
    def milliseconds(self) -> int:
        """How long one takes, as it is billed."""
        instructions = self.calls * INSTRUCTIONS + (self.records - 1) * RECORD
        processor = self.memory / _WHOLE * _PER_SECOND
        return ceil(max(1.0, 1000 * instructions / processor + self.calls * ROUND_TRIP))


@dataclass(frozen=True)
class Reading:
    """What one reading causes, on average: requests of the API, units, invocations, bytes of log."""

    wru: float
    rru: float = 0.0
    requests: float = 1.0
    invocations: tuple[Invocations, ...] = ()
    log_bytes: float = 0.0

    def bill(self) -> dict[str, float]:
        """Dollars for a million of them, line by line."""
        prices = {name: price["usd"] for name, price in load()["prices"].items()}
        seconds = sum(each.number * each.milliseconds / 1000 * each.memory / 1024 for each in self.invocations)
        lines = {
            "http_api_request": self.requests,
            "lambda_request": sum(each.number for each in self.invocations),
            "lambda_gb_second": seconds,
            "dynamodb_wru": self.wru,
            "dynamodb_rru": self.rru,
            "logs_ingested_gb": self.log_bytes / 1e9,
        }
        return {name: MILLION * number * prices[name] for name, number in lines.items()}

    def usd(self) -> float:
        """Dollars for a million of them."""
        return sum(self.bill().values())


def load() -> dict[str, Any]:
    """The price file."""
    prices: dict[str, Any] = json.loads(PRICES.read_text(encoding="utf-8"))
    return prices


def memory(function: str) -> int:
    """MB that the template gives a function."""
    properties = TEMPLATE["Resources"][function]["Properties"]
    return int(properties.get("MemorySize", TEMPLATE["Globals"]["Function"]["MemorySize"]))


def batches(per_second: float) -> tuple[float, float]:
    """Invocations of the consumer for one request, and the records of a batch, at so many requests a second in all.

    Each shard has its share, evenly over time. A batch waits for the template's window after its first record. At the
    end of each tumbling window in which there were records the consumer is invoked once more, with nothing.
    """
    mapping = TEMPLATE["Resources"]["CountViews"]["Properties"]["Events"]["Markers"]["Properties"]
    rate = per_second / SHARDS
    records = min(mapping["BatchSize"], 1 + rate * mapping["MaximumBatchingWindowInSeconds"])
    window = rate * mapping["TumblingWindowInSeconds"]
    return 1 / records + (1 - exp(-window)) / window, records


def tail(wru: float, rru: float) -> Reading:
    """A reading of a story that is read rarely: the batch has no other of its day, on a title of a million a month."""
    number, records = batches(MILLION / _MONTH)
    # Each reading of a batch is of another story: one read of all gates, and a write for each.
    busy = Invocations(1 / records, 1 + records, memory("CountViews"), records)
    idle = Invocations(number - 1 / records, 0, memory("CountViews"))
    return Reading(wru, rru, invocations=(_taken(), busy, idle))


def hot(wru: float, rru: float, *, per_second: float, weight: int) -> Reading:
    """A reading of a story that is read so often that one in `weight` is sent; the units are those of a reading."""
    number, records = batches(per_second / weight)
    # One read of the gate, and the writes of the story's counter and of its rate.
    counting = Invocations(number / weight, 3, memory("CountViews"), records)
    return Reading(wru, rru, 1 / weight, (_taken(1 / weight), counting))


def _taken(number: float = 1.0) -> Invocations:
    return Invocations(number, 1, memory("RecordView"))


def plainer() -> dict[str, Reading]:
    """Designs that a newsroom may begin with, in the same API and function, and the units of their one write."""
    item = dump({"pk": "STORY#01ARZ3NDEKTSV4RRFFQ69G5FAV", "sk": "STATE", "readings": 999, **story(1)})
    item |= {"published_at": {"S": "2026-11-23T20:45:00.000Z"}}
    read = item | {"readings": {"N": "1000"}}
    listed = Index("listed", ("section", "published_at"), None)
    most_read = Index("most_read", ("section", "readings"), frozenset({"pk", "sk", "section", "readings"}))
    change = Change("stories", item, read)
    indexed = change.charges(Table(("pk", "sk"), (listed, most_read)), "UpdateItem", transaction=False)
    own = {"pk": item["pk"], "readings": read["readings"]}
    return {
        INDEXED: _plain(sum(each.units for each in indexed)),
        INSIDE: _plain(write_units(item, read)),
        OWN: _plain(write_units(own)),
    }


def _plain(wru: float) -> Reading:
    return Reading(wru, invocations=(_taken(),))


def figures(in_tail: Reading, on_hot: Reading) -> Figures:
    """`views.usd_per_million.tail|hot`."""
    others = {name: round(reading.usd(), 2) for name, reading in plainer().items()}
    control(worse=others[INSIDE], than=in_tail.usd(), what=INSIDE)
    control(worse=in_tail.usd(), than=20 * on_hot.usd(), what="twenty readings of a hot story")
    lines = {f"of it {name}": round(usd, 4) for name, usd in in_tail.bill().items()}
    hot_lines = {f"of it {name}": round(usd, 4) for name, usd in on_hot.bill().items()}
    return {
        "views.usd_per_million.tail": Figure(round(in_tail.usd(), 3), "USD", _TAIL, others | lines),
        "views.usd_per_million.hot": Figure(round(on_hot.usd(), 4), "USD", _HOT, hot_lines),
    }
