"""The bench's own judgement: budgets, what could not be measured, controls, and the file."""

import json
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.figure import BrokenControl, Figure, Missing, Unmeasured, control, gathered

GOOD = Figure(1, "WRU", 2)


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.delenv("ONLY", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, measured: Figure | Missing) -> int:
    monkeypatch.setattr(bench, "GROUPS", {"views": lambda: {"figure": measured}})
    return bench.main()


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        (GOOD, 0),
        (Figure(1, "WRU"), 0),
        (Figure(3, "WRU", 2), 1),
        (Figure(96, "%", 95, floor=True), 0),
        (Figure(94, "%", 95, floor=True), 1),
        (Missing("no valgrind"), 1),
    ],
)
def test_a_figure_over_its_budget_or_not_measured_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, measured: Figure | Missing, code: int
) -> None:
    assert run(monkeypatch, measured) == code


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(monkeypatch, Missing("no valgrind"))
    assert "not measured: no valgrind" in capsys.readouterr().out


def test_a_group_leaves_the_figures_of_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ONLY one group is written; what was not measured keeps its last figure."""
    path = tmp_path / "bench" / "results.json"
    path.write_text(json.dumps({"other": {"value": 5}}))
    run(monkeypatch, GOOD)
    assert json.loads(path.read_text()) == {
        "figure": {"value": 1, "unit": "WRU", "budget": 2, "beside": {}},
        "other": {"value": 5},
    }
    run(monkeypatch, Missing("no valgrind"))
    assert "figure" in json.loads(path.read_text())


def test_a_control_that_comes_out_well_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A harness that cannot see what is worse measures nothing."""
    control(worse=2, than=1, what="a worse design")
    with pytest.raises(BrokenControl):
        control(worse=1, than=1, what="a worse design")

    def broken() -> dict[str, Figure | Missing]:
        raise BrokenControl("blind")

    monkeypatch.setattr(bench, "GROUPS", {"views": broken})
    assert bench.main() == 1
    assert "a control failed: blind" in capsys.readouterr().out


def test_an_unknown_group_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ONLY", "speed")
    assert bench.main() == 2
    assert "speed" in capsys.readouterr().err


def test_a_part_that_failed_does_not_take_the_others_with_it() -> None:
    """Whatever was measured is told, and what was not says why."""

    def broken() -> dict[str, Figure | Missing]:
        raise BrokenControl("blind")

    def failed() -> dict[str, Figure | Missing]:
        raise Unmeasured("did not start")

    found = gathered("views", [broken, lambda: {"figure": GOOD}])
    assert found["figure"] is GOOD
    assert found[f"views ({__name__})"] == Missing("a control failed: blind")
    assert gathered("views", [failed]) == {f"views ({__name__})": Missing("did not start")}
