"""NITF documents of any agency become stories, or say what they lack."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.nitf import read
from shared.formats.story import Given, IncomingImage, IncomingStory, Refused, Signal, Unreadable

GIVEN = Given(ZoneInfo("Europe/Minsk"), url="https://wire.example/2026/")
SAMPLE = Path(__file__).parents[3].parent / "shared/data/wire-ninjs-iptc/tools/xslt/NTB_nitf_sample.xml"
HEAD = """
  <title>Bridge</title>
  <tobject><tobject.subject tobject.subject.type="Transport" tobject.subject.matter="Bridges"/></tobject>
  <docdata management-status="usable">
    <doc-id id-string="lw-2026-0412" regsrc="LW"/><du-key key="river-bridge" version="3"/>
    <urgency ed-urg="4"/><date.issue norm="20261124T120000"/><date.release norm="2026-11-24T15:00:00+03:00"/>
    <date.expire norm="2026-12-01"/><doc.copyright holder="Lowland Wire" year="2026"/>
    <ed-msg info="Photos at noon."/><key-list><keyword key="bridge"/><keyword key="Sill"/></key-list>
  </docdata>
  <pubdata date.publication="20261124T093000Z" position.section="Local"/>
  <revision-history name="ak" norm="20261124T123000"/>
"""
BODY = """
  <body.head>
    <hedline><hl1>River bridge <em>opens</em> on Monday</hl1><hl2>Ferry stays</hl2></hedline>
    <byline>By <person>Anna Kowal</person>, <byttl>Lowland Wire</byttl></byline>
    <distributor><org>Lowland Wire</org></distributor>
    <dateline><location>MARROWFORD</location></dateline>
    <abstract><p>Nineteen months later.</p></abstract>
  </body.head>
  <body.content>
    <block id="lead"><p lede="true">The road bridge over the <location>Sill</location> is open &amp; free.</p></block>
    <hl2>The ferry</hl2>
    <block><p>It will not be <em>sold</em>, see <a href="ferry.html">here</a>.</p>
      <bq><p>Never.</p><credit>The ferryman</credit></bq>
      <ul><li>One</li><li>Two</li></ul><table><tr><th>Pier</th><td>41</td></tr></table>
      <media media-type="image"><media-reference mime-type="image/jpeg" source="pic/bridge.jpg"/>
        <media-caption>The bridge &amp; the ferry.</media-caption><media-producer>Jan Nowak</media-producer></media>
    </block>
    <note noteclass="editorsnote"><p>Ferryman: 5-55-01.</p></note>
    <block id="notes"><p>Desk only.</p></block>
  </body.content>
  <body.end><tagline>desk@lowland.example</tagline></body.end>
"""


def nitf(head: str = HEAD, body: str = BODY, root: str = '<nitf xml:lang="en-GB">') -> bytes:
    """A document of these parts."""
    return f"{root}<head>{head}</head><body>{body}</body></nitf>".encode()


def story(raw: bytes) -> IncomingStory:
    """The one story of a document."""
    (found,) = read(raw, GIVEN)
    assert isinstance(found, IncomingStory), found
    return found


def test_every_part_has_its_place() -> None:
    found = story(nitf())
    assert (found.key, found.version, found.language) == ("lw-2026-0412", 3, "en-GB")
    assert found.headline == "River bridge opens on Monday"
    assert found.byline == ("Anna Kowal",)
    assert (found.credit, found.dateline, found.section) == ("Lowland Wire", "MARROWFORD", "Local")
    assert found.lede == "Nineteen months later."
    assert found.tags == ("bridge", "Sill", "Bridges", "Transport")
    assert found.published_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert found.versioned_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert found.embargo_until == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert found.expires_at == datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
    assert found.signal is Signal.PUBLISH
    assert found.images == (
        IncomingImage(
            url="https://wire.example/2026/pic/bridge.jpg", caption="The bridge & the ferry.", credit="Jan Nowak"
        ),
    )


def test_the_body_keeps_its_markup_and_nothing_of_the_format() -> None:
    assert story(nitf()).body_html == (
        "<p>The road bridge over the Sill is open &amp; free.</p><h2>The ferry</h2>"
        '<p>It will not be <em>sold</em>, see <a href="https://wire.example/2026/ferry.html">here</a>.</p>'
        "<blockquote><p>Never.</p><cite>The ferryman</cite></blockquote>"
        "<ul><li>One</li><li>Two</li></ul><table><tr><th>Pier</th><td>41</td></tr></table>"
    )


def test_what_is_for_editors_is_a_note_and_nothing_else() -> None:
    found = story(nitf())
    assert found.editors_note == "Photos at noon.\n\nFerryman: 5-55-01.\n\nDesk only.\n\ndesk@lowland.example"
    public = found.model_dump_json(exclude={"editors_note"})
    assert not any(secret in public for secret in ("Photos at noon", "5-55-01", "Desk only", "desk@"))


@pytest.mark.parametrize(
    "root",
    [
        '<nitf xml:lang="en-GB" xmlns="http://iptc.org/std/NITF/2006-10-18/">',
        '<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd"><nitf baselang="en-GB" version="-//IPTC//DTD NITF 3.4//EN">',
        '<?xml version="1.0"?><!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.2//EN" "x.dtd"><nitf xml:lang="en-GB">',
    ],
)
def test_namespace_and_document_type_change_nothing(root: str) -> None:
    assert story(nitf(root=root)) == story(nitf())


def test_prefixes_change_nothing() -> None:
    prefixed = nitf().replace(b"</", b"</n:").replace(b"<", b"<n:").replace(b"<n:/n:", b"</n:")
    prefixed = prefixed.replace(b"<n:nitf", b'<n:nitf xmlns:n="http://iptc.org/std/NITF/2006-10-18/"', 1)
    assert story(prefixed) == story(nitf())


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("usable", Signal.PUBLISH),
        ("canceled", Signal.KILL),
        ("withheld", Signal.WITHHOLD),
        ("embargoed", Signal.PUBLISH),  # its end is told
    ],
)
def test_the_management_status_is_heard(status: str, wanted: Signal) -> None:
    assert story(nitf(HEAD.replace('"usable"', f'"{status}"'))).signal is wanted


def test_an_embargo_without_an_end_withholds() -> None:
    head = HEAD.replace('"usable"', '"embargoed"').replace('<date.release norm="2026-11-24T15:00:00+03:00"/>', "")
    assert story(nitf(head)).signal is Signal.WITHHOLD


def test_an_embargo_that_cannot_be_read_is_no_story() -> None:
    (found,) = read(nitf(HEAD.replace("2026-11-24T15:00:00+03:00", "Monday noon")), GIVEN)
    assert isinstance(found, Refused)
    assert found.missing == ("date.release",)
    assert found.key == "lw-2026-0412"


def test_a_correction_is_one_and_its_reason_is_the_newsrooms() -> None:
    found = story(nitf(HEAD.replace("<urgency", '<correction info="41 piers, not 40"/><urgency')))
    assert found.signal is Signal.CORRECTION
    assert "41 piers, not 40" in (found.editors_note or "")


def test_a_kill_needs_no_text() -> None:
    found = story(nitf(HEAD.replace('"usable"', '"canceled"'), ""))
    assert (found.signal, found.key, found.body_html) == (Signal.KILL, "lw-2026-0412", "")


def test_a_kill_is_heard_whatever_else_is_wrong() -> None:
    head = HEAD.replace('"usable"', '"canceled"').replace("2026-11-24T15:00:00+03:00", "Monday noon")
    found = story(nitf(head))
    assert (found.signal, found.embargo_until) == (Signal.KILL, None)


def test_a_revision_within_the_identity_is_a_version() -> None:
    """RFC 3085: the revision is no part of what an item is."""
    head = HEAD.replace("lw-2026-0412", "urn:newsml:wire.example:20261124:0412:7N").replace(' version="3"', "")
    found = story(nitf(head))
    assert (found.key, found.version) == ("urn:newsml:wire.example:20261124:0412", 7)


def test_a_document_without_identity_is_known_by_headline_and_moment() -> None:
    bare = HEAD.replace('<doc-id id-string="lw-2026-0412" regsrc="LW"/><du-key key="river-bridge" version="3"/>', "")
    assert story(nitf(bare)).key == story(nitf(bare)).key
    assert story(nitf(bare)).key != story(nitf(bare.replace("093000Z", "093001Z"))).key


def test_a_public_tagline_closes_the_text() -> None:
    body = BODY.replace("desk@lowland.example", "Jan Nowak contributed to this story.")
    assert story(nitf(body=body)).body_html.endswith("<p>Jan Nowak contributed to this story.</p>")


@pytest.mark.parametrize(
    ("head", "body", "missing"),
    [
        (HEAD, "", ("body",)),
        (HEAD, BODY.replace("hl1>", "hl3>").replace("hedline", "x"), ()),  # the title is a headline
        (HEAD.replace("title>", "x>"), BODY.replace("hedline", "x"), ("headline",)),
        ("", "", ("doc-id", "headline", "body")),
    ],
)
def test_what_is_no_story_says_what_it_lacks(head: str, body: str, missing: tuple[str, ...]) -> None:
    (found,) = read(nitf(head, body), GIVEN)
    assert getattr(found, "missing", ()) == missing


@pytest.mark.parametrize("raw", [b"", b"text", b"<html/>", b"<nitf>", b"<!DOCTYPE nitf [<!ENTITY a 'b'>]><nitf/>"])
def test_what_is_no_nitf_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, GIVEN)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the agency's sample is not on this machine")
def test_an_agencys_own_document_is_read() -> None:
    found = story(SAMPLE.read_bytes())
    assert found.language == "nb-NO"
    assert found.body_html.count("<h2>") == 4
    assert "@" not in found.body_html
    assert "@" in (found.editors_note or "")


PIECES = st.sampled_from(
    "<block> </block> <p> </p> <media> </media> <hl2>x</hl2> <note> </note> <bq> </bq> <table> </table> <br/> x &amp;"
    " <byline> </byline> <docdata> </docdata> <doc-id/> <doc-id\tid-string='x'/> <hedline><hl1>h</hl1></hedline>"
    " <body.content>".split(" ")
)


@settings(max_examples=200, deadline=2_000)
@given(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=30))
def test_any_document_is_read_or_refused(pieces: str, text: str) -> None:
    for raw in (
        nitf(HEAD, f"<body.content>{pieces}</body.content>"),
        nitf(pieces, BODY),
        text.encode(errors="replace"),
    ):
        try:
            assert len(read(raw, GIVEN)) == 1
        except Unreadable:
            continue
