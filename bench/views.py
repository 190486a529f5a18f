"""All that is measured of readings: their units and price, exactness, a hot story, robots, and the function itself."""

from bench import detection, reading, schedules, simulator, start, warm
from bench.figure import Figures, gathered

_PARTS = (reading.measure, schedules.measure, simulator.measure, detection.measure, warm.measure, start.lean)


def measure() -> Figures:
    """The figures `views.*`, and `record_view.start_ratio` and `record_view.warm_ratio`."""
    return gathered("views", _PARTS)
