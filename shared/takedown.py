"""The receipt of a kill: every surface on which readers may have seen a story, looked at until it is gone."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from shared import archive, boards, clients, items, schedule, settings, views
from shared.article import Story, iso, utc_now
from shared.errors import Moved, Problem
from shared.intake import Dark
from shared.table import get

_LOOKS = 10
_PAUSE = 0.2  # seconds; an index follows its table in far less


def receipt(story: Story) -> list[Dark]:
    """Looks at each surface that showed a story before it was taken down, and notes when it was dark.

    A surface that still shows the story after two seconds is left out: a receipt says only what was seen.
    """
    surfaces: dict[str, Callable[[], bool]] = {
        "story": lambda: not _found(lambda: archive.public(story.id)),
        "address": lambda: not _found(lambda: archive.public_by_slug(story.slug or "")),
        "list": lambda: not _listed("listed", "LISTED", story),
        "section": lambda: not _listed("listed_section", story.section, story),
        "most read": lambda: not boards.visible([story.id], 1, None),
        "readings": lambda: not _counting(story),
    }
    dark = [Dark(surface=name, at=moment) for name, gone in surfaces.items() if (moment := _when(gone))]
    return [*dark, Dark(surface="caches of readers", at=story.updated_at + timedelta(seconds=schedule.FRESH))]


def _when(gone: Callable[[], bool]) -> datetime | None:
    for _ in range(_LOOKS):
        if gone():
            return utc_now()
        time.sleep(_PAUSE)
    return None


def _found(read: Callable[[], Story]) -> bool:
    try:
        read()
    except (Problem, Moved):
        return False
    return True


def _listed(index: str, name: str, story: Story) -> bool:
    if story.published_at is None:
        return False
    answer = clients.dynamodb().query(
        TableName=settings.value("NEWSROOM_TABLE"),
        IndexName=index,
        KeyConditionExpression=f"{index} = :name AND listed_at = :at",
        ExpressionAttributeValues={":name": {"S": name}, ":at": {"S": f"{iso(story.published_at)}#{story.id}"}},
    )
    return bool(answer["Items"])


def _counting(story: Story) -> bool:
    gate = get(settings.value("READINGS_TABLE"), **items.gate_key(story.id))
    return views.was_open(gate or {}, (utc_now() + timedelta(minutes=1)).timestamp())
