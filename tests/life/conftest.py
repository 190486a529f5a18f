"""A clock for every test of a story's life that asks for one."""

import pytest

from tests.life.simulated import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Simulated time, from a Monday in October on."""
    return Clock(monkeypatch)
