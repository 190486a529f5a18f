"""POST /articles/{id}/views: one reading of a story."""

from typing import Any

from shared import readings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An HTTP API event, payload version 2.0; no resolver here, this is the hot path."""
    return readings.respond(event)
