"""The OpenAPI document of all routes, generated from the functions."""

import inspect
import json
from types import ModuleType
from typing import Any

from aws_lambda_powertools.event_handler.openapi import OpenAPIMerge

from functions import newsroom_api, reader_api

_PROBLEM = {
    "description": "A problem document (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "current_version": {"type": "integer", "description": "With 409 and 412: the version to work from"},
        "current": {"type": "object", "description": "With 412: the story as it is now"},
    },
}
_READING = {
    "type": "object",
    "description": "JSON, also as text/plain, which a page may send to another origin without asking first",
    "properties": {
        "reader": {"type": "string", "description": "A random id of this visit"},
        "token": {
            "type": ["string", "null"],
            "description": "`reading.token` of the story's answer, sent with probability 1 / `reading.weight`",
        },
    },
}
# The view function has no resolver, to start fast; its one route is described here.
_RECORD_VIEW = {
    "/articles/{article_id}/views": {
        "post": {
            "summary": "Count one reading: once per reader, story and half hour of the clock",
            "operationId": "record_view",
            "parameters": [{"name": "article_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "requestBody": {
                "required": False,
                "content": {"application/json": {"schema": _READING}, "text/plain": {"schema": _READING}},
            },
            "responses": {"202": {"description": "Taken; whether it counts is decided behind"}},
        }
    }
}
_INGEST_BODY = {
    "required": True,
    "description": "The payload as it is; as application/octet-stream when it is not UTF-8",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


def generate() -> str:
    """The document as JSON text with a line end."""
    merge = OpenAPIMerge(
        title="Dateline",
        version="1",
        description="The backend of a regional newspaper: ingest, edit, publish, count, read.",
        on_conflict="error",
    )
    merge.add_schema(_schema(reader_api))
    merge.add_schema(_schema(newsroom_api))
    merge.add_schema({"openapi": "3.1.0", "info": {"title": "Dateline", "version": "1"}, "paths": _RECORD_VIEW})
    document = merge.get_openapi_schema()
    guarded = {(path, method) for path, item in _schema(newsroom_api)["paths"].items() for method in item}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = _PROBLEM
            operation.pop("tags", None)
            if (path, method) in guarded:
                operation["security"] = [{"editors": []}]
    document["paths"]["/ingest"]["post"]["requestBody"] = _INGEST_BODY
    components = document["components"]
    components["schemas"] = {
        name: schema
        for name, schema in components["schemas"].items()
        if name not in {"HTTPValidationError", "ValidationError", "ResponseValidationError"}
    } | {"Problem": _PROBLEM_SCHEMA}
    components["securitySchemes"] = {"editors": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["servers"] = [{"url": "./"}]
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _schema(module: ModuleType) -> dict[str, Any]:
    """The document of one function; each operation is named and told by the route's own function and docstring."""
    schema: dict[str, Any] = json.loads(module.app.get_openapi_json_schema(title="Dateline", version="1"))
    for methods in schema["paths"].values():
        for operation in methods.values():
            name = max((each for each in vars(module) if operation["operationId"].startswith(f"{each}_")), key=len)
            operation |= {"operationId": name, "summary": inspect.getdoc(getattr(module, name))}
    return schema
