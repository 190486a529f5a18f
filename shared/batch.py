"""Queue messages one by one: those that fail are delivered again, the others are not."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger()


def each(event: dict[str, Any], context: Any, handle: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Calls `handle` with each SQS message's JSON body; returns the partial batch response."""

    def one(record: SQSRecord) -> None:
        try:
            handle(json.loads(record.body))
        except Exception:
            logger.exception("a message could not be handled; it comes again", message_id=record.message_id)
            raise

    # A batch of which all failed is told as failures too: an error would say the same and cost an alarm.
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=event, record_handler=one, processor=processor, context=context)
    return dict(answer)
