"""How often stories were read: counts, days, and their roll-up into totals."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from shared import clients, phrases, sampling, settings, signing
from shared.article import Story
from shared.table import Cancelled, Item, Write, load, transact

_DAYS_SHOWN = 30
_SKEW = 5.0  # seconds by which the clocks of two functions may differ: a reading right after publication counts
MARK = "m_"  # begins the names of a day's marks, one per stream shard
EXCLUSIONS = ("repeat", "robot", "unpublished", "unreadable", "late")
_ROLLED = ("counted", "variance_sum", *(f"x_{reason}" for reason in EXCLUSIONS))


class Day(BaseModel):
    """One day of a story, in the title's time zone: raw readings = counted + all of excluded."""

    date: date
    counted: int
    excluded: dict[str, int]


class Reading(BaseModel):
    """How to tell of a reading: with probability 1 / `weight`, and with the `token` that proves the weight."""

    weight: int
    token: str | None


class Views(BaseModel):
    """A story's readings: `total` = `counted` here + `carried_over` from an older site; `phrase` is in its language.

    `error` is 0 while every reading was counted. Of a story that was so hot that its readings were sampled, the true
    total lies within ± `error` 95 times of 100.
    """

    total: int
    error: int
    counted: int
    carried_over: int
    since: datetime | None
    days: list[Day]
    excluded: dict[str, int]
    phrase: str
    reading: Reading


def of(story: Story) -> Views:
    """A story's counts: one query of its own partition of the Readings table."""
    counts = counters(story.id)
    gate = counts.gate
    opened = [value for name, value in gate.items() if name.startswith("open#")]
    total = counts.counted + counts.carried_over
    return Views(
        total=total,
        error=counts.error,
        counted=counts.counted,
        carried_over=counts.carried_over,
        since=min(opened) if opened else None,
        days=[
            Day(date=date.fromisoformat(day), counted=item.get("counted", 0), excluded=_excluded(item))
            for day, item in sorted(counts.days.items())[-_DAYS_SHOWN:]
        ],
        excluded={reason: counts.sum(f"x_{reason}") for reason in EXCLUSIONS},
        phrase=phrases.times(total, story.language),
        reading=reading(story, counts),
    )


def reading(story: Story, counts: "Counters") -> Reading:
    """What the pages of a story say to those who tell of its readings: the same to everybody for a minute."""
    now = time.time()
    weight = sampling.weight(counts.rates, now)
    # The keys are read only where a story is hot: nearly never.
    token = sampling.token(signing.secret("pages")["keys"][0], story.id, weight, now) if weight > 1 else None
    return Reading(weight=weight, token=token)


def _excluded(day: Item) -> dict[str, int]:
    return {reason: day.get(f"x_{reason}", 0) for reason in EXCLUSIONS}


@dataclass(frozen=True)
class Counters:
    """What the Readings table holds of one story: gate, total of rolled-up days, latest days, how fast it is read."""

    gate: Item
    total: Item
    days: dict[str, Item]
    rates: list[sampling.Rate]

    def sum(self, name: str) -> int:
        """One counter over all days: those rolled into the total, and those that are not yet."""
        fresh = (day for day in self.days.values() if "rolled" not in day)
        return int(self.total.get(name, 0) + sum(day.get(name, 0) for day in fresh))

    @property
    def counted(self) -> int:
        """Readings that count."""
        return self.sum("counted")

    @property
    def error(self) -> int:
        """How far off `counted` may be, 95 times of 100; 0 while every reading was counted."""
        return sampling.error(self.sum("variance_sum"))

    @property
    def carried_over(self) -> int:
        """Readings that an older site counted: as a file of its totals says, else as the story came with them."""
        imported = self.gate.get("imported")
        return int(self.gate.get("carried_over", 0) if imported is None else imported)


def counters(story: str) -> Counters:
    """A story's counters: from the total down to the latest day that is rolled into it, and all days in between."""
    found: dict[str, Item] = {}
    start: Item = {}
    while True:
        answer = clients.dynamodb().query(
            TableName=settings.value("READINGS_TABLE"),
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"STORY#{story}"}},
            ScanIndexForward=False,  # TOTAL, RATE#, MILESTONE#, GATE, then the days from the latest
            Limit=_DAYS_SHOWN + 12,
            **start,
        )
        page = [load(item) for item in answer["Items"]]
        found |= {item["sk"]: item for item in page}
        if "LastEvaluatedKey" not in answer or (page and "rolled" in page[-1]):
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    days = {key.removeprefix("DAY#"): item for key, item in found.items() if key.startswith("DAY#")}
    rates = [
        sampling.Rate(item["at"], item["readings"], item["requests"])
        for key, item in found.items()
        if key.startswith("RATE#")
    ]
    return Counters(found.get("GATE", {}), found.get("TOTAL", {}), days, rates)


def roll_up(story: str, counts: Counters, now: datetime) -> int:
    """Adds the days before yesterday to the total, each once, and drops their marks; returns how many it added.

    No reading of such a day is still on its way: the stream keeps a record for a day.
    """
    yesterday = (now.astimezone(settings.time_zone()).date() - timedelta(days=1)).isoformat()
    table, pk = settings.value("READINGS_TABLE"), f"STORY#{story}"
    rolled = 0
    for day, item in counts.days.items():
        if day >= yesterday or "rolled" in item:
            continue
        sums = {name: item[name] for name in _ROLLED if name in item}
        marks = {f"#m{place}": name for place, name in enumerate(sorted(item)) if name.startswith(MARK)}
        adds = ", ".join(f"{name} :{name}" for name in sums)
        rolling = Write(
            table,
            {"pk": pk, "sk": f"DAY#{day}"},
            update="SET rolled = :true" + (f" REMOVE {', '.join(marks)}" if marks else ""),
            condition="attribute_not_exists(rolled)",
            names=marks or None,
            values={":true": True},
        )
        adding = Write(
            table, {"pk": pk, "sk": "TOTAL"}, update=f"ADD {adds}", values={f":{k}": v for k, v in sums.items()}
        )
        # A day that was rolled by somebody else meanwhile is in the total already.
        with suppress(Cancelled):
            transact([rolling, adding] if sums else [rolling])
            rolled += 1
    return rolled


def local(at: float) -> datetime:
    """Unix time in the title's time zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(settings.time_zone())


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def was_open(gate: Item, at: float) -> bool:
    """Whether readers could see the story at `at`; every opening and shutting keeps its own moment."""
    for name, opened in gate.items():
        if name.startswith("open#"):
            shut = gate.get("shut#" + name.removeprefix("open#"))
            if _unix(opened) - _SKEW <= at and (shut is None or at < _unix(shut) + _SKEW):
                return True
    return False
