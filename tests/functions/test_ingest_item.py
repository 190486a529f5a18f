"""Payloads in the bucket become stories."""

from typing import Any

import pytest

from functions import ingest_item
from shared import desk
from tests.newsroom import NEWSROOM, PAYLOADS, Newsroom, aws, s3_notification, sqs_event

PAGE = """Address: 1 Main Street

Friday, 12 October 2018 15:52

Bridge over the river is open

The bridge was opened on Friday, Sample Agency has learned.

“It took three years,” said the mayor.

146 times (а)
"""


def ingest(newsroom: Newsroom, page: str | bytes, **query: str) -> Any:
    """What became of a payload."""
    taken = newsroom.http("POST", "/ingest", page, query=query, headers={"content-type": "text/plain"})
    assert taken.status == 202, taken.text
    newsroom.deliver()
    return newsroom.http("GET", taken.headers["location"]).json


def stories(newsroom: Newsroom) -> list[str]:
    """The ids of all stories."""
    return [item["id"] for item in newsroom.items(NEWSROOM) if item["sk"] == "STATE"]


def test_a_page_becomes_a_draft(newsroom: Newsroom) -> None:
    """The page's date line is read in the title's zone, its counter is carried over, its raw text is kept."""
    record = ingest(newsroom, PAGE, source="old-site")
    (item,) = record["items"]
    assert (record["status"], item["outcome"]) == ("done", "created")
    story = newsroom.http("GET", f"/desk/articles/{item['article']}").json
    assert (story["headline"], story["status"]) == ("Bridge over the river is open", "draft")
    assert (story["published_at"], story["carried_over"]) == ("2018-10-12T12:52:00Z", 146)
    assert story["body_text"].startswith("The bridge was opened on Friday")
    raw = aws("s3").get_object(Bucket=PAYLOADS, Key=record["raw"])
    assert raw["Body"].read().decode() == PAGE
    assert newsroom.bus[0]["detail-type"] == "article.ingested"


def test_a_text_in_another_encoding_names_it(newsroom: Newsroom) -> None:
    """Whole, as bytes, with its charset; without that it is refused at the door."""
    raw = PAGE.replace("Bridge over the river is open", "Мост через реку открыт").encode("windows-1251", "ignore")
    named = {"content-type": "application/octet-stream; charset=windows-1251"}
    taken = newsroom.http("POST", "/ingest", raw, headers=named)
    newsroom.deliver()
    (item,) = newsroom.http("GET", taken.headers["location"]).json["items"]
    story = newsroom.http("GET", f"/desk/articles/{item['article']}").json
    assert story["headline"] == "Мост через реку открыт"
    unnamed = newsroom.http("POST", "/ingest", raw, headers={"content-type": "application/octet-stream"})
    assert (unnamed.status, "not UTF-8" in unnamed.json["detail"]) == (400, True)


def test_the_zone_can_be_named(newsroom: Newsroom) -> None:
    """A source in another zone says so; an unknown zone is refused before anything is kept."""
    record = ingest(newsroom, PAGE, time_zone="America/New_York")
    story = newsroom.http("GET", f"/desk/articles/{record['items'][0]['article']}").json
    assert story["published_at"] == "2018-10-12T19:52:00Z"
    wrong = newsroom.http("POST", "/ingest", PAGE, query={"time_zone": "Minsk"})
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/query/time_zone")


def test_the_same_page_twice_makes_one_story(newsroom: Newsroom) -> None:
    """Sent again, also with a moved counter, a page is a duplicate of its story; of another source it is another."""
    first = ingest(newsroom, PAGE, source="a")
    again = ingest(newsroom, PAGE.replace("146", "150"), source="a")
    assert again["items"][0]["outcome"] == "duplicate"
    assert again["items"][0]["article"] == first["items"][0]["article"]
    ingest(newsroom, PAGE, source="b")
    assert len(stories(newsroom)) == 2


def test_a_message_that_comes_twice_is_answered_alike(newsroom: Newsroom) -> None:
    """The queue may deliver again: the record of the payload stays what it was."""
    record = ingest(newsroom, PAGE, publish="true")
    message = sqs_event(s3_notification(record["raw"]))
    assert ingest_item.handler(message, None) == {"batchItemFailures": []}
    assert newsroom.http("GET", f"/ingest/{record['ingest']}").json == record
    assert len(stories(newsroom)) == 1


def test_publish_true_publishes(newsroom: Newsroom) -> None:
    """One call brings a page before its readers."""
    record = ingest(newsroom, PAGE, publish="true")
    article = newsroom.http("GET", f"/articles/{record['items'][0]['article']}").json
    assert (article["status"], article["published_at"], article["views"]) == ("published", "2018-10-12T12:52:00Z", 146)


def test_a_publication_that_died_is_made_up_for(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the draft and its publication, the payload comes again and the same story is published."""

    def die(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    taken = newsroom.http("POST", "/ingest", PAGE, query={"publish": "true"})
    message = sqs_event(s3_notification(taken.json["raw"]))
    with monkeypatch.context() as patch:
        patch.setattr(desk, "publish", die)
        assert ingest_item.handler(message, None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert ingest_item.handler(message, None) == {"batchItemFailures": []}
    (item,) = newsroom.http("GET", f"/ingest/{taken.json['ingest']}").json["items"]
    assert item["outcome"] == "created"
    assert newsroom.http("GET", f"/articles/{item['article']}").status == 200


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        (PAGE.replace("Friday, 12 October 2018 15:52\n", ""), ["date"]),
        ("Friday, 12 October 2018 15:52\n", ["headline", "body"]),
        ("Nothing here that one could use.", ["date"]),
    ],
)
def test_a_page_that_lacks_something_is_kept_and_told(newsroom: Newsroom, page: str, missing: list[str]) -> None:
    """The record names what was missing, the raw text stays, no story appears."""
    record = ingest(newsroom, page)
    (item,) = record["items"]
    assert (record["status"], item["outcome"]) == ("refused", "refused")
    assert set(missing) <= set(item["missing"])
    assert item["detail"]
    assert aws("s3").get_object(Bucket=PAYLOADS, Key=record["raw"])["Body"].read().decode() == page
    assert stories(newsroom) == []


def test_the_record_says_received_until_it_was_read(newsroom: Newsroom) -> None:
    """Before the queue has brought a payload its record says so."""
    taken = newsroom.http("POST", "/ingest", PAGE)
    assert newsroom.http("GET", taken.headers["location"]).json["status"] == "received"


def test_a_new_notification_says_hello(newsroom: Newsroom) -> None:
    """The bucket's test message has no records and is done at once."""
    hello = {"Service": "Amazon S3", "Event": "s3:TestEvent"}
    assert ingest_item.handler(sqs_event(hello), None) == {"batchItemFailures": []}
    assert newsroom.items(NEWSROOM) == []


def test_a_lost_payload_comes_back(newsroom: Newsroom) -> None:
    """What cannot be fetched fails its message, so that it ends in the dead-letter queue; others go on."""
    taken = newsroom.http("POST", "/ingest", PAGE)
    event = sqs_event(s3_notification("ingest/none"), s3_notification(taken.json["raw"]))
    assert ingest_item.handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert len(stories(newsroom)) == 1
