"""A hundred embargoes, many around a change of the clocks: nothing before the moment, all of it soon after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared import archive, sampling, schedule, sweeper
from shared.article import Story
from tests.life import gate
from tests.life.simulated import Clock, rfc, ring, sweep, types
from tests.newsroom import Newsroom

LATE = timedelta(minutes=2)
DAYS = [
    ("Europe/Warsaw", "2027-03-28T02:00"),
    ("Europe/Warsaw", "2026-10-25T03:00"),
    ("Europe/Minsk", "2027-03-28T03:00"),
    ("Europe/Minsk", "2026-12-31T23:58"),
    ("America/New_York", "2027-03-14T02:00"),
    ("America/New_York", "2026-11-01T02:00"),
    ("America/New_York", "2028-02-29T00:00"),
    ("Australia/Lord_Howe", "2027-04-04T02:00"),
    ("Australia/Lord_Howe", "2027-10-03T02:00"),
    ("Australia/Lord_Howe", "2026-12-31T23:59"),
]
"""Zones, each with a local time at which its clocks change, or its year or February ends."""
LOOKED_AT = gate.OF_ONE | {route: queries[:1] for route, queries in gate.OF_ALL.items()}
OFFSETS = [-3600, -1801, -1800, -1, 0, 1, 61, 1799, 1800, 3600]
"""Seconds between that moment and the end of each embargo."""


@dataclass
class Case:
    """An embargoed story: when it ends, when its alarms ring, what was changed before."""

    story: str
    slug: str
    ends: datetime
    rings: list[tuple[timedelta, int]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)


def seconds(*after: float, plan: int = 1) -> list[tuple[timedelta, int]]:
    """Alarms of a plan, in seconds after the moment."""
    return [(timedelta(seconds=each), plan) for each in after]


def first_plan(ends: datetime) -> list[datetime]:
    """One plan, for the moment."""
    return [ends]


SCENARIOS: dict[str, tuple[Callable[[datetime], list[datetime]], list[tuple[timedelta, int]]]] = {
    "on time": (first_plan, seconds(0)),
    "twice": (first_plan, seconds(0, 0)),
    "early": (first_plan, seconds(-60, -1, -0.001)),
    "early, then on time": (first_plan, seconds(-1, 0)),
    "late": (first_plan, seconds(50)),
    "late and twice": (first_plan, seconds(20, 58)),
    "never": (first_plan, []),
    "put off": (lambda ends: [ends - timedelta(minutes=1), ends], seconds(-60) + seconds(0, plan=2)),
    "brought forward": (lambda ends: [ends + timedelta(days=1), ends], seconds(0, plan=2)),
    "the old alarm alone": (lambda ends: [ends - timedelta(minutes=1), ends], seconds(-60, 0, 30)),
}


def embargoed(newsroom: Newsroom, zone: str, ends: datetime, number: int, name: str) -> Case:
    """A story under embargo by a scenario, each plan given in the zone's local time where that is one time."""
    slug = f"{gate.SLUG}-{number}"
    story = newsroom.draft(**gate.CONTENT | {"slug": slug, "headline": slug, "tags": [slug]}).json["id"]
    plans, rings = SCENARIOS[name]
    for moment in plans(ends):
        local = moment.astimezone(ZoneInfo(zone))
        once = local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
        named = {"embargo_until": local.replace(tzinfo=None).isoformat(timespec="seconds"), "time_zone": zone}
        plan = named if once else {"embargo_until": rfc(local)}
        answer = newsroom.http("POST", f"/articles/{story}/publication", plan)
        assert answer.json.get("embargo_until") == rfc(moment), answer.text
    return Case(story, slug, ends, rings, types(story))


def moments(cases: list[Case], phase: int) -> list[tuple[datetime, int, Case | None, int]]:
    """All that happens, in order: half minutes before each end, alarms, the sweep of each minute."""
    happens: dict[tuple[datetime, int, int, int], tuple[datetime, int, Case | None, int]] = {}
    for place, case in enumerate(cases):
        looks = [case.ends - timedelta(seconds=each) for each in (60, 30, 0.001)]
        for order, moment, plan in [(0, look, 0) for look in looks] + [
            (1, case.ends + after, plan) for after, plan in case.rings
        ]:
            happens[moment, order, place, len(happens)] = moment, order, case, plan
        minute = (case.ends - timedelta(minutes=1)).replace(second=phase, microsecond=0)
        for each in range(4):
            sweeps = minute + timedelta(minutes=each)
            happens[sweeps, 2, -1, 0] = sweeps, 2, None, 0
        happens[case.ends + LATE, 3, place, 0] = case.ends + LATE, 3, case, 0
    return [happens[key] for key in sorted(happens)]


def lived(newsroom: Newsroom, clock: Clock, zone: str, change: str, names: list[str]) -> None:
    """Ten embargoes around a moment, from the plan to two minutes after the end; looks at all that readers can ask."""
    middle = datetime.fromisoformat(change).replace(tzinfo=ZoneInfo(zone)).astimezone(clock.now.tzinfo)
    clock.at(middle - timedelta(days=2))
    cases = [
        embargoed(newsroom, zone, middle + timedelta(seconds=offset), number, name)
        for number, (offset, name) in enumerate(zip(OFFSETS, names, strict=True))
    ]
    newsroom.deliver()
    for moment, order, case, plan in moments(cases, phase=middle.day + 28):
        clock.at(moment)
        if order == 0 and case:
            assert gate.leaks(newsroom, case.story, LOOKED_AT, slug=case.slug, token=case.slug) == []
            assert types(case.story) == case.before
        elif order == 1 and case:
            ring(case.story, plan)
        elif case:
            assert types(case.story) == [*case.before, "embargo.lifted", "published"], (moment, case)
            assert newsroom.http("GET", f"/articles/{case.story}").json["published_at"] == rfc(case.ends)
        else:
            sweep()


@pytest.mark.parametrize(("number", "zone", "change"), [(number, *day) for number, day in enumerate(DAYS)])
def test_embargoes_end_at_their_moment(newsroom: Newsroom, clock: Clock, number: int, zone: str, change: str) -> None:
    """Until the last half minute nothing is seen; two minutes later each is out, lifted once and published once."""
    names = list(SCENARIOS)
    lived(newsroom, clock, zone, change, names[number:] + names[:number])


@pytest.mark.parametrize(
    ("where", "name", "flaw"),
    [
        (archive, "public", archive.story),
        (Story, "public", property(lambda _: True)),
        (Story, "due_at", property(lambda story: story.embargo_until and story.embargo_until - timedelta(minutes=1))),
        (schedule, "due", lambda _now, _limit=100: []),
        (sweeper, "_ALARM_GRACE", timedelta(minutes=3)),
    ],
    ids=["no gate", "all is public", "a minute early", "no sweeper", "a late sweeper"],
)
def test_an_embargo_that_leaks_or_sticks_is_seen(
    newsroom: Newsroom, clock: Clock, monkeypatch: pytest.MonkeyPatch, where: object, name: str, flaw: object
) -> None:
    """Without the gate, with a plan read wrongly, or with no sweep in time, the same look finds it."""
    names = list(SCENARIOS)
    monkeypatch.setattr(where, name, flaw)
    with pytest.raises((AssertionError, KeyError)):
        lived(newsroom, clock, *DAYS[0], names)


@pytest.mark.parametrize("alarms", [True, False])
def test_a_publication_after_the_embargo_waits_for_its_own_moment(
    newsroom: Newsroom, clock: Clock, *, alarms: bool
) -> None:
    """With `at` behind the embargo's end the embargo is lifted at its end, and nothing is seen until `at`."""
    story = newsroom.draft(**gate.CONTENT).json["id"]
    plan = {"embargo_until": "2026-10-12T10:00:00Z", "at": "2026-10-12T11:00:00Z", "expires_at": "2026-10-12T12:00:00Z"}
    newsroom.change("POST", story, "/publication", plan)
    expected = ["created", "scheduled"]
    for hour, event in ((10, "embargo.lifted"), (11, "published"), (12, "unpublished")):
        clock.at(clock.now.replace(hour=hour, minute=0))
        assert not alarms or ring(story, 1) == 1
        clock.tick(seconds=59 if alarms else 100)
        assert sweep() == (0 if alarms else 1)
        expected.append(event)
        assert types(story) == expected
        assert (newsroom.http("GET", f"/articles/{story}").status == 200) == (event == "published")


def test_caches_end_at_the_next_moment(newsroom: Newsroom, clock: Clock) -> None:
    """What may be cached lives no longer than until the next plan's moment; a negative answer is never cached."""
    story, shown = newsroom.draft(**gate.CONTENT).json["id"], newsroom.published(slug="old")
    newsroom.change("PATCH", shown, "", {"slug": "shown"})
    paths = ["/articles", f"/articles/{shown}", f"/articles/{shown}/views", "/topics", "/articles/by-slug/old"]
    newsroom.change("POST", story, "/publication", {"embargo_until": "2026-10-12T10:00:00Z"})
    for before, longest in ((3600, 30), (31, 30), (30, 30), (12, 12), (0.5, 0), (0, 0), (-30, 0)):
        clock.at(datetime.fromisoformat("2026-10-12T10:00:00Z") - timedelta(seconds=before))
        for path in paths:
            answer = newsroom.http("GET", path)
            # What carries a story's weight is kept for a shorter time by caches that many readers share.
            weighed = f", s-maxage={min(longest, sampling.SHARED_AGE)}" if path in paths[1:3] else ""
            assert answer.headers["cache-control"] == f"public, max-age={longest}{weighed}", (path, before)
        assert newsroom.http("GET", f"/articles/{story}").headers["cache-control"] == "no-store"
        tag = {"if-none-match": newsroom.http("GET", paths[1]).headers["etag"]}
        unchanged = newsroom.http("GET", paths[1], headers=tag)
        kept = f"public, max-age={longest}, s-maxage={min(longest, sampling.SHARED_AGE)}"
        assert (unchanged.status, unchanged.headers["cache-control"]) == (304, kept)
    ring(story, 1)
    assert newsroom.http("GET", "/articles").headers["cache-control"] == "public, max-age=30"
