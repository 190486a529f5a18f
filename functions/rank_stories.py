"""Counters, gates and milestones on the stream of the Readings table: boards follow, milestones are announced."""

from typing import Any

from shared import boards


def handler(event: dict[str, Any], context: Any) -> None:
    """A DynamoDB stream event; repeating one changes nothing but that a milestone is announced again."""
    boards.follow(event["Records"])
