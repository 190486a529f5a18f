"""What the bench prints and keeps: figures with their budgets, and those that could not be measured."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One counted figure.

    - `budget`: the most that `value` may be (the least, where `floor` is set); None: reported, not judged.
    - `beside`: what the figure is read against, in the same unit: controls, other readings of a rule, other designs.
    """

    value: float
    unit: str
    budget: float | None = None
    beside: dict[str, float] = field(default_factory=dict)
    floor: bool = False

    @property
    def within(self) -> bool:
        """Whether the budget is kept."""
        if self.budget is None:
            return True
        return self.value >= self.budget if self.floor else self.value <= self.budget

    def document(self) -> dict[str, Any]:
        """The figure as `bench/results.json` holds it."""
        return {"value": self.value, "unit": self.unit, "budget": self.budget, "beside": self.beside}


@dataclass(frozen=True)
class Missing:
    """A figure that could not be measured, and what there must be for that."""

    reason: str


type Figures = dict[str, Figure | Missing]


class Unmeasured(RuntimeError):
    """The product did not do what was to be counted: the count would be that of something else."""


class BrokenControl(AssertionError):
    """A control came out as good as the product: the harness does not see what it is there to see."""


def control(*, worse: float, than: float, what: str) -> None:
    """Holds a harness against something known to be worse. Raises BrokenControl when it is not seen to be worse."""
    if worse <= than:
        raise BrokenControl(f"{what} should cost more than {than:g}, but was measured at {worse:g}")


def gathered(name: str, parts: Iterable[Callable[[], Figures]]) -> Figures:
    """What all parts measure; a part that failed is told under `name` and does not take the others with it."""
    found: Figures = {}
    for part in parts:
        try:
            found |= part()
        except BrokenControl as broken:
            found[f"{name} ({part.__module__})"] = Missing(f"a control failed: {broken}")
        except Unmeasured as failed:
            found[f"{name} ({part.__module__})"] = Missing(str(failed))
    return found
