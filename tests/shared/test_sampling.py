"""A hot story is counted by a sample that is right on average, says how exact it is, and cannot be talked up."""

import random
import subprocess
import sys
from itertools import pairwise

import pytest

from shared import sampling
from shared.sampling import EXACT, FLOOR, FRESH, HOLD, LARGEST, SATURATED, Rate

STORY, OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01BX5ZZKBKACTAV9WEVGEMMVRZ"
NOON = 1_795_435_200.0


@pytest.mark.parametrize(
    ("readings", "weight"),
    [(0, 1), (1, 1), (EXACT, 1), (EXACT + 1, 2), (600, 2), (601, 4), (10_000, 64), (100_000, 512), (1e9, LARGEST)],
)
def test_no_more_is_asked_for_than_is_taken(readings: float, weight: int) -> None:
    """The weight is the smallest power of two that keeps a story within its share of requests."""
    found = sampling.weight([Rate(NOON, readings, min(readings, EXACT))], NOON)
    assert found == weight
    assert found & (found - 1) == 0


def test_shards_add_up() -> None:
    """A story is as hot as its shards together; a shard that has been silent for a minute says nothing."""
    shards = [Rate(NOON, 150, 150)] * 4
    assert sampling.weight(shards, NOON) == 2
    assert sampling.weight([*shards[:2], Rate(NOON - FRESH - 1, 10_000, 100)], NOON) == 1
    assert sampling.weight([], NOON) == 1


def test_a_story_that_fills_the_door_is_hotter_than_it_looks() -> None:
    """When requests are as many as are let through, what is refused is allowed for."""
    calm, full = Rate(NOON, 2000, SATURATED - 1), Rate(NOON, 2000, SATURATED)
    assert sampling.weight([calm], NOON) == 8
    assert sampling.weight([full], NOON) == 64


def test_a_rate_is_seen_only_when_it_matters() -> None:
    """Below the floor nothing is kept; a batch of less than a second is taken for one."""
    assert sampling.rate([(NOON, 1)], 0.0) is None
    assert sampling.rate([(NOON, 1)] * 39, 2.0) is None
    assert sampling.rate([(NOON, 1)] * 40, 2.0) == Rate(NOON, FLOOR, FLOOR)
    assert sampling.rate([(NOON, 64), (NOON + 1, 64)], 2.0) == Rate(NOON + 1, 64.0, 1.0)


def test_a_rate_rises_at_once_and_falls_slowly() -> None:
    """Only a higher rate, or a later one by the hold, takes the place of what is held."""
    held = Rate(NOON, 100, 100)
    assert sampling.replaces(held, None)
    assert sampling.replaces(Rate(NOON + 1, 101, 101), held)
    assert not sampling.replaces(Rate(NOON + HOLD, 99, 99), held)
    assert sampling.replaces(Rate(NOON + HOLD + 1, 1, 1), held)


def test_a_weight_does_not_flap() -> None:
    """A rate that wavers about a threshold leaves the weight alone for as long as a rate is held."""
    noise = random.Random(7)
    held, weights = None, []
    for second in range(0, 300, 2):
        seen = Rate(NOON + second, noise.gauss(EXACT, 20), EXACT)
        if sampling.replaces(seen, held):
            held = seen
        assert held
        weights.append(sampling.weight([held], NOON + second))
    changes = sum(one != other for one, other in pairwise(weights))
    assert changes <= 2 * 300 / HOLD


def test_a_token_proves_its_weight() -> None:
    """What one key signed, that key proves, also when it is the previous one; all readers of a minute share a token."""
    token = sampling.token("old", STORY, 64, NOON)
    assert token == sampling.token("old", STORY, 64, NOON + 59)
    assert token != sampling.token("old", STORY, 64, NOON + 60)
    assert sampling.proven(["new", "old"], STORY, token, NOON + 30) == 64
    assert sampling.proven(["old"], STORY, sampling.token("old", STORY, LARGEST, NOON), NOON) == LARGEST


@pytest.mark.parametrize(("seconds", "weight"), [(-61, 1), (-60, 64), (0, 64), (239, 64), (240, 1), (86_400, 1)])
def test_a_token_expires(seconds: int, weight: int) -> None:
    """A token outlives the caches that hold it and no more."""
    assert sampling.proven(["key"], STORY, sampling.token("key", STORY, 64, NOON), NOON + seconds) == weight


def forgeries() -> list[str]:
    """Tokens that prove nothing."""
    minute, _, signature = sampling.token("key", STORY, 64, NOON).split(".")
    return [
        "",
        ".",
        "..",
        "...",
        "64",
        f"{minute}.6",
        f"{minute}.6.",
        f"{minute}.7.{signature}",
        f"{minute}.12.{signature}",
        f"{minute}.9999999.{signature}",
        f"{int(minute) + 1}.6.{signature}",
        f"{minute}.6.{signature[:-1]}",
        f"{minute}.6.{signature}0",
        f"{minute}.6.{'0' * 32}",
        f"{minute}.6.{'é' * 32}",
        f"{minute}.٦.{signature}",
        f"-{minute}.6.{signature}",
        f"{minute}.-6.{signature}",
        "9" * 5000 + f".6.{signature}",
        sampling.token("other", STORY, 64, NOON),
        sampling.token("key", OTHER, 64, NOON),
        "\x00\ud800",
    ]


@pytest.mark.parametrize("forged", forgeries())
def test_a_forged_or_foreign_token_weighs_one(forged: str) -> None:
    """No text but the stack's own counts for more than one reading, and none is an error."""
    assert sampling.proven(["key", "previous"], STORY, forged, NOON) == 1


def test_no_keys_prove_nothing() -> None:
    """A stack without keys counts everything once."""
    assert sampling.proven([], STORY, sampling.token("key", STORY, 64, NOON), NOON) == 1


@pytest.mark.parametrize("weight", [1, 4, 64])
def test_a_sample_is_right_on_average_and_its_error_is_true(weight: int) -> None:
    """Of many samples the mean is the true number, and 95 of 100 lie within their own `± x`."""
    dice = random.Random(weight)
    true, runs = 4000, 400
    sums, within = [], 0
    for _ in range(runs):
        came = sum(dice.random() < 1 / weight for _ in range(true))
        sums.append(came * weight)
        within += abs(came * weight - true) <= sampling.error(came * sampling.variance(weight))
    deviation = ((weight - 1) * true) ** 0.5
    assert abs(sum(sums) / runs - true) <= 4 * deviation / runs**0.5
    assert within == runs if weight == 1 else 0.9 * runs <= within <= 0.99 * runs


def test_the_hot_path_pays_little_for_it() -> None:
    """It imports neither a model library nor a client."""
    code = "import sys, shared.sampling; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "boto3", "botocore", "itsdangerous", "json"} & set(loaded)
