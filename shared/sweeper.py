"""What should have happened by itself and did not: done late, counted, and told."""

from datetime import datetime, timedelta

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from shared import desk, events, schedule
from shared.article import utc_now
from shared.errors import Problem

_ALARM_GRACE = timedelta(seconds=45)  # an alarm may ring up to a minute late; before that nothing was missed
_OVERDUE = timedelta(minutes=5)
_BUS_GRACE = timedelta(minutes=2)
logger = Logger()
metrics = Metrics(namespace="Dateline")


def ring(story_id: str, number: int) -> bool:
    """An alarm of a plan: does what is due. Says whether it did something."""
    return desk.fire(story_id, number, utc_now())


def due(now: datetime | None = None) -> int:
    """Fires what is due and whose alarm was missed; returns how many it fired. One that fails holds up no others."""
    now = now or utc_now()
    fired = 0
    for story in schedule.due(now - _ALARM_GRACE):
        try:
            fired += desk.fire(story, None, now)
        except (Problem, ClientError, BotoCoreError) as error:
            logger.warning("a story that is due could not be changed", story=story, reason=str(error))
    _tell({"DueRepaired": fired, "Overdue": len(schedule.due(now - _OVERDUE))})
    return fired


def outbox(now: datetime | None = None) -> int:
    """Announces again what nobody has confirmed; returns how many events. Never touches the event items."""
    now = now or utc_now()
    waiting = events.unconfirmed(now - _BUS_GRACE)
    if waiting:
        age = int((now - datetime.fromisoformat(waiting[0]["time"])).total_seconds())
        _tell({"EventsRepaired": len(waiting), "OutboxAge": age})
        events.send(waiting)
    return len(waiting)


def _tell(counts: dict[str, int]) -> None:
    # Only what is not zero: an idle newsroom pays for no metric.
    for name, number in counts.items():
        if number:
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    if any(counts.values()):
        metrics.flush_metrics()
