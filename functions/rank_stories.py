"""Counters and gates on the stream of the Readings table: the boards and the milestones follow them."""

from typing import Any

from shared import boards


def handler(event: dict[str, Any], context: Any) -> None:
    """A DynamoDB stream event; repeating one changes nothing."""
    boards.rank(event["Records"])
