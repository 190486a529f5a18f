"""Every five minutes: feeds whose turn has come are fetched, and sources that fell silent are told of."""

from typing import Any

from shared import polling


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A scheduled event; answers how many sources were asked, by what that brought."""
    return polling.sweep(lambda: context.get_remaining_time_in_millis() / 1000)
