"""Kills, withholds and embargoes of a wire, and the receipt of a kill."""

from typing import Any

import pytest

from shared import archive, takedown
from tests.ingest.wire import desk, item, send, setup, told
from tests.newsroom import Newsroom

SURFACES = {"story", "address", "list", "section", "most read", "readings", "caches of readers"}


def kill(version: int = 2, **more: Any) -> dict[str, Any]:
    """The wire takes its story back."""
    return item(version, pubstatus="canceled", ednote="Kill: the minister did not say so. Call desk 555-0101.") | more


def test_a_kill_takes_the_published_story_down(newsroom: Newsroom) -> None:
    """By itself, from every surface, with a receipt; what editors are told reaches no reader."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1))["article"]
    newsroom.read(story, "10.0.0.1")
    found = told(newsroom, kill())
    assert (found["outcome"], found["article"]) == ("killed", story)
    assert {dark["surface"] for dark in found["dark"]} == SURFACES | {"subscribers told"}
    answer = newsroom.http("GET", f"/articles/{story}")
    assert answer.status == 410
    assert "555" not in answer.text
    assert newsroom.http("GET", "/articles").json["items"] == []
    assert "555" not in str(newsroom.bus)
    assert "555-0101" in newsroom.http("GET", f"/desk/articles/{story}/history").json["items"][-1]["why"]


def test_a_receipt_says_only_what_was_seen(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A surface that still shows the story is not on it."""
    setup(newsroom, publish="publish")
    told(newsroom, item(1))
    monkeypatch.setattr(takedown, "_PAUSE", 0)
    monkeypatch.setattr(archive, "public", archive.story)
    found = told(newsroom, kill())
    assert {dark["surface"] for dark in found["dark"]} == SURFACES - {"story", "address"} | {"subscribers told"}


def test_a_kill_of_the_same_version_and_of_an_older_one(newsroom: Newsroom) -> None:
    """A cancelled version is obeyed though its number is the known one; an old kill is stale."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(2))["article"]
    assert told(newsroom, kill(1))["outcome"] == "stale"
    assert told(newsroom, kill(2))["outcome"] == "killed"
    assert told(newsroom, kill(2))["outcome"] == "duplicate"
    assert newsroom.http("GET", f"/articles/{story}").status == 410


def test_what_was_killed_does_not_come_back(newsroom: Newsroom) -> None:
    """Not by an older version, not by a newer one."""
    setup(newsroom, publish="publish")
    told(newsroom, item(1))
    told(newsroom, kill(3))
    assert told(newsroom, item(2))["outcome"] == "stale"
    assert told(newsroom, item(4))["outcome"] == "refused"
    assert newsroom.http("GET", "/articles").json["items"] == []


def test_a_kill_that_comes_before_its_story(newsroom: Newsroom) -> None:
    """Is kept, and keeps the story out."""
    setup(newsroom, publish="publish")
    assert told(newsroom, kill(2))["outcome"] == "killed"
    assert told(newsroom, item(1))["outcome"] == "stale"
    assert told(newsroom, item(3))["outcome"] == "refused"


def test_a_draft_and_an_archived_story_are_killed_too(newsroom: Newsroom) -> None:
    """Nobody can publish it by mistake."""
    story = told(newsroom, item(1))["article"]
    newsroom.change("DELETE", story)
    assert told(newsroom, kill())["outcome"] == "killed"
    assert desk(newsroom, story)["status"] == "killed"


def test_a_kill_waits_for_an_editor_where_the_source_says_so(newsroom: Newsroom) -> None:
    """Held until it is released; then it acts."""
    setup(newsroom, publish="publish", takedown="hold")
    story = told(newsroom, item(1))["article"]
    record = send(newsroom, kill())
    assert (record["status"], record["items"][0]["outcome"]) == ("held", "held")
    assert newsroom.http("GET", f"/articles/{story}").status == 200
    assert newsroom.http("POST", f"/ingest/{record['ingest']}/release", group="reporter").status == 403
    newsroom.release(record["ingest"])
    assert newsroom.http("GET", f"/ingest/{record['ingest']}").json["items"][0]["outcome"] == "killed"
    assert newsroom.http("GET", f"/articles/{story}").status == 410
    assert newsroom.http("POST", f"/ingest/{record['ingest']}/release").status == 409


def test_a_withheld_story_comes_back_with_its_next_version(newsroom: Newsroom) -> None:
    """Off until the source says otherwise; what an editor took off stays off."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1))["article"]
    found = told(newsroom, item(2, pubstatus="withheld"))
    assert found["outcome"] == "withheld"
    assert newsroom.http("GET", f"/articles/{story}").status == 404
    assert {dark["surface"] for dark in found["dark"]} >= SURFACES
    told(newsroom, item(3))
    assert newsroom.http("GET", f"/articles/{story}").json["headline"] == "Bridge opens, version 3"
    newsroom.change("DELETE", story, "/publication")
    told(newsroom, item(4))
    assert desk(newsroom, story)["status"] == "unpublished"


def test_a_reporter_cannot_kill_through_a_wire(newsroom: Newsroom) -> None:
    """Whoever posts a payload can do by it what she may do herself."""
    story = told(newsroom, item(1), publish="true")["article"]
    found = send(newsroom, kill(), group="reporter")["items"][0]
    assert found["outcome"] == "refused"
    assert "needs the group editor" in found["detail"]
    assert newsroom.http("GET", f"/articles/{story}").status == 200


def test_an_embargo_is_kept(newsroom: Newsroom) -> None:
    """A source's embargo plans the publication; nobody publishes its story earlier, by hand or by a plan."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1, embargoed="2030-01-01T06:00:00Z"))["article"]
    shown = desk(newsroom, story)
    assert (shown["status"], shown["embargo_until"]) == ("embargoed", "2030-01-01T06:00:00Z")
    assert newsroom.http("GET", f"/articles/{story}").status == 404
    newsroom.change("DELETE", story, "/publication")
    early = newsroom.http("POST", f"/articles/{story}/publication")
    assert (early.status, "embargo until 2030-01-01T06" in early.json["detail"]) == (409, True)
    plan = newsroom.http("POST", f"/articles/{story}/publication", {"at": "2029-12-31T00:00:00Z"})
    assert plan.status == 409
    assert newsroom.http("POST", f"/articles/{story}/publication", {"at": "2030-01-01T06:00:00Z"}).status == 200


def test_an_embargo_that_a_newer_version_puts_off_or_lifts(newsroom: Newsroom) -> None:
    """The plan follows the source."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1, embargoed="2030-01-01T06:00:00Z"))["article"]
    told(newsroom, item(2, embargoed="2030-02-01T06:00:00Z"))
    assert desk(newsroom, story)["embargo_until"] == "2030-02-01T06:00:00Z"
    told(newsroom, item(3))
    assert newsroom.http("GET", f"/articles/{story}").json["headline"] == "Bridge opens, version 3"
    told(newsroom, item(4, embargoed="2030-03-01T06:00:00Z"))
    assert newsroom.http("GET", f"/articles/{story}").status == 404
    assert desk(newsroom, story)["status"] == "embargoed"


def test_expiry_is_kept(newsroom: Newsroom) -> None:
    """What has expired does not come in; what will expire is published until then."""
    setup(newsroom, publish="publish")
    assert told(newsroom, item(1, uri="urn:x:old", expires="2020-01-01T00:00:00Z"))["outcome"] == "refused"
    story = told(newsroom, item(1, expires="2030-01-01T00:00:00Z"))["article"]
    assert desk(newsroom, story)["expires_at"] == "2030-01-01T00:00:00Z"
