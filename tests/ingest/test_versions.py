"""A wire's versions: newer ones are revisions of the same story, older and equal ones change nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import desk as newsdesk
from shared import wire
from shared.formats.story import Signal
from shared.transition import Overtaken
from shared.wire import Origin, Standing
from tests.ingest.wire import desk, item, send, setup, stories, told
from tests.newsroom import Newsroom

FIRST = Origin("wire", "guid", "one", "digest-1", version=3, versioned_at=datetime(2026, 10, 12, 9, tzinfo=UTC))


def after(first: Origin, **more: Any) -> Standing:
    """How another version stands to the first."""
    known = first.item("story", "created")
    return replace(first, **({"ingest": "two", "digest": "digest-2"} | more)).knowing(known).standing()


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({"version": 4}, Standing.NEWER),
        ({"version": 2}, Standing.OLDER),
        ({"version": 4, "versioned_at": datetime(2020, 1, 1, tzinfo=UTC)}, Standing.NEWER),  # numbers before clocks
        ({}, Standing.OLDER),
        ({"digest": "digest-1"}, Standing.SAME),
        ({"versioned_at": datetime(2026, 10, 12, 10, tzinfo=UTC)}, Standing.NEWER),
        ({"versioned_at": datetime(2026, 10, 12, 8, tzinfo=UTC)}, Standing.OLDER),
        ({"signal": Signal.KILL}, Standing.NEWER),
        ({"signal": Signal.KILL, "version": 2}, Standing.OLDER),
        ({"version": None, "versioned_at": None}, Standing.NEWER),  # nothing tells but the text
    ],
)
def test_standing(more: dict[str, Any], standing: Standing) -> None:
    """The number decides, then the moment, then the text; a stop of the same version is obeyed."""
    assert after(FIRST, **more) is standing


def test_an_old_text_that_comes_again_is_known() -> None:
    """Without numbers or moments a payload that was delivered late does not take the newer text back."""
    bare = replace(FIRST, version=None, versioned_at=None)
    second = replace(bare, digest="digest-2").knowing(bare.item("story", "created"))
    third = replace(bare, ingest="late").knowing(second.item("story", "revised"))
    assert (second.standing(), third.standing()) == (Standing.NEWER, Standing.SAME)


def test_a_newer_version_is_a_revision(newsroom: Newsroom) -> None:
    """One story, two texts, one event each; the same version again and an older one leave it as it is."""
    first = told(newsroom, item(1))
    second = told(newsroom, item(2))
    assert (first["outcome"], second["outcome"]) == ("created", "revised")
    assert first["article"] == second["article"]
    assert told(newsroom, item(2))["outcome"] == "duplicate"
    assert told(newsroom, item(2, headline="Otherwise"))["outcome"] == "stale"
    assert told(newsroom, item(1))["outcome"] == "duplicate"
    story = desk(newsroom, first["article"])
    assert (story["headline"], story["version"]) == ("Bridge opens, version 2", 2)
    assert [event["detail-type"] for event in newsroom.bus] == ["article.ingested", "article.revised"]
    assert len(stories(newsroom)) == 1


def test_removing_the_version_check_is_seen(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it an older version takes the newer text back."""
    monkeypatch.setattr(Origin, "standing", lambda _: Standing.NEWER)
    story = told(newsroom, item(2))["article"]
    told(newsroom, item(1))
    assert desk(newsroom, story)["headline"] == "Bridge opens, version 1"


def test_versions_that_arrive_in_the_wrong_order(newsroom: Newsroom) -> None:
    """The third version first: the others are stale."""
    outcomes = [told(newsroom, item(number))["outcome"] for number in (3, 1, 2)]
    assert outcomes == ["created", "stale", "stale"]


def test_a_published_story_follows_its_wire(newsroom: Newsroom) -> None:
    """Readers get the newer text, and the event of an update."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1))["article"]
    assert newsroom.http("GET", f"/articles/{story}").json["headline"] == "Bridge opens, version 1"
    told(newsroom, item(2))
    assert newsroom.http("GET", f"/articles/{story}").json["headline"] == "Bridge opens, version 2"
    assert newsroom.bus[-1]["detail-type"] == "article.updated"


def test_what_the_newsroom_gave_a_story_stays(newsroom: Newsroom) -> None:
    """An editor's slug and section outlive the wire's next version; her text is kept as a version of its own."""
    story = told(newsroom, item(1))["article"]
    newsroom.change("PATCH", story, "", {"headline": "Ours", "slug": "our-bridge", "section": "sport"})
    told(newsroom, item(2))
    now = desk(newsroom, story)
    assert (now["headline"], now["slug"], now["section"]) == ("Bridge opens, version 2", "our-bridge", "sport")
    texts = newsroom.http("GET", f"/desk/articles/{story}/versions").json["items"]
    assert [text["by"] for text in texts] == ["ann"] * 3
    assert newsroom.http("GET", f"/desk/articles/{story}/versions/2").json["content"]["headline"] == "Ours"


def test_a_correction_tells_readers(newsroom: Newsroom) -> None:
    """A version that is marked as a correction shows as one."""
    setup(newsroom, publish="publish")
    story = told(newsroom, item(1))["article"]
    told(newsroom, item(2, signals=["sig:correction"], headline="CORRECTED: Bridge opens", pubstatus="usable"))
    shown = newsroom.http("GET", f"/articles/{story}").json
    assert shown["status"] == "corrected"
    assert [each["note"] for each in shown["corrections"]] == ["Corrected by Lowland Wire."]


def test_an_advisory_makes_no_story(newsroom: Newsroom) -> None:
    """A note from newsroom to newsroom is told in the record, and nowhere else."""
    note = item(1, headline="ADVISORY: bridge story moves at noon", signals=["advisory"])
    found = told(newsroom, note)
    assert (found["outcome"], found.get("article")) == ("noted", None)
    assert stories(newsroom) == []


def test_an_item_that_two_payloads_bring_at_once(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is second at the wire key sees what the first one made."""
    real = newsdesk.ingest
    calls: list[int] = []

    def ingest(*a: Any, **k: Any) -> Any:
        if not calls:
            calls.append(1)
            real(*a, **k)  # the rival's
            raise Overtaken
        return real(*a, **k)

    monkeypatch.setattr(newsdesk, "ingest", ingest)
    send(newsroom, item(1))
    assert len(stories(newsroom)) == 1


def test_a_source_cannot_reach_another_ones_items(newsroom: Newsroom) -> None:
    """The same guid from two sources is two items; a kill by one takes nothing of the other's."""
    ours = told(newsroom, item(1), publish="true")["article"]
    other = told(newsroom, item(2, pubstatus="canceled"), source="another-wire")
    assert (other["outcome"], other.get("article")) == ("killed", None)
    assert newsroom.http("GET", f"/articles/{ours}").status == 200
    assert wire.Origin("a", "b\nc", "", "").pk != wire.Origin("a\nb", "c", "", "").pk


def test_a_headline_without_a_text_is_a_draft(newsroom: Newsroom) -> None:
    """What a feed only announces comes in, and is published by itself only when its text comes."""
    feed = (
        '<rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>Bridge opens</title>{}</item>'
        "</channel></rss>"
    )
    story = told(newsroom, feed.format(""), publish="true")["article"]
    assert desk(newsroom, story)["status"] == "draft"
    told(newsroom, feed.format("<description>It was opened on Monday.</description>"), publish="true")
    assert desk(newsroom, story)["status"] == "published"
