"""What a key stands for: one caller, one request."""

import pytest

from shared.errors import Unprocessable
from shared.idempotency import Key


def test_a_key_belongs_to_its_caller_and_is_stored_hashed() -> None:
    """The same words of two people are two keys; 10 KB or odd characters make a key of the same size."""
    first, other = Key.of("ann", "k", "create"), Key.of("bob", "k", "create")
    assert first.pk != other.pk
    for name in ("k", "x" * 10_240, "é", "#", "\ud800", " "):
        key = Key.of("ann", name, "create")
        assert len(key.pk) == len("IDEMPOTENCY#") + 64
        assert key.fingerprint == first.fingerprint


def test_an_empty_key_is_none() -> None:
    """A client that sends the header without a value has not made all its requests one."""
    empty = [Key.of("ann", "", "create", {"headline": name}) for name in "AB"]
    assert empty[0].pk != empty[1].pk
    assert empty[0] == Key.of("ann", None, "create", {"headline": "A"})


def test_the_order_of_fields_is_no_difference() -> None:
    """The fingerprint is of what a request says."""
    assert Key.of("ann", "k", {"a": 1, "b": 2}) == Key.of("ann", "k", {"b": 2, "a": 1})
    assert Key.of("ann", "k", {"a": 1}).fingerprint != Key.of("ann", "k", {"a": 2}).fingerprint


def test_a_record_of_another_request_is_refused() -> None:
    """A stored key answers its own request and names the header to any other."""
    key = Key.of("ann", "k", "create")
    assert key.story_in({"fingerprint": key.fingerprint, "story": "1"}) == "1"
    with pytest.raises(Unprocessable, match="/headers/idempotency-key"):
        key.story_in({"fingerprint": "another", "story": "1"})
