"""A queue's messages fail one by one."""

from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import batch
from tests.newsroom import sqs_event


def test_a_message_that_is_no_json_fails_alone() -> None:
    """Its neighbours are handled, it alone is named."""
    event = sqs_event({"n": 1}, {"n": 2}, {"n": 3})
    event["Records"][1]["body"] = "{"
    seen: list[Any] = []
    assert batch.each(event, None, seen.append) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert seen == [{"n": 1}, {"n": 3}]


def test_a_batch_of_failures_is_raised() -> None:
    """When nothing worked the whole batch comes again, and the function's errors count."""

    def fail(_: object) -> None:
        raise RuntimeError("no")

    with pytest.raises(BatchProcessingError):
        batch.each(sqs_event({}, {}), None, fail)
