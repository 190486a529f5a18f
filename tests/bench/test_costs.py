"""The bill by hand, and the file of prices."""

from datetime import date

import pytest

from bench import costs
from bench.costs import INDEXED, INSIDE, OWN, Invocations, Reading


def test_a_bill_by_hand() -> None:
    """A million requests, two million write units and half a million read units, at list prices."""
    bill = Reading(2.0, 0.5, invocations=(Invocations(1.0, 1, 512),), log_bytes=1000).bill()
    assert bill == pytest.approx(
        {
            "http_api_request": 1.0,
            "lambda_request": 0.2,
            "lambda_gb_second": 0.5 * 0.007 * 13.3334,
            "dynamodb_wru": 1.25,
            "dynamodb_rru": 0.0625,
            "logs_ingested_gb": 0.5,
        }
    )


def test_a_function_is_billed_by_the_millisecond() -> None:
    """Instructions by its share of a processor, and the way to DynamoDB and back; never less than one."""
    assert Invocations(1, 1, 512).milliseconds == 7  # 3.7 M at 1.085 M a millisecond, and 3
    assert Invocations(1, 1, 256).milliseconds == 10
    assert Invocations(1, 2, 512).milliseconds == 13
    assert Invocations(1, 0, 512).milliseconds == 1
    assert Invocations(1, 2, 512, records=201).milliseconds > 30


@pytest.mark.parametrize(("name", "usd"), [(INDEXED, 16.75), (INSIDE, 8.00), (OWN, 1.88)])
def test_plainer_designs_cost_what_they_are_known_to(name: str, usd: float) -> None:
    """The same inclusions for all: request, function, units."""
    assert costs.plainer()[name].usd() == pytest.approx(usd, rel=0.05)


def test_a_hot_reading_costs_its_share_of_a_request() -> None:
    """Of 64 readings one is sent: each of its lines is shared by them."""
    whole, share = (costs.hot(1.0 / weight, 0.0, per_second=640, weight=weight) for weight in (1, 64))
    assert share.bill()["http_api_request"] == whole.bill()["http_api_request"] / 64
    assert share.usd() < whole.usd() / 32


def test_batches_follow_the_template() -> None:
    """Rarer readings are alone in their batch and its window; more of them share both."""
    rare, busy = costs.batches(0.001), costs.batches(1000)
    assert rare == pytest.approx((2.0, 1.0), rel=0.2)
    assert busy[0] < 0.01
    assert busy[1] > 400


def test_the_prices_are_dated_and_named() -> None:
    """Each says of what it is; no line of the bill is without one."""
    prices = costs.load()
    assert date.fromisoformat(prices["as_of"]) > date(2024, 11, 1)  # when DynamoDB's were halved
    assert prices["region"] == "us-east-1"
    assert all(set(price) == {"usd", "unit", "of"} for price in prices["prices"].values())
    assert set(Reading(1.0).bill()) <= set(prices["prices"])
