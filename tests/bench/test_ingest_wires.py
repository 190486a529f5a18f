"""The figures of the wire readers: what a worse one would score, and what is told where the collections are absent."""

from pathlib import Path

import pytest

from bench.figure import BrokenControl, Figure, Missing
from bench.ingest import wire_sources, wires
from shared.formats import ninjs

HERE = wire_sources.NINJS.is_dir() and wire_sources.G2.is_dir()


@pytest.mark.skipif(not HERE, reason="the public wire items are not on this machine")
def test_every_figure_is_measured_and_keeps_its_budget() -> None:
    figures = wires.measure()
    assert set(figures) == {
        f"ingest.{name}.{what}" for name in ("ninjs", "newsml_g2", "nitf") for what in ("items", "fields")
    }
    assert [name for name, figure in figures.items() if not isinstance(figure, Figure) or not figure.within] == []


@pytest.mark.skipif(not HERE, reason="the public wire items are not on this machine")
def test_a_control_as_good_as_the_reader_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "_credulous", ninjs.read)
    with pytest.raises(BrokenControl):
        wires.measure()


def test_absent_collections_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NINJS", "G2", "NITF"):
        monkeypatch.setattr(wire_sources, name, tmp_path / name)
    assert all(isinstance(figure, Missing) for figure in wires.measure().values())
