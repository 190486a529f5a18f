"""One client per service and process, with timeouts that fit a Lambda function.

They are botocore's, which is what boto3 makes too: without boto3 a start costs a tenth less.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_ssm import SSMClient

_CONFIG = Config(
    # botocore still defaults to legacy retries and a read timeout of 60 s, longer than a function lives.
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=1,
    read_timeout=3,
    # A third of what a call costs here goes into checking what AWS checks again, and into telling it of this machine.
    parameter_validation=False,
    user_agent="dateline",
)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def _client(service: str) -> Any:
    return _session().create_client(service, config=_CONFIG)


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
    """The Systems Manager client."""
    client: SSMClient = _client("ssm")
    return client
