"""A hot story in simulated time: the product's own decisions on sampling, under AWS's limits as a pessimist has them.

What is simulated, in ticks of a tenth of a second (limits are in `bench.limits`):

- Readers come by chance at a given rate, each once. Each got its page from one of POINTS caches, which all begin empty
  and keep an answer for as long as the product lets them; a weight is as old as the answer that carries it.
- A client sends a reading with probability 1/weight. The request passes the throttle of its route and the account's
  quota, finds an environment of the function, and writes a marker into a partition by chance.
- What is refused on this way the client hears of, as the stack's script does (`shared/beacon.js`). Within
  `sampling.RETRY` it asks for the weight of that time, through caches of its own, and sends again once, if that weight
  lets it. Readers stay STAY seconds on average; a reading of whoever leaves before that is lost to the count, or sent
  once more with what its client knows, where the script does so.
- Each partition has a shard. Its records reach the consumer a second late, in batches of the template's window and
  size; a batch is one write of the story's counter, and one more of its rate where `shared.sampling` keeps one.
  What passes of a tick's markers are requests with the weight that their token proves.

A story's counters lie on one partition, in the way of its markers there. Throttled writes are counted, not tried again.
"""

import random
from collections import Counter, deque
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path

from bench.costs import INSIDE, OWN
from bench.crowd import AGAIN, FIRST, LEAVING, Caches, Requests, Waiting
from bench.figure import BrokenControl, Figure, Figures, control
from bench.limits import (
    API_BURST,
    API_QUOTA,
    CONCURRENCY,
    TABLE_QUOTA,
    TICKS,
    Bucket,
    Functions,
    Partitions,
    Second,
    spread,
)
from shared import sampling
from tests.newsroom import TEMPLATE

RATE, SECONDS = 100_000, 600
RAMP = 60  # seconds that the ramp may take
_BEACON = (Path(__file__).parents[1] / "shared" / "beacon.js").read_text(encoding="utf-8")
# As the script says it: nobody, who has a token and so a weight, or everybody.
_LEAVING_FROM = inf if "sendBeacon" not in _BEACON else 2 if "token && navigator.sendBeacon" in _BEACON else 1
_STREAM_TICKS = TICKS  # from a write until its record can be read
_SERVED, _START = 0.010, 0.8  # seconds of a warm request and of an environment's first
_SEEDS = 5
_ERROR, _QUOTA = 1.0, 10.0  # percent


@dataclass(frozen=True)
class Design:
    """What is simulated; a control is a design that lacks something."""

    page_seconds: int = sampling.SHARED_AGE  # for which a cache that readers share keeps an answer about a story
    samples: bool = True
    sends_again: bool = True
    leaving_from: float = _LEAVING_FROM  # the weight from which who leaves with a refused reading sends it once more
    warm: bool = False  # all of the functions' environments are there before the first reader


@dataclass
class Result:
    """What came of a run; rates are of the worst second after the ramp."""

    offered: int = 0
    counted: int = 0
    lost: int = 0
    refused: int = 0
    throttles: int = 0
    requests: float = 0.0
    writes: float = 0.0
    environments: int = 0
    last_weight: int = 1

    @property
    def error_pct(self) -> float:
        """By how much the count is off."""
        return 100 * abs(self.counted - self.offered) / self.offered

    @property
    def quota_pct(self) -> float:
        """The largest share of a default quota that is used after the ramp."""
        shares = self.requests / API_QUOTA, self.writes / TABLE_QUOTA, self.environments / CONCURRENCY
        return 100 * max(shares)


class Shard:
    """The records of one partition on their way to the consumer, and the rate that the story's counters hold of it."""

    def __init__(self, batch: int, window: int) -> None:
        self.held: sampling.Rate | None = None
        self._batch, self._window = batch, window * TICKS
        self._waiting: deque[tuple[int, dict[int, int]]] = deque()

    def add(self, tick: int, records: dict[int, int]) -> None:
        """The markers of a tick, by weight."""
        if any(records.values()):
            self._waiting.append((tick, records))

    def count(self, tick: int) -> tuple[int, int]:
        """The readings of a batch when one is due, and how many writes it made."""
        ready = [entry for entry in self._waiting if entry[0] + _STREAM_TICKS <= tick]
        number = sum(sum(records.values()) for _, records in ready)
        if not ready or (number < self._batch and ready[0][0] + _STREAM_TICKS + self._window > tick):
            return 0, 0
        for _ in ready:
            self._waiting.popleft()
        moments = [
            (at / TICKS, weight) for at, records in ready for weight, each in records.items() for _ in range(each)
        ]
        seen = sampling.rate(moments, (ready[-1][0] - ready[0][0]) / TICKS)
        if seen and sampling.replaces(seen, self.held):
            self.held = seen
        # A rate that does not replace the one held has been a write too: one whose condition failed.
        return sum(weight for _, weight in moments), ceil(number / self._batch) + (seen is not None)


class Simulation:
    """One run of one design at one rate; `run` it once."""

    def __init__(self, design: Design, rate: int, seconds: int, seed: int) -> None:
        resources = TEMPLATE["Resources"]
        mapping = resources["CountViews"]["Properties"]["Events"]["Markers"]["Properties"]
        route = resources["Api"]["Properties"]["RouteSettings"]["POST /articles/{id}/views"]
        of_route = TEMPLATE["Parameters"]["ReadingsPerSecond"]["Default"]
        self.result = Result()
        self._design, self._rate, self._ticks = design, rate, seconds * TICKS
        self._dice = random.Random(seed)  # noqa: S311  # a simulation, not a secret
        self._route = Bucket(of_route, route["ThrottlingBurstLimit"])
        self._account = Bucket(API_QUOTA, API_BURST)
        self._functions = Functions(seconds=_SERVED, start_seconds=_START, warm=CONCURRENCY if design.warm else 0)
        self._table = Partitions()
        self._pages, self._asked = Caches(design.page_seconds), Caches(design.page_seconds)
        self._shards = [
            Shard(mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) for _ in range(self._table.number)
        ]
        self._waiting = Waiting(self._dice)
        self._due: dict[int, Requests] = {}
        self._requests, self._writes = Second(), Second()

    def run(self) -> Result:
        """The readers of so many seconds, and what is on its way after that."""
        own = 0  # writes of the counter that the last tick caused
        for tick in range(self._ticks + (max(sampling.RETRY) + 30) * TICKS):
            own = self._tick(tick, own)
        self.result.throttles = self._table.throttled
        return self.result

    def _tick(self, tick: int, own: int) -> int:
        """A tenth of a second; `own` writes of the counters are due in it, and it returns those of the next."""
        result, rates = self.result, [shard.held for shard in self._shards if shard.held]
        weight = sampling.weight(rates, tick / TICKS) if self._design.samples else 1
        come = self._dice.binomialvariate(10**9, self._rate / TICKS / 10**9) if tick < self._ticks else 0
        result.offered += come
        sent = self._first(come, self._pages.shares(weight, tick)) + self._due.pop(tick, Counter())
        if tick % TICKS == 0:
            self._later(tick, weight)
        through = self._functions.take(self._account.take(self._route.take(sent.total())))
        passed = self._chosen(sent, through)
        self._refuse(sent - passed)
        result.last_weight = weight if come else result.last_weight
        self._requests.add(sent.total())
        self._writes.add(through + own)
        if tick >= RAMP * TICKS:
            result.requests = max(result.requests, self._requests.sum)
            result.writes = max(result.writes, self._writes.sum)
            result.environments = max(result.environments, self._functions.busy)
        return self._write(tick, passed, own)

    def _first(self, readers: int, shares: dict[int, float]) -> Requests:
        """Those of so many readings that their clients send at once, by the weight that each was told."""
        told = self._told(readers, shares)
        return Counter({(FIRST, w): self._dice.binomialvariate(number, 1 / w) for w, number in told.items()})

    def _told(self, readers: int, shares: dict[int, float]) -> dict[int, int]:
        found, left = {}, 1.0
        for weight, share in shares.items():
            found[weight] = self._dice.binomialvariate(readers, share / left) if left > share else readers
            readers, left = readers - found[weight], left - share
        return found

    def _later(self, tick: int, weight: int) -> None:
        """The refused of whom a second takes one: they ask for the weight and send again, or leave."""
        again, leave = self._waiting.second()
        shares = self._asked.shares(weight, tick)
        for held, number in again.items():
            for told, each in self._told(number, shares).items():
                # A client goes by one random number: it was under 1 / held, and now has to be under 1 / told.
                sent = self._dice.binomialvariate(each, held / told) if told > held else each
                self._spread(tick, (AGAIN, max(told, held)), sent)
        for held, number in leave.items():
            if held >= self._design.leaving_from:
                self._spread(tick, (LEAVING, held), number)
            else:
                self.result.lost += number * held

    def _spread(self, tick: int, kind: tuple[int, int], number: int) -> None:
        for later, each in enumerate(spread(self._dice, number, TICKS), tick + 1):
            self._due.setdefault(later, Counter())[kind] += each

    def _chosen(self, sent: Requests, through: int) -> Requests:
        """Which of a tick's requests are the ones that get through: any, by chance."""
        passed: Requests = Counter()
        left = sent.total()
        for kind, number in sent.items():
            lot = self._dice.binomialvariate(through, number / left) if left else 0
            passed[kind] = max(through - (left - number), min(number, lot))
            through, left = through - passed[kind], left - number
        return passed

    def _refuse(self, refused: Requests) -> None:
        """Who was refused at first waits; a second refusal, and that of somebody who has left, is heard by nobody."""
        self.result.refused += refused.total()
        for (stage, weight), number in refused.items():
            if stage == FIRST and self._design.sends_again:
                self._waiting.add(weight, number)
            else:
                self.result.lost += number * weight

    def _write(self, tick: int, passed: Requests, own: int) -> int:
        """The tick's markers and the counters' writes; returns the writes that the batches now due make next."""
        records: list[Counter[int]] = [Counter() for _ in self._shards]
        for (_, weight), number in passed.items():
            for place, each in enumerate(spread(self._dice, number, len(self._shards))):
                records[place][weight] += each
        wanted = [each.total() for each in records]
        wanted[0] += own  # all counters of one story lie on one partition
        self._table.write([(number, 1.0) for number in wanted])
        writes = 0
        for shard, new in zip(self._shards, records, strict=True):
            shard.add(tick, new)
            readings, made = shard.count(tick)
            self.result.counted += readings
            writes += made
        return writes


def first_throttled(units: float) -> int:
    """The rate, of readings a second that come evenly, at which a counter of so many units a write is throttled."""
    for rate in range(10, 5000, 10):
        table, due = Partitions(), 0.0
        for _ in range(10 * TICKS):
            due += rate / TICKS
            table.write([(int(due), units)] + [(0, 1.0)] * (table.number - 1))
            due -= int(due)
        if table.throttled:
            return rate
    raise AssertionError("no rate is throttled")


def measure() -> Figures:
    """`views.simulator.throttles|error_pct|requests_of_quota_pct`: the worst of a few seeds, cold and warm."""
    runs = [
        Simulation(Design(warm=warm), RATE, SECONDS, seed).run() for seed in range(_SEEDS) for warm in (False, True)
    ]
    worst = max(run.error_pct for run in runs)
    late = Simulation(Design(page_seconds=30), RATE, SECONDS, 0).run()
    silent = Simulation(Design(sends_again=False), RATE, SECONDS, 0).run()
    control(worse=late.error_pct, than=_ERROR, what="a page that is cached for half a minute")
    quiet = Simulation(Design(leaving_from=inf), RATE, SECONDS, 0).run()
    control(worse=silent.lost, than=quiet.lost, what="a client that does not hear that it was refused")
    lost, unheard, unsent = (max(100 * run.lost / run.offered for run in each) for each in (runs, [silent], [quiet]))
    plain = Simulation(Design(samples=False), RATE, SECONDS // 10, 0).run()
    control(worse=plain.quota_pct, than=_QUOTA, what="a story without weights")
    inside, own = first_throttled(11), first_throttled(1)
    if not (80 <= inside <= 120 and 900 <= own <= 1100):
        raise BrokenControl(f"a counter in a story throttles at {inside} readings/s, an item of its own at {own}")
    return {
        "views.simulator.throttles": Figure(
            max(run.throttles for run in runs),
            "writes",
            0,
            {f"readings/s at which {INSIDE} throttles": inside, f"readings/s at which {OWN} does": own},
        ),
        "views.simulator.error_pct": Figure(
            round(worst, 2),
            "%",
            _ERROR,
            {
                "on average": round(sum(run.error_pct for run in runs) / len(runs), 2),
                "of it lost for good": round(lost, 2),
                "lost when who leaves sends nothing": round(unsent, 2),
                "lost when what is refused is not sent again": round(unheard, 2),
                "when pages are cached for 30 s": round(late.error_pct, 2),
            },
        ),
        "views.simulator.requests_of_quota_pct": Figure(
            round(max(run.quota_pct for run in runs), 2),
            "%",
            _QUOTA,
            {"without weights": round(plain.quota_pct, 2), "weight at the end": max(run.last_weight for run in runs)},
        ),
    }
