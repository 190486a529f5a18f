"""Events from the bus, by queue: the sections and tags in use follow them."""

from typing import Any

from shared import batch, topics


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An SQS event of EventBridge events; answers which messages failed."""
    return batch.each(event, context, lambda message: topics.project(message["detail"]))
