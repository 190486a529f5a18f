"""Every answer that a test gets over HTTP is one that the OpenAPI document tells of: status, content type, shape."""

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from local.openapi import generate

# Files of the layer, not of a shape.
_UNDESCRIBED = {"GET /openapi.json", "GET /docs", "GET /beacon.js"}


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(generate())
    return document


@cache
def _responses(route: str) -> dict[str, Any]:
    """What the document says a route answers, by status; names of path parameters may differ."""
    method, path = route.split()
    for known, operations in _document()["paths"].items():
        if re.sub(r"\{\w+}", "{}", known) == re.sub(r"\{\w+}", "{}", path) and method.lower() in operations:
            responses: dict[str, Any] = operations[method.lower()]["responses"]
            return responses
    raise AssertionError(f"the OpenAPI document has no {route}")


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": _document()["components"]})


def breach(route: str, status: int, headers: dict[str, str], text: str) -> str | None:
    """What the document does not say of an answer to `route` ("GET /articles/{id}"); None when it says all of it."""
    if route in _UNDESCRIBED:
        return None
    responses = _responses(route)
    described = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    if described is None:
        return f"{route} answers {status}; described are {sorted(responses)}"
    if "$ref" in described:
        described = _document()["components"]["responses"][described["$ref"].rpartition("/")[2]]
    content = described.get("content", {})
    if not text:
        return f"{route} answers {status} without a body" if content else None
    kind = headers.get("content-type", "").partition(";")[0]
    if kind not in content:
        return f"{route} answers {status} as {kind}; described are {sorted(content)}"
    wrong = next(_validator(content[kind]["schema"]["$ref"]).iter_errors(json.loads(text)), None)
    return f"{route} answers {status}: {wrong.json_path} {wrong.message[:300]}" if wrong else None
