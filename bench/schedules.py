"""Seeded schedules of readings and deliveries: whatever is lost, repeated or cut otherwise, the counts are the model's.

A schedule writes readings of all weights with `shared.readings.record`, around midnight in the title's time zone and
around the moments when stories are published, withdrawn and published again, and delivers the stream's records to
`shared.counting.count` as AWS may: batches of any size, in order within a shard and in any order between shards, again
from an older checkpoint, cut otherwise, bisected after an error; shards split. Faults strike single writes: killed
before, killed after, the answer lost so that the SDK sends it again, overtaken by another invocation of the shard.

The control is the same consumer without the condition on its write: a plain ADD in the same schedules.
"""

import json
import os
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from bench import double
from bench.figure import Figure, Figures, control
from shared import clients, counting, items, readings, sampling, signing, views
from shared.article import Story
from shared.table import load
from tests.newsroom import BROWSER, CDN_SECRET, ENVIRONMENT

SCHEDULES = 10_000
CONTROLS = 300
STORIES = ("01ARZ3NDEKTSV4RRFFQ69G5FA1", "01ARZ3NDEKTSV4RRFFQ69G5FA2", "01ARZ3NDEKTSV4RRFFQ69G5FA3")
ROBOT = "Mozilla/5.0 (compatible; Districtbot/1.0; +https://robots.example/)"
_START = datetime(2026, 11, 23, 20, 45, tzinfo=UTC)  # a quarter to midnight in Minsk
_WINDOW_ENDS = 900  # seconds from the start; the day ends there too
# Seconds from the start; the third is never published.
_OPENED: dict[int, list[tuple[int, int | None]]] = {0: [(-3600, None)], 1: [(300, 900), (1200, None)], 2: []}
_CLEAR = 10  # seconds that no reading is nearer to such a moment: there the product allows for clocks that differ
_FAULTS = ("killed before", "killed after", "sent again", "overtaken")
_SECRET: dict[str, Any] = {"keys": ["newest", "previous"], "cdn_secret": CDN_SECRET}
type Counts = dict[tuple[str, str], dict[str, int]]
"""By story and day in the title's time zone: what a day's item holds, but for its key and its marks."""


class Killed(BaseException):
    """The consumer ended in the middle."""


@dataclass
class Line:
    """A consumer's way to the table, on which a fault waits for one of the next writes."""

    table: Any
    conditions: bool = True
    fault: str = ""
    writes: int = 0  # that pass before the fault strikes
    overtake: Any = None
    struck: Counter[str] = field(default_factory=Counter)

    def update_item(self, **request: Any) -> Any:
        """The call, and what befalls it."""
        if not self.conditions:
            request.pop("ConditionExpression", None)
            used = request["UpdateExpression"]
            values = request["ExpressionAttributeValues"]
            request["ExpressionAttributeValues"] = {name: value for name, value in values.items() if name in used}
        fault = self._due()
        if fault == "killed before":
            raise Killed
        if fault == "overtaken":
            self.overtake()
        answer = self.table.update_item(**request)
        if fault == "killed after":
            raise Killed
        return self.table.update_item(**request) if fault == "sent again" else answer

    def _due(self) -> str:
        self.writes -= 1
        if not self.fault or self.writes >= 0:
            return ""
        fault, self.fault = self.fault, ""
        self.struck[fault] += 1
        return fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)


@dataclass
class _Shard:
    name: str
    parent: "_Shard | None" = None
    records: list[dict[str, Any]] = field(default_factory=list)
    checkpoint: int = 0

    @property
    def waits(self) -> bool:
        """Whether there is something to deliver; a child waits for all of its parent."""
        return self.checkpoint < len(self.records) and not (self.parent and self.parent.unfinished)

    @property
    def unfinished(self) -> bool:
        return self.checkpoint < len(self.records)


class Schedule:
    """One schedule: `run` it, then compare `expected` with `stored`."""

    def __init__(self, seed: int, table: Any, *, conditions: bool = True) -> None:
        self.line = Line(table, conditions=conditions)
        self.expected: Counts = defaultdict(Counter)
        self.invocations = 0
        self._table = table
        self._dice = random.Random(seed)  # noqa: S311  # a schedule, not a secret
        self._seen: dict[tuple[int, int, bool], int] = {}  # the weight of the first reading of a window
        self._taken = 0
        self._shards = [_Shard(f"shardId-00000001795466700000-{number:08x}") for number in range(3)]
        self._leaves = self._shards[: self._dice.randint(1, 3)]
        self._shards = list(self._leaves)

    def run(self) -> None:
        """Readings and deliveries in turns, then every delivery that is left, without faults."""
        dice = self._dice
        with patch.object(clients, "dynamodb", lambda: self.line), patch.object(signing, "secret", lambda _: _SECRET):
            self._publish()
            count = dice.randint(4, 24)
            split = dice.randrange(2 * count)
            for number, second in enumerate(sorted(self._moment() for _ in range(count))):
                self._read(second)
                self._take()
                if number == split:
                    self._split()
                if dice.random() < 0.4:
                    self._deliver()
            for _ in range(10_000):
                if not any(shard.waits for shard in self._shards):
                    return
                self._deliver()
        raise AssertionError("the deliveries never end")

    def off(self) -> list[str]:
        """What the stored counts and the model's do not agree on."""
        found = stored(self._table)
        days = sorted(set(found) | set(self.expected))
        return [
            f"{story} {day}: {found.get((story, day))}, not {dict(self.expected.get((story, day), {}))}"
            for story, day in days
            if found.get((story, day)) != dict(self.expected.get((story, day), {}))
        ]

    # -- readings

    def _publish(self) -> None:
        at = _START - timedelta(hours=2)
        for number, spans in _OPENED.items():
            for version, (opened, shut) in enumerate(spans, 1):
                story = Story(
                    id=STORIES[number], headline="A", language="en", section="news", owner="ann", created_at=at,
                    updated_at=_START + timedelta(seconds=opened), version=version,
                )  # fmt: skip
                self._table.update_item(**items.open_gate(story, 0).request()["Update"])
                if shut is not None:
                    later = story.model_copy(update={"updated_at": _START + timedelta(seconds=shut)})
                    self._table.update_item(**items.shut_gate(later, version).request()["Update"])

    def _moment(self) -> float:
        edges = [edge for spans in _OPENED.values() for span in spans for edge in span if edge is not None]
        while True:
            second = round(self._dice.uniform(0, 1800), 3)
            if all(abs(second - edge) > _CLEAR for edge in edges):
                return second

    def _read(self, second: float) -> None:
        """One reading; its answer may be lost, and then the SDK or the client sends it again."""
        dice = self._dice
        story, reader = dice.choices(range(3), (6, 3, 1))[0], dice.randrange(10)
        now = _START.timestamp() + second
        agent = ROBOT if reader >= 8 else BROWSER
        event = _event(STORIES[story], f"10.0.0.{reader}", agent, f"{dice.getrandbits(128):032x}")
        weight, event["body"] = self._token(STORIES[story], now)
        lost = dice.random()
        if lost < 0.15:
            self.line.fault, self.line.writes = "sent again", 0
        try:
            if lost > 0.9:
                self.line.fault, self.line.writes = dice.choice(("killed before", "killed after")), 0
            before = self.line.struck["killed before"]
            readings.record(event, now)
        except Killed:
            if self.line.struck["killed before"] == before:
                self._expect(story, reader, now, weight)
            event["requestContext"]["requestId"] = f"{dice.getrandbits(128):032x}"
            readings.record(event, now)
        self._expect(story, reader, now, weight)

    def _token(self, story: str, now: float) -> tuple[int, str]:
        """The weight that a reading has, and its body: without a token, with one, or with one that proves nothing."""
        dice = self._dice
        weight, kind = 2 ** dice.randint(1, 9), dice.choices(("none", "valid", "late", "forged"), (5, 4, 1, 1))[0]
        if kind == "none":
            return 1, ""
        key = "another" if kind == "forged" else dice.choice(_SECRET["keys"])
        token = sampling.token(key, story, weight, now - 600 if kind == "late" else now)
        return weight if kind == "valid" else 1, json.dumps({"token": token})

    def _expect(self, story: int, reader: int, now: float, weight: int) -> None:
        """What the reading must become, said once more and in other words than the product's."""
        spans = _OPENED[story]
        if not spans:
            return
        second = now - _START.timestamp()
        window = story, reader, second < _WINDOW_ENDS
        is_open = any(opened <= second and (shut is None or second < shut) for opened, shut in spans)
        local = datetime.fromtimestamp(now, UTC) + timedelta(hours=3)
        counts = self.expected[STORIES[story], local.date().isoformat()]
        again = window in self._seen
        weight = self._seen.setdefault(window, weight)
        if reader >= 8:
            counts["x_robot"] += weight
        elif again:
            counts["x_repeat"] += weight
        elif not is_open:
            counts["x_unpublished"] += weight
        else:
            counts["counted"] += weight
            counts[f"h{local.hour:02}"] += weight
            if weight > 1:
                counts["variance_sum"] += weight * (weight - 1)

    # -- deliveries

    def _take(self) -> None:
        """New records of markers go to the shard of their key."""
        for record in self._table.records[self._taken :]:
            if record["dynamodb"]["Keys"]["sk"]["S"] == "MARKER":
                place = zlib.crc32(record["dynamodb"]["Keys"]["pk"]["S"].encode()) % len(self._leaves)
                self._leaves[place].records.append(record)
        self._taken = len(self._table.records)

    def _split(self) -> None:
        """Each shard ends and has a child; children take the new records."""
        children = [_Shard(f"{shard.name[:-8]}{number + 16:08x}", shard) for number, shard in enumerate(self._leaves)]
        self._leaves, self._shards = children, self._shards + children

    def _deliver(self) -> None:
        """One batch of one shard: from its checkpoint or an older one, perhaps to be delivered again."""
        dice = self._dice
        ready = [shard for shard in self._shards if shard.waits]
        if not ready:
            return
        shard = dice.choice(ready)
        start = shard.checkpoint if dice.random() < 0.85 else dice.randrange(shard.checkpoint + 1)
        batch = shard.records[start : start + dice.randint(1, 9)]
        self._count(batch, shard, depth=0)
        if dice.random() < 0.8:
            shard.checkpoint = start + len(batch)

    def _count(self, batch: list[dict[str, Any]], shard: _Shard, depth: int) -> None:
        """An invocation; after an error its halves, one after the other."""
        dice, line = self._dice, self.line
        line.fault = dice.choice(_FAULTS) if depth < 4 and dice.random() < 0.4 else ""
        line.writes = dice.randrange(3)
        older = dice.randrange(shard.checkpoint + 1)
        rival = shard.records[older : older + dice.randint(1, 9)]
        line.overtake = lambda: counting.count(rival, shard.name)
        self.invocations += 1
        try:
            counting.count(batch, shard.name)
        except Killed:
            half = (len(batch) + 1) // 2
            for part in (batch[:half], batch[half:]):
                if part:
                    self._count(part, shard, depth + 1)
        line.fault = ""


def _event(story: str, address: str, agent: str, request: str) -> dict[str, Any]:
    http = {"method": "POST", "path": f"/articles/{story}/views", "sourceIp": "192.0.2.1", "userAgent": agent}
    headers = {"user-agent": agent, "x-viewer-address": address, "x-cdn-secret": CDN_SECRET}
    context = {"http": http, "requestId": request}
    return {"pathParameters": {"id": story}, "headers": headers, "requestContext": context, "rawPath": http["path"]}


def stored(table: Any) -> Counts:
    """The counts that a table holds."""
    found: Counts = {}
    for image in table.items():
        if image["sk"]["S"].startswith("DAY#"):
            item = load(image)
            counts = {name: value for name, value in item.items() if not name.startswith(("pk", "sk", views.MARK))}
            found[item["pk"].removeprefix("STORY#"), item["sk"].removeprefix("DAY#")] = counts
    return found


@contextmanager
def _settings() -> Iterator[None]:
    with patch.dict(os.environ, ENVIRONMENT):
        yield


def tried(seeds: range, *, conditions: bool = True) -> tuple[int, Counter[str]]:
    """How many of the schedules are off, and the faults that struck in them."""
    off, struck = 0, Counter[str]()
    with _settings():
        for seed in seeds:
            schedule = Schedule(seed, double.Table(), conditions=conditions)
            schedule.run()
            off += bool(schedule.off())
            struck += schedule.line.struck + Counter(invocations=schedule.invocations)
    return off, struck


def measure() -> Figures:
    """`views.schedules_tried` (at least its budget) and `views.schedules_off`."""
    plain, _ = tried(range(CONTROLS), conditions=False)
    control(worse=plain, than=0, what="a plain ADD in the same schedules")
    off, struck = tried(range(SCHEDULES))
    share = round(100 * plain / CONTROLS, 1)
    return {
        "views.schedules_tried": Figure(SCHEDULES, "at least", SCHEDULES, {**struck}, floor=True),
        "views.schedules_off": Figure(off, "schedules", 0, {f"a plain ADD, % of {CONTROLS}": share}),
    }
