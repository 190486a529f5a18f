"""One compact way through everything a function does: it ends quickly, well or at the first thing that does not work.

`tests/local/test_journey.py` walks it as it stands; `local.rights` walks it with one right missing each time.
"""

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ulid import ULID

from local.traveller import Traveller

_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
_LONG = "A long report. " * 9000  # over 100 KB: its text lies in the bucket
_READ = 2 + 2  # two readers, and one of a story whose weight is two
_DATE = "Friday, 12 October 2018 15:52"


class Journey(Traveller):
    """Stories of its own on a stack that others may use too."""

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
        self.step = "write a draft"
        key = {"idempotency-key": self.name}
        content = {"headline": f"Written {self.name}", "body_text": "Short.", "tags": [self.tag]}
        answers = [self.ask(201, "POST", "/articles", content, headers=key) for _ in range(2)]
        story: str = answers[0].json["id"]
        self.expect("one story for one key", story, answers[1].json["id"])
        self.step = "give it a long text"
        long = content | {"body_text": _LONG}
        self.ask(200, "PUT", f"/articles/{story}", long, headers={"if-match": answers[0].headers["etag"]})
        return story

    def plan(self) -> str:
        """A long story that will publish itself, for a day."""
        self.step = "plan a publication"
        content = {"headline": f"Planned {self.name}", "body_text": _LONG}
        story: str = self.ask(201, "POST", "/articles", content).json["id"]
        now = datetime.now(UTC)
        moments = {"at": now + timedelta(seconds=1), "expires_at": now + timedelta(days=1)}
        request = {name: moment.isoformat(timespec="milliseconds") for name, moment in moments.items()}
        self.ask(200, "POST", f"/articles/{story}/publication", request)
        self.unless_denied()  # an alarm that cannot be set is only logged: the sweep would make up for it
        return story

    def send_in(self) -> str:
        """A long payload that is to be published as soon as it was read."""
        self.step = "send a payload in"
        page = f"{_DATE}\n\nTaken in {self.name}\n\n{_LONG}\n\n146 times"
        query = {"source": self.name, "publish": "true"}
        return str(self.ask(202, "POST", "/ingest", page, query=query).json["ingest"])

    def read_at_the_desk(self, story: str) -> None:
        """The story, its history and texts, and a second page of the desk's list."""
        self.step = "read at the desk"
        self.ask(200, "GET", f"/desk/articles/{story}")
        changes = self.ask(200, "GET", f"/desk/articles/{story}/history").text
        self.expect("its history", expected=True, seen="article.revised" in changes)
        self.ask(200, "GET", f"/desk/articles/{story}/versions/2/diff", query={"against": "1"})
        self.step = "list at the desk"
        page = self.ask(200, "GET", "/desk/articles", query={"limit": "1"}).json
        self.ask(200, "GET", "/desk/articles", query={"limit": "1", "cursor": page["next"]})

    def publish(self, story: str) -> None:
        """Readers see it from now on, with a correction."""
        self.step = "publish"
        self.ask(200, "POST", f"/articles/{story}/publication")
        self.step = "correct"
        self.ask(200, "POST", f"/articles/{story}/corrections", {"note": "It was Tuesday."})

    def read(self, story: str) -> None:
        """By id and by slug."""
        self.step = "read a story"
        seen = self.ask(200, "GET", f"/articles/{story}", reader=True).json
        self.expect("its corrections", 1, len(seen["corrections"]))
        self.ask(200, "GET", f"/articles/by-slug/{seen['slug']}", reader=True)

    def view(self, story: str) -> None:
        """Two readers, one of them twice; a sampled one; and those of last week, as they stand in the table."""
        self.step = "view a story"
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
            self._view(story, address)
        self._keep(story, f"DAY#{(datetime.now(UTC) - timedelta(days=5)).date()}", counted=self.last_week)
        self.step = "view a hot story"
        self._keep(story, "RATE#here", at=int(time.time()), readings=400, requests=400)
        reading = self.ask(200, "GET", f"/articles/{story}", reader=True).json["reading"]
        self._view(story, "192.0.2.3", reading["token"])

    def _view(self, story: str, address: str, token: str | None = None) -> None:
        headers = {"user-agent": _BROWSER, "x-viewer-address": address, "x-cdn-secret": self.stack.cdn_secret}
        self.ask(202, "POST", f"/articles/{story}/views", {"token": token}, headers=headers, reader=True)

    def _keep(self, story: str, sk: str, **numbers: int) -> None:
        item = {"pk": {"S": f"STORY#{story}"}, "sk": {"S": sk}}
        values = {name: {"N": str(number)} for name, number in numbers.items()}
        self.stack.client("dynamodb").put_item(TableName=self.stack.outputs["ReadingsTable"], Item=item | values)

    def take_in(self, ingest: str) -> str:
        """What became of the payload."""
        self.step = "take a payload in"

        def done() -> Any:
            record = self.ask(200, "GET", f"/ingest/{ingest}").json
            return record["items"] if record["status"] != "received" else None

        (item,) = self.until(done)
        self.expect("what became of it", "created", item["outcome"])
        self.ask(200, "GET", f"/articles/{item['article']}", reader=True)
        return str(item["article"])

    def fire(self, story: str) -> None:
        """The alarm of the plan rings, whoever rings first; then the sweep for missed ones looks."""
        self.step = "publish what is due"
        due = self.ask(200, "GET", f"/desk/articles/{story}").json["publish_at"]
        if due:
            time.sleep(max(0.0, datetime.fromisoformat(due).timestamp() - time.time()) + 0.01)
        self.invoke("PublishDue", {"story": story, "schedule": 1})
        self.unless_denied()  # the alarm of its end is set by now, by whichever call was first
        self.ask(200, "GET", f"/articles/{story}", reader=True)
        self.step = "sweep for missed alarms"
        self.invoke("PublishDue", {})

    def find_in_lists(self, *stories: str) -> None:
        """The stories are in the list, page by page, and in their section's."""
        for query in ({}, {"section": "news"}):
            self.step = f"list stories {query or ''}".strip()
            found: list[str] = []
            ask: dict[str, str] = {"limit": "2"} | query
            for _ in range(10):
                page = self.ask(200, "GET", "/articles", query=ask, reader=True).json
                found += [item["id"] for item in page["items"]]
                if {*stories} <= {*found} or not page["next"]:
                    break
                ask["cursor"] = page["next"]
            self.expect("the stories", expected=True, seen={*stories} <= {*found})

    def redirect(self, story: str, to: str) -> None:
        """One story leads to another."""
        self.step = "send readers to another story"
        self.ask(200, "POST", f"/articles/{story}/withdrawal", {"kind": "redirect", "to": to})
        self.ask(301, "GET", f"/articles/{story}", reader=True)

    def confirm(self, *stories: str) -> None:
        """Every event has come over the bus."""
        self.step = "announce and confirm"
        for story in stories:
            self.until(partial(self.confirmed, story))

    def count(self, story: str) -> None:
        """The readings, each once, beside those of last week."""
        self.step = "count readings"

        def counted() -> Any:
            views = self.ask(200, "GET", f"/articles/{story}/views", reader=True).json
            return views if views["counted"] - self.last_week + views["excluded"]["repeat"] > _READ else None

        views = self.until(counted)
        self.expect("counted and repeats", (self.last_week + _READ, 1), (views["counted"], views["excluded"]["repeat"]))

    def rank(self, story: str) -> None:
        """Last week's day goes into the total, the milestone is noted, the story is on the boards."""
        self.step = "rank stories"
        for name in ("TOTAL", f"MILESTONE#{100:010}"):
            self.until(partial(self.stands, story, name))
        self.step = "read the most read"
        query = {"window": "all", "limit": "50", "section": "news"}

        def ranked() -> bool:
            found = self.ask(200, "GET", "/most-read", query=query, reader=True).json["items"]
            return (story, self.last_week + _READ) in [(item["article"]["id"], item["readings"]) for item in found]

        self.until(ranked)

    def topics(self, story: str) -> None:
        """The story's tag is offered, and no more once the story is gone."""
        self.step = "follow the topics"
        self.until(lambda: self.filed() == 1)
        self.step = "unpublish"
        self.ask(200, "DELETE", f"/articles/{story}/publication")
        self.step = "follow the topics"
        self.until(lambda: self.filed() == 0)

    def sweep(self, story: str) -> None:
        """An event that nobody confirmed is announced again; here one is made to look so."""
        self.step = "sweep the outbox"
        event, *_ = (each for each in self.events(story) if "headline" in each["data"]["M"])
        old = str(ULID.from_timestamp(time.time() - 300))
        self.stack.client("dynamodb").update_item(
            TableName=self.stack.outputs["NewsroomTable"],
            Key={"pk": event["pk"], "sk": event["sk"]},
            UpdateExpression="SET unconfirmed = :all, event_id = :old REMOVE confirmed_at",
            ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}, ":old": {"S": old}},
        )
        self.invoke("SweepEvents", {})
        self.until(lambda: self.confirmed(story))
        self.step = "read the event log"  # which shows by now the event that was made to look old
        self.ask(200, "GET", "/events", query={"after": f"{old[:10]}{'0' * 16}", "limit": "1"})
