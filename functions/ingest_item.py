"""Payloads in the bucket, by queue: each becomes stories."""

from typing import Any

from shared import batch, ingestion


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An SQS event of S3 notifications; answers which messages failed."""
    return batch.each(event, context, ingestion.handle)
