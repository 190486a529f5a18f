"""The most read stories: boards that follow the counters, rebuilt at most once a minute and only after a change.

A board holds the hundred highest counts of a window and a section. Counts only rise within a window, so merging what
changed into what was there keeps it exact: a story that did not change cannot have risen above one that stayed.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ulid import ULID

from shared import events, items, lists, settings, views
from shared.article import iso, utc_now
from shared.content import Slug
from shared.lists import Summary
from shared.table import Cancelled, Write, get, get_many, put_new, write

_LENGTH = 100
_ALL = "*"
_LIFE = {"hour": 3 * 3600, "day": 9 * 24 * 3600}  # seconds
_ROUNDS = 5
MILESTONES = tuple(10**power for power in range(2, 10))


class Window(StrEnum):
    """Readings of this clock hour, of today, of the last seven days, of all time; in the title's time zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    ALL = "all"


class MostReadQuery(BaseModel):
    """Which board."""

    model_config = ConfigDict(extra="forbid")

    window: Window = Window.DAY
    section: Slug | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class Ranked(BaseModel):
    """A story of a board; `readings` are those of the window, of `all` with what an older site counted."""

    rank: int
    readings: int
    article: Summary


class MostRead(BaseModel):
    """A board, most read first."""

    window: Window
    items: list[Ranked]


def follow(records: list[dict[str, Any]]) -> None:
    """Ranks what stream records of counters and gates say, and announces milestones. Raises events.Unsent."""
    milestones = [record for record in records if record["dynamodb"]["Keys"]["sk"]["S"].startswith("MILESTONE#")]
    rank([record for record in records if record not in milestones])
    events.relay(milestones)


def rank(records: list[dict[str, Any]]) -> None:
    """Brings the boards, the totals and the milestones up to what stream records of counters and gates say."""
    now = utc_now()
    boards: dict[tuple[str, str], dict[str, int]] = {}
    for story in sorted({record["dynamodb"]["Keys"]["pk"]["S"].removeprefix("STORY#") for record in records}):
        counts = views.counters(story)
        if views.roll_up(story, counts, now):
            counts = views.counters(story)
        section = counts.gate.get("section", _ALL)
        for window, number in _standings(counts, now).items():
            for filed in {section, _ALL}:
                boards.setdefault((window, filed), {})[story] = number
        if views.was_open(counts.gate, now.timestamp()):
            _milestones(story, counts)
    for (window, section), standings in boards.items():
        _merge(window, section, standings)


def _standings(counts: views.Counters, now: datetime) -> dict[str, int]:
    """Window key → the story's readings in it, where there are any."""
    local = now.astimezone(settings.time_zone())
    found = {"all": counts.counted + counts.carried_over}
    for day, item in counts.days.items():
        if day == local.date().isoformat():
            found[f"hour#{day}T{local.hour:02}"] = item.get(f"h{local.hour:02}", 0)
        if day > (local.date() - timedelta(days=8)).isoformat():
            found[f"day#{day}"] = item.get("counted", 0)
    return {window: number for window, number in found.items() if number}


def _merge(window: str, section: str, standings: dict[str, int]) -> None:
    table, pk = settings.value("READINGS_TABLE"), f"BOARD#{window}"
    for _ in range(_ROUNDS):
        board = get(table, pk, section) or {}
        merged = {**board.get("top", {}), **standings}
        top = dict(sorted(merged.items(), key=lambda entry: (-entry[1], entry[0]))[:_LENGTH])
        if top == board.get("top"):
            return
        life = _LIFE.get(window.partition("#")[0])
        item = {"pk": pk, "sk": section, "top": top, "turn": board.get("turn", 0) + 1}
        item |= {"ttl": int(utc_now().timestamp()) + life} if life else {}
        condition = "turn = :turn" if board else "attribute_not_exists(pk)"
        try:
            write(Write(table, item, condition=condition, values={":turn": board["turn"]} if board else None))
        except Cancelled:
            continue  # another shard's records moved the board
        return


def _milestones(story: str, counts: views.Counters) -> None:
    """Notes each milestone that readings here brought a story to, once; the note's stream record announces it."""
    total = counts.counted + counts.carried_over
    for place, milestone in enumerate(MILESTONES, 1):
        if counts.carried_over < milestone <= total:
            note = {
                "pk": f"STORY#{story}",
                "sk": f"MILESTONE#{milestone:010}",
                "event_id": str(ULID()),
                "type": "views.milestone",
                "time": iso(utc_now()),
                "sequence": place,
                "data": {"id": story, "milestone": milestone, "total": total},
            }
            put_new(settings.value("READINGS_TABLE"), note)


def most_read(query: MostReadQuery) -> MostRead:
    """The board of a window, without stories that readers may not see."""
    local = utc_now().astimezone(settings.time_zone())
    today = local.date()
    match query.window:
        case Window.HOUR:
            windows = [f"hour#{today.isoformat()}T{local.hour:02}"]
        case Window.DAY:
            windows = [f"day#{today.isoformat()}"]
        case Window.WEEK:
            windows = [f"day#{(today - timedelta(days=back)).isoformat()}" for back in range(7)]
        case Window.ALL:
            windows = ["all"]
    readings: dict[str, int] = {}
    for window in windows:
        board = get(settings.value("READINGS_TABLE"), f"BOARD#{window}", query.section or _ALL, consistent=False) or {}
        for story, number in board.get("top", {}).items():
            readings[story] = readings.get(story, 0) + number
    order = sorted(readings, key=lambda story: (-readings[story], story))
    shown = visible(order, query.limit, query.section)
    ranked = [Ranked(rank=place, readings=readings[each.id], article=each) for place, each in enumerate(shown, 1)]
    return MostRead(window=query.window, items=ranked)


def visible(order: list[str], limit: int, section: str | None) -> list[Summary]:
    """The first `limit` of the stories that readers may see, and that are in the section by now: the gate."""
    table = settings.value("NEWSROOM_TABLE")
    shown: list[Summary] = []
    for start in range(0, len(order), _LENGTH):
        part = order[start : start + _LENGTH]
        found = {item["id"]: items.story_of(item) for item in get_many(table, [items.state_key(each) for each in part])}
        for story in (found[each] for each in part if each in found):
            if story.public and section in {None, story.section}:
                shown.append(lists.summary_of(story))
            if len(shown) == limit:
                return shown
    return shown
