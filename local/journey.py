"""One compact way through everything a function does: it ends quickly, well or at the first thing that does not work.

`tests/local/test_journey.py` walks it as it stands; `local.rights` walks it with one right missing each time.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from local.client import Answer, Client
from local.stack import LocalStack

_PATIENCE = 20.0  # seconds to wait for something that travels through queues
_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
_LONG = "A long report. " * 9000  # over 100 KB: its text lies in the bucket
_LAST_WEEK = 100  # readings: the first milestone
_DATE = "Friday, 12 October 2018 15:52"


class Broken(Exception):
    """The journey ended early: at which step, and what was seen there."""

    def __init__(self, step: str, seen: str) -> None:
        super().__init__(f"{step}: {seen}")
        self.step = step
        self.seen = seen


class Caller(Client):
    """A client that can be told to hang up; each thread hangs up for itself."""

    def close(self) -> None:
        """Closes the calling thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection:
            connection.close()
            self._local.connection = None


class Journey:
    """Stories of its own on a stack that others may use too."""

    def __init__(self, stack: LocalStack, patience: float = _PATIENCE) -> None:
        self.stack, self.patience = stack, patience
        self.desk = Caller(stack.api, stack.tokens["editor"])
        self.reader = Caller(stack.api)
        self.name = str(ULID())
        self.tag = f"tag-{self.name.lower()}"
        self._step = "before the start"
        self._since = int(time.time() * 1000)

    def walk(self) -> None:
        """All of it, in about four seconds when everything is warm. Raises Broken."""
        try:
            self._walk()
        finally:
            self.desk.close()
            self.reader.close()

    def _walk(self) -> None:
        written = self.write()
        planned = self.plan()
        payload = self.send_in()
        self.read_at_the_desk(written)
        self.publish(written)
        self.read(written)
        self.view(written)
        taken = self.take_in(payload)
        self.fire(planned)
        self.find_in_lists(written, planned)
        self.redirect(taken, written)
        self.confirm(written, planned, taken)
        self.count(written)
        self.rank(written)
        self.topics(written)
        self.sweep(written)

    # -- the steps, each of which leaves a story further on

    def write(self) -> str:
        """A draft, twice by the same Idempotency-Key, and a long text for it."""
        self._step = "write a draft"
        key = {"idempotency-key": self.name}
        content = {"headline": f"Written {self.name}", "body_text": "Short.", "tags": [self.tag]}
        answers = [self._ask(201, "POST", "/articles", content, headers=key) for _ in range(2)]
        story: str = answers[0].json["id"]
        self._expect("one story for one key", story, answers[1].json["id"])
        self._step = "give it a long text"
        long = content | {"body_text": _LONG}
        self._ask(200, "PUT", f"/articles/{story}", long, headers={"if-match": answers[0].headers["etag"]})
        return story

    def plan(self) -> str:
        """A long story that will publish itself, for a day."""
        self._step = "plan a publication"
        content = {"headline": f"Planned {self.name}", "body_text": _LONG}
        story: str = self._ask(201, "POST", "/articles", content).json["id"]
        now = datetime.now(UTC)
        moments = {"at": now + timedelta(seconds=1), "expires_at": now + timedelta(days=1)}
        request = {name: moment.isoformat(timespec="milliseconds") for name, moment in moments.items()}
        self._ask(200, "POST", f"/articles/{story}/publication", request)
        self._unless_denied()  # an alarm that cannot be set is only logged: the sweep would make up for it
        return story

    def send_in(self) -> str:
        """A long payload that is to be published as soon as it was read."""
        self._step = "send a payload in"
        page = f"{_DATE}\n\nTaken in {self.name}\n\n{_LONG}\n\n146 times"
        query = {"source": self.name, "publish": "true"}
        return str(self._ask(202, "POST", "/ingest", page, query=query).json["ingest"])

    def read_at_the_desk(self, story: str) -> None:
        """The story, its history and texts, and a second page of the desk's list."""
        self._step = "read at the desk"
        self._ask(200, "GET", f"/desk/articles/{story}")
        changes = self._ask(200, "GET", f"/desk/articles/{story}/history").text
        self._expect("its history", expected=True, seen="article.revised" in changes)
        self._ask(200, "GET", f"/desk/articles/{story}/versions/2/diff", query={"against": "1"})
        self._step = "list at the desk"
        page = self._ask(200, "GET", "/desk/articles", query={"limit": "1"}).json
        self._ask(200, "GET", "/desk/articles", query={"limit": "1", "cursor": page["next"]})
        self._step = "read the event log"
        self._ask(200, "GET", "/events", query={"limit": "1"})

    def publish(self, story: str) -> None:
        """Readers see it from now on, with a correction."""
        self._step = "publish"
        self._ask(200, "POST", f"/articles/{story}/publication")
        self._step = "correct"
        self._ask(200, "POST", f"/articles/{story}/corrections", {"note": "It was Tuesday."})

    def read(self, story: str) -> None:
        """By id and by slug."""
        self._step = "read a story"
        seen = self._ask(200, "GET", f"/articles/{story}", reader=True).json
        self._expect("its corrections", 1, len(seen["corrections"]))
        self._ask(200, "GET", f"/articles/by-slug/{seen['slug']}", reader=True)

    def view(self, story: str) -> None:
        """Two readers, one of them twice; and a hundred of last week, as they stand in the table."""
        self._step = "view a story"
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
            headers = {"user-agent": _BROWSER, "x-viewer-address": address, "x-cdn-secret": self.stack.cdn_secret}
            self._ask(202, "POST", f"/articles/{story}/views", headers=headers, reader=True)
        day = f"DAY#{(datetime.now(UTC) - timedelta(days=5)).date()}"
        self.stack.client("dynamodb").put_item(
            TableName=self.stack.outputs["ReadingsTable"],
            Item={"pk": {"S": f"STORY#{story}"}, "sk": {"S": day}, "counted": {"N": str(_LAST_WEEK)}},
        )

    def take_in(self, ingest: str) -> str:
        """What became of the payload."""
        self._step = "take a payload in"

        def done() -> Any:
            record = self._ask(200, "GET", f"/ingest/{ingest}").json
            return record["items"] if record["status"] != "received" else None

        (item,) = self._until(done)
        self._expect("what became of it", "created", item["outcome"])
        self._ask(200, "GET", f"/articles/{item['article']}", reader=True)
        return str(item["article"])

    def fire(self, story: str) -> None:
        """The alarm of the plan rings, whoever rings first; then the sweep for missed ones looks."""
        self._step = "publish what is due"
        due = self._ask(200, "GET", f"/desk/articles/{story}").json["publish_at"]
        if due:
            time.sleep(max(0.0, datetime.fromisoformat(due).timestamp() - time.time()) + 0.01)
        self._call("PublishDue", {"story": story, "schedule": 1})
        self._unless_denied()  # the alarm of its end is set by now, by whichever call was first
        self._ask(200, "GET", f"/articles/{story}", reader=True)
        self._step = "sweep for missed alarms"
        self._call("PublishDue", {})

    def find_in_lists(self, *stories: str) -> None:
        """The stories are in the list, page by page, and in their section's."""
        for query in ({}, {"section": "news"}):
            self._step = f"list stories {query or ''}".strip()
            found: list[str] = []
            ask: dict[str, str] = {"limit": "2"} | query
            for _ in range(10):
                page = self._ask(200, "GET", "/articles", query=ask, reader=True).json
                found += [item["id"] for item in page["items"]]
                if {*stories} <= {*found} or not page["next"]:
                    break
                ask["cursor"] = page["next"]
            self._expect("the stories", expected=True, seen={*stories} <= {*found})

    def redirect(self, story: str, to: str) -> None:
        """One story leads to another."""
        self._step = "send readers to another story"
        self._ask(200, "POST", f"/articles/{story}/withdrawal", {"kind": "redirect", "to": to})
        self._ask(301, "GET", f"/articles/{story}", reader=True)

    def confirm(self, *stories: str) -> None:
        """Every event has come over the bus."""
        self._step = "announce and confirm"
        for story in stories:
            self._until(lambda story=story: all("confirmed_at" in event for event in self._events(story)))

    def count(self, story: str) -> None:
        """The readings, each once, beside those of last week."""
        self._step = "count readings"

        def counted() -> Any:
            views = self._ask(200, "GET", f"/articles/{story}/views", reader=True).json
            return views if views["counted"] - _LAST_WEEK + views["excluded"]["repeat"] >= 3 else None

        views = self._until(counted)
        self._expect("counted and repeats", (_LAST_WEEK + 2, 1), (views["counted"], views["excluded"]["repeat"]))

    def rank(self, story: str) -> None:
        """Last week's day goes into the total, the milestone is noted, the story is on the boards."""
        self._step = "rank stories"
        for name in ("TOTAL", f"MILESTONE#{_LAST_WEEK:010}"):
            self._until(lambda name=name: self._reading(story, name))
        self._step = "read the most read"
        query = {"window": "all", "limit": "50", "section": "news"}

        def ranked() -> bool:
            found = self._ask(200, "GET", "/most-read", query=query, reader=True).json["items"]
            return {item["article"]["id"]: item["readings"] for item in found}.get(story, 0) == _LAST_WEEK + 2

        self._until(ranked)

    def topics(self, story: str) -> None:
        """The story's tag is offered, and no more once the story is gone."""
        self._step = "follow the topics"
        self._until(lambda: self._filed() == 1)
        self._step = "unpublish"
        self._ask(200, "DELETE", f"/articles/{story}/publication")
        self._step = "follow the topics"
        self._until(lambda: self._filed() == 0)

    def sweep(self, story: str) -> None:
        """An event that nobody confirmed is announced again; here one is made to look so."""
        self._step = "sweep the outbox"
        event = self._events(story)[0]
        old = str(ULID.from_timestamp(time.time() - 300))
        self.stack.client("dynamodb").update_item(
            TableName=self.stack.outputs["NewsroomTable"],
            Key={"pk": event["pk"], "sk": event["sk"]},
            UpdateExpression="SET unconfirmed = :all, event_id = :old REMOVE confirmed_at",
            ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}, ":old": {"S": old}},
        )
        self._call("SweepEvents", {})
        self._until(lambda: "confirmed_at" in self._events(story)[0])

    # -- how it looks and waits

    def _ask(self, status: int, method: str, path: str, body: Any = None, *, reader: bool = False, **more: Any) -> Answer:
        answer = (self.reader if reader else self.desk).call(method, path, body, **more)
        if answer.status != status:
            raise Broken(self._step, f"{method} {path.replace(self.name, '…')} answered {answer.status}")
        return answer

    def _expect(self, what: str, expected: object, seen: object) -> None:
        if expected != seen:
            raise Broken(self._step, f"{what}: {seen}, not {expected}")

    def _call(self, function: str, event: dict[str, Any]) -> None:
        payload = json.dumps(event).encode()
        answer = self.stack.client("lambda").invoke(FunctionName=self.stack.resources[function], Payload=payload)
        if "FunctionError" in answer:
            raise Broken(self._step, f"{function} failed: {json.loads(answer['Payload'].read())['errorType']}")

    def _until(self, seen: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self.patience
        while not (found := seen()):
            self._unless_denied()
            if time.monotonic() > deadline:
                raise Broken(self._step, f"not in {self.patience:.0f} s")
            time.sleep(0.15)
        return found

    def _unless_denied(self) -> None:
        """Ends at once when a function said that it lacks a right: what it should do will not come."""
        for denial in self.denials():
            what = denial.split("not authorized to perform: ")[-1].split()[0]
            raise Broken(self._step, f"a function was denied {what}")

    def denials(self) -> list[str]:
        """What functions printed since the start of this journey about rights that they lack."""
        logs, name = self.stack.client("logs"), self.stack.resources["Logs"]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=self._since)
        printed = [event["message"] for page in pages for event in page["events"]]
        return [line[line.find("User: ") :][:400] for line in printed if "AccessDenied" in line]

    def _events(self, story: str) -> list[dict[str, Any]]:
        answer = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["NewsroomTable"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":event": {"S": "EVENT#"}},
            ConsistentRead=True,
        )
        return list(answer["Items"])

    def _reading(self, story: str, name: str) -> bool:
        key = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": name}}
        table = self.stack.outputs["ReadingsTable"]
        return "Item" in self.stack.client("dynamodb").get_item(TableName=table, Key=key)

    def _filed(self) -> int:
        tags = self._ask(200, "GET", "/topics", reader=True).json["tags"]
        return sum(tag["stories"] for tag in tags if tag["name"] == self.tag)
