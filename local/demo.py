"""The whole job in one command: a story comes in, is published, announced, read and counted; expected beside seen."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.client import Client
from local.stack import LocalStack

SAMPLE = Path(__file__).parent / "sample" / "river-bridge-2018-10-12.txt"
READERS, REPEATS, ROBOTS = 600, 300, 100
_AT_A_TIME = 8
_WIDEST = 48  # characters of a column
_PATIENCE = 60.0  # seconds to wait for something that travels through queues
_BROWSER = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
)
_ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass
class Table:
    """What was expected and what was seen."""

    rows: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def check(self, what: str, expected: Any, seen: Any) -> None:
        """A row that must agree."""
        self.rows.append((what, str(expected), str(seen), expected == seen))

    def show(self, what: str, expected: str, seen: Any) -> None:
        """A row for which any value will do, as long as there is one."""
        self.rows.append((what, expected, str(seen), bool(seen)))

    def print(self) -> bool:
        """Prints the table and the verdict; says whether all rows agree."""
        rows = [("", "expected", "seen", True), *self.rows]
        wide = [min(_WIDEST, max(map(len, column))) for column in zip(*(row[:3] for row in rows), strict=True)]
        for *cells, agree in rows:
            shown = [_cut(str(cell), width).ljust(width) for cell, width in zip(cells, wide, strict=True)]
            say("  ".join([" " if agree else "✗", *shown]).rstrip())
        good = bool(self.rows) and all(row[3] for row in self.rows)
        say("DEMO OK" if good else "DEMO FAILED")
        return good


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def say(line: str) -> None:
    """One line for the person who watches."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


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
            _Demo(stack, table).run(story)
    except _Stuck as stuck:
        table.rows.append((str(stuck), "within a minute", "never", False))
    say("")
    good = table.print()
    say(f"({time.monotonic() - started:.0f} s)")
    return 0 if good else 1


class _Stuck(Exception):
    """Something did not arrive."""


class _Demo:
    def __init__(self, stack: LocalStack, table: Table) -> None:
        self.stack, self.table = stack, table
        self.desk = Client(stack.api, stack.tokens["editor"])
        self.reader = Client(stack.api)

    def run(self, path: Path) -> None:
        """The way of one story."""
        queue = self._subscribe()
        ingest = self._ingest(path.read_text("utf-8"))
        if self._read_rightly(ingest, path):
            story = ingest["items"][0]["article"]
            slug = self._publish(story)
            self._announced(queue, story)
            self._count(story)
            self._read_back(story, slug)

    def _subscribe(self) -> str:
        """A queue of our own on the bus, as an outside consumer would have one."""
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
        self.table.check("POST /ingest", 202, taken.status)
        return self._until("the ingest", lambda: self._ingested(taken.json["ingest"]))

    def _ingested(self, ingest: str) -> Any:
        record = self.desk.call("GET", f"/ingest/{ingest}").json
        return record if record["status"] != "received" else None

    def _read_rightly(self, ingest: Any, path: Path) -> bool:
        item = ingest["items"][0]
        self.table.check("outcome", "created", item["outcome"])
        if item["outcome"] != "created":
            say(f"  {item['detail']}")
            return False
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
        expected = json.loads(expectation.read_text("utf-8")) if expectation.is_file() else {}
        for name, value in seen.items():
            if expected:
                self.table.check(name, expected.get(name), value)
            elif name in {"headline", "published", "paragraphs", "first words"}:
                self.table.show(name, "(one)", value)
            else:
                self.table.rows.append((name, "(what the page says)", str(value), True))
        return True

    def _publish(self, story: str) -> str:
        say("→ POST /articles/{id}/publication")
        published = self.desk.call("POST", f"/articles/{story}/publication")
        self.table.check("POST …/publication", 200, published.status)
        again = self.desk.call("POST", f"/articles/{story}/publication")
        self.table.check("published twice", 409, again.status)
        slug: str = published.json["slug"]
        return slug

    def _announced(self, queue: str, story: str) -> None:
        got: list[Any] = []

        def arrived() -> bool:
            sqs = self.stack.client("sqs")
            for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
                got.append(json.loads(message["Body"])["detail"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return any(event["type"] == "article.published" for event in got)

        self._until("the event on the bus", arrived)
        self._until("the confirmation", lambda: not self._unconfirmed(story))
        arrived()  # a second copy would have had the time of the confirmation
        published = [event for event in got if event["type"] == "article.published" and event["subject"] == story]
        say("  as its consumer got it: " + json.dumps(published[0], ensure_ascii=False))
        self.table.check("article.published received", 1, len(published))
        self.table.check("its sequence", 2, published[0]["sequence"])
        self.table.check("unconfirmed events", 0, len(self._unconfirmed(story)))

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
        readers = [(f"10.{n // 250}.0.{n % 250}", _BROWSER) for n in range(READERS)]
        robots = [(f"10.200.0.{n}", _ROBOT) for n in range(ROBOTS)]
        # Every reader once before anyone repeats, else a repeat could be the first; robots in between.
        for group in (readers + robots, readers[:REPEATS]):
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                refused = [status for status in pool.map(lambda who: self._read(story, *who), group) if status != 202]
            self.table.check(f"{len(group)} readings refused", 0, len(refused))
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
        self.table.show("the phrase under it", f"{READERS + self.carried_over} …", views["phrase"])
        by_slug = self.reader.call("GET", f"/articles/by-slug/{slug}")
        self.table.check("read back by slug", article.json["headline"], by_slug.json["headline"])
        listed = self.reader.call("GET", "/articles").json["items"]
        self.table.check("in the list", [story], [item["id"] for item in listed])
        headers = {"if-none-match": article.headers["etag"]}
        self.table.check("asked again with its ETag", 304, self.reader.call("GET", f"/articles/{story}", headers=headers).status)

    def _until(self, what: str, seen: Any) -> Any:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if found := seen():
                return found
            time.sleep(0.2)
        say(self.stack.logs()[-4000:])
        raise _Stuck(what)


if __name__ == "__main__":
    sys.exit(main())
