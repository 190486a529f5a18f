"""What a page of 20 stories costs to read, in read units, for readers and at the desk, in small and large archives."""

import json
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from bench.figure import Figure, Figures, Unmeasured, control
from bench.meter import Meter
from bench.room import TABLES, metered, newsroom
from bench.samples import story
from bench.units import READ_BYTES, Image, Index, size
from shared import clients
from tests.newsroom import NEWSROOM, Newsroom, aws

_PAGE = 20
_SMALL, _LARGE = 100, 2000  # stories
_BATCH = 25  # items that BatchWriteItem takes
_BUDGET = 2.0  # RRU: three blocks of 4 KB, eventually consistent, and a look at what is planned next
_BYTES = 3 * READ_BYTES // _PAGE  # a story of a page of three blocks
_READERS, _DESK = "/articles", "/desk/articles"
_WHOLE = "from an index that copies whole items"
_BYTES_OF = "bytes of a story"


@dataclass(frozen=True)
class _WholeIndex(Index):
    """The control: an index that also copies the text of 10 KB."""

    def entry(self, image: Image | None) -> Image | None:
        return None if image is None else {**image, "text": {"S": story(1)["body_text"]}}


def measure() -> Figures:
    """`list.rru_per_page`, `desk.rru_per_page` (RRU in an archive of 2,000 stories), `list.bytes_per_story`."""
    english, small, russian = _counted("en", _LARGE), _counted("en", _SMALL), _counted("ru", _SMALL)
    control(worse=english[_WHOLE], than=english[_READERS], what=f"a page {_WHOLE}")

    def page(path: str) -> dict[str, float]:
        return {f"{_SMALL} stories": small[path], "in Russian": russian[path]}

    return {
        "list.rru_per_page": Figure(english[_READERS], "RRU", _BUDGET, page(_READERS) | {_WHOLE: english[_WHOLE]}),
        "list.bytes_per_story": Figure(
            round(english[_BYTES_OF]), "bytes", _BYTES, {"in Russian": round(russian[_BYTES_OF])}
        ),
        "desk.rru_per_page": Figure(english[_DESK], "RRU", None, page(_DESK)),
    }


def _counted(language: str, stories: int) -> dict[str, float]:
    """Read units of a page by route, of the control's page, and the bytes of a story in the readers' index."""
    with newsroom() as room:
        _fill(room, language, stories)
        found: dict[str, float] = {}
        for path in (_READERS, _DESK):
            with metered() as meter:
                _page(room, path)
            found[path] = meter.read()
        table = TABLES[NEWSROOM]
        whole = tuple(_WholeIndex(index.name, index.keys, None) for index in table.indexes)
        with Meter(clients.dynamodb(), TABLES | {NEWSROOM: replace(table, indexes=whole)}) as meter:
            _page(room, _READERS)
        entries = [size(entry) for item in _items() if (entry := table.index("listed").entry(item))]
        return found | {_WHOLE: meter.read(), _BYTES_OF: sum(entries) / len(entries)}


def _fill(room: Newsroom, language: str, stories: int) -> None:
    """A page of published stories, then copies of them as stored: moto copies its tables for each transaction."""
    for number in range(_PAGE):
        draft = room.draft(**story(number, language)).json["id"]
        room.http("POST", f"/articles/{draft}/publication")
    originals = [item for item in _items() if "listed_at" in item]
    copies = [_copy(originals[number % _PAGE], number) for number in range(_PAGE, stories)]
    for part in batched(copies, _BATCH, strict=False):
        requests = [{"PutRequest": {"Item": item}} for item in part]
        aws("dynamodb").batch_write_item(RequestItems={NEWSROOM: requests})


def _copy(original: Any, number: int) -> Any:
    """Another story that is stored as `original` is: only its id differs."""
    name = original["id"]["S"]
    return json.loads(json.dumps(original).replace(name, f"{name[:-4]}{number:04}"))


def _items() -> list[Any]:
    pages = aws("dynamodb").get_paginator("scan").paginate(TableName=NEWSROOM)
    return [item for page in pages for item in page["Items"]]


def _page(room: Newsroom, path: str) -> None:
    answer = room.http("GET", path, query={"limit": str(_PAGE)})
    if len(answer.json["items"]) != _PAGE:
        raise Unmeasured(f"{path} should list {_PAGE} stories: {answer.status} {answer.text}")
