"""Readers of a hot story and what is between them and the stack: caches with answers, clients that wait."""

import random
from collections import Counter, deque
from math import exp

from bench.limits import TICKS
from shared import sampling

STAY = 60.0  # seconds that a reader stays, on average
POINTS = 100  # caches near readers
FIRST, AGAIN, LEAVING = range(3)  # kinds of requests: of a new reading, of a refused one, of who leaves with one
type Requests = Counter[tuple[int, int]]
"""How many requests, by their kind (FIRST, AGAIN, LEAVING) and by the weight that comes with them."""


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


class Waiting:
    """Clients whose reading was refused: they send it again within `sampling.RETRY`, or when their reader leaves."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._by_age: deque[Counter[int]] = deque([Counter()], sampling.RETRY[1] + 1)

    def add(self, weight: int, number: int) -> None:
        """So many were refused just now, who had been told this weight."""
        self._by_age[0][weight] += number

    def second(self) -> tuple[Counter[int], Counter[int]]:
        """A second passes: who sends again in it, and who leaves, by the weight that they hold."""
        again, leave = Counter[int](), Counter[int]()
        first, last = sampling.RETRY
        for age, held in enumerate(self._by_age):
            for weight, number in held.items():
                gone = self._dice.binomialvariate(number, 1 - exp(-1 / STAY))
                sends = age >= first and self._dice.binomialvariate(number - gone, 1 / max(1, last - age))
                leave[weight] += gone
                again[weight] += sends
                held[weight] -= gone + sends
        self._by_age.appendleft(Counter())
        return again, leave
