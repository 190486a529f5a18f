"""Every few minutes: events that nobody has confirmed are announced again."""

from typing import Any

from shared import sweeper


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """A scheduled event; answers how many events were sent."""
    return {"sent": sweeper.outbox()}
