"""Sections and tags in use: a projection of the event log, so that readers can be offered them without a scan."""

from typing import Any

from pydantic import BaseModel

from shared import inbox, settings
from shared.table import Item, Write, query

CONSUMER = "topics"
_PK = "TOPICS"


class Topic(BaseModel):
    """A section or tag, and how many published stories it has."""

    name: str
    stories: int


class Topics(BaseModel):
    """What published stories are filed under, by name."""

    sections: list[Topic]
    tags: list[Topic]


def project(cloud: dict[str, Any]) -> bool:
    """Moves the counts to what an event says of its story; False when a later event was seen before."""
    data = cloud["data"]
    # Only the data of a story that readers see has a section: a hidden one is filed under nothing.
    filed = [f"section#{data['section']}", *(f"tag#{tag}" for tag in data["tags"])] if "section" in data else []

    def effect(kept: Item) -> tuple[Item, list[Write]]:
        before = set(kept.get("filed", []))
        moves = [(name, 1) for name in set(filed) - before] + [(name, -1) for name in before - set(filed)]
        return {"filed": sorted(set(filed))}, [_count(name, by) for name, by in sorted(moves)]

    return inbox.project(CONSUMER, cloud["subject"], cloud["sequence"], effect)


def _count(name: str, by: int) -> Write:
    return Write(
        settings.value("NEWSROOM_TABLE"),
        {"pk": _PK, "sk": name},
        update="ADD stories :by",
        values={":by": by},
    )


def topics() -> Topics:
    """The sections and tags that published stories have now."""
    found: dict[str, list[Topic]] = {"section": [], "tag": []}
    for kind, topics_of_kind in found.items():
        for item in query(settings.value("NEWSROOM_TABLE"), _PK, f"{kind}#"):
            if item["stories"] > 0:
                topics_of_kind.append(Topic(name=item["sk"].removeprefix(f"{kind}#"), stories=item["stories"]))
    return Topics(sections=found["section"], tags=found["tag"])
