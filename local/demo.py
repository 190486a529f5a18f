"""The whole job in one command: a story comes in, is published, announced, read and counted; expected beside seen."""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local import wire
from local.client import Answer, Client
from local.stack import LocalStack
from local.table import Table, say

SAMPLE = Path(__file__).parent / "sample" / "river-bridge-2018-10-12.txt"
READERS, REPEATS, ROBOTS = 600, 300, 100
_AT_A_TIME = 8
_PATIENCE = 60.0  # seconds to wait for something that travels through queues
_ACCEPTED = 202
_BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Mobile Safari/537.36"
)
_ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_LIFE = ["created", "scheduled", "published", "corrected", "withdrawn"]


def main() -> int:
    """Runs the demo on a local stack of its own; `STORY` names another story. 0 when all is as expected."""
    story = Path(os.environ.get("STORY") or SAMPLE)
    if not story.is_file():
        say(f"There is no file {story}; STORY names the text of a saved page.")
        return 1
    started = time.monotonic()
    table = Table()
    try:
        with LocalStack(progress=lambda line, seconds: say(f"{seconds:5.1f} s  {line}")) as stack:
            Demo(stack, table).run(story)
    except Stuck as stuck:
        table.failed(str(stuck), "within a minute", "never")
    except KeyboardInterrupt:
        table.failed("the demo", "to run to its end", "interrupted")
    say("")
    good = table.print()
    say(f"({time.monotonic() - started:.0f} s)")
    say("DEMO OK" if good else "DEMO FAILED")
    return 0 if good else 1


class Stuck(Exception):
    """Something did not arrive."""


class Demo:
    """One walk through the product; every step adds rows to the table."""

    def __init__(self, stack: LocalStack, table: Table) -> None:
        self.stack, self.table = stack, table
        self.desk = Client(stack.api, stack.tokens["editor"])
        self.reader = Client(stack.api)
        self.announced: list[Any] = []
        self.carried_over = 0

    def run(self, path: Path) -> None:
        """The way of one story that came in, and the life of one that was written here."""
        self.queue = self._subscribe()
        item = self._ingest(path.read_text("utf-8"))
        if item is None:
            return
        self._read_rightly(item, path)
        slug = self._publish(item["article"])
        self._count(item["article"])
        self._read_back(item["article"], slug)
        self._life()
        wire.walk(self.desk, self.reader, self.table, self._send)

    def _subscribe(self) -> str:
        # A queue of our own on the bus, as an outside consumer would have one.
        sqs, events = self.stack.client("sqs"), self.stack.client("events")
        queue: str = sqs.create_queue(QueueName="demo-subscriber")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = self.stack.outputs["BusName"]
        events.put_rule(Name="demo", EventBusName=bus, EventPattern=json.dumps({"source": ["dateline"]}))
        events.put_targets(Rule="demo", EventBusName=bus, Targets=[{"Id": "demo", "Arn": arn}])
        return queue

    def _ingest(self, text: str) -> Any:
        say("→ POST /ingest: the page as it was saved")
        taken = self.desk.call("POST", "/ingest", text, query={"source": "old-site"})
        self.table.check("POST /ingest", _ACCEPTED, taken.status)
        if taken.status != _ACCEPTED:
            say(f"  {taken.json['detail']}")
            return None
        item = self._became(taken)
        self.table.check("what became of it", "created", item["outcome"])
        if item["outcome"] != "created":
            say(f"  {item['detail']}")
            return None
        return item

    def _send(self, payload: Any, source: str) -> Any:
        """What became of the one item of a wire's payload."""
        return self._became(self.desk.call("POST", "/ingest", payload, query={"source": source}))

    def _became(self, taken: Answer) -> Any:
        def done() -> Any:
            record = self.desk.call("GET", f"/ingest/{taken.json['ingest']}").json
            return record["items"] if record["status"] != "received" else None

        (item,) = self._until("the ingest", done)
        return item

    def _read_rightly(self, item: Any, path: Path) -> None:
        draft = self.desk.call("GET", f"/desk/articles/{item['article']}").json
        self.carried_over = draft["carried_over"]
        seen = {
            "headline": draft["headline"],
            "published": draft["published_at"],
            "credit": draft["credit"],
            "language": draft["language"],
            "paragraphs": len(draft["body_text"].split("\n\n")),
            "first words": draft["body_text"][:40],
            "carried over": draft["carried_over"],
            **{f"masthead {name}": text for name, text in item["masthead"].items()},
        }
        expectation = path.with_suffix(".json")
        if expectation.is_file():
            for name, value in json.loads(expectation.read_text("utf-8")).items():
                self.table.check(name, value, seen.get(name))
        else:
            for name, value in seen.items():
                self.table.show(name, "(as the page says)", value)

    def _publish(self, story: str) -> str:
        say("→ POST /articles/{id}/publication")
        published = self.desk.call("POST", f"/articles/{story}/publication")
        self.table.check("POST …/publication", 200, published.status)
        self.table.check("published twice", 409, self.desk.call("POST", f"/articles/{story}/publication").status)
        self._until("the event on the bus", lambda: "article.published" in self._types(story))
        self._until("the confirmation", lambda: not self._unconfirmed(story))
        self._types(story)  # a second copy would have had the time of the confirmation to come
        events = [event for event in self.announced if event["type"] == "article.published"]
        say("  as its consumer got it: " + json.dumps(events[0], ensure_ascii=False))
        self.table.check("article.published received", 1, len(events))
        self.table.check("its sequence", 2, events[0]["sequence"])
        slug: str = published.json["slug"]
        return slug

    def _types(self, story: str) -> list[str]:
        """The types of the events of a story that our queue has got so far, in their sequence."""
        sqs = self.stack.client("sqs")
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.announced.append(json.loads(message["Body"])["detail"])
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        mine = [event for event in self.announced if event["subject"] == story]
        return [event["type"] for event in sorted(mine, key=lambda event: int(event["sequence"]))]

    def _unconfirmed(self, story: str) -> list[Any]:
        answer = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["NewsroomTable"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
            FilterExpression="attribute_exists(unconfirmed)",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}, ":event": {"S": "EVENT#"}},
        )
        return list(answer["Items"])

    def _count(self, story: str) -> None:
        total = READERS + REPEATS + ROBOTS
        say(f"→ POST /articles/{{id}}/views: {total} readings, {_AT_A_TIME} at a time")
        readers = [(f"10.{number // 250}.0.{number % 250}", _BROWSER) for number in range(READERS)]
        robots = [(f"10.200.0.{number}", _ROBOT) for number in range(ROBOTS)]
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            answers = list(pool.map(lambda who: self._read(story, *who), [*readers, *robots, *readers[:REPEATS]]))
        self.table.check("readings taken", total, answers.count(_ACCEPTED))
        self._until("the counts", lambda: self._raw(story) >= total)

    def _read(self, story: str, address: str, agent: str) -> int:
        headers = {"user-agent": agent, "x-viewer-address": address, "x-cdn-secret": self.stack.cdn_secret}
        return self.reader.call("POST", f"/articles/{story}/views", headers=headers).status

    def _raw(self, story: str) -> int:
        views = self.reader.call("GET", f"/articles/{story}/views").json
        return int(views["counted"] + sum(views["excluded"].values()))

    def _read_back(self, story: str, slug: str) -> None:
        say("→ GET /articles/{id}, by slug, /views, the list")
        views = self.reader.call("GET", f"/articles/{story}/views").json
        self.table.check("readings counted", READERS, views["counted"])
        excluded = {reason: number for reason, number in views["excluded"].items() if number}
        self.table.check("readings excluded", {"repeat": REPEATS, "robot": ROBOTS}, excluded)
        article = self.reader.call("GET", f"/articles/{story}")
        self.table.check("views shown", READERS + self.carried_over, article.json["views"])
        self.table.show("the phrase under it", f"{READERS + self.carried_over} and its word", views["phrase"])
        by_slug = self.reader.call("GET", f"/articles/by-slug/{slug}")
        self.table.check("read back by slug", article.json["headline"], by_slug.json["headline"])
        self.table.check("in the list", [story], self._listed())
        held = {"if-none-match": article.headers["etag"]}
        again = self.reader.call("GET", f"/articles/{story}", headers=held)
        self.table.check("asked again with its ETag", 304, again.status)

    def _listed(self) -> list[str]:
        return [item["id"] for item in self.reader.call("GET", "/articles").json["items"]]

    def _life(self) -> None:
        say("→ a story written here: scheduled, published by itself, corrected, withdrawn")
        story = self.desk.call("POST", "/articles", {"headline": "Ferry runs again", "body_text": "From Monday."}).json
        path = f"/articles/{story['id']}"
        moment = datetime.now(UTC) + timedelta(seconds=3)
        planned = self.desk.call("POST", f"{path}/publication", {"at": moment.isoformat(timespec="milliseconds")})
        self.table.check("scheduled in 3 seconds", (200, "scheduled"), (planned.status, planned.json["status"]))
        self.table.check("read before its moment", 404, self.reader.call("GET", path).status)
        self._until("the scheduled publication", lambda: self.reader.call("GET", path).status == 200)
        note = {"note": "The ferry runs from Tuesday.", "wrong": "Monday", "right": "Tuesday"}
        self.table.check("POST …/corrections", 200, self.desk.call("POST", f"{path}/corrections", note).status)
        shown = self.reader.call("GET", path).json["corrections"]
        self.table.check("the correction as readers see it", ["Tuesday"], [each["right"] for each in shown])
        taken = self.desk.call("POST", f"{path}/withdrawal", {"kind": "withdrawn", "public_note": "It does not run."})
        self.table.check("POST …/withdrawal", 200, taken.status)
        gone = self.reader.call("GET", path)
        self.table.check("read after that", (410, "It does not run."), (gone.status, gone.json["detail"]))
        self.table.check("in the list after that", 1, len(self._listed()))
        wanted = [f"article.{name}" for name in _LIFE]
        self._until("its events", lambda: len(self._types(story["id"])) >= len(wanted))
        self.table.check("its events, in sequence", wanted, self._types(story["id"]))
        for event in self.announced:
            if event["subject"] == story["id"]:
                say(f"  {event['sequence']} {event['type']}: {json.dumps(event['data'], ensure_ascii=False)}")

    def _until(self, what: str, seen: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if found := seen():
                return found
            time.sleep(0.2)
        say(self.stack.logs()[-4000:])
        raise Stuck(what)


if __name__ == "__main__":
    sys.exit(main())
