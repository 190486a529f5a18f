"""One local stack for all end-to-end tests: starting one takes seconds, so nobody may leave it changed."""

from collections.abc import Generator, Iterator

import pytest

from local.stack import LocalStack


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The whole stack with the real functions."""
    with LocalStack() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the functions printed last: the reason is there and not in the answer."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and running:
        report.sections.append(("functions printed", running.logs()[-6000:]))
    return report
