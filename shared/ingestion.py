"""Raw payloads become stories: read by their format, each item taken in turn, and what became of it written down."""

import hashlib
from typing import Any
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger

from shared import clients, incoming, settings, sources
from shared.article import Actor, Group
from shared.errors import Conflict, PreconditionFailed, Problem, Unavailable
from shared.formats import detect
from shared.formats.story import Given, IncomingStory, Refused, Unreadable
from shared.incoming import Mandate
from shared.intake import IngestItem, IngestRecord, Outcome, record_item, told_of
from shared.sources import Publishing, Source, Takedown
from shared.table import get, put

LARGEST = 5_000_000  # bytes of a payload that was dropped or fetched
# What is wrong with the moment and not with the payload: the queue brings it again.
_PASSING = {Conflict.status, PreconditionFailed.status, Unavailable.status}
_NEWS = {Outcome.CREATED, Outcome.REVISED, Outcome.KILLED, Outcome.WITHHELD, Outcome.NOTED}
logger = Logger()


def handle(message: dict[str, Any]) -> None:
    """Reads the payloads that a bucket's notification names. Safe to repeat: an item makes one story."""
    for record in message.get("Records", []):  # a new notification sends a test message without records
        _read(record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"]))


def _read(bucket: str, name: str) -> None:
    answer = clients.s3().get_object(Bucket=bucket, Key=name)
    told = told_of(answer["Metadata"])
    ingest, source = _named(name, answer["ETag"])
    source = told.get("source", source)
    setup = sources.setup(sources.find(source))
    mandate = _mandate(told, source, setup, ingest)
    read_as, items = None, [IngestItem(outcome=Outcome.REFUSED, detail=f"It has more than {LARGEST} bytes.")]
    if answer["ContentLength"] <= LARGEST:
        read_as, items = _items(answer["Body"].read(), name, told, setup, mandate)
    outcomes = {item.outcome for item in items}
    before = _before(ingest)
    record = IngestRecord(
        ingest=ingest,
        status=outcomes.pop().value if outcomes in ({Outcome.REFUSED}, {Outcome.HELD}) else "done",
        received_at=before.received_at if before else answer["LastModified"],  # a release writes it again
        raw=name,
        source=source,
        format=read_as,
        items=items,
    )
    # The queue brings a payload twice now and then: what was written first, with its receipts, stays.
    if before is None or _gist(before) != _gist(record):
        put(settings.value("NEWSROOM_TABLE"), record_item(record))
    if setup:
        sources.heard(source, ingest, new=bool(_NEWS & {item.outcome for item in items}))


def _before(ingest: str) -> IngestRecord | None:
    found = get(settings.value("NEWSROOM_TABLE"), f"INGEST#{ingest}", "INGEST")
    return IngestRecord.model_validate(found) if found else None


def _gist(record: IngestRecord) -> list[tuple[str, str | None]]:
    return [(item.outcome, item.article) for item in record.items]


def _named(name: str, etag: str) -> tuple[str, str]:
    """The id of a payload and the source that its place tells: `ingest/<id>`, or `drop/<source>/<file>`."""
    place, _, rest = name.partition("/")
    if place == "ingest":
        return rest, "page"
    # The same file dropped again is the same payload; another one under its name is another.
    digest = hashlib.sha256(f"{name}\n{etag}".encode()).hexdigest()[:24]
    ingest = f"drop-{digest}"
    logger.info("a file was dropped", file=name, ingest=ingest)
    return ingest, rest.partition("/")[0] or "drop"


def _mandate(told: dict[str, str], name: str, source: Source | None, ingest: str) -> Mandate:
    dropped = "by" not in told
    # Who may write to the bucket is trusted with what the source was set up for, and with nothing where it was not.
    group = Group.EDITOR if dropped and source else Group(told.get("group", Group.REPORTER))
    actor = Actor(told.get("by", f"source {name}"), group)
    publishing = source.publish if source else Publishing.DRAFT
    if publishing is Publishing.PUBLISH and not actor.group.covers(Group.EDITOR):
        publishing = Publishing.DRAFT
    if publishing is Publishing.HOLD and told.get("released"):
        publishing = Publishing.DRAFT
    if told.get("publish"):
        publishing = Publishing.PUBLISH
    return Mandate(
        source=name,
        name=source.name if source else name,
        actor=actor,
        ingest=ingest,
        publishing=publishing,
        takedown=source.takedown if source and not told.get("released") else Takedown.AUTOMATIC,
        section=source.section if source else None,
        language=source.language if source else None,
    )


def _items(
    raw: bytes, name: str, told: dict[str, str], source: Source | None, mandate: Mandate
) -> tuple[str | None, list[IngestItem]]:
    """The format of a payload, and what became of each of its items."""
    zone = told.get("time-zone") or (source.time_zone if source else None)
    given = Given(
        ZoneInfo(zone) if zone else settings.time_zone(), told.get("content-type") or None, told.get("url") or None
    )
    read_as = None
    try:
        read_as = detect.format_of(raw, given, name)
        found = detect.read(read_as, raw, given)
    except Unreadable as error:
        return read_as, [IngestItem(outcome=Outcome.REFUSED, detail=str(error), missing=list(error.missing))]
    return read_as, [_item(each, mandate) for each in found]


def _item(each: IncomingStory | Refused, mandate: Mandate) -> IngestItem:
    if isinstance(each, Refused):
        return IngestItem(outcome=Outcome.REFUSED, detail=each.reason, missing=list(each.missing))
    try:
        return incoming.take(each, mandate)
    except Unreadable as error:
        return IngestItem(outcome=Outcome.REFUSED, detail=str(error), missing=list(error.missing))
    except Problem as error:
        if error.status in _PASSING:
            raise
        return IngestItem(outcome=Outcome.REFUSED, headline=each.headline[:160] or None, detail=error.detail)
