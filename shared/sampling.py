"""Hot stories: which share of its readings a story asks for, how a page proves it, and how exact the sum then is.

Up to EXACT readings a second every reading is sent, and the count is exact. Above it a story's public answers carry a
weight w, a power of two, and a page token that proves it. A client sends a reading with probability 1/w and the token
with it, and the reading counts w times: the sum is right on average whatever w was, and its error is known.

Pure functions of numbers and text. The hot path imports this, so it imports next to nothing.
"""

import hmac
from collections.abc import Iterable
from math import ceil, sqrt
from typing import NamedTuple

EXACT = 300.0  # readings a second of one story: up to here each is sent, above it this many at the most are asked for
LARGEST = 4096  # the largest weight, for 800,000 readings a second of one story
FLOOR = 20.0  # readings a second of one shard below which no rate is kept: the tail pays nothing for this
SATURATED = 1000.0  # requests a second of one story at which others of it may be refused: its true rate is unknown
HEADROOM = 8  # how many times the rate that was let through a saturated story may have
HOLD = 30  # seconds for which only a higher rate replaces the one kept: a weight rises at once and falls slowly
FRESH = 60  # seconds until a rate says nothing any more
SHARED_AGE = 5  # seconds for which a cache that many readers share may keep an answer that carries a weight
# Seconds after which a client sends a refused reading again, drawn evenly: by then it is told a weight.
RETRY = (12, 24)

_MINUTE = 60
_LIFE = 3  # whole minutes after its own in which a token is valid: 3 to 4 minutes
_SKEW = 1  # minutes by which the clock of who signed may be ahead
_SIGNATURE = 16  # bytes of the HMAC; RFC 2104 section 5 asks for at least half of it
_LONGEST = 64  # characters of a token, so that nothing longer is looked at


class Rate(NamedTuple):
    """How fast one shard saw a story read: at Unix time `at`, in readings and in requests a second.

    A request of weight w stands for w readings; while nothing is sampled the two are the same.
    """

    at: float
    readings: float
    requests: float


def rate(moments: Iterable[tuple[float, int]], span: float) -> Rate | None:
    """The rate that a batch shows of a story, or None where it is too low to matter.

    `moments`: the Unix time and the weight of each of the story's readings in the batch; `span`: seconds from the
    first to the last reading of the whole batch. A span under a second is taken for one.
    """
    found = list(moments)
    seconds = max(1.0, span)
    readings = sum(weight for _, weight in found) / seconds
    if readings < FLOOR:
        return None
    return Rate(max(at for at, _ in found), readings, len(found) / seconds)


def replaces(new: Rate, held: Rate | None) -> bool:
    """Whether a shard's new rate takes the place of the one that is held: when it is higher, or that one is old."""
    return held is None or new.readings > held.readings or new.at - held.at > HOLD


def weight(rates: Iterable[Rate], now: float) -> int:
    """The weight of a story of which the shards hold these rates: 1, 2, 4 … LARGEST.

    At most EXACT readings a second are asked for. Where as many requests come through as may mean that more are
    refused, the story is taken to be HEADROOM times as hot, so that the next rate is a true one.
    """
    fresh = [each for each in rates if now - each.at <= FRESH]
    readings = sum(each.readings for each in fresh)
    if sum(each.requests for each in fresh) >= SATURATED:
        readings *= HEADROOM
    return min(LARGEST, 1 << max(0, ceil(readings / EXACT) - 1).bit_length())


def token(key: str, story: str, weight: int, now: float) -> str:
    """The page token of a story's weight in the minute of `now`, the same for every reader.

    Its form is `minute.exponent.signature`: whole minutes of Unix time, the weight's power of two, an HMAC in hex.
    """
    minute, exponent = int(now) // _MINUTE, weight.bit_length() - 1
    return f"{minute}.{exponent}.{_signature(key, story, minute, exponent)}"


def proven(keys: Iterable[str], story: str, token: str, now: float) -> int:
    """The weight that a token proves at `now`; 1 when it is forged, of another story, expired or no token at all."""
    minute, _, rest = token.partition(".")
    exponent, _, signature = rest.partition(".")
    if len(token) > _LONGEST or not (token.isascii() and minute.isdecimal() and exponent.isdecimal()):
        return 1
    age = int(now) // _MINUTE - int(minute)
    weight = 1 << min(int(exponent), LARGEST.bit_length())
    if not (-_SKEW <= age <= _LIFE and weight <= LARGEST):
        return 1
    for key in keys:
        # The text that was signed is written anew: "07" for "7" is no second token.
        if hmac.compare_digest(signature, _signature(key, story, int(minute), int(exponent))):
            return weight
    return 1


def _signature(key: str, story: str, minute: int, exponent: int) -> str:
    return hmac.digest(key.encode(), f"{story}.{minute}.{exponent}".encode(), "sha256").hex()[: 2 * _SIGNATURE]


def variance(weight: int) -> int:
    """What a reading of this weight adds to the variance of a sum; 0 of an exact one.

    Of n readings each sent with probability 1/w, the sum of w for each that came has the variance n·(w - 1), for which
    the sum of w·(w - 1) over those that came is an unbiased estimate (Horvitz and Thompson).
    """
    return weight * (weight - 1)


def error(variance: int) -> int:
    """The `± x` of a sum of this variance: the true number lies within it 95 times of 100; 0 is exact."""
    return ceil(1.96 * sqrt(variance))
