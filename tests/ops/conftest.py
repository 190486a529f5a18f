"""A local stack for the commands of an operator, who may pause a queue or damage a table: nobody else uses it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.client import Client
from local.stack import LocalStack

type Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The whole stack with the real functions."""
    with LocalStack() as running:
        yield running


@pytest.fixture
def run(stack: LocalStack) -> Run:
    """Runs a command as an operator types it."""

    def command(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, "--stack", stack.name, *arguments],
            cwd=Path(__file__).parents[2],
            env=os.environ | stack.environment(),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return command


@pytest.fixture
def desk(stack: LocalStack) -> Iterator[Client]:
    """An editor's calls."""
    with closing(Client(stack.api, stack.tokens["editor"])) as client:
        yield client


@pytest.fixture
def reader(stack: LocalStack) -> Iterator[Client]:
    """A reader's calls."""
    with closing(Client(stack.api)) as client:
        yield client
