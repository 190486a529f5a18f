"""NewsML-G2 messages and items: text items become stories, with the pictures that came with them."""

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.newsml_g2 import read
from shared.formats.story import Given, Incoming, IncomingImage, IncomingStory, Refused, Signal, Unreadable

GIVEN = Given(ZoneInfo("Europe/Minsk"))
FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "wire-newsmlg2-iptc"
NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
MANAGEMENT = """
  <itemClass qcode="ninat:text"/><provider qcode="nprov:LW"><name>Lowland Wire</name></provider>
  <versionCreated>2026-11-24T12:30:00+03:00</versionCreated><firstCreated>2026-11-24T12:00:00</firstCreated>
  <pubStatus qcode="stat:usable"/><edNote>Photos at noon.</edNote><signal qcode="sig:update"/>
"""
CONTENT = """
  <contentCreated>2026-11-24T08:00:00Z</contentCreated><located><name>Marrowford</name></located>
  <creator><name>Anna Kowal</name></creator><creator role="crol:photographer"><name>Jan Nowak</name></creator>
  <subject qcode="medtop:1"><name xml:lang="de">Verkehr</name><name xml:lang="en-GB">transport</name></subject>
  <subject qcode="lw:sill"/><keyword>bridge</keyword><slugline>river-bridge</slugline>
  <headline role="hld:subHeadline">Ferry stays</headline>
  <headline xml:lang="de">Brücke offen</headline><headline xml:lang="en">River bridge opens</headline>
  <dateline>MARROWFORD, Monday</dateline><description role="drol:summary">Nineteen months later.</description>
"""
NITF = """<inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
  <body.head><hedline><hl1>River bridge opens</hl1></hedline></body.head>
  <body.content><p>The bridge is <em>open</em>.</p><p>Eds: SECRET</p></body.content></body></nitf></inlineXML>"""
XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>
  </head><body><h1>River bridge opens</h1><p>The bridge is <em>open</em>.</p></body></html></inlineXML>"""
ASSERT = '<assert qcode="lw:sill"><name>Sill</name></assert>'


def item(management: str = MANAGEMENT, content: str = CONTENT, inline: str = NITF, guid: str = "lw:412") -> str:
    """A news item of these parts."""
    return (
        f'<newsItem xmlns="{NAMESPACE}" guid="{guid}" version="3" xml:lang="en-GB"><itemMeta>{management}</itemMeta>'
        f"<contentMeta>{content}</contentMeta><contentSet>{inline}</contentSet>{ASSERT}</newsItem>"
    )


def picture(guid: str, caption: str = "The bridge.") -> str:
    """A picture item with two renditions."""
    return item(
        '<itemClass qcode="ninat:picture"/>',
        f'<creditline>Jan Nowak</creditline><description role="drol:caption">{caption}</description>',
        f'<remoteContent rendition="rnd:thumbnail" href="https://wire.example/{guid}-s.jpg"/>'
        f'<remoteContent rendition="rnd:highRes" href="https://wire.example/{guid}.jpg"/>',
        guid,
    )


def message(*items: str) -> bytes:
    """A news message of these items."""
    return f'<newsMessage xmlns="{NAMESPACE}"><header/><itemSet>{"".join(items)}</itemSet></newsMessage>'.encode()


def story(raw: str) -> IncomingStory:
    """The one story of an item."""
    (found,) = read(raw.encode(), GIVEN)
    assert isinstance(found, IncomingStory), found
    return found


def stories(found: Incoming) -> list[IncomingStory]:
    """The stories among what was found."""
    return [each for each in found if isinstance(each, IncomingStory)]


def test_every_part_has_its_place() -> None:
    found = story(item())
    assert (found.key, found.version, found.language) == ("lw:412", 3, "en-GB")
    assert (found.headline, found.lede) == ("River bridge opens", "Nineteen months later.")
    assert (found.byline, found.credit) == (("Anna Kowal",), "Lowland Wire")
    assert found.dateline == "MARROWFORD, Monday"
    assert found.tags == ("transport", "Sill", "bridge")
    assert found.published_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert found.versioned_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert found.body_html == "<p>The bridge is <em>open</em>.</p>"
    assert found.editors_note == "Photos at noon.\n\nEds: SECRET"
    assert (found.signal, found.embargo_until, found.expires_at) == (Signal.PUBLISH, None, None)


def test_what_is_for_editors_is_in_no_public_field() -> None:
    public = story(item()).model_dump_json(exclude={"editors_note"})
    assert "SECRET" not in public
    assert "Photos" not in public


@pytest.mark.parametrize(
    "inline",
    [
        XHTML,
        '<inlineXML contenttype="text/html"><p>The bridge is <em>open</em>.</p></inlineXML>',
        '<inlineXML contenttype="text/html">&lt;p&gt;The bridge is &lt;em&gt;open&lt;/em&gt;.&lt;/p&gt;</inlineXML>',
        '<inlineData contenttype="text/html"><![CDATA[<p>The bridge is <em>open</em>.</p>]]></inlineData>',
        '<inlineXML contenttype="application/xhtml+xml"><div><div>The bridge is <em>open</em>.</div></div></inlineXML>',
    ],
)
def test_html_is_read_as_elements_or_as_characters(inline: str) -> None:
    assert story(item(inline=inline)).body_html == "<p>The bridge is <em>open</em>.</p>"


def test_plain_text_has_its_paragraphs() -> None:
    inline = "<inlineData contenttype='text/plain'>The bridge is open.\n\nThe ferry &amp; the mill stay.</inlineData>"
    assert story(item(inline=inline)).body_html == "<p>The bridge is open.</p><p>The ferry &amp; the mill stay.</p>"


@pytest.mark.parametrize("namespace", ["http://iptc.org/std/nar/2006-10-01", "urn:other", ""])
def test_namespaces_count_for_nothing(namespace: str) -> None:
    assert story(item().replace(NAMESPACE, namespace)) == story(item())


def test_prefixes_count_for_nothing() -> None:
    prefixed = item(inline=XHTML).replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:")
    assert story(prefixed.replace("<n:newsItem", f'<n:newsItem xmlns:n="{NAMESPACE}"', 1)).body_html == (
        "<p>The bridge is <em>open</em>.</p>"
    )


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('qcode="stat:usable"', 'qcode="stat:canceled"', Signal.KILL),
        ('qcode="stat:usable"', 'uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"', Signal.WITHHOLD),
        ('qcode="sig:update"', 'qcode="sig:correction"', Signal.CORRECTION),
        ('qcode="sig:update"', 'uri="http://cv.iptc.org/newscodes/signal/correction"', Signal.CORRECTION),
        ("<signal", '<role qcode="editorialrole:Advisory"/><signal', Signal.ADVISORY),
        ("<signal", '<itemMetaExtProperty type="lw:editorialtype" literal="Kill"/><signal', Signal.KILL),
    ],
)
def test_status_signals_and_editorial_types_are_heard(old: str, new: str, wanted: Signal) -> None:
    assert story(item(MANAGEMENT.replace(old, new))).signal is wanted


def test_a_kill_needs_no_text() -> None:
    found = story(item(MANAGEMENT.replace("stat:usable", "stat:canceled"), "", ""))
    assert (found.signal, found.key, found.headline, found.body_html) == (Signal.KILL, "lw:412", "", "")
    assert found.editors_note == "Photos at noon."


@pytest.mark.parametrize(
    "wrong",
    [
        item(MANAGEMENT.replace("stat:usable", "stat:canceled") + "<embargoed>Monday noon</embargoed>"),
        item(
            MANAGEMENT.replace("stat:usable", "stat:canceled"),
            inline=f"<inlineData contenttype='text/html'>{'&lt;br&gt;' * 50_000}</inlineData>",
        ),
    ],
)
def test_a_kill_is_heard_whatever_else_is_wrong(wrong: str) -> None:
    assert story(wrong).signal is Signal.KILL


def test_an_embargo_has_an_end_or_withholds() -> None:
    told = story(item(MANAGEMENT + "<embargoed>2026-11-25T12:00:00</embargoed>"))
    assert told.embargo_until == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert told.signal is Signal.PUBLISH
    assert story(item(MANAGEMENT + "<embargoed/>")).signal is Signal.WITHHOLD
    (unread,) = read(item(MANAGEMENT + "<embargoed>Monday noon</embargoed>").encode(), GIVEN)
    assert isinstance(unread, Refused)
    assert unread.missing == ("embargoed",)


def test_an_expiry_is_told() -> None:
    assert story(item(MANAGEMENT + "<expires>2026-12-01T00:00:00Z</expires>")).expires_at == datetime(
        2026, 12, 1, tzinfo=UTC
    )


def test_the_printed_byline_comes_before_the_creators() -> None:
    found = story(item(content=CONTENT + "<by>By Ludwig van Vale, Lowland Wire</by>"))
    assert found.byline == ("Ludwig van Vale",)


def test_the_pictures_of_a_message_belong_to_its_only_text() -> None:
    (found,) = read(message(item(), picture("p1"), picture("p2")), GIVEN)
    assert isinstance(found, IncomingStory)
    assert found.images == (
        IncomingImage(url="https://wire.example/p1.jpg", caption="The bridge.", credit="Jan Nowak"),
        IncomingImage(url="https://wire.example/p2.jpg", caption="The bridge.", credit="Jan Nowak"),
    )


def test_pictures_belong_to_the_text_that_names_them() -> None:
    package = (
        '<packageItem guid="k"><groupSet><itemRef residref="t2"/><itemRef residref="p2"/></groupSet></packageItem>'
    )
    linked = MANAGEMENT + '<link rel="irel:seeAlso" residref="p1"/>'
    found = read(message(item(linked, guid="t1"), item(guid="t2"), *map(picture, ("p1", "p2", "p3")), package), GIVEN)
    assert [[image.url[-6:] for image in each.images] for each in stories(found)] == [["p1.jpg"], ["p2.jpg"]]
    assert [each.key for each in found if isinstance(each, Refused)] == ["p3", "k"]


def test_no_text_is_lost_to_a_picture_of_its_name() -> None:
    found = read(message(item(guid="x"), picture("x")), GIVEN)
    assert [each.key for each in stories(found)] == ["x"]


def test_a_picture_whose_text_is_no_story_is_told_by_itself() -> None:
    found = read(message(item(inline=""), picture("p1")), GIVEN)
    assert [type(each) for each in found] == [Refused, Refused]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("packageItem", "package"),
        ("planningItem", "planning"),
        ("conceptItem", "concept"),
        ("knowledgeItem", "vocabulary"),
        ("catalogItem", "catalog"),
    ],
)
def test_what_is_no_news_says_what_it_is(name: str, word: str) -> None:
    (found,) = read(f'<{name} xmlns="{NAMESPACE}" guid="x"/>'.encode(), GIVEN)
    assert isinstance(found, Refused)
    assert word in found.reason
    assert found.key == "x"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (item(inline=""), "no body"),
        (item(content="", inline=XHTML), "no headline"),
        (item(inline='<remoteContent href="https://wire.example/x.html"/>'), "linked"),
        (item(inline="<inlineXML><sports-content/></inlineXML>"), "sports-content"),
        (item(guid=""), "no guid"),
        (picture("p1"), "picture"),
    ],
)
def test_an_item_without_a_text_says_what_it_lacks(raw: str, word: str) -> None:
    (found,) = read(raw.encode(), GIVEN)
    assert isinstance(found, Refused)
    assert word in found.reason


@pytest.mark.parametrize(
    "raw", [b"", b"x", b"<rss/>", b"<newsMessage/>", b"<NewsML/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><newsItem/>"]
)
def test_what_is_no_newsml_g2_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, GIVEN)


def test_a_message_of_too_many_items_is_read_in_part_and_says_so() -> None:
    start = time.process_time()
    found = read(message(*(item(inline="<inlineData>x</inlineData>", guid=str(n)) for n in range(1_005))), GIVEN)
    assert time.process_time() - start < 2
    assert len(stories(found)) == 1_000
    assert isinstance(found[-1], Refused)
    assert "1005" in found[-1].reason


def test_packages_in_any_number_take_no_time() -> None:
    texts = [item(inline="<inlineData>x</inlineData>", guid=f"t{n}") for n in range(400)]
    listed = "".join(f'<itemRef residref="{kind}{n}"/>' for n in range(400) for kind in "tpx")
    packages = [f'<packageItem guid="k"><groupSet>{listed}</groupSet></packageItem>'] * 60
    pictures = [picture(f"p{n}") for n in range(400)]
    raw = message(*texts, *packages, *pictures)
    start = time.process_time()
    read(raw, GIVEN)
    assert time.process_time() - start < 2


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the NewsML-G2 examples are not on this machine")
def test_no_public_example_is_too_much() -> None:
    """Each is read, or refused with a sentence."""
    files, told = list(FOLDER.rglob("*.xml")), list[str]()
    for path in files:
        try:
            told += [each.reason for each in read(path.read_bytes(), GIVEN) if isinstance(each, Refused)]
        except Unreadable as unreadable:
            told.append(str(unreadable))
    assert len(files) > 100
    assert [sentence for sentence in told if not sentence.endswith(".")] == []


PARTS = st.sampled_from([MANAGEMENT, CONTENT, NITF, XHTML, ASSERT, "", "<x/>", "&amp;", "<embargoed/>", "<headline/>"])


@settings(max_examples=200, deadline=2_000)
@given(
    st.lists(st.builds(item, PARTS, PARTS, PARTS, st.sampled_from(["", "a", "b"])), max_size=4), st.text(max_size=30)
)
def test_any_message_is_read_or_refused(items: list[str], text: str) -> None:
    for raw in (message(*items), message(*items).replace(b"news", b"item"), text.encode(errors="replace")):
        try:
            assert len(read(raw, GIVEN)) <= len(items)
        except Unreadable:
            continue
