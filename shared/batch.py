"""Queue messages one by one: those that fail are delivered again, the others are not."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def each(event: dict[str, Any], context: Any, handle: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Calls `handle` with each SQS message's JSON body; returns the partial batch response. Raises when all failed."""

    def one(record: SQSRecord) -> None:
        handle(json.loads(record.body))

    processor = BatchProcessor(event_type=EventType.SQS)
    answer = process_partial_response(event=event, record_handler=one, processor=processor, context=context)
    return dict(answer)
