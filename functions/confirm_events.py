"""Events from the bus, by queue: each is acknowledged in the outbox."""

from typing import Any

from shared import batch, events


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An SQS event of EventBridge events; answers which messages failed."""
    return batch.each(event, context, lambda message: events.confirm(message["detail"]))
