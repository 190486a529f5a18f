"""What came over the bus is acknowledged in the outbox."""

import copy

from functions import confirm_events
from tests.newsroom import NEWSROOM, Newsroom, aws, sqs_event


def unconfirmed() -> int:
    """How many events the outbox still holds."""
    answer = aws("dynamodb").query(
        TableName=NEWSROOM,
        IndexName="unconfirmed",
        KeyConditionExpression="unconfirmed = :all",
        ExpressionAttributeValues={":all": {"S": "UNCONFIRMED"}},
    )
    return int(answer["Count"])


def test_an_event_is_unconfirmed_until_it_came(newsroom: Newsroom) -> None:
    """The outbox holds an event from its transaction until the bus has delivered it."""
    story = newsroom.draft().json["id"]
    assert unconfirmed() == 1
    newsroom.deliver()
    assert unconfirmed() == 0
    item = newsroom.item(NEWSROOM, f"STORY#{story}", "EVENT#00000001") or {}
    assert "confirmed_at" in item


def test_a_second_delivery_changes_nothing(newsroom: Newsroom) -> None:
    """The moment of the first confirmation stays."""
    story = newsroom.draft().json["id"]
    newsroom.deliver()
    before = newsroom.item(NEWSROOM, f"STORY#{story}", "EVENT#00000001")
    assert confirm_events.handler(sqs_event(newsroom.bus[0]), None) == {"batchItemFailures": []}
    assert newsroom.item(NEWSROOM, f"STORY#{story}", "EVENT#00000001") == before


def test_a_message_that_fails_comes_back_alone(newsroom: Newsroom) -> None:
    """An event that the log does not hold is named as failed; the others of the batch are done."""
    newsroom.draft()
    newsroom.deliver()
    good = newsroom.bus[0]
    forged = copy.deepcopy(good)
    forged["detail"]["id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    broken = {"detail": {"subject": "x"}}
    answer = confirm_events.handler(sqs_event(forged, good, broken), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}, {"itemIdentifier": "message-2"}]}
