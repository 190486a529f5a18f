"""The check that every answer over HTTP goes through sees what the OpenAPI document does not say."""

import json
import re

import pytest
from openapi_spec_validator import validate

from local.openapi import generate
from tests import contract
from tests.newsroom import route_auth, routes

JSON = {"content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json; charset=utf-8"}
NOT_FOUND = '{"type": "x", "title": "x", "status": 404, "detail": "x", "instance": "/x"}'


@pytest.mark.parametrize(
    ("route", "status", "headers", "text", "says"),
    [
        ("GET /topics", 202, JSON, "{}", "answers 202"),
        ("GET /articles/{id}", 404, JSON, NOT_FOUND, "as application/json"),
        ("GET /topics", 200, JSON, '{"sections": []}', "'tags' is a required property"),
        ("GET /topics", 200, JSON, "", "without a body"),
        ("GET /articles/{id}", 404, PROBLEM, '{"title": "x"}', "is a required property"),
        ("GET /articles/{id}", 302, {}, "", "answers 302"),
        ("GET /topics", 304, {}, "", "answers 304"),
    ],
)
def test_an_answer_that_is_not_described_is_seen(
    route: str, status: int, headers: dict[str, str], text: str, says: str
) -> None:
    assert says in str(contract.breach(route, status, headers, text))


def test_a_described_answer_passes() -> None:
    assert contract.breach("GET /topics", 200, JSON, '{"sections": [], "tags": []}') is None
    assert contract.breach("GET /articles/{id}", 404, PROBLEM, NOT_FOUND) is None
    assert contract.breach("GET /articles/{id}", 301, JSON, "") is None


def test_the_document_is_valid_and_has_the_routes_of_the_template() -> None:
    """Each route once, and locked exactly when the gateway asks for a token."""
    document = json.loads(generate())
    validate(document)
    described = {
        (re.sub(r"\{\w+}", "{}", f"{method.upper()} {path}"), "security" in operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    deployed = {
        (re.sub(r"\{\w+}", "{}", f"{method} {path}"), route_auth(f"{method} {path}") != "NONE")
        for _, method, path in routes()
    }
    undescribed = {(route, False) for route in ("GET /docs", "GET /openapi.json", "GET /beacon.js")}
    assert described == deployed - undescribed
