"""The JSON Schema of each event type and the page that lists them, generated from the catalogue."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.events import CATALOGUE, EventType, HiddenStory, Milestone, QuietSource

FOLDER = Path("events") / "schemas"
PAGE = Path("docs") / "events.md"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def files() -> dict[Path, str]:
    """Path (from the project's root) → content of every generated file."""
    found = {FOLDER / f"{event.name}.json": _text(schema(event)) for event in CATALOGUE.values()}
    return found | {PAGE: _page()}


def schema(event: EventType) -> dict[str, Any]:
    """The schema of an event's `detail`: the CloudEvents 1.0 envelope around the type's data."""
    text = {"type": "string", "minLength": 1}
    moment = {"type": "string", "format": "date-time"}
    models = (event.public,) if event.public in {Milestone, QuietSource} else (event.public, HiddenStory)
    shapes = [_shape(model) for model in models if model]
    data = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    properties = {
        "specversion": {"const": "1.0"},
        "id": text | {"description": "A ULID; a consumer that has handled it drops a second delivery"},
        "source": text | {"format": "uri-reference", "description": "The stack"},
        "type": {"const": event.name},
        "subject": text | {"description": "The story's id, or `source/` and a source's"},
        "time": moment | {"description": "When it happened, UTC"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": f"urn:dateline:event:{event.name}:1"},
        "sequence": {"type": "integer", "minimum": 1, "description": "Counts the story's events without a gap"},
        "data": data,
    }
    return {
        "$schema": _DIALECT,
        "$id": f"urn:dateline:event:{event.name}:1",
        "title": event.name,
        "description": event.meaning,
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _shape(model: type[BaseModel]) -> dict[str, Any]:
    shape = model.model_json_schema()
    shape.pop("title")
    parts = shape.pop("$defs", {})
    if "correction" in shape["properties"]:
        shape["properties"]["correction"] = parts["Correction"]
    return shape | {"additionalProperties": False}


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _public(event: EventType) -> type[BaseModel]:
    return event.public or HiddenStory


def _page() -> str:
    rows = [
        f"| `{event.name}` | {event.meaning} | {', '.join(f'`{name}`' for name in _public(event).model_fields)} |"
        f" [schema](../events/schemas/{event.name}.json), [sample](../events/samples/{event.name}.1.json) |"
        for event in CATALOGUE.values()
    ]
    return "\n".join(
        [
            "# Events",
            "",
            "Each change of a story leaves as one event on the bus `dateline-<stack>`: source `dateline`,",
            "detail-type = the event's type, detail = a CloudEvents 1.0 envelope. Delivery is at least once and not in",
            "order: drop an `id` that was handled, and where order matters go by `sequence`, which counts a story's",
            "events from 1 without a gap. An event names the story, never its body; of a story that readers may not",
            "see it tells only that it exists and where it stands.",
            "",
            "| type | what happened | data | |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )
