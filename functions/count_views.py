"""Markers on the stream of the Readings table: readings become counts."""

from typing import Any

from shared import counting


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A DynamoDB stream event; the mapping's window puts `shardId` in it and wants a state back."""
    counting.count(event["Records"], event.get("shardId", "local"))
    return {"state": {}}
