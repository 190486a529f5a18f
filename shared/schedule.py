"""Moments to come: an alarm per plan, and the list of what is due for those whose alarm never rang."""

import json
import time
from datetime import UTC, datetime, timedelta

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from shared import clients, settings
from shared.article import Story, iso, utc_now
from shared.table import load

_LONGEST_STACK = 28  # a schedule's name has 64 characters, 26 of them the story's id
FRESH = 30  # seconds for which a reader's cache may hold a public answer: so late may a withdrawal be seen
_KNOWN_FOR = 10.0  # seconds for which the next due moment is remembered
logger = Logger()
_next: dict[str, tuple[float, datetime | None]] = {}


def arm(story: Story) -> None:
    """Sets a one-shot alarm, in UTC, for each moment of a plan: whoever answers one needs no right to set the next.

    A failure is only logged: the sweeper finds what is due anyway. The name carries the plan's number, so that an
    alarm set twice is one and an old one is known when it rings.
    """
    for purpose, moment in story.alarms.items():
        name = f"{settings.value('STACK')[:_LONGEST_STACK]}-{story.id}-{story.schedule}{purpose}"
        _set(name, moment, story)


def _set(name: str, moment: datetime, story: Story) -> None:
    # Alarms know whole seconds, and one that rings a moment early finds nothing due.
    whole = (moment + timedelta(microseconds=999_999)).astimezone(UTC)
    try:
        clients.scheduler().create_schedule(
            Name=name,
            ScheduleExpression=f"at({whole:%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": settings.value("PUBLISH_DUE_ARN"),
                "RoleArn": settings.value("SCHEDULER_ROLE_ARN"),
                "Input": json.dumps({"story": story.id, "schedule": story.schedule}),
                "DeadLetterConfig": {"Arn": settings.value("SCHEDULE_DEAD_LETTERS_ARN")},
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
            },
        )
    except (ClientError, BotoCoreError) as error:
        logger.warning("no alarm was set; the sweeper will do it", story=story.id, reason=str(error))


def due(now: datetime, limit: int = 500) -> list[str]:
    """The ids of stories whose moment has come, longest due first."""
    answer = clients.dynamodb().query(
        TableName=settings.value("NEWSROOM_TABLE"),
        IndexName="due",
        KeyConditionExpression="due = :due AND due_at <= :now",
        ExpressionAttributeValues={":due": {"S": "DUE"}, ":now": {"S": iso(now)}},
        Limit=limit,
    )
    return [load(item)["pk"].removeprefix("STORY#") for item in answer["Items"]]


def seconds_to_next(longest: int) -> int:
    """How long an answer may be cached: at most `longest` seconds, and not past the next planned publication."""
    table = settings.value("NEWSROOM_TABLE")
    read, moment = _next.get(table, (0.0, None))
    if time.monotonic() - read > _KNOWN_FOR or read == 0.0:
        answer = clients.dynamodb().query(
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due = :due",
            ExpressionAttributeValues={":due": {"S": "DUE"}},
            Limit=1,
        )
        moment = next((datetime.fromisoformat(load(item)["due_at"]) for item in answer["Items"]), None)
        _next[table] = time.monotonic(), moment
    if moment is None:
        return longest
    return max(0, min(longest, int((moment - utc_now()).total_seconds())))
