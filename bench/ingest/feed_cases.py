"""The public feeds and what is expected of them: a library's own names become the fields of an article.

Left out, by these rules and no others, and counted:

- what is said of the feed itself, but for its language, which is that of its items
- fields that an article has no place for (rights, contributors, comments, geography …), and what a library reports of
  its own work (encoding, version, whether it had to guess, the media type that it settled on)
- all cases of feedparser's sanitiser: which tags are safe is the desk's to decide here
- what no reader sees: names of authors that are an e-mail address and nothing else, links that are none of the web,
  enclosures that are no picture, texts in media types that are none, drawings (SVG); the term of a category that has
  a label, and a plain rendering beside the HTML of a text
- what only an HTTP header says that readers of formats are not given
"""

import base64
import json
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from bench.figure import Unmeasured

DATA = Path(__file__).parents[3] / "shared" / "data"
FEED = -1
"""Where the number of an item would stand: what is expected is said of the feed."""
_MAIL = re.compile(r"[(<]?\s*[^\s@()<>]+@[^\s@()<>]+\s*[)>]?")
_TEXT_TYPE = re.compile(
    r"text|html|xhtml|text/.*|application/xhtml\+xml|application/xml|application/octet-stream", re.IGNORECASE
)

type Expected = tuple[int, str, Any]
"""The number of the item, the field, its value."""


@dataclass
class Case:
    """One file: how many items it has, and what is expected of each."""

    name: str
    raw: bytes
    items: int
    expected: list[Expected]
    content_type: str | None = None
    url: str | None = None

    @property
    def well_formed(self) -> bool:
        """Whether a strict parser of XML, or of JSON, takes it."""
        try:
            if self.raw.lstrip().startswith(b"{"):
                json.loads(self.raw)
            else:
                expat.ParserCreate().Parse(self.raw, True)  # noqa: FBT003  # expat's signature
        except (expat.ExpatError, LookupError, ValueError):
            return False
        return True


def cases(left_out: Counter[str]) -> list[Case]:
    """All cases; what is left out of them is counted in `left_out`. Raises Unmeasured when a folder is absent."""
    return [*_gofeed(left_out), *_feedparser(left_out), *_news()]


def _corpus(folder: str, name: str = "corpus.jsonl") -> Path:
    path = DATA / folder / name
    if not path.is_file():
        raise Unmeasured(f"the public feeds are not in {DATA.name}/{folder} beside the project")
    return path


def _lines(folder: str) -> Iterator[dict[str, Any]]:
    with _corpus(folder).open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            case["raw"] = base64.b64decode(case["b64"]) if "b64" in case else case["text"].encode()
            yield case


# gofeed's four shapes: universal, Atom, RSS, JSON Feed.
_GOFEED = {
    "title": "title",
    "link": "link",
    "links": "link",
    "url": "link",
    "guid": "guid",
    "id": "guid",
    "description": "text",
    "summary": "text",
    "content": "text",
    "content_html": "text",
    "content_text": "text",
    "author": "author",
    "authors": "author",
    "publishedParsed": "published",
    "pubDateParsed": "published",
    "date_published": "published",
    "updatedParsed": "updated",
    "date_modified": "updated",
    "categories": "category",
    "tags": "category",
    "image": "image",
    "banner_image": "image",
    "enclosures": "image",
    "attachments": "image",
}


def _gofeed(left_out: Counter[str]) -> Iterator[Case]:
    for case in _lines("feeds-gofeed"):
        told = case["expected"]
        if told is None:
            left_out["cases without an expectation"] += 1
            continue
        items = told.get("items") or told.get("entries") or []
        expected: list[Expected] = [(FEED, "language", told["language"])] if "language" in told else []
        left_out["of the feed itself"] += len(set(told) - {"items", "entries", "language"})
        for number, item in enumerate(items):
            expected += ((number, *each) for each in _of_item(item, left_out))
        yield Case(case["file"], case["raw"], len(items), expected)


def _of_item(item: dict[str, Any], left_out: Counter[str]) -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        # The universal shape repeats its links and its first image.
        repeated = (name == "content_text" and "content_html" in item) or (name == "links" and "link" in item)
        field = None if repeated else _GOFEED.get(name)
        for each in value if isinstance(value, list) else [value]:
            told = _value(field, each) if field else None
            if field and told:
                yield field, told
            elif each:
                left_out[f"item: {name}"] += 1


def _value(field: str, value: Any) -> Any:
    """What an article would show of a value, which is a text or an object with one; None where it shows nothing."""
    if isinstance(value, dict):
        if not _is_shown(field, value):
            return None
        value = next((value[key] for key in ("value", "label", "term", "name", "href", "url") if value.get(key)), "")
        if field == "author" and value.startswith("http"):
            return None
    if field in ("published", "updated"):
        return datetime.fromisoformat(value)
    return _plain(field, value)


def _is_shown(field: str, value: dict[str, Any]) -> bool:
    kind = str(value.get("type") or value.get("mime_type") or "")
    if field == "link":
        return value.get("rel") in (None, "alternate")
    if field == "image":
        return kind.startswith("image") or not kind
    return field != "text" or _TEXT_TYPE.fullmatch(kind) is not None or not kind


def _plain(field: str, value: str) -> str | None:
    if field == "author":
        value = _MAIL.sub("", value)
    if field == "link" and not value.startswith(("http://", "https://")):
        return None
    if field == "text" and "<svg" in value:
        return None
    return value.strip() or None


# By paths of feedparser's results.
_FEEDPARSER = {
    r"title|title_detail\.value": "title",
    r"link": "link",
    r"id|guid": "guid",
    r"summary|description|summary_detail\.value|content\[\d\]\.value": "text",
    r"author|author_detail\.name|authors\[\d\]\.name": "author",
    r"published_parsed|created_parsed": "published",
    r"updated_parsed": "updated",
    r"expired_parsed": "expires",
    r"category|tags\[\d\]\.(?:term|label)": "category",
    r"language|(?:content\[\d\]|title_detail|summary_detail)\.language": "language",
    r"media_thumbnail\[\d\]\.url": "image",
}


def _feedparser(left_out: Counter[str]) -> Iterator[Case]:
    for case in _lines("feeds-feedparser"):
        headers = {name.lower(): value for name, value in (case.get("http_headers") or {}).items()}
        if case["file"].startswith("wellformed/sanitize/"):
            left_out["cases of feedparser's sanitiser"] += 1
            continue
        expected: list[Expected] = []
        items = 0
        for check in case["checks"] or []:
            number, field, value, name = _check(check)
            items = max(items, number + 1)
            only_http = "content-language" in headers and field == "language"
            labelled = check["path"].endswith(".term") and b" label=" in case["raw"]
            if field and value and not only_http and not labelled:
                expected.append((number, field, value))
            else:
                left_out[name] += 1
        yield Case(
            case["file"],
            case["raw"],
            items,
            expected,
            content_type=headers.get("content-type"),
            url=headers.get("content-location") or f"http://127.0.0.1:8097/{case['file']}",
        )


def _check(check: dict[str, Any]) -> tuple[int, str | None, Any, str]:
    """The item's number, the field of an article or None, its value, and what the check is called when left out."""
    found = re.fullmatch(r"entries\[(\d+)\]\.(.+)", check["path"])
    if not found:
        if check["path"] == "feed.language" and check["op"] == "equals":
            return FEED, "language", check["value"], "of the feed itself"
        whose = "of the feed itself" if check["path"].startswith("feed.") else "of the library's own work"
        return FEED, None, None, whose
    number, path = int(found[1]), found[2]
    name = f"item: {re.split(r'[.\[]', path)[0]}"
    field = next((field for shape, field in _FEEDPARSER.items() if re.fullmatch(shape, path)), None)
    if check["op"] != "equals" or field is None:
        return number, None, None, name
    value = check["value"]
    if isinstance(value, list):
        return number, field, datetime.fromtimestamp(timegm(tuple(value)), UTC), name
    return number, field, _plain(field, value) if value else None, name


def _news() -> Iterator[Case]:
    path = _corpus("feeds-news", "expected.json")
    for feed in json.loads(path.read_text(encoding="utf-8")):
        told = feed["expect"]
        expected: list[Expected] = [(FEED, "language", told["language"])] if "language" in told else []
        for number, item in enumerate(told["entries"]):
            values = {
                "title": [item["title"]],
                "link": item["links"],
                "guid": [item["id"]] if "id" in item else [],
                "published": [parsedate_to_datetime(item["raw_date"])] if "raw_date" in item else [],
                "day": [item["published_date"]] if "published_date" in item else [],
                "text": [item[name] for name in ("content", "snippet") if name in item],
                "image": item["media"],
            }
            expected += ((number, field, value) for field, several in values.items() for value in several)
        yield Case(feed["file"], (path.parent / feed["file"]).read_bytes(), told["n_entries"], expected)
