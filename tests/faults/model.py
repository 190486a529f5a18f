"""What must be true in the end, kept in plain memory, and the comparison of the stored truth with it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.types import Binary

from shared import items
from tests.newsroom import NEWSROOM, READINGS, Newsroom

Item = dict[str, Any]
PUBLIC = {"published", "corrected"}
ANSWERS = {"published": 200, "corrected": 200, "withdrawn": 410, "killed": 410, "gone": 410, "redirect": 301}


@dataclass
class Expected:
    """One story: the events of its transitions, its texts' headlines in order, its last status, its readings."""

    events: list[str]
    status: str
    texts: list[str]
    counted: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    body: str = ""  # what each text must hold
    repeatable: set[str] = field(default_factory=set)


@dataclass
class Model:
    """All stories by their first headline."""

    stories: dict[str, Expected] = field(default_factory=dict)
    payloads: int = 0
    late: list[str] = field(default_factory=list)  # events that no delivery announced
    lossy: bool = False  # the scenario itself loses deliveries: only the sweeper can mend

    def expect(self, headline: str, events: str, status: str, *texts: str, **more: Any) -> None:
        """A story with the events named (without "article."), and the headlines of its texts."""
        self.stories[headline] = Expected(
            [f"article.{name}" for name in events.split()], status, [headline, *texts], **more
        )


@dataclass
class Findings:
    """What differs from the model: effects that are missing, that are there twice, and what does not agree."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """Each with its class."""
        classes = {"lost": self.lost, "duplicated": self.duplicated, "wrong": self.wrong}
        return [f"{name}: {what}" for name, found in classes.items() for what in found]

    def counts(self, what: str, expected: Counter[str], found: Counter[str]) -> None:
        """Two multisets that must be the same."""
        if missing := expected - found:
            self.lost.append(f"{what}: {dict(missing)} missing of {dict(expected)}")
        if more := found - expected:
            self.duplicated.append(f"{what}: {dict(more)} more than {dict(expected)}")

    def same(self, what: str, expected: Any, found: Any) -> None:
        """Two values that must be equal."""
        if expected != found:
            self.wrong.append(f"{what}: {found}, not {expected}")


@dataclass
class Stored:
    """The tables' items, sorted out."""

    states: dict[str, Item]
    corrections: dict[str, list[Item]]
    events: dict[str, list[Item]]
    texts: dict[str, list[Item]]
    gates: dict[str, Item]
    days: dict[str, list[Item]]
    rest: list[Item]

    @classmethod
    def read(cls, newsroom: Newsroom) -> "Stored":
        """Both tables as they are."""
        stored = cls({}, defaultdict(list), defaultdict(list), defaultdict(list), {}, defaultdict(list), [])
        lists = {"EVENT": stored.events, "TEXT": stored.texts, "DAY": stored.days, "CORRECTION": stored.corrections}
        for item in newsroom.items(NEWSROOM) + newsroom.items(READINGS):
            story, part = item["pk"].removeprefix("STORY#"), item["sk"].split("#")[0]
            if part in {"STATE", "GATE"}:
                (stored.states if part == "STATE" else stored.gates)[story] = item
            elif part in lists:
                lists[part][story].append(item)
            else:
                stored.rest.append(item)
        for parts in (stored.events, stored.texts):
            for found in parts.values():
                found.sort(key=lambda item: str(item["sk"]))
        return stored

    def headlines(self, story: str) -> list[str]:
        """The headlines of a story's texts; the long texts lie in the bucket."""
        return [items.content_of(item).headline for item in self.texts[story]]


def compare(model: Model, newsroom: Newsroom) -> Findings:
    """Everything that the product holds against everything that it should hold."""
    stored, findings = Stored.read(newsroom), Findings()
    firsts = {story: (stored.headlines(story) or ["?"])[0] for story in stored.states}
    findings.counts("stories", Counter(model.stories.keys()), Counter(firsts.values()))
    findings.same("stories with events", stored.states.keys(), stored.events.keys())
    for story, first in firsts.items():
        if first in model.stories:
            _story(findings, model.stories[first], stored, story)
            _gate(findings, model.stories[first], stored, story)
            _surface(findings, model.stories[first], newsroom, story)
    _outbox(findings, model, stored, newsroom)
    _topics(findings, stored)
    _slugs(findings, stored)
    _lists(findings, stored, newsroom)
    _ingests(findings, model, stored)
    return findings


def _story(findings: Findings, expected: Expected, stored: Stored, story: str) -> None:
    state, events = stored.states[story], stored.events[story]
    findings.counts("events", Counter(expected.events), Counter(str(each.get("type")) for each in events))
    findings.same("order of events", expected.events, [each.get("type") for each in events])
    findings.same("sequences", list(range(1, len(events) + 1)), [int(each["sk"].split("#")[1]) for each in events])
    findings.same("version", len(events), state["version"])
    findings.same("status", expected.status, state["status"])
    findings.same("status of the last event", state["status"], events[-1].get("status"))
    corrected = expected.events.count("article.corrected")
    findings.same("corrections", (corrected,) * 2, (len(stored.corrections[story]), int(state.get("corrections", 0))))
    findings.counts("texts", Counter(expected.texts), Counter(stored.headlines(story)))
    findings.same("current headline", expected.texts[-1], state["headline"])
    if expected.body and any(expected.body not in items.content_of(item).body_html for item in stored.texts[story]):
        findings.lost.append("a text is not whole")


def _gate(findings: Findings, expected: Expected, stored: Stored, story: str) -> None:
    gate = stored.gates.get(story, {})
    opened = {name.split("#")[1] for name in gate if name.startswith("open#")}
    shut = {name.split("#")[1] for name in gate if name.startswith("shut#")}
    findings.same("openings of the gate", expected.events.count("article.published"), len(opened))
    findings.same("gates open", int(expected.status in PUBLIC), len(opened - shut))
    days = stored.days[story]
    total = sum(int(day.get("counted", 0)) for day in days)
    hours = sum(int(n) for day in days for name, n in day.items() if name.startswith("h") and not isinstance(n, Binary))
    excluded: Counter[str] = Counter()
    for day in days:
        excluded.update({name[2:]: int(number) for name, number in day.items() if name.startswith("x_")})
    findings.counts("readings", Counter(counted=expected.counted), Counter(counted=total))
    findings.counts("excluded readings", Counter(expected.excluded), excluded)
    findings.same("readings by hour", total, hours)


def _surface(findings: Findings, expected: Expected, newsroom: Newsroom, story: str) -> None:
    answer = newsroom.http("GET", f"/articles/{story}", group=None)
    findings.same("answer to readers", ANSWERS.get(expected.status, 404), answer.status)


def _outbox(findings: Findings, model: Model, stored: Stored, newsroom: Newsroom) -> None:
    events = [event for story in stored.events.values() for event in story]
    announced = {event["detail"]["id"] for event in newsroom.bus}
    for event in events:
        what = f"{event.get('type')} {event['sk']}"
        if event.get("event_id") not in announced:
            findings.lost.append(f"never announced: {what}")
        elif "unconfirmed" in event or "confirmed_at" not in event:
            findings.lost.append(f"never confirmed: {what}")
    if model.late and not model.lossy:
        findings.lost.append(f"only the sweeper announced: {model.late}")


def _topics(findings: Findings, stored: Stored) -> None:
    expected: Counter[str] = Counter()
    for state in stored.states.values():
        if state["status"] in PUBLIC:
            expected.update([f"section#{state['section']}", *(f"tag#{tag}" for tag in state.get("tags", []))])
    found = Counter({item["sk"]: int(item["stories"]) for item in stored.rest if item["pk"] == "TOPICS"})
    if any(number < 0 for number in found.values()):
        findings.wrong.append(f"topics below zero: {dict(found)}")
    findings.counts("topics", expected, found)


def _slugs(findings: Findings, stored: Stored) -> None:
    owners = {item["pk"].removeprefix("SLUG#"): item["story"] for item in stored.rest if item["sk"] == "SLUG"}
    for story, state in stored.states.items():
        if state.get("slug"):
            findings.same(f"owner of the slug {state['slug']}", story, owners.get(state["slug"]))


def _lists(findings: Findings, stored: Stored, newsroom: Newsroom) -> None:
    public = Counter(story for story, state in stored.states.items() if state["status"] in PUBLIC)
    shown = newsroom.http("GET", "/articles", group=None).json["items"]
    findings.counts("readers' list", public, Counter(each["id"] for each in shown))
    desk = newsroom.http("GET", "/desk/articles").json["items"]
    states = {story: (state["status"], int(state["version"])) for story, state in stored.states.items()}
    findings.same("desk's list", states, {each["id"]: (each["status"], each["version"]) for each in desk})


def _ingests(findings: Findings, model: Model, stored: Stored) -> None:
    records = [item for item in stored.rest if item["sk"] == "INGEST"]
    if len(records) < model.payloads:
        findings.lost.append(f"ingest records: {len(records)} of {model.payloads}")
    made = 0
    for record in records:
        findings.same("ingest", "done", record["status"])
        made += sum(item["outcome"] in {"created", "revised", "killed"} for item in record.get("items", []))
    findings.counts("payloads that had their effect", Counter(made=model.payloads), Counter(made=made))
