"""How well ninjs, NewsML-G2 and NITF are read: items told apart, and six fields carried unchanged.

Over the half of IPTC's public collections that nothing was tuned on, against a second reading by other means
(`bench.ingest.wire_sources`). `items`: a file that the standard calls invalid is refused as such; a valid one that
holds a text becomes a story, a kill is heard, and any other valid one is refused as no story. `fields`: of the stories,
the fields that their source gives. Controls are readers known to be worse.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench.figure import Figure, Figures, Missing, Unmeasured, control
from bench.ingest import wire_sources
from bench.ingest.wire_sources import FIELDS, G2, Item, Source, words
from shared.formats import newsml_g2, ninjs, nitf
from shared.formats.ninjs import NOT_VALID
from shared.formats.story import Given, Incoming, IncomingStory, Refused, Unreadable

_LEAST = 98.0  # percent
_GIVEN = Given(ZoneInfo("UTC"))

type Read = Callable[[bytes, Given], Incoming]
# IPTC's own reader asserts these of three documents; the rest of what it asserts has no place in an article.
_ASSERTED = ("guid", "version", "language", "version_created", "first_created", "embargoed", "ed_note", "creator")
_ASSERTED_APART = ("headline", "subjects")


def measure() -> Figures:
    """`ingest.<format>.items` and `.fields` for ninjs, newsml_g2 and nitf, in percent, each at least its budget."""
    figures: Figures = {}
    for name, measured in (("ninjs", _ninjs), ("newsml_g2", _newsml_g2), ("nitf", _nitf)):
        try:
            figures |= measured()
        except Unmeasured as absent:
            figures |= dict.fromkeys((f"ingest.{name}.items", f"ingest.{name}.fields"), Missing(str(absent)))
    return figures


def _ninjs() -> Figures:
    sources = list(wire_sources.ninjs())
    left_out = Counter[str]()
    for source in sources:
        left_out.update(source.left_out)
    return _figures("ninjs", sources, ninjs.read, left_out)


def _newsml_g2() -> Figures:
    figures = _figures("newsml_g2", list(wire_sources.newsml_g2()), newsml_g2.read, Counter())
    asserted, unplaced = _asserted()
    fields = figures["ingest.newsml_g2.fields"]
    if isinstance(fields, Figure):
        fields.beside.update(
            {"as IPTC's reader asserts": asserted} | {f"left out: {name}": n for name, n in unplaced.items()}
        )
    return figures


def _nitf() -> Figures:
    return _figures("nitf", [wire_sources.nitf()], nitf.read, Counter())


def _figures(name: str, sources: list[Source], read: Read, left_out: Counter[str]) -> Figures:
    items, told = _told_apart(sources, read)
    fields, compared = _carried(sources, read)
    _controls(sources, items, fields)
    return {
        f"ingest.{name}.items": Figure(items, "% at least", _LEAST, dict(told), floor=True),
        f"ingest.{name}.fields": Figure(
            fields,
            "% at least",
            _LEAST,
            {**compared, **{f"left out: {field}": count for field, count in sorted(left_out.items())}},
            floor=True,
        ),
    }


def _told_apart(sources: Iterable[Source], read: Read) -> tuple[float, Counter[str]]:
    """The share of files that are taken for what they are, and what they were taken for."""
    told = Counter[str](files=0, stories=0, agreeing=0)
    for source in sources:
        found = _outcome(source, read)
        stories = [each for each in found or [] if isinstance(each, IncomingStory)]
        invalid = found is None or any(
            isinstance(each, Refused) and each.reason.startswith(NOT_VALID) for each in found
        )
        told["files"] += 1
        if source.items is None:
            # No item of the format: a file that the standard calls invalid, or a fragment.
            agrees = invalid
            told["invalid but taken"] += not invalid
        else:
            expected = sum(item.is_story or item.is_taken_down for item in source.items)
            told["stories"] += expected
            agrees = not invalid and len(stories) == expected
            told["stories missed or too many"] += abs(expected - len(stories))
            told["valid but called invalid"] += invalid
        told["agreeing"] += agrees
    return _percent(told["agreeing"], told["files"]), told


def _carried(sources: Iterable[Source], read: Read) -> tuple[float, Counter[str]]:
    """The share of fields that come through unchanged, and how many were compared of each."""
    compared, equal = Counter[str](), 0
    for source in sources:
        found = [each for each in _outcome(source, read) or [] if isinstance(each, IncomingStory)]
        for item in (item for item in source.items or [] if item.is_story):
            story = next((each for each in found if each.key == item.fields["key"]), None)
            for field, value in _given(item):
                compared[field] += 1
                same = story is not None and _value(story, field) == value
                equal += same
                if not same:
                    compared[f"{field} differs"] += 1
    return _percent(equal, sum(compared[field] for field in FIELDS)), compared


def _given(item: Item) -> Iterator[tuple[str, Any]]:
    """The fields that the source gives: an item without a byline has none to carry."""
    yield from ((field, item.fields[field]) for field in FIELDS if item.fields.get(field) not in (None, "", []))


def _value(story: IncomingStory, field: str) -> Any:
    if field == "body":
        return words(story.body_html)
    return list(story.byline) if field == "byline" else getattr(story, field)


def _outcome(source: Source, read: Read) -> Incoming | None:
    try:
        return read(source.raw, _GIVEN)
    except Unreadable:
        return None


def _percent(part: int, whole: int) -> float:
    if not whole:
        raise Unmeasured("the collection holds nothing to compare")
    return round(100 * part / whole, 2)


def _controls(sources: list[Source], items: float, fields: float) -> None:
    """A reader that takes everything, and one that loses the ends of texts, must be seen to be worse."""
    taken, _ = _told_apart(sources, _credulous)
    control(worse=100 - taken, than=100 - items, what="taking every file for a story")
    carried, _ = _carried(sources, _careless(sources))
    control(worse=100 - carried, than=100 - fields, what="losing the last word of each field")


def _credulous(raw: bytes, given: Given) -> Incoming:  # noqa: ARG001  # the signature is Read's
    one = IncomingStory(headline="x", body_html="x", language="und", key="x")
    return [one, one]


def _careless(sources: list[Source]) -> Read:
    """A reader that has all stories with their headlines and bodies cut short."""
    by_raw = {source.raw: [item for item in source.items or [] if item.is_story] for source in sources}

    def read(raw: bytes, given: Given) -> Incoming:  # noqa: ARG001  # the signature is Read's
        return [
            IncomingStory(
                headline=item.fields["headline"].rpartition(" ")[0],
                body_html=item.fields["body"].rpartition(" ")[0],
                language=item.fields.get("language") or "und",
                key=item.fields["key"],
            )
            for item in by_raw[raw]
        ]

    return read


def _asserted() -> tuple[float, Counter[str]]:
    """The agreement with what IPTC's own reader asserts of three documents, and what of that has no place here.

    One of the three is a text, and its body is empty: here it is given one, for an article needs a text.
    """
    equal, compared, unplaced = 0, 0, Counter[str]()
    for case in json.loads((G2 / "expected-fields.json").read_text(encoding="utf-8")):
        raw = (G2 / case["file"]).read_bytes()
        end = raw.index(b"</inlineXML>") if b"</inlineXML>" in raw else None
        if end is not None:
            raw = raw[:end] + b"<nitf><body><body.content><p>Text.</p></body.content></body></nitf>" + raw[end:]
        (found,) = newsml_g2.read(raw, _GIVEN)
        for name, value in case["fields"].items():
            if isinstance(found, Refused) and name != "guid":  # a picture, and a text without a headline
                unplaced["fields of what is no story"] += 1
            elif name in (*_ASSERTED, *_ASSERTED_APART):
                compared += 1
                equal += _as_asserted(found, name) == _normal(name, value)
            else:
                unplaced[name] += 1
    return _percent(equal, compared), unplaced


def _as_asserted(found: IncomingStory | Refused, name: str) -> Any:
    if isinstance(found, Refused):
        return found.key
    return {
        "guid": found.key,
        "version": str(found.version),
        "language": found.language,
        "version_created": found.versioned_at,
        "first_created": found.published_at,
        "embargoed": found.embargo_until,
        "ed_note": found.editors_note,
        "creator": ", ".join(found.byline),
        "headline": found.headline,
        "subjects": list(found.tags),
    }[name]


def _normal(name: str, value: Any) -> str | datetime | list[str] | None:
    if name in {"version_created", "first_created", "embargoed"}:
        return wire_sources.moment(value)
    return [subject["name"]["en-GB"] for subject in value] if name == "subjects" else str(value)
