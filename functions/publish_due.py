"""An alarm of a plan, or the minute's sweep for alarms that were missed: what is due is published or taken down."""

from typing import Any

from shared import sweeper


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """The input of an alarm (`story`, `schedule`), or any other event for the sweep; answers how many were changed."""
    if "story" in event:
        return {"fired": int(sweeper.ring(event["story"], event["schedule"]))}
    return {"fired": sweeper.due()}
