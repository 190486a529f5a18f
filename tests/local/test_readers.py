"""Fifty readers at once on the real stack: each counts once, whatever is refused, sent again or repeated."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from local.client import Client, Throttled
from local.stack import LocalStack
from tests.newsroom import BROWSER

READERS, ROBOTS = 50, 10
ROBOT = "Mozilla/5.0 (compatible; Districtbot/1.0; +https://robots.example/)"
_BOUND = 150.0  # seconds for all of it
_PATIENCE = 60.0  # seconds until everything is counted


class InFlight:
    """Counts the readings that were sent and not taken yet; `widest` is the most that there ever were at once."""

    def __init__(self) -> None:
        self._lock, self._now, self.widest = threading.Lock(), 0, 0

    def __enter__(self) -> None:
        with self._lock:
            self._now += 1
            self.widest = max(self.widest, self._now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._now -= 1


@dataclass
class Reader:
    """A reader with an address, a connection and a visit of their own."""

    number: int
    stack: LocalStack
    flight: InFlight

    def visit(self, stories: list[str], together: threading.Barrier) -> None:
        """Reads both stories, the first one again, and some let a robot look; each round begins with everybody."""
        client = Client(self.stack.api)
        rounds = [(stories[0], BROWSER), (stories[1], BROWSER), (stories[0], BROWSER)]
        rounds += [(stories[1], ROBOT)] if self.number < ROBOTS else []
        try:
            for place, (story, agent) in enumerate(rounds):
                if place < 3:
                    together.wait(timeout=_BOUND)
                with self.flight:
                    self.read(client, story, agent)
        except BaseException:
            together.abort()  # or the others would wait
            raise
        finally:
            client.close()

    def read(self, client: Client, story: str, agent: str) -> None:
        """One reading, sent again for as long as the stack is busy."""
        address = f"198.51.100.{self.number}"
        headers = {"user-agent": agent, "x-viewer-address": address, "x-cdn-secret": self.stack.cdn_secret}
        deadline = time.monotonic() + _BOUND
        while True:
            try:
                answer = client.call("POST", f"/articles/{story}/views", headers=headers)
            except Throttled:
                if time.monotonic() > deadline:
                    raise
                continue
            assert answer.status == 202, answer.text
            assert answer.text == ""
            return


@pytest.fixture(scope="module")
def stories(stack: LocalStack) -> list[str]:
    """Two published stories."""
    desk = Client(stack.api, stack.tokens["editor"])
    found = []
    for number in range(2):
        answer = desk.call("POST", "/articles", {"headline": f"Much read {number}", "body_text": "One."})
        found.append(answer.json["id"])
        assert desk.call("POST", f"/articles/{found[-1]}/publication").status == 200
    desk.close()
    return found


def views(stack: LocalStack, story: str) -> tuple[int, dict[str, int]]:
    """Readings counted, and those excluded by reason where there are any."""
    client = Client(stack.api)
    found: Any = client.call("GET", f"/articles/{story}/views").json
    client.close()
    return found["counted"], {reason: number for reason, number in found["excluded"].items() if number}


def settled(stack: LocalStack, story: str, raw: int) -> tuple[int, dict[str, int]]:
    """The counts when as many readings are told of as there were, or when patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        counted, excluded = views(stack, story)
        if counted + sum(excluded.values()) >= raw or time.monotonic() > deadline:
            return counted, excluded
        time.sleep(0.2)


def test_fifty_readers_at_once_are_fifty(stack: LocalStack, stories: list[str]) -> None:
    """None is lost and none is counted twice, with all of them in flight together; raw = counted + excluded."""
    flight, together = InFlight(), threading.Barrier(READERS)
    with ThreadPoolExecutor(READERS) as pool:
        visits = [pool.submit(Reader(each, stack, flight).visit, stories, together) for each in range(READERS)]
        for visit in visits:
            visit.result(timeout=_BOUND)
    assert flight.widest >= READERS
    assert settled(stack, stories[0], 2 * READERS) == (READERS, {"repeat": READERS})
    assert settled(stack, stories[1], READERS + ROBOTS) == (READERS, {"robot": ROBOTS})
