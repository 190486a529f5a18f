"""A hot story in simulated time: the product's own decisions on sampling, under AWS's limits as a pessimist has them.

What is simulated, in ticks of a tenth of a second (limits are in `bench.limits`):

- Readers come by chance at a given rate, each once. Each got its page from one of POINTS caches, which all begin empty
  and keep an answer for as long as the product lets them; a weight is as old as the answer that carries it.
- A client sends a reading with probability 1/weight. The request passes the throttle of its route and the account's
  quota, finds an environment of the function, and writes a marker into a partition by chance. Whatever is refused on
  this way the client hears of and sends again later, by a new draw with the weight of that time, if its reader is still
  there: readers stay STAY seconds on average. Those who left are lost to the count.
- Each partition has a shard. Its records reach the consumer a second late, in batches of the template's window and
  size; a batch is one write of the story's counter, and one more of its rate where `shared.sampling` keeps one.
  What passes of a tick's markers are requests with the weight that their token proves.

A story's counters lie on one partition, in the way of its markers there. Throttled writes are counted, not tried again.
"""

import random
from collections import Counter, deque
from dataclasses import dataclass
from math import ceil, exp

from bench.costs import INSIDE, OWN
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
STAY = 60.0  # seconds that a reader stays, on average
POINTS = 100
_ROUNDS = 3  # times that a client sends a refused reading again
_STREAM_TICKS = TICKS  # from a write until its record can be read
_SERVED, _START = 0.010, 0.8  # seconds of a warm request and of an environment's first
_SEEDS = 3
_ERROR, _QUOTA = 1.0, 10.0  # percent


@dataclass(frozen=True)
class Design:
    """What is simulated; a control is a design that lacks something."""

    page_seconds: int = sampling.SHARED_AGE  # for which a cache that readers share keeps an answer about a story
    samples: bool = True
    sends_again: bool = True
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


class Caches:
    """The answers in the caches near readers: each with a weight and the tick at which it is asked for again."""

    def __init__(self, seconds: int, points: int = POINTS) -> None:
        self._seconds = seconds
        self._answers = [(1, 0)] * points

    def shares(self, weight: int, tick: int) -> dict[int, float]:
        """Which share of readers is told which weight; `weight` is what the stack would say now."""
        fresh = weight, tick + self._seconds * TICKS
        self._answers = [answer if tick < answer[1] else fresh for answer in self._answers]
        told = Counter(answer[0] for answer in self._answers)
        return {each: number / len(self._answers) for each, number in told.items()}


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


type Requests = Counter[tuple[int, int]]
"""How many requests, by how often they were refused before and by the weight that comes with them."""


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
        self._caches = Caches(design.page_seconds)
        self._shards = [
            Shard(mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) for _ in range(self._table.number)
        ]
        self._later: dict[int, Counter[int]] = {}
        self._requests, self._writes = Second(), Second()

    def run(self) -> Result:
        """Ten minutes of readers, say, and what is on its way after that."""
        own = 0  # writes of the counter that the last tick caused
        for tick in range(self._ticks + (_ROUNDS * max(sampling.RETRY) + 30) * TICKS):
            own = self._tick(tick, own)
        self.result.throttles = self._table.throttled
        return self.result

    def _tick(self, tick: int, own: int) -> int:
        """A tenth of a second; `own` writes of the counters are due in it, and it returns those of the next."""
        result, rates = self.result, [shard.held for shard in self._shards if shard.held]
        weight = sampling.weight(rates, tick / TICKS) if self._design.samples else 1
        shares = self._caches.shares(weight, tick)
        come = self._dice.binomialvariate(10**9, self._rate / TICKS / 10**9) if tick < self._ticks else 0
        result.offered += come
        sent: Requests = Counter()
        for tries, number in [(0, come), *self._later.pop(tick, {}).items()]:
            self._draw(sent, tries, number, shares)
        through = self._functions.take(self._account.take(self._route.take(sent.total())))
        passed = self._chosen(sent, through)
        self._refuse(tick, sent - passed)
        result.last_weight = weight if come else result.last_weight
        self._requests.add(sent.total())
        self._writes.add(through + own)
        if tick >= RAMP * TICKS:
            result.requests = max(result.requests, self._requests.sum)
            result.writes = max(result.writes, self._writes.sum)
            result.environments = max(result.environments, self._functions.busy)
        return self._write(tick, passed, own)

    def _draw(self, sent: Requests, tries: int, number: int, shares: dict[int, float]) -> None:
        """Adds those of so many readings that their clients send, by the weight that each was told."""
        left = 1.0
        for weight, share in shares.items():
            told = self._dice.binomialvariate(number, min(1.0, share / left)) if left > share else number
            sent[tries, weight] += self._dice.binomialvariate(told, 1 / weight)
            number, left = number - told, left - share

    def _chosen(self, sent: Requests, through: int) -> Requests:
        """Which of a tick's requests are the ones that get through: any, by chance."""
        passed: Requests = Counter()
        left = sent.total()
        for kind, number in sent.items():
            lot = self._dice.binomialvariate(through, number / left) if left else 0
            passed[kind] = max(through - (left - number), min(number, lot))
            through, left = through - passed[kind], left - number
        return passed

    def _refuse(self, tick: int, refused: Requests) -> None:
        """Who was refused sends again within the product's span, unless the reader has left by then or tried enough."""
        first, last = sampling.RETRY
        self.result.refused += refused.total()
        for (tries, _), number in refused.items():
            if not self._design.sends_again or tries == _ROUNDS:
                self.result.lost += number
                continue
            for second, each in enumerate(spread(self._dice, number, last - first), first):
                stays = self._dice.binomialvariate(each, exp(-second / STAY))
                self.result.lost += each - stays
                self._later.setdefault(tick + second * TICKS, Counter())[tries + 1] += stays

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
    control(worse=silent.error_pct, than=_ERROR, what="a client that does not hear that it was refused")
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
                "of it by readers who left": round(max(100 * run.lost / run.offered for run in runs), 2),
                "refused at first": round(max(100 * run.refused / run.offered for run in runs), 2),
                "when what is refused is not sent again": round(silent.error_pct, 2),
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
