"""Each mechanism is needed: without it the enumeration finds what is lost, done twice or disagrees."""

import pytest

from tests.faults.enumeration import BROKEN, first_problem
from tests.faults.mechanisms import MECHANISMS


@pytest.mark.parametrize("name", MECHANISMS)
def test_without_it_something_breaks(name: str) -> None:
    """The scenario that needs the mechanism turns red when it is switched off, by a problem and not by the switch."""
    found = first_problem(name)
    BROKEN[name] = found or "NOTHING"
    assert found, f"nothing breaks without: {name}"
