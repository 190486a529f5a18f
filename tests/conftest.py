"""The newsroom of each test."""

import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests import newsroom as newsrooms

os.environ |= newsrooms.ENVIRONMENT


@pytest.fixture
def newsroom(monkeypatch: pytest.MonkeyPatch) -> Iterator[newsrooms.Newsroom]:
    """A newsroom of its own, on moto."""
    for name, value in newsrooms.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield newsrooms.Newsroom().build()
