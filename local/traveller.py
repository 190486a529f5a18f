"""What a journey does at every step: asks and compares, waits, and ends at once when a function lacks a right."""

import json
import time
from collections.abc import Callable
from typing import Any

from ulid import ULID

from local.client import Answer, Client
from local.stack import LocalStack

_PATIENCE = 20.0  # seconds to wait for something that travels through queues


class Broken(Exception):
    """The journey ended early: at which step, and what was seen there."""

    def __init__(self, step: str, seen: str) -> None:
        super().__init__(f"{step}: {seen}")
        self.step = step
        self.seen = seen


class Traveller:
    """An editor and a reader on a stack that others may use too; `step` is what they are at."""

    def __init__(self, stack: LocalStack, patience: float = _PATIENCE) -> None:
        self.stack, self.patience = stack, patience
        self.desk = Client(stack.api, stack.tokens["editor"])
        self.reader = Client(stack.api)
        self.name = str(ULID())
        self.tag = f"tag-{self.name.lower()}"
        # Readings of last week: more than an earlier journey's stories have, so that this one's stands above them.
        self.last_week = 100 + int(time.time()) % 1_000_000
        self.step = "before the start"
        self._since = int(time.time() * 1000)

    def ask(
        self, status: int, method: str, path: str, body: Any = None, *, reader: bool = False, **more: Any
    ) -> Answer:
        """The answer to a call, which must have this status."""
        answer = (self.reader if reader else self.desk).call(method, path, body, **more)
        if answer.status != status:
            raise Broken(self.step, f"{method} {path.replace(self.name, '…')} answered {answer.status}")
        return answer

    def expect(self, what: str, expected: object, seen: object) -> None:
        """Breaks the journey off unless both are equal."""
        if expected != seen:
            raise Broken(self.step, f"{what}: {seen}, not {expected}")

    def invoke(self, function: str, event: dict[str, Any]) -> None:
        """Calls a function as its trigger would."""
        payload = json.dumps(event).encode()
        answer = self.stack.client("lambda").invoke(FunctionName=self.stack.resources[function], Payload=payload)
        if "FunctionError" in answer:
            raise Broken(self.step, f"{function} failed: {json.loads(answer['Payload'].read())['errorType']}")

    def until(self, seen: Callable[[], Any]) -> Any:
        """What `seen` finds in the end."""
        deadline = time.monotonic() + self.patience
        while not (found := seen()):
            self.unless_denied()
            if time.monotonic() > deadline:
                raise Broken(self.step, f"not in {self.patience:.0f} s")
            time.sleep(0.15)
        return found

    def unless_denied(self) -> None:
        """Ends at once when a function said that it lacks a right: what it should do will not come."""
        for denial in self.denials():
            what = denial.split("not authorized to perform: ")[-1].split()[0]
            raise Broken(self.step, f"a function was denied {what}")

    def denials(self) -> list[str]:
        """What functions printed since the start of this journey about rights that they lack."""
        logs, name = self.stack.client("logs"), self.stack.resources["Logs"]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=self._since)
        printed = [event["message"] for page in pages for event in page["events"]]
        return [line[line.find("User: ") :][:400] for line in printed if "AccessDenied" in line]

    def events(self, story: str) -> list[dict[str, Any]]:
        """The story's event items as they are stored."""
        answer = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["NewsroomTable"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":event": {"S": "EVENT#"}},
            ConsistentRead=True,
        )
        return list(answer["Items"])

    def confirmed(self, story: str) -> bool:
        """Whether each of the story's events has come over the bus."""
        return all("confirmed_at" in event for event in self.events(story))

    def stands(self, story: str, name: str) -> bool:
        """Whether the Readings table holds this item of the story."""
        key = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": name}}
        table = self.stack.outputs["ReadingsTable"]
        return "Item" in self.stack.client("dynamodb").get_item(TableName=table, Key=key)

    def filed(self) -> int:
        """How many stories are offered under this journey's tag."""
        tags = self.ask(200, "GET", "/topics", reader=True).json["tags"]
        return sum(tag["stories"] for tag in tags if tag["name"] == self.tag)
