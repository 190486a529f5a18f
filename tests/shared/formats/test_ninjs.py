"""ninjs items of every version become stories, whatever their agency adds; what is broken is refused by name."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.ninjs import NOT_VALID, read
from shared.formats.story import Given, IncomingStory, Refused, Signal, Unreadable

GIVEN = Given(ZoneInfo("Europe/Minsk"), url="https://wire.example/")
PROSE = "The road bridge over the Sill is open again. The ferry will not be sold."

ONE: dict[str, Any] = {
    "uri": "lw:412",
    "type": "text",
    "version": "3",
    "versioncreated": "2026-11-24T12:30:00+03:00",
    "firstcreated": "2026-11-24T12:00:00",
    "pubstatus": "usable",
    "urgency": 4,
    "language": "en-GB",
    "headline": "River bridge opens",
    "headline_short": "Bridge",
    "title": "Bridge",
    "byline": "By Anna Kowal, Lowland Wire",
    "located": "Marrowford",
    "body_text": PROSE,
    "body_xhtml": f"<p>{PROSE}</p><p>Eds: SECRET</p>",
    "description_text": "Nineteen months later.",
    "ednote": "Photos at noon.",
    "copyrightholder": "Lowland Wire",
    "subject": [{"name": "Transport", "rel": "about"}, {"name": "Bridges & dams"}],
    "expires": "2026-12-01",
    "associations": {
        "mainpic": {
            "uri": "lw:p1",
            "type": "picture",
            "byline": "Jan Nowak",
            "description_caption": "The bridge.",
            "renditions": {
                "thumbnail": {"href": "https://wire.example/s.jpg", "mimetype": "image/jpeg", "width": 100},
                "web": {"href": "https://wire.example/m.jpg", "mimetype": "image/jpeg", "width": 1000},
                "original": {"href": "https://wire.example/l.jpg", "mimetype": "image/jpeg", "width": 9000},
                "clip": {"href": "https://wire.example/v.mp4", "mimetype": "video/mp4", "width": 1900},
            },
        },
        "clip": {"uri": "lw:v1", "type": "video", "renditions": {"a": {"href": "https://wire.example/v.jpg"}}},
        "off": {"uri": "lw:p2", "pubstatus": "canceled", "renditions": {"a": {"href": "https://wire.example/o.jpg"}}},
    },
}
TWO: dict[str, Any] = {
    name: value for name, value in ONE.items() if not name.startswith(("headline", "body", "description", "byline"))
} | {
    "by": "Anna Kowal",
    "infosources": [{"name": "A passer-by", "role": "http://cv.example/interviewee"}, {"name": "Lowland Wire"}],
    "headlines": [{"role": "short", "value": "Bridge"}, {"role": "main", "value": "River bridge opens"}],
    "bodies": [
        {"role": "caption", "contenttype": "text/html", "value": "<p>Not the story.</p>"},
        {"role": "plain", "contenttype": "text/plain", "value": "Plain text."},
        {"role": "main", "contenttype": "text/html", "value": f"<p>{PROSE}</p><p>Eds: SECRET</p>"},
        {"role": "editorsnote", "value": "Also SECRET."},
    ],
    "descriptions": [{"role": "caption", "value": "x"}, {"role": "summary", "value": "Nineteen months later."}],
    "subjects": ONE["subject"],
    "associations": [
        {"name": name, **{key: value for key, value in each.items() if key not in {"byline", "description_caption"}}}
        | {"by": "Jan Nowak", "descriptions": [{"role": "caption", "value": "The bridge."}]}
        for name, each in ONE["associations"].items()
    ],
}
TWO = {name: value for name, value in TWO.items() if name != "subject"}
CAMEL = "versionCreated firstCreated pubStatus edNote copyrightHolder infoSources contentType".split()


def camel(value: Any) -> Any:
    """The same in 3.x's spelling."""
    names = {name.lower(): name for name in CAMEL}
    if isinstance(value, dict):
        return {names.get(name, name): camel(each) for name, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value


def items(document: Any) -> list[IncomingStory | Refused]:
    """What is read of a document."""
    return read(json.dumps(document).encode(), GIVEN)


def story(document: Any) -> IncomingStory:
    """The one story of a document."""
    (found,) = items(document)
    assert isinstance(found, IncomingStory), found
    return found


def refused(document: Any) -> Refused:
    """Why the one item of a document is none."""
    (found,) = items(document)
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("document", [ONE, TWO, camel(TWO)], ids=["1.x", "2.x", "3.x"])
def test_every_part_has_its_place(document: dict[str, Any]) -> None:
    found = story(document)
    assert (found.key, found.version, found.language) == ("lw:412", 3, "en-GB")
    assert (found.headline, found.lede) == ("River bridge opens", "Nineteen months later.")
    assert (found.byline, found.credit, found.dateline) == (("Anna Kowal",), "Lowland Wire", "Marrowford")
    assert found.tags == ("Transport", "Bridges & dams")
    assert found.published_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert found.versioned_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert found.expires_at == datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
    assert found.body_html == f"<p>{PROSE}</p>"
    assert [image.model_dump() for image in found.images] == [
        {"url": "https://wire.example/m.jpg", "caption": "The bridge.", "credit": "Jan Nowak"}
    ]
    assert found.signal is Signal.PUBLISH
    assert "Photos at noon." in (found.editors_note or "")


@pytest.mark.parametrize("document", [ONE, TWO, camel(TWO)], ids=["1.x", "2.x", "3.x"])
def test_what_is_for_editors_is_in_no_public_field(document: dict[str, Any]) -> None:
    found = story(document)
    assert "SECRET" in (found.editors_note or "")
    public = found.model_dump_json(exclude={"editors_note"})
    assert "SECRET" not in public
    assert "Photos" not in public


@pytest.mark.parametrize("name", ["nonpub", "editorsnote", "editorial_note", "notForPublication"])
def test_a_property_for_editors_is_a_note(name: str) -> None:
    found = story(ONE | {name: "HIDDEN"})
    assert "HIDDEN" in (found.editors_note or "")
    assert "HIDDEN" not in found.model_dump_json(exclude={"editors_note"})


def test_marked_up_text_comes_before_plain() -> None:
    assert story(ONE | {"body_xhtml": ""}).body_html == f"<p>{PROSE}</p>"
    assert story(ONE | {"body_xhtml": "<p>A &amp; <b>b</b></p>"}).body_html == "<p>A &amp; <b>b</b></p>"
    inner = (
        "<?xml version='1.0' encoding='latin-1'?><nitf><body><body.content><p>Brücke</p></body.content></body></nitf>"
    )
    nitf = {"role": "nitf", "contenttype": "text/vnd.IPTC.NITF", "value": inner}
    assert story(TWO | {"bodies": [{"value": "Bridge"}, nitf]}).body_html == "<p>Brücke</p>"
    assert story(TWO | {"bodies": [{"value": "Bridge"}, nitf | {"value": "<nitf>"}]}).body_html == "<p>Bridge</p>"


def test_a_body_for_editors_is_never_the_text() -> None:
    note = {"role": "editorsnote", "contenttype": "text/html", "value": "<p>HIDDEN</p>"}
    found = story(TWO | {"bodies": [note, {"role": "main", "contenttype": "text/plain", "value": PROSE}]})
    assert found.body_html == f"<p>{PROSE}</p>"
    assert "HIDDEN" in (found.editors_note or "")


def test_a_lead_that_begins_the_text_is_not_told_twice() -> None:
    assert story(ONE | {"description_text": "The road bridge over the Sill is open again…"}).lede is None


def test_a_title_stands_for_a_missing_headline() -> None:
    assert story({"uri": "x", "title": "River &amp; bridge", "body_text": PROSE}).headline == "River & bridge"


def test_people_stand_for_a_missing_byline() -> None:
    people = [{"name": "Anna Kowal", "rel": "author"}, {"name": "The ferryman", "rel": "about"}]
    assert story({**ONE, "byline": None, "person": people}).byline == ("Anna Kowal",)
    bylines = [{"by": "By ANNA KOWAL", "title": "Lowland Wire"}, {"by": "Jan Nowak"}]
    assert story({**ONE, "byline": None, "bylines": bylines}).byline == ("ANNA KOWAL", "Jan Nowak")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"pubstatus": "canceled"}, Signal.KILL),
        ({"pubstatus": "cancelled"}, Signal.KILL),
        ({"pubstatus": "withheld"}, Signal.WITHHOLD),
        ({"signals": ["sig:correction"]}, Signal.CORRECTION),
        ({"signals": [{"code": "correction"}, {"code": "update"}]}, Signal.CORRECTION),
        ({"editorialtype": "Advisory"}, Signal.ADVISORY),
        ({"editorialtypes": ["Kill"]}, Signal.KILL),
        ({"editorialtypes": ["Lead"], "headline": "KILL: x"}, Signal.PUBLISH),
        ({"headline": "EDITORS: KILL the story slugged River Bridge"}, Signal.KILL),
        ({"slugline": "BC-Vale--Flood-Advisory"}, Signal.ADVISORY),
    ],
)
def test_status_signals_and_editorial_types_are_heard(changes: dict[str, Any], wanted: Signal) -> None:
    assert story(ONE | changes).signal is wanted


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"version": "4", "urgency": "never"},
        {"versioncreated": "2026-11-24T13:00:00Z", "subject": "none", "extra": 1},
        {"headline": "River bridge opens", "embargoed": "soon", "associations": [[]]},
        {"version": "4", "body_html": "<br>" * 50_000},
    ],
)
def test_a_kill_is_heard_whatever_else_is_wrong(rest: dict[str, Any]) -> None:
    found = story({"uri": "lw:412", "pubstatus": "canceled", **rest})
    assert (found.signal, found.key, found.body_html) == (Signal.KILL, "lw:412", "")


def test_an_embargo_is_told_or_there_is_no_story() -> None:
    assert story(ONE | {"embargoed": "2026-11-25T12:00:00"}).embargo_until == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert story(camel(TWO) | {"embargoedUntil": "2026-11-25T12:00:00Z"}).embargo_until is not None
    assert refused(ONE | {"embargoed": "Next Monday"}).missing == ("embargoed",)


@pytest.mark.parametrize("kind", ["audio", "video", "picture", "graphic", "component", "event", "planning"])
def test_what_is_no_text_says_what_it_is(kind: str) -> None:
    reason = refused(ONE | {"type": kind}).reason
    assert kind in reason
    assert not reason.startswith(NOT_VALID)


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        ({"uri": "x"}, ("headline", "body")),
        ({"uri": "x", "type": "text", "headline": "River bridge opens"}, ("body",)),
        ({"uri": "x", "body_text": PROSE}, ("headline",)),
        ({"uri": "x", "headline": "River bridge opens", "body_html": "<p> </p>"}, ("body",)),
    ],
)
def test_an_item_without_a_text_says_what_it_lacks(document: dict[str, Any], missing: tuple[str, ...]) -> None:
    found = refused(document)
    assert found.missing == missing
    assert not found.reason.startswith(NOT_VALID)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "novel"}, "type"),
        ({"pubstatus": "replaced"}, "pubstatus"),
        ({"headline": 5}, "headline"),
        ({"body_text": {"a": 1}}, "body_text"),
        ({"headlines": "x"}, "headlines"),
        ({"bodies": [{"role": "main"}]}, "bodies/0/value"),
        ({"byline": ["Anna Kowal"]}, "byline"),
        ({"version": ["3"]}, "version"),
        ({"versioncreated": 2026}, "versioncreated"),
        ({"urgency": "high"}, "urgency"),
        ({"urgency": 0.5}, "urgency"),
        ({"subject": "Transport"}, "subject"),
        ({"subject": [{"name": 5}]}, "subject/0/name"),
        ({"genre": "Feature"}, "genre"),
        ({"person": "Anna Kowal"}, "person"),
        ({"place": [{"name": "Sill", "geojson": {"coordinates": [1, 2]}}]}, "place/0/geojson/type"),
        ({"renditions": {"web": {"href": 1}}}, "renditions/web/href"),
        ({"associations": {"pic": "x"}}, "associations/pic"),
        ({"associations": [{"uri": "x", "byline": 1}]}, "associations/0/byline"),
        ({"rightsinfo": {"linkedrights": "a", "encodedrights": "b"}}, "rightsinfo"),
        ({"standard": "ninjs"}, "standard"),
        ({"expires": {}}, "expires"),
        ({"digitalsourcetype": "x"}, "digitalsourcetype"),
        ({"eventdetails": {"dates": {"startdate": "2026", "expectedstartdate": "2026"}}}, "eventdetails/dates"),
        ({"eventdetails": {"dates": {"expectedenddate": "soon"}}}, "eventdetails/dates/expectedenddate"),
        ({"uri": 5}, "uri"),
    ],
)
def test_a_property_of_a_wrong_type_is_named(changes: dict[str, Any], field: str) -> None:
    found = refused(ONE | changes)
    assert found.reason.startswith(f"{NOT_VALID}: {field} ")
    assert found.missing == (field,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 3}, "priority"),
        ({"version": 3}, "version"),
        ({"byline": None}, "byline"),
        ({"urgency": "4"}, "urgency"),
        ({"subject": [{"name": "Transport", "parents": []}]}, "subject/0/parents"),
        ({"headline_": "x"}, "headline_"),
    ],
)
def test_what_only_a_strict_schema_minds_costs_no_story(changes: dict[str, Any], field: str) -> None:
    """Agencies add to ninjs what they like. An item that has nothing to read is told what is wrong with it."""
    assert story(ONE | changes).headline == "River bridge opens"
    bare = refused({"uri": "x"} | changes)
    assert bare.reason.startswith(NOT_VALID)
    assert bare.missing == (field,)


def test_an_association_that_shows_nothing_must_be_valid() -> None:
    picture = {"uri": "p1", "name": "pic", "renditions": [], "house": "own"}
    assert story(TWO | {"associations": [picture]}).key == "lw:412"
    assert story(ONE | {"associations": {"taken-away": None}}).images == ()
    assert refused(TWO | {"associations": [{"uri": "p1", "name": "pic", "house": "own"}]}).missing == (
        "associations/0/house",
    )
    assert refused(TWO | {"associations": [{"name": "pic"}]}).missing == ("associations/0/uri",)


@pytest.mark.parametrize(
    "document",
    [
        [ONE, TWO | {"uri": "lw:413"}],
        {"items": [ONE, TWO | {"uri": "lw:413"}], "total": 2},
        {"data": {"items": [{"item": ONE}, {"item": TWO | {"uri": "lw:413"}}]}},
    ],
)
def test_a_collection_is_several_items(document: Any) -> None:
    assert [found.key for found in items(document)] == ["lw:412", "lw:413"]


def test_one_bad_item_spoils_no_other() -> None:
    found = items([ONE, {"uri": "x", "type": 1}, ONE | {"uri": "y", "body_xhtml": "<br>" * 50_000}, ONE])
    assert [type(each) for each in found] == [IncomingStory, Refused, Refused, IncomingStory]


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"text", b"{}", b"[]", b"[[[]]]", b'{"a": {"b": 1}}', b'"uri"', b"5", b"null"),
        *(b'{"uri": NaN}', b'{"uri": Infinity}', b'{"uri": "x"', b'{"uri": "a\nb"}', b"\xff\xfe{"),
        *(b"[" * 100_000, b'{"a":' * 100_000, b'{"uri": ' + b"9" * 5_000 + b"}"),
    ],
)
def test_what_is_no_ninjs_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, GIVEN)


def test_the_size_is_bounded() -> None:
    with pytest.raises(Unreadable, match="bytes"):
        read(json.dumps(ONE).encode() + b" " * 5_000_000, GIVEN)


@pytest.mark.parametrize("sign", ["<", "\\u003c", "\\u003C"])
def test_the_tags_of_all_items_are_bounded_together(sign: str) -> None:
    raw = json.dumps([ONE | {"body_xhtml": "<p>x</p>" * 600}] * 200).replace("<", sign).encode()
    with pytest.raises(Unreadable, match="tags"):
        read(raw, GIVEN)


def test_every_encoding_of_json_is_read() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        (found,) = read(json.dumps(ONE | {"headline": "Мост открыт"}, ensure_ascii=False).encode(encoding), GIVEN)
        assert isinstance(found, IncomingStory)
        assert found.headline == "Мост открыт"


@pytest.mark.parametrize(
    "document",
    [
        [ONE] * 1_200,
        ONE | {"associations": [{"uri": str(n), "renditions": {}} for n in range(9_000)]},
        ONE | {"subject": [{"name": str(n)} for n in range(9_000)]},
        ONE | {f"body_{n}": "<p></p>" for n in range(9_000)},
        ONE | {"body_xhtml": "&" * 900_000},
        ONE | {"body_text": "Eds: x\n\n" * 100_000},
        ONE | {"byline": "A, " * 300_000},
        ONE | {"urgency": 10**99, "wordcount": 1e300},
    ],
)
def test_hostile_items_take_no_time(document: Any) -> None:
    raw = json.dumps(document).encode()
    start = time.process_time()
    found = read(raw, GIVEN)
    assert time.process_time() - start < 2
    assert 1 <= len(found) <= 1_001


def test_associations_within_associations_end() -> None:
    inner: Any = []
    for _ in range(200):
        inner = [{"uri": "x", "name": "x", "headline": "x", "associations": inner}]
    assert "nested" in refused(ONE | {"associations": inner}).reason


NAMES = st.sampled_from(sorted(ONE.keys() | TWO.keys()))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(1e300) | st.text(max_size=20) | st.just("<p>x</p>"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.just("value"), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=2_000)
@given(st.dictionaries(NAMES, VALUES, max_size=5), st.sampled_from([ONE, TWO]))
def test_any_item_is_read_or_refused(changes: dict[str, Any], document: dict[str, Any]) -> None:
    assert len(items(document | changes | {"uri": "x"})) == 1


@settings(max_examples=200, deadline=2_000)
@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = read(raw, GIVEN)
    except Unreadable:
        return
    assert found
