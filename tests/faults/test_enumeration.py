"""Nothing is lost and nothing happens twice, whichever write fails in whichever way."""

import pytest

from tests.faults.enumeration import enumerate_faults
from tests.faults.scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_or_done_twice(name: str) -> None:
    """Every write of the scenario fails in every way, and what is stored in the end is what the model holds."""
    problems = enumerate_faults(name)
    assert not problems, "\n" + "\n".join(problems)
