"""AWS's limits as a pessimist would have them: no burst credit of a partition, a new table, default quotas.

All of them take what arrives in a tick and say how much of it passes. Sources: the developer guides' chapters
"Partition-level limits" and "Burst capacity" (which is left out here), "On-demand capacity mode" (a new table takes
4,000 writes a second, later twice its previous peak of 30 minutes), "Lambda function scaling" (1,000 environments more
in 10 seconds, up to 1,000 in an account) and "Quotas of HTTP APIs" (10,000 requests a second in an account).
"""

import random
from collections import deque
from dataclasses import dataclass, field
from math import ceil

TICKS = 10  # in a second
PARTITION_WRITES = 1000  # write units a second of one partition
NEW_TABLE_WRITES = 4000  # write units a second of a table that nobody has written to
TABLE_QUOTA = 40_000  # write units a second that a table may have by default
API_QUOTA, API_BURST = 10_000, 5000  # requests a second of an account's APIs together
CONCURRENCY = 1000  # environments of an account's functions together
STARTS, STARTS_SECONDS = 1000, 10  # environments that a function may get more, in so many seconds
_PEAK_SECONDS = 1800


@dataclass
class Bucket:
    """A token bucket, as API Gateway throttles: `rate` a second, `burst` at once."""

    rate: float
    burst: float
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, wanted: int) -> int:
        """What passes of a tick's requests."""
        passed = min(wanted, int(self.tokens))
        self.tokens = min(self.burst, self.tokens - passed + self.rate / TICKS)
        return passed


class Second:
    """What happened within the last second, however it lies to the clock's seconds."""

    def __init__(self) -> None:
        self._ticks: deque[float] = deque([0.0] * TICKS, TICKS)
        self.most = 0.0

    @property
    def sum(self) -> float:
        """Over the last second."""
        return sum(self._ticks)

    def room(self, limit: float) -> float:
        """What this tick may still add to keep within `limit` a second; to be asked before `add`."""
        return max(0.0, limit - sum(list(self._ticks)[1:]))

    def add(self, amount: float) -> None:
        """One tick's amount."""
        self._ticks.append(amount)
        self.most = max(self.most, self.sum)


class Partitions:
    """A table on demand: each partition and the table have their own limit, and what is over either is throttled."""

    def __init__(self) -> None:
        self.capacity = NEW_TABLE_WRITES
        self.throttled = 0
        self.table = Second()
        self._ticks = 0
        self._peak = 0.0
        self._partitions = [Second() for _ in range(self.capacity // PARTITION_WRITES)]

    @property
    def number(self) -> int:
        """How many partitions there are, which is how many shards the stream has."""
        return len(self._partitions)

    def write(self, wanted: list[tuple[int, float]]) -> list[int]:
        """A tick's writes, for each partition how many and the units of one; returns how many of them passed."""
        room, passed, units = self.table.room(self.capacity), [], 0.0
        for partition, (number, each) in zip(self._partitions, wanted, strict=True):
            free = min(partition.room(PARTITION_WRITES), room)
            taken = min(number, int(free / each + 1e-9))
            partition.add(taken * each)
            room -= taken * each
            units += taken * each
            passed.append(taken)
            self.throttled += number - taken
        self.table.add(units)
        self._peak = max(self._peak, self.table.sum)
        self._grow()
        return passed

    def _grow(self) -> None:
        """Half an hour later a table takes twice its peak; its partitions have split by then."""
        self._ticks += 1
        if self._ticks % (_PEAK_SECONDS * TICKS) == 0:
            self.capacity = max(self.capacity, int(2 * self._peak))
            self._peak = 0.0
            more = ceil(self.capacity / PARTITION_WRITES) - len(self._partitions)
            self._partitions += [Second() for _ in range(more)]


class Functions:
    """One function's environments: each serves one request at a time, and the first of each takes longer."""

    def __init__(self, *, seconds: float, start_seconds: float, warm: int = 0) -> None:
        self.refused = 0
        self.busy = 0  # environments that a tick's requests took
        self._served = round(1 / TICKS / seconds)  # requests that an environment serves in a tick
        self._start_ticks = ceil(start_seconds * TICKS)
        self._starts = Bucket(STARTS / STARTS_SECONDS, STARTS)
        self._warm = warm
        self._starting: deque[int] = deque([0] * self._start_ticks, self._start_ticks)

    def take(self, wanted: int) -> int:
        """What is served of a tick's requests; each that finds no free environment starts one, if it may."""
        self._warm += self._starting[0]
        served = min(wanted, self._warm * self._served)
        free = CONCURRENCY - self._warm - (sum(self._starting) - self._starting[0])
        started = self._starts.take(min(wanted - served, free))
        self._starting.append(started)
        self.busy = ceil(served / self._served) + sum(self._starting)
        self.refused += wanted - served - started
        return served + started


def spread(dice: random.Random, number: int, over: int) -> list[int]:
    """`number` things that each fall into one of `over` places by chance."""
    found = []
    for left in range(over, 0, -1):
        found.append(dice.binomialvariate(number, 1 / left))
        number -= found[-1]
    return found
