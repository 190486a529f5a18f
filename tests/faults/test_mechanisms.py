"""Each mechanism is needed: without it the enumeration finds what is lost, done twice or disagrees."""

from concurrent.futures import Future

import pytest

from tests.faults.enumeration import BROKEN, first_problem, workers
from tests.faults.mechanisms import MECHANISMS


@pytest.fixture(scope="session")
def asked(request: pytest.FixtureRequest) -> dict[str, Future[str | None]]:
    """All that this run asks for, side by side."""
    functions = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = [str(item.callspec.params["name"]) for item in functions if "asked" in item.fixturenames]
    return {name: workers().submit(first_problem, name) for name in names}


@pytest.mark.parametrize("name", MECHANISMS)
def test_without_it_something_breaks(name: str, asked: dict[str, Future[str | None]]) -> None:
    """The scenario that needs the mechanism turns red when it is switched off."""
    found = asked[name].result()
    BROKEN[name] = found or "NOTHING"
    assert found, f"nothing breaks without: {name}"
