"""A second ingest of everything creates nothing: the public collections, dropped as files, twice."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, Figures, Missing, control
from bench.ingest.wire_sources import DATA
from bench.room import newsroom
from functions import ingest_item
from shared.wire import Origin
from tests.newsroom import NEWSROOM, PAYLOADS, aws, s3_notification, sqs_event

_FOLDERS = ("wire-ninjs-iptc", "wire-newsmlg2-iptc", "feeds-gofeed", "feeds-feedparser", "feeds-news", "html-aeb")
_ENDINGS = {".json", ".xml", ".rss", ".gz", ".jsonl"}
_OF = 10  # every tenth payload, by its hash: all of them would take ten minutes and say the same


def measure() -> Figures:
    """`ingest.again_created`: stories that a second ingest of the same payloads makes; beside it the first one's."""
    if not all((DATA / folder).is_dir() for folder in _FOLDERS):
        return {"ingest.again_created": Missing(f"the public collections are not in {DATA.name}/ beside the project")}
    payloads = dict(_payloads())
    with newsroom():
        _drop(payloads)
        first = _stories()
        _drop({f"again-{name}": raw for name, raw in payloads.items()})
        second = _stories() - first
        real = Origin.pk
        try:
            _never_known()
            _drop({f"flaw-{name}": raw for name, raw in list(payloads.items())[:100]})
        finally:
            type.__setattr__(Origin, "pk", real)
        flawed = _stories() - first - second
    control(worse=flawed, than=second, what="an ingest that knows no item again")
    beside: dict[str, float] = {
        "payloads": len(payloads),
        "by the first": first,
        "when no item is known again, of 100": flawed,
    }
    return {"ingest.again_created": Figure(second, "stories", 0, beside)}


def _never_known() -> None:
    """The flaw: each payload's items are new ones."""
    type.__setattr__(Origin, "pk", property(lambda origin: f"WIRE#{origin.ingest}#{origin.digest}"))


def _payloads() -> Iterator[tuple[str, bytes]]:
    for folder in _FOLDERS:
        for path in sorted((DATA / folder).rglob("*")):
            if path.suffix not in _ENDINGS or path.name.startswith("expected"):
                continue
            for name, raw in _of(path):
                told = f"{folder}/{name}"
                if raw and int(hashlib.sha256(told.encode()).hexdigest(), 16) % _OF == 0:
                    yield told, raw


def _of(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".jsonl":
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            case = json.loads(line)
            yield f"{path.name}/{number}", base64.b64decode(case["b64"]) if case.get("b64") else case["text"].encode()
    elif path.suffix == ".gz":
        yield path.name, gzip.decompress(path.read_bytes())
    else:
        yield str(path.relative_to(DATA)), path.read_bytes()


def _drop(payloads: dict[str, bytes]) -> None:
    for name, raw in payloads.items():
        key = f"ingest/{hashlib.sha256(name.encode()).hexdigest()}"
        aws("s3").put_object(Bucket=PAYLOADS, Key=key, Body=raw)
        ingest_item.handler(sqs_event(s3_notification(key)), None)


def _stories() -> int:
    pages = aws("dynamodb").get_paginator("scan").paginate(TableName=NEWSROOM, ProjectionExpression="sk")
    return sum(item["sk"]["S"] == "STATE" for page in pages for item in page["Items"])
