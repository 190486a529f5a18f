"""Feeds are fetched when their turn comes: politely, and for nothing when nothing changed; a silent one is told of."""

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from shared import events, fetch, intake, settings, sources
from shared.article import Actor, Group, iso, utc_now
from shared.errors import NotFound, Problem, Unprocessable
from shared.sources import Credentials, Source
from shared.table import Cancelled, Item, Write, transact, write

_LONGEST_PAUSE = timedelta(days=1)
_JITTER = 0.1  # of the interval: sources that were set up together are not asked together for ever
logger = Logger()


class Polled(StrEnum):
    """What asking a source brought."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REFUSED = "refused"


class PollReport(BaseModel):
    """What asking a source brought; `ingest` is where to see what becomes of it, `detail` what went wrong."""

    outcome: Polled
    ingest: str | None = None
    detail: str | None = None


def poll(source_id: str, actor: Actor) -> PollReport:
    """Asks a source now. Raises NotFound, Forbidden, or Unprocessable when it has no address."""
    actor.require(Group.EDITOR)
    item = sources.find(source_id)
    if item is None:
        raise NotFound(f"There is no source {source_id}.")
    if not item["source"].get("url"):
        raise Unprocessable.at("/url", "the source has no address to ask; it sends by itself")
    return _ask(item)


def sweep(seconds_left: Callable[[], float]) -> dict[str, int]:
    """Asks every source whose turn has come, the longest due first, while there is time; counts what that brought."""
    now = utc_now()
    counts: dict[str, int] = {}
    every = sources.every()
    for item in every:
        _watch(item, now)
    due = sorted(
        (item["next_poll_at"], item["id"], item) for item in every if item.get("next_poll_at", "~") <= iso(now)
    )
    for _, source, item in due:
        if seconds_left() < fetch.SECONDS + 5:
            break  # the next sweep begins with these
        try:
            outcome = _ask(item).outcome.value
        except (Problem, ClientError, BotoCoreError) as error:  # one that fails holds up no others
            logger.warning("a source could not be polled", source=source, reason=str(error))
            outcome = Polled.FAILED.value
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


def _ask(item: Item) -> PollReport:
    source = Source.model_validate(item["source"])
    try:
        answer = fetch.get(
            source.url or "",
            etag=item.get("etag"),
            modified=item.get("modified"),
            headers=_authorization(sources.credentials(item)),
        )
    except fetch.Refused as refused:
        _note(item, source, answered=str(refused), failed=True)
        return PollReport(outcome=Polled.REFUSED, detail=str(refused))
    except fetch.Failed as failed:
        _note(item, source, answered=str(failed), failed=True)
        return PollReport(outcome=Polled.FAILED, detail=str(failed))
    if answer.status == HTTPStatus.NOT_MODIFIED:
        _note(item, source, answered="304, nothing new")
        return PollReport(outcome=Polled.UNCHANGED)
    if answer.status != HTTPStatus.OK:
        told = f"{answer.status} instead of a feed"
        _note(item, source, answered=told, failed=True, pause=answer.retry_after)
        return PollReport(outcome=Polled.FAILED, detail=told)
    return _take(item, source, answer)


def _take(item: Item, source: Source, answer: fetch.Fetched) -> PollReport:
    digest = hashlib.sha256(answer.body).hexdigest()[:32]
    validators = {"etag": answer.etag, "modified": answer.modified, "digest": digest}
    if digest == item.get("digest"):
        _note(item, source, answered="200, nothing new", validators=validators)
        return PollReport(outcome=Polled.UNCHANGED)
    told = {"content-type": answer.content_type or "", "url": answer.url}
    # Kept first, noted second: dying in between fetches and reads it again, and each item of it is known by then.
    record = intake.keep(answer.body, source=item["id"], actor=_by(item["id"]), told=told)
    _note(item, source, answered="200", validators=validators, ingest=record.ingest, moved=answer.permanent_url)
    return PollReport(outcome=Polled.TAKEN, ingest=record.ingest)


def _by(source_id: str) -> Actor:
    return Actor(f"source {source_id}", Group.EDITOR)


def _authorization(given: Credentials | None) -> dict[str, str]:
    if given is None:
        return {}
    if given.bearer:
        return {"Authorization": f"Bearer {given.bearer.get_secret_value()}"}
    password = given.password.get_secret_value() if given.password else ""
    return {"Authorization": "Basic " + base64.b64encode(f"{given.username}:{password}".encode()).decode()}


def _note(
    item: Item,
    source: Source,
    *,
    answered: str,
    failed: bool = False,
    pause: int | None = None,
    validators: dict[str, str | None] | None = None,
    ingest: str | None = None,
    moved: str | None = None,
) -> None:
    """Writes down how the polling went, and when the next one is: each failure doubles the pause, up to a day."""
    now = utc_now()
    failures = int(item.get("failures", 0)) + 1 if failed else 0
    wait = min(timedelta(minutes=source.every_minutes) * 2 ** min(failures, 12), _LONGEST_PAUSE)
    wait = max(wait, timedelta(seconds=min(pause or 0, _LONGEST_PAUSE.total_seconds())))
    wait *= random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # jitter, not a secret
    values: Item = {"polled_at": iso(now), "answered": answered[:300], "failures": failures}
    values |= {"next_poll_at": iso(now + wait), "last_ingest": ingest} | (validators or {})
    if moved:
        values["source"] = item["source"] | {"url": moved}
    kept = {name: value for name, value in values.items() if value is not None}
    gone = [name for name in validators or {} if name not in kept]
    places = dict(enumerate([*kept, *gone]))
    update = "SET " + ", ".join(f"#n{place} = :v{place}" for place in range(len(kept)))
    if gone:
        update += " REMOVE " + ", ".join(f"#n{place}" for place in range(len(kept), len(places)))
    noting = Write(
        settings.value("NEWSROOM_TABLE"),
        sources.key(item["id"]),
        # Changed by an editor meanwhile: what was asked was another address.
        condition="#source = :before",
        update=update,
        names={f"#n{place}": name for place, name in places.items()} | {"#source": "source"},
        values={f":v{place}": kept[name] for place, name in places.items() if name in kept}
        | {":before": item["source"]},
    )
    try:
        write(noting)
    except Cancelled:
        logger.info("a source was changed while it was polled", source=item["id"])


def _watch(item: Item, now: datetime) -> None:
    """Announces, once, that a source has brought nothing new for longer than its editor expects."""
    source = Source.model_validate(item["source"])
    if source.quiet_after_hours is None or "quiet_since" in item:
        return
    since = item["new_at"]
    if datetime.fromisoformat(since) > now - timedelta(hours=source.quiet_after_hours):
        return
    number = int(item.get("silences", 0)) + 1
    data = {"id": item["id"], "name": source.name, "since": since, "hours": source.quiet_after_hours}
    table = settings.value("NEWSROOM_TABLE")
    announcing = Write(table, events.source_item(item["id"], number, data, now), condition="attribute_not_exists(pk)")
    noting = Write(
        table,
        sources.key(item["id"]),
        condition="new_at = :since AND attribute_not_exists(quiet_since)",
        update="SET quiet_since = :since, silences = :number",
        values={":since": since, ":number": number},
    )
    try:
        transact([announcing, noting])
    except Cancelled:
        return  # it spoke meanwhile, or another sweep told
