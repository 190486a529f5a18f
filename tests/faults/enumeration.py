"""Every scenario × every write × every kind of fault, and the ledger of what fired and what it did."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from moto import mock_aws

from shared import events, table
from tests.faults.injector import KINDS, Injector, Kind
from tests.faults.model import Findings, compare
from tests.faults.room import GivenUp, Room
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.newsroom import ENVIRONMENT, Newsroom


@dataclass
class Line:
    """What happened to one scenario."""

    writes: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0


LEDGER: dict[str, Line] = {}
BROKEN: dict[str, str] = {}  # mechanism → what broke without it


@dataclass
class Case:
    """One run of a scenario: what was written, how often the fault fired, and what differs from the model."""

    operations: list[str]
    fired: int
    findings: Findings


@contextmanager
def opened(name: str, kind: Kind | None, at: int) -> Iterator[Room]:
    """A newsroom of its own under the fault; the product waits nowhere and asks the case's clock."""
    dice = random.Random(f"{name} {kind and kind.name} {at}")
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for variable, value in ENVIRONMENT.items():
            patch.setenv(variable, value)
        room = Room(Newsroom().build(), Injector(kind, at), dice)
        patch.setattr(table, "time", SimpleNamespace(sleep=lambda _: None))
        patch.setattr(events, "_BATCH", 2)
        for module in room.clocks():
            patch.setattr(module, "utc_now", room.now)
        room.injector.attach()
        try:
            yield room
        finally:
            room.injector.detach()


def run(scenario: Scenario, kind: Kind | None = None, at: int = 0) -> Case:
    """The scenario once, with the fault at write number `at`, everything drained, and compared with the model."""
    with opened(scenario.name, kind, at) as room:
        ready = scenario.prepare(room)
        room.injector.armed = True
        findings = Findings()
        try:
            scenario.act(room, ready)
            room.injector.armed = False
            room.drain()
            findings = compare(room.model, room.newsroom)
        except GivenUp as error:
            findings.lost.append(str(error))
        findings.wrong += room.troubles
        return Case(room.injector.operations, room.injector.fired, findings)


def cases(scenario: Scenario, kinds: Iterator[Kind] | None = None) -> Iterator[tuple[str, Case]]:
    """Each case of a scenario with its name; the run without a fault comes first and says how many writes there are."""
    clean = run(scenario)
    yield "clean", clean
    for kind in kinds or iter(KINDS.values()):
        for at, operation in enumerate(clean.operations, 1):
            if kind.fits(operation):
                yield f"{kind.name} at {at} ({operation})", run(scenario, kind, at)


def enumerate_faults(name: str) -> list[str]:
    """All cases of a scenario, entered in the ledger; what they found."""
    line = LEDGER.setdefault(name, Line())
    problems = []
    for what, case in cases(SCENARIOS[name]):
        if what == "clean":
            line.writes = len(case.operations)
        elif not case.fired:
            problems.append(f"{what}: the fault did not fire")
        else:
            line.fired[what.partition(" at ")[0]] += 1
        line.lost += bool(case.findings.lost)
        line.duplicated += bool(case.findings.duplicated)
        line.wrong += bool(case.findings.wrong)
        problems += [f"{what}: {each}" for each in case.findings.all()]
    return problems


def first_problem(name: str, *kinds: str) -> str | None:
    """What the first case of a scenario finds that finds something, with these kinds of faults; None when none does."""
    for what, case in cases(SCENARIOS[name], iter([KINDS[kind] for kind in kinds])):
        if found := case.findings.all():
            return f"{name}, {what}: {found[0]}"
    return None


def table_of_faults() -> list[str]:
    """Scenario, its writes, the faults that fired by kind, cases with losses, duplicates and disagreements."""
    kinds = [kind for kind in KINDS if any(line.fired[kind] for line in LEDGER.values())]
    width = max(map(len, LEDGER), default=0)
    heads = ["writes", *kinds, "lost", "duplicated", "wrong"]
    rows = [" " * width + "  " + "  ".join(heads)]
    total: Counter[str] = Counter()
    for name, line in LEDGER.items():
        values = {"writes": line.writes, **{kind: line.fired[kind] for kind in kinds}}
        values |= {"lost": line.lost, "duplicated": line.duplicated, "wrong": line.wrong}
        total.update(values)
        rows.append(f"{name:{width}}  " + "  ".join(f"{values[head]:>{len(head)}}" for head in heads))
    rows.append(f"{'all':{width}}  " + "  ".join(f"{total[head]:>{len(head)}}" for head in heads))
    return [*rows, f"{sum(total[kind] for kind in kinds)} faults fired"]


Switch = Callable[[pytest.MonkeyPatch], None]
