"""Every scenario × every write × every kind of fault, and the ledger of what fired and what it did."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from types import SimpleNamespace

import pytest
from moto import mock_aws

from shared import events, table
from tests.faults.injector import KINDS, Injector, Kind
from tests.faults.mechanisms import MECHANISMS
from tests.faults.model import Findings, compare
from tests.faults.room import GivenUp, Room
from tests.faults.scenarios import SCENARIOS
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


def run(scenario: str, kind: Kind | None = None, at: int = 0, mechanism: str | None = None) -> Case:
    """A scenario once, with the fault at write number `at`, everything drained, and compared with the model.

    With the name of a mechanism: while that is switched off.
    """
    with opened(scenario, kind, at) as room, pytest.MonkeyPatch.context() as patch:
        if mechanism:
            MECHANISMS[mechanism].off(patch)
        ready = SCENARIOS[scenario].prepare(room)
        room.injector.armed = True
        findings = Findings()
        try:
            SCENARIOS[scenario].act(room, ready)
            room.injector.armed = False
            room.drain()
            findings = compare(room.model, room.newsroom)
        except GivenUp as error:
            findings.lost.append(str(error))
        findings.wrong += room.troubles
        return Case(room.injector.operations, room.injector.fired, findings)


def cases(clean: Case, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, int]]:
    """Which fault at which write: every kind at every write that it fits."""
    for kind in kinds:
        for at, operation in enumerate(clean.operations, 1):
            if kind.fits(operation):
                yield kind, at


@cache
def workers() -> ProcessPoolExecutor:
    """Two processes; each case has a newsroom of its own."""
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def enumerate_faults(name: str) -> list[str]:
    """All cases of a scenario, entered in the ledger; what they found."""
    clean = run(name)
    line = LEDGER[name] = Line(writes=len(clean.operations))
    problems = _enter(line, "clean", clean)
    started = [(kind, at, workers().submit(run, name, kind, at)) for kind, at in cases(clean, KINDS.values())]
    for kind, at, future in started:
        case = future.result()
        what = f"{kind.name} at {at} ({clean.operations[at - 1]})"
        problems += _enter(line, what, case)
        line.fired[kind.name] += case.fired > 0
        if not case.fired:
            problems.append(f"{what}: the fault did not fire")
    return problems


def _enter(line: Line, what: str, case: Case) -> list[str]:
    line.lost += bool(case.findings.lost)
    line.duplicated += bool(case.findings.duplicated)
    line.wrong += bool(case.findings.wrong)
    return [f"{what}: {each}" for each in case.findings.all()]


def first_problem(name: str) -> str | None:
    """What is found first in the scenario of a mechanism while that is switched off; None when nothing is."""
    mechanism = MECHANISMS[name]
    clean = run(mechanism.scenario, mechanism=name)
    if found := clean.findings.all():
        return f"{mechanism.scenario}, no fault: {found[0]}"
    for kind, at in cases(clean, [KINDS[kind] for kind in mechanism.kinds]):
        if found := run(mechanism.scenario, kind, at, name).findings.all():
            return f"{mechanism.scenario}, {kind.name} at {at}: {found[0]}"
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
