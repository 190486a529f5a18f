"""The newsroom in this process that the bench counts in: the product on moto, as the tests have it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from moto import mock_aws

from bench.meter import Meter
from bench.units import Table
from shared import clients
from tests import newsroom as newsrooms
from tests.newsroom import NEWSROOM, READINGS, TEMPLATE, Newsroom

TABLES = {
    name: Table.of(TEMPLATE["Resources"][logical]["Properties"])
    for name, logical in ((NEWSROOM, "Newsroom"), (READINGS, "Readings"))
}


@contextmanager
def newsroom() -> Iterator[Newsroom]:
    """A newsroom of its own, empty."""
    # For the whole process: each group runs on moto, or starts programs with an environment of their own.
    os.environ |= newsrooms.ENVIRONMENT
    with mock_aws():
        yield Newsroom().build()


def metered() -> Meter:
    """A meter on the product's own DynamoDB client."""
    return Meter(clients.dynamodb(), TABLES)
