"""A queue's messages fail one by one."""

from typing import Any

from shared import batch
from tests.newsroom import sqs_event


def test_a_message_that_is_no_json_fails_alone() -> None:
    """Its neighbours are handled, it alone is named."""
    event = sqs_event({"n": 1}, {"n": 2}, {"n": 3})
    event["Records"][1]["body"] = "{"
    seen: list[Any] = []
    assert batch.each(event, None, seen.append) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert seen == [{"n": 1}, {"n": 3}]


def test_a_batch_of_failures_is_told_message_by_message() -> None:
    """When nothing worked every message comes again; the function itself has not failed."""

    def fail(_: object) -> None:
        raise RuntimeError("no")

    told = batch.each(sqs_event({}, {}), None, fail)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in told] == ["message-0", "message-1"]
