"""New event items on the stream of the Newsroom table: they go to the bus."""

from typing import Any

from shared import events


def handler(event: dict[str, Any], context: Any) -> None:
    """A DynamoDB stream event; an exception makes the stream deliver the batch again."""
    events.relay(event["Records"])
