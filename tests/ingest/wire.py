"""A small wire of the tests' own: ninjs items of an invented agency, and what became of them."""

import json
from typing import Any

from tests.newsroom import NEWSROOM, Newsroom

GUID = "urn:newsml:lowlandwire.example:20261012:bridge"


def item(version: int = 1, **more: Any) -> dict[str, Any]:
    """One version of one story, as ninjs 1.3."""
    return {
        "uri": GUID,
        "type": "text",
        "version": str(version),
        "versioncreated": f"2026-10-12T09:{version:02}:00Z",
        "firstcreated": "2026-10-12T09:00:00Z",
        "pubstatus": "usable",
        "language": "en",
        "headline": f"Bridge opens, version {version}",
        "body_html": f"<p>The river bridge at Marrowford was opened. Version {version} of the report.</p>",
        "byline": "Ann Smith",
        **more,
    }


def send(newsroom: Newsroom, payload: Any, *, group: str = "editor", **query: str) -> dict[str, Any]:
    """The record of a payload after it was read."""
    body = payload if isinstance(payload, str | bytes) else json.dumps(payload)
    query = {"source": "lowland-wire"} | query
    taken = newsroom.http("POST", "/ingest", body, query=query, group=group)
    assert taken.status == 202, taken.text
    newsroom.deliver()
    record: dict[str, Any] = newsroom.http("GET", taken.headers["location"]).json
    return record


def told(newsroom: Newsroom, payload: Any, **query: str) -> dict[str, Any]:
    """What became of the one item of a payload."""
    (one,) = send(newsroom, payload, **query)["items"]
    found: dict[str, Any] = one
    return found


def setup(newsroom: Newsroom, **more: Any) -> None:
    """The wire as an editor sets it up."""
    answer = newsroom.http("POST", "/sources", {"id": "lowland-wire", "name": "Lowland Wire"} | more)
    assert answer.status == 201, answer.text


def desk(newsroom: Newsroom, story: str) -> dict[str, Any]:
    """The story as editors see it."""
    found: dict[str, Any] = newsroom.http("GET", f"/desk/articles/{story}").json
    return found


def stories(newsroom: Newsroom) -> list[str]:
    """The ids of all stories."""
    return [found["id"] for found in newsroom.items(NEWSROOM) if found["sk"] == "STATE"]
