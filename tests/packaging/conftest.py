"""What `make build` makes, for the machine at hand and for the one that it is deployed to."""

import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import invoke
from local.stack import LocalStack


def _make(architecture: str) -> Path:
    """The folder of the build, which is made again only when something that goes into it is newer."""
    done = subprocess.run(
        ["make", f".aws-sam/{architecture}/template.yaml"], cwd=invoke.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return invoke.ROOT / ".aws-sam" / architecture


@pytest.fixture(scope="session")
def arm64() -> Path:
    return _make("arm64")


@pytest.fixture(scope="session")
def functions() -> dict[str, invoke.Function]:
    """The functions by module name, built for this machine and ready to run."""
    if platform.system() != "Linux":
        pytest.skip("aws-lambda-rie, which runs built functions, runs on Linux only")
    _make(invoke.ARCHITECTURE)
    return invoke.built()


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """What the functions speak to, with what their samples speak of."""
    with LocalStack() as running:
        invoke.prepare(running)
        yield running
