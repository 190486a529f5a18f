"""The pessimist's limits by hand, and the simulator on designs that are known to fail."""

import random
from math import inf

import pytest

from bench import simulator
from bench.crowd import Caches, Waiting
from bench.limits import CONCURRENCY, TICKS, Bucket, Functions, Partitions, Second, spread
from bench.simulator import Design, Shard, Simulation, first_throttled
from shared import sampling

DICE = 7


def dice() -> random.Random:
    return random.Random(DICE)


def even(number: int, units: float = 1.0) -> list[tuple[int, float]]:
    """So many writes of each of four partitions."""
    return [(number, units)] * 4


# -- Limits


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = Bucket(rate=100, burst=50)
    assert [bucket.take(80) for _ in range(3)] == [50, 10, 10]
    for _ in range(20):
        bucket.take(0)
    assert bucket.take(80) == 50


def test_a_second_lies_anywhere() -> None:
    """Six hundred in one tick and six hundred nine ticks later are too many in one second; ten later they are not."""
    for ticks, room in ((9, 400), (10, 1000)):
        second = Second()
        second.add(600)
        for _ in range(ticks - 1):
            second.add(0)
        assert second.room(1000) == room
    assert second.most == 600


def test_a_partition_takes_a_thousand_units_a_second_and_no_more() -> None:
    """No burst credit; an item of eleven units uses eleven."""
    table = Partitions()
    assert table.write(even(1100)) == [1000] * 4
    assert table.throttled == 400
    assert table.write(even(1)) == [0] * 4
    table = Partitions()
    assert table.write([(100, 11.0), (0, 1.0), (0, 1.0), (0, 1.0)]) == [90, 0, 0, 0]
    assert table.throttled == 10


def test_a_table_doubles_its_peak_after_half_an_hour() -> None:
    """It begins with four thousand units and four partitions."""
    table = Partitions()
    for _ in range(1800 * TICKS - 1):
        table.write(even(100))
    assert (table.capacity, table.number, table.throttled) == (4000, 4, 0)
    table.write(even(100))
    assert (table.capacity, table.number) == (8000, 8)


def test_functions_start_as_many_as_they_may() -> None:
    """A thousand at once, none above the account's thousand; when they are warm each serves ten in a tick."""
    functions = Functions(seconds=0.01, start_seconds=0.2)
    assert functions.take(1500) == 1000
    assert functions.refused == 500
    assert functions.take(10) == 0
    assert functions.take(20_000) == 10 * CONCURRENCY
    assert functions.busy == CONCURRENCY


def test_what_is_spread_is_all_there() -> None:
    found = spread(dice(), 1000, 4)
    assert sum(found) == 1000
    assert min(found) > 200


# -- Readers


def test_a_weight_is_as_old_as_the_answer_that_carries_it() -> None:
    """Caches that were filled at once all learn of a weight when their answers have aged."""
    caches = Caches(seconds=10)
    assert caches.shares(1, 0) == {1: 1.0}
    assert caches.shares(64, 10 * TICKS - 1) == {1: 1.0}
    assert caches.shares(64, 10 * TICKS) == {64: 1.0}


def test_whoever_waits_sends_again_in_time_or_leaves() -> None:
    """Nobody before the span, all of them by its end; some leave all the while."""
    waiting, (first, last) = Waiting(dice()), sampling.RETRY
    waiting.add(1, 10_000)
    again, leave = [], []
    for _ in range(last + 1):
        sent, left = waiting.second()
        again.append(sent[1])
        leave.append(left[1])
    assert not any(again[:first])
    assert all(again[first:last])
    assert sum(again) + sum(leave) == 10_000
    assert 0.15 < sum(leave[:first]) / 10_000 < 0.3


def test_a_shard_counts_by_the_template_s_batches() -> None:
    """A record waits for a second of the stream and for the window; a full batch for no window."""
    shard = Shard(batch=100, window=2)
    shard.add(0, {4: 99})
    assert [tick for tick in range(50) if shard.count(tick)[0]] == [3 * TICKS]
    shard.add(100, {4: 100})
    assert shard.count(100 + TICKS) == (400, 2)  # the counter, and a rate of 100 a second


# -- Designs


@pytest.mark.parametrize(("units", "near"), [(11, 100), (1, 1000)])
def test_plainer_counters_throttle_where_they_should(units: float, near: int) -> None:
    """The controls: a counter inside a story of 10 KB near 100 readings a second, one of its own near 1,000."""
    assert 0.85 * near <= first_throttled(units) <= 1.1 * near


def test_a_cold_story_is_not_hot() -> None:
    """Below the rate from which readings are sampled the count is exact, and no weight is given."""
    run = Simulation(Design(), rate=100, seconds=60, seed=DICE).run()
    assert (run.counted, run.lost, run.refused, run.throttles) == (run.offered, 0, 0, 0)
    assert run.last_weight == 1


def test_a_hot_story_is_sampled_within_its_error() -> None:
    """Ten thousand a second: after the first seconds a few hundred requests, and a sum that is right."""
    run = Simulation(Design(leaving_from=inf), rate=10_000, seconds=120, seed=DICE).run()
    assert run.throttles == 0
    assert run.last_weight in {32, 64, 128}
    assert run.error_pct < 6
    assert abs(run.counted + run.lost - run.offered) < 0.02 * run.offered  # what was lost is known, and little else
    assert run.quota_pct < 10


def test_without_weights_the_door_is_shut() -> None:
    """The control: every reading is sent, nearly all are refused, and the count is that of the door."""
    run = Simulation(Design(samples=False, leaving_from=inf), rate=50_000, seconds=30, seed=DICE).run()
    assert run.counted < 0.2 * run.offered
    assert run.last_weight == 1
    assert run.lost > 0.8 * run.offered


def test_a_burst_of_weight_one_is_lost_when_nobody_sends_again() -> None:
    """The control: the same seed, with a client that hears no answer."""
    heard, unheard = (
        Simulation(Design(sends_again=again, leaving_from=inf), rate=50_000, seconds=60, seed=DICE).run()
        for again in (True, False)
    )
    assert unheard.lost > 1.5 * heard.lost > 0


def test_a_flood_of_those_who_leave_would_push_others_out() -> None:
    """The control: readings of weight 1, sent once more by whoever leaves, cost more readings than they save."""
    lost = [
        Simulation(Design(leaving_from=weight), rate=100_000, seconds=120, seed=DICE).run().lost
        for weight in (1, 2, inf)
    ]
    assert lost[0] > 1.5 * max(lost[1:])


def test_the_throttle_of_the_route_keeps_partitions_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with a burst of 4,000 a new table throttles, which the template's own does not let happen."""
    real = Bucket
    found = []
    for burst in (None, 4000):
        monkeypatch.setattr(
            simulator, "Bucket", lambda rate, own, burst=burst: real(rate, burst if burst and rate < 5000 else own)
        )
        found.append(Simulation(Design(warm=True), rate=100_000, seconds=5, seed=DICE).run().throttles)
    assert found[0] == 0
    assert found[1] > 0
