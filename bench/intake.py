"""All that is measured of what comes in: how well each format is read, that nothing comes in twice, what it costs."""

from bench.figure import Figures, gathered
from bench.ingest import again, feeds, pages, safety, units, wires

_PARTS = (wires.measure, feeds.measure, pages.measure, safety.measure, again.measure, units.measure)


def measure() -> Figures:
    """The figures `ingest.*`."""
    return gathered("ingest", _PARTS)
