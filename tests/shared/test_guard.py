"""What a body must be before anything reads it, seen through POST /articles."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import guard
from shared.errors import BadRequest, TooLarge
from tests.newsroom import NEWSROOM, Newsroom

SUITE = Path(__file__).parents[2].parent / "shared" / "data" / "json-testsuite" / "parsing.jsonl"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(
    "headline lede body_html body_text byline credit dateline section tags language slug images source published_at"
    " carried_over".split()
)


def cases() -> Iterator[tuple[str, bytes, str]]:
    """The suite: name, bytes, whether a parser must accept or reject them or may do either."""
    large = {
        "n_structure_100000_opening_arrays.json": b"[" * 100_000,
        "n_structure_open_array_object.json": b'[{"":' * 50_000,
    }
    for line in SUITE.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        yield case["file"], large.get(case["file"]) or base64.b64decode(case["b64"]), case["expect"]


def drafts(newsroom: Newsroom) -> list[dict[str, Any]]:
    """The stored states."""
    return [item for item in newsroom.items(NEWSROOM) if item["sk"] == "STATE"]


def wrapped(content: bytes) -> dict[str, Any]:
    """The event of an object with this content at `a`."""
    body = b'{"a":' + content + b"}"
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


@pytest.mark.skipif(not SUITE.is_file(), reason="the JSON test suite is not on this machine")
def test_json_that_is_none_is_refused(newsroom: Newsroom) -> None:
    """Each case of JSONTestSuite that a parser must reject is a 400 problem, and no case at all is a 500."""
    seen: Counter[str] = Counter()
    for name, content, expect in cases():
        answer = newsroom.http("POST", "/articles", content)
        assert 400 <= answer.status < 500, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        if expect == "reject":
            assert answer.status == 400, (name, answer.text)
            # Most of the cases are arrays; inside an object it is the parser alone that can refuse them.
            with pytest.raises(BadRequest):
                guard.json_object(wrapped(content))
        seen[expect] += 1
    assert seen["reject"] > 180
    assert newsroom.items(NEWSROOM) == []


@pytest.mark.skipif(not SUITE.is_file(), reason="the JSON test suite is not on this machine")
def test_json_that_is_valid_is_read() -> None:
    """What a parser must accept is read, apart from duplicate names, NUL and numbers of over 64 characters."""
    refused = {}
    for name, content, expect in cases():
        if expect == "accept":
            try:
                assert guard.json_object(wrapped(content)) == {"a": json.loads(content)}
            except BadRequest as error:
                refused[name] = error.detail
    assert refused.keys() == {
        "y_number_double_close_to_zero.json",
        "y_object_duplicated_key.json",
        "y_object_duplicated_key_and_value.json",
        "y_object_escaped_null_in_key.json",
        "y_string_null_escape.json",
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(FIELDS | st.text(max_size=5), JSON, max_size=5))
def test_any_object_is_stored_or_refused(newsroom: Newsroom, content: dict[str, Any]) -> None:
    """Whatever JSON comes, it is a 201 with a new draft or a 4xx with none."""
    before = len(drafts(newsroom))
    answer = newsroom.http("POST", "/articles", content)
    assert answer.status == 201 or 400 <= answer.status < 500, (content, answer.text)
    assert len(drafts(newsroom)) in ({before, before + 1} if answer.status == 201 else {before})


@pytest.mark.parametrize("body", ["!!!!", "YQ", "YWJj\n", "é", "\x00", "YWJj=", "=" * 50])
def test_base64_that_is_none_is_refused(newsroom: Newsroom, body: str) -> None:
    """A body that the gateway calls base64 and that is not, also in letters that base64 never has, is a 400."""
    for path in ("/articles", "/ingest"):
        event = newsroom.event("POST", path, body) | {"isBase64Encoded": True}
        claims = {"username": "ann", "token_use": "access", "client_id": "client", "exp": "99999999999"}
        claims["cognito:groups"] = "[editor]"
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
        answer = newsroom.send(event)
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert newsroom.items(NEWSROOM) == []


def test_a_name_that_stands_twice_is_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """A duplicate behind 80,000 names is named without comparing each with each."""
    compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    pairs = [(Name(f"name-{number}"), 1) for number in range(2000)]
    with pytest.raises(BadRequest, match="'name-1999' twice"):
        guard._unique([*pairs, (Name("name-1999"), 2)])
    assert compared < 20_000
    with monkeypatch.context() as patch:
        patch.setattr(guard, "LARGEST", 2_000_000)
        body = "{" + "".join(f'"{number}":1,' for number in range(80_000)) + '"79999":2}'
        with pytest.raises(BadRequest, match="'79999' twice"):
            guard.json_object({"body": body})


def test_limits_hold_to_the_unit() -> None:
    """1,000,000 bytes, 64 levels and numbers of 64 characters pass; one more does not. Bytes count, not characters."""
    assert len(guard.raw({"body": "я" * 500_000})) == guard.LARGEST
    with pytest.raises(TooLarge):
        guard.raw({"body": "я" * 500_000 + "a"})
    nested = '{"a":' * 63 + "[1]" + "}" * 63
    with pytest.raises(BadRequest, match="64 deep"):
        guard.json_object({"body": nested})
    assert guard.json_object({"body": nested.replace("[1]", "1")})
    assert guard.json_object({"body": '{"a":' + "9" * 64 + "}"}) == {"a": int("9" * 64)}
    for number in ("9" * 65, "0." + "1" * 63, "1e101", "-1e101", "1e999"):
        with pytest.raises(BadRequest, match="number"):
            guard.json_object({"body": '{"a":' + number + "}"})
