"""The tables of the enumeration stand at the end of the run."""

from collections.abc import Iterator

import pytest

from tests.faults.enumeration import BROKEN, LEDGER, table_of_faults, workers


@pytest.fixture(autouse=True, scope="session")
def _workers() -> Iterator[None]:
    """No process is left behind."""
    yield
    if workers.cache_info().currsize:
        workers().shutdown()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which faults fired, what they did, and what broke without each mechanism."""
    if LEDGER:
        terminalreporter.section("faults")
        terminalreporter.write_line("\n".join(table_of_faults()))
    if BROKEN:
        terminalreporter.section("mechanisms switched off")
        terminalreporter.write_line("\n".join(f"{name:34}  {what[:170]}" for name, what in BROKEN.items()))
