"""One boto3 client per service and process, with timeouts that fit a Lambda function."""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_ssm import SSMClient

# botocore still defaults to legacy retries and a read timeout of 60 s, longer than a function lives.
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=1, read_timeout=3)


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]  # one cached maker for all services


def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client."""
    client: DynamoDBClient = _client("dynamodb")
    return client


def events() -> "EventBridgeClient":
    """The EventBridge client."""
    client: EventBridgeClient = _client("events")
    return client


def scheduler() -> "EventBridgeSchedulerClient":
    """The EventBridge Scheduler client."""
    client: EventBridgeSchedulerClient = _client("scheduler")
    return client


def s3() -> "S3Client":
    """The S3 client."""
    client: S3Client = _client("s3")
    return client


def ssm() -> "SSMClient":
    """The SSM client, for what is written there; keys are read by `signing`."""
    client: SSMClient = _client("ssm")
    return client
