"""Sources: set up by editors, with credentials that nobody sees again; drops and held payloads."""

import json

import pytest

from tests.ingest.wire import GUID, desk, item, send, setup, stories, told
from tests.newsroom import NEWSROOM, PAYLOADS, Newsroom, aws

FEED = {"id": "river-feed", "name": "River Feed", "url": "https://river.example/feed.xml", "every_minutes": 30}


def test_a_source_is_set_up_changed_and_ended(newsroom: Newsroom) -> None:
    """All of its life, as an editor."""
    made = newsroom.http("POST", "/sources", FEED)
    assert (made.status, made.headers["location"]) == (201, "/sources/river-feed")
    assert newsroom.http("POST", "/sources", FEED).status == 409
    changed = newsroom.http("PUT", "/sources/river-feed", {"name": "The River", "publish": "publish"}).json
    assert (changed["name"], changed["publish"], changed.get("url")) == ("The River", "publish", None)
    assert [each["id"] for each in newsroom.http("GET", "/sources").json["items"]] == ["river-feed"]
    assert newsroom.http("DELETE", "/sources/river-feed").status == 200
    assert newsroom.http("GET", "/sources/river-feed").status == 404
    assert newsroom.http("PUT", "/sources/river-feed", {"name": "x"}).status == 404


def test_reporters_only_look(newsroom: Newsroom) -> None:
    """Setting a source up is an editor's."""
    setup(newsroom)
    assert newsroom.http("GET", "/sources", group="reporter").status == 200
    assert newsroom.http("POST", "/sources", FEED, group="reporter").status == 403
    assert newsroom.http("PUT", "/sources/lowland-wire", {"name": "x"}, group="reporter").status == 403
    assert newsroom.http("DELETE", "/sources/lowland-wire", group="reporter").status == 403
    assert newsroom.http("POST", "/sources/lowland-wire/poll", group="reporter").status == 403


def test_credentials_are_kept_apart(newsroom: Newsroom) -> None:
    """In SSM, encrypted: no table and no answer holds them; they go with the source."""
    told = newsroom.http("POST", "/sources", FEED | {"credentials": {"username": "ann", "password": "zq-secret"}})
    assert told.json["has_credentials"] is True
    name = "/dateline/test/sources/river-feed"
    kept = aws("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
    assert (json.loads(kept["Value"]), kept["Type"]) == ({"username": "ann", "password": "zq-secret"}, "SecureString")
    newsroom.http("PUT", "/sources/river-feed", {"name": "River", "url": FEED["url"]})
    everything = newsroom.http("GET", "/sources").text + str(newsroom.items(NEWSROOM)) + told.text
    assert "zq-secret" not in everything
    assert newsroom.http("GET", "/sources/river-feed").json["has_credentials"] is True
    newsroom.http("DELETE", "/sources/river-feed")
    assert name not in {each["Name"] for each in aws("ssm").describe_parameters()["Parameters"]}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"time_zone": "Minsk"}, "/time_zone"),
        ({"url": "ftp://river.example"}, "/url"),
        ({"publish": "maybe"}, "/publish"),
        ({"every_minutes": 1}, "/every_minutes"),
        ({"credentials": {"username": "ann"}}, "/credentials"),
        ({"id": "Not A Slug"}, "/id"),
        ({"unknown": 1}, "/unknown"),
    ],
)
def test_what_is_wrong_is_named(newsroom: Newsroom, wrong: dict[str, object], pointer: str) -> None:
    """Each field that cannot be, by its pointer."""
    answer = newsroom.http("POST", "/sources", FEED | wrong)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_a_held_source_makes_nothing_before_its_release(newsroom: Newsroom) -> None:
    """An editor's word makes drafts of it."""
    setup(newsroom, publish="hold")
    record = send(newsroom, item(1))
    assert (record["status"], stories(newsroom)) == ("held", [])
    newsroom.release(record["ingest"])
    after = newsroom.http("GET", f"/ingest/{record['ingest']}").json
    assert (after["items"][0]["outcome"], after["received_at"]) == ("created", record["received_at"])
    assert desk(newsroom, after["items"][0]["article"])["status"] == "draft"


def test_a_reporters_payload_is_not_published_by_a_sources_policy(newsroom: Newsroom) -> None:
    """She cannot publish by naming a trusted wire."""
    setup(newsroom, publish="publish")
    (found,) = send(newsroom, item(1), group="reporter")["items"]
    assert desk(newsroom, found["article"])["status"] == "draft"


def test_a_file_that_is_dropped_into_the_bucket(newsroom: Newsroom) -> None:
    """Is read as from the source that its folder names, once however often it is dropped."""
    setup(newsroom, publish="publish", section="sport", time_zone="Europe/Warsaw")
    for _ in range(2):
        aws("s3").put_object(Bucket=PAYLOADS, Key="drop/lowland-wire/today/one.json", Body=json.dumps(item(1)).encode())
        newsroom.deliver()
    (story,) = stories(newsroom)
    shown = newsroom.http("GET", f"/articles/{story}").json
    assert (shown["section"], shown["source"]["name"]) == ("sport", "Lowland Wire")
    ingest = newsroom.http("GET", "/sources/lowland-wire").json["state"]["last_ingest"]
    record = newsroom.http("GET", f"/ingest/{ingest}").json
    assert (record["raw"], record["format"]) == ("drop/lowland-wire/today/one.json", "ninjs")


def test_a_drop_of_an_unknown_source_is_a_draft(newsroom: Newsroom) -> None:
    """Nobody has said that it may publish."""
    aws("s3").put_object(Bucket=PAYLOADS, Key="drop/unknown/one.json", Body=json.dumps(item(1)).encode())
    newsroom.deliver()
    (story,) = stories(newsroom)
    assert desk(newsroom, story)["status"] == "draft"


def test_a_payload_that_is_too_large_is_kept_and_told(newsroom: Newsroom) -> None:
    """It is not even read."""
    aws("s3").put_object(Bucket=PAYLOADS, Key="drop/lowland-wire/big", Body=b" " * 5_000_001)
    setup(newsroom)
    newsroom.deliver()
    ingest = newsroom.http("GET", "/sources/lowland-wire").json["state"]["last_ingest"]
    record = newsroom.http("GET", f"/ingest/{ingest}").json
    assert (record["status"], record["items"][0]["detail"]) == ("refused", "It has more than 5000000 bytes.")


def test_a_source_gives_stories_what_they_lack(newsroom: Newsroom) -> None:
    """Section and language of the source, where the item does not tell; a section that is none of ours is a tag."""
    setup(newsroom, section="sport", language="be")
    story = told(newsroom, item(1, language=None, headline="123", body_html="<p>456</p>"))["article"]
    shown = desk(newsroom, story)
    assert (shown["section"], shown["language"]) == ("sport", "be")
    assert shown["source"] == {"name": "Lowland Wire", "uri": None, "version": "1"}
    assert GUID not in str(shown)
