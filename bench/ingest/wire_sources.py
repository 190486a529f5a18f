"""What the public wire items say, read a second time and by other means than the product's.

`json` and `xml.etree`, regular expressions, no module of `shared`: what both readings agree on is not one mistake.
"""

import hashlib
import json
import re
import xml.etree.ElementTree as ET  # not the product's parser, for public examples of a standards body
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from bench.figure import Unmeasured

DATA = Path(__file__).parents[3] / "shared" / "data"
NINJS, G2 = DATA / "wire-ninjs-iptc", DATA / "wire-newsmlg2-iptc"
NITF = NINJS / "tools" / "xslt" / "NTB_nitf_sample.xml"
FIELDS = ("key", "headline", "body", "versioned_at", "language", "byline")

# Properties that say nothing of the item as an article but for which it has a place under another name.
_PLACES = frozenset(
    "uri version versioncreated firstcreated contentcreated embargoed embargoeduntil expires pubstatus language"
    " headline body bodies description descriptions byline by located title slugline subject subjects copyrightholder"
    " headlines infosource infosources associations renditions ednote type person people standard $standard".split()
)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(r"</?(?:p|div|h\d|li|br|section|hl2|block)\b[^<>]*>", re.IGNORECASE)
_HEAD = re.compile(r"<head>.*?</head>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h1[ >]", re.IGNORECASE)
_BY = re.compile(r"(?:By|Von) ")


@dataclass
class Item:
    """One item as its source tells it: the fields it has, and whether it is a story."""

    fields: dict[str, Any]
    is_taken_down: bool = False
    """A kill or a withhold, which is told with or without a text."""

    @property
    def is_story(self) -> bool:
        """Whether it has what a story cannot do without."""
        return bool(self.fields.get("headline") and self.fields.get("body"))


@dataclass
class Source:
    """One file: whether the standard calls it valid, and its items; None where it holds no item of its format."""

    name: str
    raw: bytes
    valid: bool
    items: list[Item] | None = None
    left_out: Counter[str] = field(default_factory=Counter)


def is_held_out(name: str) -> bool:
    """Whether a file belongs to the half that nothing was tuned on: an odd SHA-256 of its name in the folder."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 1


def folder(path: Path) -> Path:
    """The folder; raises Unmeasured when it is absent."""
    if not path.exists():
        raise Unmeasured(f"the public wire items are not in {path.parent.name}/{path.name} beside the project")
    return path


def ninjs() -> Iterator[Source]:
    """The held-out files of the ninjs collection."""
    for row in json.loads((folder(NINJS) / "expected-validity.json").read_text(encoding="utf-8")):
        if not is_held_out(row["file"]):
            continue
        raw = (NINJS / row["file"]).read_bytes()
        source = Source(row["file"], raw, row["valid"])
        if source.valid:
            document = json.loads(raw)
            source.items = [ninjs_item(document)]
            source.left_out.update(_unplaced(document))
        yield source


def ninjs_item(document: dict[str, Any]) -> Item:
    """The six fields by which the collection's manifest scores, where the item has them."""
    told = {name.lower(): value for name, value in document.items()}
    if told.get("type", "text") not in {"text", "composite"}:
        return Item({"key": told["uri"]})
    names = [name for name in told if name.startswith("headline_")]
    headlines = [told.get("headline"), *(each["value"] for each in _main(told.get("headlines", [])))]
    headlines += [*(told[name] for name in names), told.get("title")]
    headline = words(next(filter(None, headlines), ""))
    versioned = told.get("versioncreated")
    fields = {
        "key": told["uri"],
        "headline": headline,
        "body": _ninjs_body(told, headline),
        "versioned_at": moment(versioned) if versioned else None,
        "language": told.get("language"),
        "byline": byline(told.get("byline") or told.get("by") or ""),
    }
    return Item(fields, is_taken_down=told.get("pubstatus", "usable") != "usable")


def _main(headlines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(headlines, key=lambda each: each.get("role") not in {"main", None})


def _ninjs_body(told: dict[str, Any], headline: str) -> str:
    """The text of the best body. A page's head, and a first heading that repeats the headline, are no part of it."""
    bodies = [(name, value) for name, value in told.items() if name.startswith("body_")]
    bodies += [(f"{each.get('role')} {each.get('contenttype', each.get('contentType'))}", each["value"]) for each in
               told.get("bodies", [])]  # fmt: skip
    for kind in ("html", "nitf", ""):
        for name, value in bodies:
            if kind in name.lower() and value.strip():
                found = re.search(r"<body\.content>(.*)</body\.content>", value, re.DOTALL)
                text = words(found[1] if found else _HEAD.sub("", value))
                return text.removeprefix(headline).strip() if _HEADING.search(value) else text
    return ""


def _unplaced(document: dict[str, Any]) -> list[str]:
    return [name for name in {name.lower().split("_")[0] for name in document} if name not in _PLACES]


def words(markup: str) -> str:
    """The words of markup: tags away, entities read, one space between."""
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", markup))).split())


def byline(told: str) -> list[str]:
    """The people of a byline, where each has two names and a house has none or begins with "The"."""
    parts = re.split(r",| and |/|&", _BY.sub("", told, count=1))
    return [part.strip() for part in parts if " " in part.strip() and not part.strip().startswith("The ")]


def moment(told: str) -> datetime | None:
    """The UTC instant of an ISO 8601 text; one without a zone is told in UTC here, as to the product."""
    try:
        found = datetime.fromisoformat(told.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError:
        return None


def newsml_g2() -> Iterator[Source]:
    """The held-out documents of the NewsML-G2 collection, schemas apart."""
    for path in sorted(folder(G2).rglob("*.xml")):
        name = path.relative_to(G2).as_posix()
        if is_held_out(name):
            yield Source(name, path.read_bytes(), valid=True, items=_g2_items(path))


def _g2_items(path: Path) -> list[Item] | None:
    root = _bare(ET.parse(path).getroot())  # noqa: S314  # public examples, see above
    items = root.findall("itemSet/*") if root.tag == "newsMessage" else [root]
    found = [_g2_item(item) for item in items if item.tag.endswith("Item") or item.tag == "catalog"]
    return found or None


def _g2_item(item: ET.Element) -> Item:
    kind = item.find("itemMeta/itemClass")
    is_text = kind is None or kind.get("qcode", "text").endswith((":text", ":composite", "text"))
    if item.tag != "newsItem" or not is_text:
        return Item({"key": item.get("guid")})
    content = item.find("contentSet/inlineXML//body.content")
    content = content if content is not None else item.find("contentSet/inlineXML//body")
    by, names = item.find("contentMeta/by"), item.findall("contentMeta/creator/name")
    versioned = item.findtext("itemMeta/versionCreated")
    headline = item.findtext("contentMeta/headline") or item.findtext(".//hl1") or ""
    return Item(
        {
            "key": item.get("guid"),
            "headline": words(headline),
            "body": words(ET.tostring(content, encoding="unicode")) if content is not None else "",
            "versioned_at": moment(versioned) if versioned else None,
            "language": _language(item),
            "byline": byline(by.text or "")
            if by is not None
            else byline(" and ".join(name.text or "" for name in names)),
        }
    )


def _language(item: ET.Element) -> str | None:
    tag = item.find("contentMeta/language")
    return tag.get("tag") if tag is not None else item.get("lang")


def nitf() -> Source:
    """The one NITF document of the collections."""
    root = _bare(ET.parse(folder(NITF)).getroot())  # noqa: S314  # public examples, see above
    content, issued = root.find(".//body.content"), root.find(".//date.issue")
    if content is None or issued is None:
        raise Unmeasured("the NITF document has no text or no date")
    for media in content.findall("media"):
        content.remove(media)
    key = root.find(".//doc-id")
    told = {
        "key": key.get("id-string") if key is not None else None,
        "headline": words(root.findtext(".//hl1") or ""),
        "body": words(ET.tostring(content, encoding="unicode")),
        "versioned_at": moment(issued.get("norm") or ""),
        "language": root.get("baselang"),
        "byline": byline(root.findtext(".//byline") or ""),
    }
    return Source(NITF.name, NITF.read_bytes(), valid=True, items=[Item(told)])


def _bare(root: ET.Element) -> ET.Element:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.attrib if "}" in name]:
            element.attrib[name.rpartition("}")[2]] = element.attrib.pop(name)
    return root
