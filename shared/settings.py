"""The environment's names in one place, read when asked for."""

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

NAMES = {
    "STACK": "the stack's name",
    "NEWSROOM_TABLE": "stories, slugs, wire keys, events",
    "READINGS_TABLE": "markers, counters, gates",
    "PAYLOADS_BUCKET": "raw payloads and long texts",
    "BUS": "the event bus",
    "PUBLISH_DUE_ARN": "the function that alarms call",
    "SCHEDULER_ROLE_ARN": "the role with which alarms call it",
    "SCHEDULE_DEAD_LETTERS_ARN": "where an alarm that nobody answered ends",
    "EDITORS_CLIENT": "the Cognito client whose tokens are accepted",
    "SITE_URL": "base of public story URLs, may be empty",
    "TITLE_NAME": "the newspaper's name",
    "TITLE_ADDRESS": "its address, may be empty",
    "TITLE_PHONE": "its phone, may be empty",
    "TITLE_FAX": "its fax, may be empty",
    "TITLE_TIME_ZONE": "IANA zone of its date lines",
    "TITLE_LANGUAGES": "BCP 47 tags, comma separated, the default first",
    "TITLE_SECTIONS": "section slugs, comma separated, the default first",
}


class MissingSetting(RuntimeError):
    """The function's environment lacks a variable that the template should set."""


def value(name: str) -> str:
    """The variable `name`; raises MissingSetting that names it and its purpose."""
    found = os.environ.get(name)
    if found is None:
        raise MissingSetting(f"the environment variable {name} is not set: {NAMES[name]}")
    return found


def words(name: str) -> list[str]:
    """A comma separated variable as a list, empty entries dropped."""
    return [word.strip() for word in value(name).split(",") if word.strip()]


@cache
def _zone(name: str) -> "ZoneInfo":
    # Here, since the function that takes readings needs none.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(name)


def time_zone() -> "ZoneInfo":
    """The title's time zone."""
    return _zone(value("TITLE_TIME_ZONE"))
