"""The newsroom under faults: whoever calls the product calls it again as AWS or a client would, twice and shuffled."""

import json
import random
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from functions import count_views, ingest_item, publish_due, relay_events, sweep_events
from shared import article
from tests.faults.injector import Injector, Killed, Kind
from tests.faults.model import Model
from tests.newsroom import CONSUMERS, NEWSROOM, PAYLOADS, READINGS, Answer, Newsroom, aws, s3_notification, sqs_event

ATTEMPTS = 5
_real_now = article.utc_now


class GivenUp(AssertionError):
    """What was called again and again never succeeded: on AWS it would now lie in a dead-letter queue."""


@dataclass
class Room:
    """One case: a newsroom, a fault to come, the model of what must be true in the end."""

    newsroom: Newsroom
    injector: Injector
    dice: random.Random
    model: Model = field(default_factory=Model)
    ahead: timedelta = timedelta()
    troubles: list[str] = field(default_factory=list)
    _step: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        self.injector.somebody_else = self._somebody_else

    # -- time

    def now(self) -> datetime:
        """The case's clock."""
        return _real_now() + self.ahead

    def wait(self, **span: float) -> None:
        """Time passes."""
        self.ahead += timedelta(**span)

    def clocks(self) -> list[ModuleType]:
        """The product's modules that ask for the time."""
        return [module for name, module in list(sys.modules.items()) if name.startswith("shared.") and _asks(module)]

    # -- calls

    @property
    def kind(self) -> Kind | None:
        """The fault of this case."""
        return self.injector.kind

    def call(self, step: Callable[[], Any]) -> Any:
        """Calls until it succeeds. Nobody may notice a fault that is to be absorbed, or fail without a fault."""
        outer = self._step
        for _ in range(ATTEMPTS):
            self._step, fired = step, self.injector.fired
            try:
                answer = step()
            except (Killed, Exception) as error:  # noqa: BLE001  # Lambda takes any error as a failed call
                self._failed(fired, repr(error))
                continue
            if _succeeded(answer):
                self._step = outer
                return answer
            self._failed(fired, str(answer))
        raise GivenUp(f"failed {ATTEMPTS} times: {self.troubles}")

    def _failed(self, fired: int, what: str) -> None:
        if not self.injector.fired > fired:
            self.troubles.append(f"failed without a fault: {what[:300]}")
        elif self.kind and self.kind.absorbed:
            self.troubles.append(f"not absorbed: {what[:300]}")

    def _somebody_else(self) -> None:
        """The same call at the same moment in another process, or everything that waits goes first."""
        step = self._step
        if self.kind and self.kind.name == "twin" and step:
            try:
                step()
            except Exception as error:  # noqa: BLE001  # a twin that fails is called again by whoever called it
                self.troubles.append(f"the twin failed: {error!r}")
        else:
            self.deliver()
            self.ring()
            self.sweep()
        self._step = step

    def http(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """A client who sends the same request again, with the same headers, while the answer is lost or a 5xx."""
        fired, tries = self.injector.fired, 0

        def send() -> Answer:
            nonlocal tries
            tries += 1
            return self.newsroom.http(method, path, body, **more)

        answer: Answer = self.call(send)
        rivals = self.kind and self.kind.between and self.injector.fired > fired
        if answer.status >= 400 and tries == 1 and not rivals:
            self.troubles.append(f"refused at once: {answer.status} {answer.text[:200]}")
        return answer

    def change(self, method: str, story: str, what: str = "", body: Any = None, *, key: str | None = None) -> Answer:
        """A change of the version that the editor sees now."""
        etag = self.newsroom.http("GET", f"/desk/articles/{story}").headers["etag"]
        headers = {"if-match": etag} | ({"idempotency-key": key} if key else {})
        return self.http(method, f"/articles/{story}{what}", body, headers=headers)

    # -- deliveries

    def deliver(self) -> None:
        """Payloads, events and markers; each event twice, in any order."""
        self.payloads()
        self.relay()
        self.consume()
        self.count()

    def payloads(self) -> None:
        """Payloads in the bucket to ingest_item."""
        listed = aws("s3").list_objects_v2(Bucket=PAYLOADS, Prefix="ingest/").get("Contents", [])
        new = [entry["Key"] for entry in listed if f"s3:{entry['Key']}" not in self.newsroom.positions]
        self.newsroom.positions |= {f"s3:{name}": "delivered" for name in new}
        self.messages(ingest_item, [s3_notification(name) for name in new])

    def relay(self) -> None:
        """New event items to the bus, the whole batch again when it fails."""
        if records := self.newsroom.stream(NEWSROOM, "RelayEvents"):
            self.call(lambda: relay_events.handler({"Records": records}, None))

    def consume(self) -> None:
        """What the bus put into the queues to the consumers."""
        for name, consumer in CONSUMERS.items():
            events = self.newsroom.take(name)
            if name == "ConfirmRule":
                self.newsroom.bus += events
            self.messages(consumer, self.twice(events))

    def messages(self, consumer: Any, bodies: list[dict[str, Any]]) -> None:
        """A batch of queue messages; those that failed come again."""
        waiting = dict(zip((f"message-{number}" for number in range(len(bodies))), bodies, strict=True))

        def receive() -> Any:
            names = list(waiting)
            answer = consumer.handler(sqs_event(*waiting.values()), None)
            failed = [names[int(each["itemIdentifier"].split("-")[1])] for each in answer["batchItemFailures"]]
            for name in names:
                if name not in failed:
                    waiting.pop(name, None)
            return answer

        if waiting:
            self.call(lambda: receive() if waiting else {"batchItemFailures": []})

    def count(self) -> None:
        """New markers to count_views: the batch, its halves as after a bisection, and the batch again."""
        if records := self.newsroom.stream(READINGS, "CountViews"):
            self.counted(records)
            self.recount(records)

    def recount(self, records: list[dict[str, Any]]) -> None:
        """A batch of markers that was counted comes again: its halves as after a bisection, and the whole."""
        half = len(records) // 2
        for part in (records[:half], records[half:], records):
            self.counted(part)

    def counted(self, records: list[dict[str, Any]]) -> None:
        """One batch of markers."""
        if records:
            self.call(lambda: count_views.handler({"Records": records, "shardId": "shard-1"}, None))

    def ring(self) -> None:
        """The alarms whose moment has come, each twice, and gone after that."""
        due = []
        for summary in aws("scheduler").list_schedules()["Schedules"]:
            alarm = aws("scheduler").get_schedule(Name=summary["Name"])
            moment = datetime.fromisoformat(alarm["ScheduleExpression"].removeprefix("at(").rstrip(")"))
            if moment.replace(tzinfo=UTC) <= self.now():
                aws("scheduler").delete_schedule(Name=summary["Name"])
                due.append(json.loads(alarm["Target"]["Input"]))
        for plan in due * 2:
            self.alarm(plan)

    def alarm(self, plan: dict[str, Any]) -> None:
        """One ring of an alarm."""
        self.call(lambda: publish_due.handler(plan, None))

    def sweep(self) -> None:
        """The minute's sweep for missed alarms and the sweep of the outbox."""
        self.call(lambda: publish_due.handler({}, None))
        self.call(lambda: sweep_events.handler({}, None))

    def drain(self) -> None:
        """Everything that waits, then everything that becomes due, then what only the sweepers can mend."""
        self.deliver()
        self.wait(minutes=10)
        self.ring()
        self.deliver()
        self.model.late = [item["type"] for item in self.newsroom.items(NEWSROOM) if item.get("unconfirmed")]
        self.sweep()
        self.deliver()

    def forget_alarms(self) -> None:
        """The alarms are gone: the scheduler never took them."""
        for summary in aws("scheduler").list_schedules()["Schedules"]:
            aws("scheduler").delete_schedule(Name=summary["Name"])

    def read(self, stories: dict[str, str], headline: str, reader: int, robot: str = "") -> None:
        """One reading, posted again after a lost answer: that it came again is told, and does not count."""
        fired = self.injector.fired
        agent = {"user-agent": robot} if robot else {}
        self.call(lambda: self.newsroom.read(stories[headline], f"10.0.0.{reader}", **agent))
        expected = self.model.stories[headline]
        came_again = self.kind and self.kind.name in {"killed after", "timed out", "twin"}
        if self.injector.fired > fired and came_again and expected.counted:
            reason = "robot" if robot else "repeat"
            expected.excluded[reason] = expected.excluded.get(reason, 0) + 1

    def twice(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        doubled = messages * 2
        self.dice.shuffle(doubled)
        return doubled


def _asks(module: ModuleType) -> bool:
    return hasattr(module, "utc_now")


def _succeeded(answer: Any) -> bool:
    if isinstance(answer, Answer):
        return answer.status < 500
    return not (isinstance(answer, dict) and answer.get("batchItemFailures"))


def key() -> str:
    """An Idempotency-Key."""
    return str(uuid.uuid4())
