"""Feeds become stories, one of each item that has a text."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.feed import read
from shared.formats.story import Given, Incoming, IncomingStory, Refused, Unreadable

MINSK = ZoneInfo("Europe/Minsk")
PROSE = "The road bridge over the Sill will carry traffic again from Monday."
RUSSIAN = "Мост через реку снова открыт для движения, и паром больше не ходит."
MODULES = (
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:yandex="http://news.yandex.ru"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
)


def take(text: str, *, url: str | None = None) -> Incoming:
    return read(text.encode(), Given(MINSK, url=url))


def rss(*items: str, channel: str = "<title>Vale Courier</title>") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"{MODULES}><channel>{channel}{body}</channel></rss>'


def atom(entry: str, head: str = "<title>Vale Courier</title>") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}<entry>{entry}</entry></feed>'


def story(text: str, *, url: str | None = None) -> IncomingStory:
    """Return the only story of a feed."""
    (only,) = take(text, url=url)
    assert isinstance(only, IncomingStory), only
    return only


def item(parts: str, channel: str = "<title>Vale Courier</title>") -> IncomingStory:
    """Return the story of an item that has a headline, a text and `parts`."""
    return story(rss(f"<title>Bridge opens</title><description>{PROSE}</description>{parts}", channel=channel))


def test_an_rss_item_is_a_story() -> None:
    told = story(
        rss(
            f"""<title>Bridge opens</title>
            <link>https://courier.example/bridge?utm_source=rss&amp;id=7</link>
            <guid isPermaLink="false">courier-7</guid>
            <pubDate>Fri, 12 Oct 2018 15:52:00 +0300</pubDate>
            <dc:creator>Ann Smith</dc:creator>
            <category>News</category><category>bridges</category>
            <description>After two years of work.</description>
            <content:encoded><![CDATA[<p>{PROSE}</p><p>The ferry will not be sold.</p>]]></content:encoded>
            <enclosure url="https://courier.example/bridge.jpg" type="image/jpeg" length="1"/>""",
            channel="<title>Vale Courier</title><language>en-gb</language>",
        )
    )
    assert told == IncomingStory(
        headline="Bridge opens",
        body_html=f"<p>{PROSE}</p><p>The ferry will not be sold.</p>",
        lede="After two years of work.",
        language="en-gb",
        byline=("Ann Smith",),
        section="News",
        tags=("News", "bridges"),
        published_at=datetime(2018, 10, 12, 12, 52, tzinfo=UTC),
        key="courier-7",
        url="https://courier.example/bridge?id=7",
        images=told.images,
    )
    assert [image.url for image in told.images] == ["https://courier.example/bridge.jpg"]


def test_an_atom_entry_is_a_story() -> None:
    told = story(
        atom(
            """<title type="html">Bridge &lt;i&gt;opens&lt;/i&gt;</title><id>tag:courier.example,2018:7</id>
            <link href="https://courier.example/bridge"/><updated>2018-10-13T10:00:00Z</updated>
            <published>2018-10-12T12:52:00Z</published>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content>""",
            "<title>Vale Courier</title><author><name>Ann Smith</name></author>",
        )
    )
    assert (told.headline, told.body_html, told.byline) == ("Bridge opens", "<p>One.</p><p>Two.</p>", ("Ann Smith",))
    assert (told.key, told.url) == ("tag:courier.example,2018:7", "https://courier.example/bridge")
    assert told.published_at == datetime(2018, 10, 12, 12, 52, tzinfo=UTC)
    assert told.versioned_at == datetime(2018, 10, 13, 10, tzinfo=UTC)


def test_rdf_and_the_oldest_rss_are_feeds() -> None:
    rdf = story(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://courier.example/"><title>Vale</title>'
        '</channel><item rdf:about="https://courier.example/bridge"><title>Bridge opens</title>'
        f"<description>{PROSE}</description><dc:date>2018-10-12</dc:date></item></rdf:RDF>"
    )
    assert (rdf.key, rdf.url) == ("https://courier.example/bridge", "https://courier.example/bridge")
    assert rdf.published_at == datetime(2018, 10, 11, 21, tzinfo=UTC)
    old = story(
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
        f'<rss version="0.91"><channel><item><title>Bridge opens</title><description>{PROSE}</description></item>'
        "</channel></rss>"
    )
    assert old.headline == "Bridge opens"


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ("<guid isPermaLink='false'>courier-7</guid><link>https://courier.example/a</link>", "courier-7"),
        ("<guid>https://courier.example/a?utm_medium=rss</guid>", "https://courier.example/a"),
        ("<link>https://courier.example/a?yclid=5&amp;p=1#fbclid=2</link>", "https://courier.example/a?p=1"),
        ("<guid> </guid><link>https://courier.example/a</link>", "https://courier.example/a"),
        ("<guid isPermaLink='true'>/a</guid>", "/a"),
    ],
)
def test_an_item_is_known_by_its_id_else_by_its_link(parts: str, key: str) -> None:
    """And what only tracks readers is no part of either."""
    assert item(parts).key == key


def test_an_item_without_id_and_link_is_known_by_what_it_says() -> None:
    dated = "<pubDate>Fri, 12 Oct 2018 15:52:00 +0300</pubDate>"
    keys = [item(parts).key for parts in ("", dated, dated + "<category>News</category>", "")]
    assert keys[0] == keys[3] != keys[1] == keys[2]
    assert len(item(f"<guid>{'x' * 3_000}</guid>").key) <= 64


def test_an_id_that_all_items_share_is_no_identity() -> None:
    """One item would hide all others for ever."""
    items = [
        f"<title>T{n}</title><description>{PROSE}</description><guid>0</guid><link>https://courier.example/{n}</link>"
        for n in range(3)
    ]
    keys = [each.key for each in take(rss(*items))]
    assert keys == [f"https://courier.example/{n}" for n in range(3)]


def test_a_newer_version_has_the_same_key_and_a_later_moment() -> None:
    """An Atom entry that tells no publication is of its last change, and ordered by it."""
    first, second = (
        story(
            atom(
                f"<id>urn:7</id><title>T</title><summary>{PROSE}</summary><updated>2018-10-12T1{hour}:00:00Z</updated>"
            )
        )
        for hour in (0, 1)
    )
    assert first.key == second.key
    assert first.published_at == first.versioned_at
    assert first.versioned_at is not None
    assert second.versioned_at is not None
    assert first.versioned_at < second.versioned_at


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("Fri, 12 Oct 2018 15:52:00 +0300", 12),
        ("Fri, 12 Oct 2018 15:52:00", 12),
        ("Fri, 12 Oct 2018 15:52:00 GMT", 15),
        ("2018-10-12 15:52:00", 12),
        ("Пт, 12 окт 2018 15:52:00 +0300", 12),
        ("12 октября 2018, 15:52", 12),
    ],
)
def test_a_time_without_a_zone_is_the_sources(written: str, hour: int) -> None:
    assert item(f"<pubDate>{written}</pubDate>").published_at == datetime(2018, 10, 12, hour, 52, tzinfo=UTC)


@pytest.mark.parametrize("written", ["yesterday", "Fri, 32 Oct 2018 15:52:00 GMT", "0000-00-00T00:00:00", "9" * 5_000])
def test_a_moment_that_cannot_be_is_none(written: str) -> None:
    assert item(f"<pubDate>{written}</pubDate>").published_at is None


def test_the_whole_text_is_taken_wherever_it_stands() -> None:
    for name in ("content:encoded", "yandex:full-text", "atom:content"):
        told = item(f"<{name}>{PROSE} {PROSE} The ferry will not be sold.</{name}>")
        assert told.body_html == f"<p>{PROSE} {PROSE} The ferry will not be sold.</p>"
    prefixed = rss("<title>T</title><y:full-text>One.\n\nTwo.</y:full-text>").replace("xmlns:yandex", "xmlns:y")
    assert story(prefixed).body_html == "<p>One.</p><p>Two.</p>"


@pytest.mark.parametrize("before", ["", "&lt;figcaption&gt;The new bridge&lt;/figcaption&gt;"])
def test_a_summary_that_the_text_holds_is_no_lede(before: str) -> None:
    told = item(f"<content:encoded>{before}&lt;p&gt;{PROSE} The ferry will not be sold.&lt;/p&gt;</content:encoded>")
    assert told.lede is None


def test_a_text_that_begins_with_its_headline_does_so_no_more() -> None:
    told = item(
        f"<content:encoded>&lt;h1&gt;BRIDGE opens&lt;/h1&gt;&lt;p&gt;{PROSE} Again.&lt;/p&gt;</content:encoded>"
    )
    assert told.body_html == f"<p>{PROSE} Again.</p>"
    assert story(rss("<title>Bridge opens</title><description>Bridge opens</description>")).body_text == "Bridge opens"


def test_an_item_without_a_title_is_headed_by_its_first_words() -> None:
    """Feeds of social networks have none."""
    assert story(rss(f"<description>{PROSE} More of it.</description>")).headline == PROSE
    long = story(rss(f"<description>{'bridge ' * 40}</description>")).headline
    assert long.endswith("bridge…")
    assert len(long) <= 101


def test_a_headline_alone_announces_and_nothing_at_all_is_refused() -> None:
    told = take(
        rss(
            "<title>Bridge opens</title><link>https://courier.example/a</link>",
            "<link>https://courier.example/b</link>",
        )
    )
    announced, nothing = told
    assert isinstance(announced, IncomingStory)
    assert (announced.headline, announced.body_html) == ("Bridge opens", "")
    assert nothing == Refused(
        key="https://courier.example/b",
        missing=("headline",),
        reason="This item has neither a headline nor a text.",
    )


@pytest.mark.parametrize(
    ("author", "byline", "credit"),
    [
        ("<author>noreply@courier.example (Ann Smith)</author>", ("Ann Smith",), None),
        ("<author>news@courier.example</author>", (), None),
        ("<dc:creator>Ann Smith and Bob Jones</dc:creator>", ("Ann Smith", "Bob Jones"), None),
        ("<dc:creator>Ann Smith</dc:creator><dc:creator>Bob Jones</dc:creator>", ("Ann Smith", "Bob Jones"), None),
        ("<dc:creator>Ann Smith, AP</dc:creator>", ("Ann Smith",), "AP"),
        ("<dc:creator>Vale Courier</dc:creator>", (), "Vale Courier"),
        ("<dc:creator>Vale Courier | Sport</dc:creator>", (), "Vale Courier"),
        ("<dc:creator>admin</dc:creator>", (), None),
        ("<dc:creator>courier.example</dc:creator>", (), "courier.example"),
        ("<dc:creator>БЕЛТА</dc:creator>", (), "BelTA"),
        ("<source url='https://wire.example/'>Lowland Wire</source>", (), "Lowland Wire"),
        ("<atom:author><atom:name>Ann Smith</atom:name></atom:author>", ("Ann Smith",), None),
        ("<dc:creator>the &lt;b&gt;night&lt;/b&gt; desk</dc:creator>", ("the night desk",), None),
    ],
)
def test_people_are_bylines_and_houses_are_credits(author: str, byline: tuple[str, ...], credit: str | None) -> None:
    told = item(author)
    assert (told.byline, told.credit) == (byline, credit)


def test_the_editor_of_an_rss_channel_did_not_write_its_items() -> None:
    told = item("", channel="<title>Vale Courier</title><managingEditor>Carl Long</managingEditor>")
    assert told.byline == ()


@pytest.mark.parametrize(
    ("parts", "channel", "section", "tags"),
    [
        ("<category>News</category><category>roads</category>", "", "News", ("News", "roads")),
        ("", "<category>Sport</category>", "Sport", ()),
        ("", "<category>Sport</category><category>News</category>", None, ()),
        ("<category>Uncategorized</category>", "", None, ("Uncategorized",)),
        ("<category>Без рубрики</category>", "", None, ("Без рубрики",)),
        ("<category>Art &amp;amp; life</category>", "", "Art & life", ("Art & life",)),
        ("<category>http://schemas.example/kind#post</category><category>News</category>", "", "News", ("News",)),
        ("<yandex:genre>lenta</yandex:genre>", "", None, ()),
        ("<dc:subject>News</dc:subject><media:keywords>a, b</media:keywords>", "", "News", ("News", "a", "b")),
    ],
)
def test_the_first_category_is_the_section(
    parts: str, channel: str, section: str | None, tags: tuple[str, ...]
) -> None:
    told = item(parts, channel=f"<title>Vale Courier</title>{channel}")
    assert (told.section, told.tags) == (section, tags)


@pytest.mark.parametrize(
    ("said", "text", "language"),
    [
        ("en-US", PROSE, "en-US"),
        ("RU_by", RUSSIAN, "ru-by"),
        ("en-US", RUSSIAN, "ru"),
        ("russian, mostly", RUSSIAN, "ru"),
        ("", RUSSIAN, "ru"),
        ("be", RUSSIAN, "be"),
        ("ka", PROSE, "ka"),
    ],
)
def test_a_language_is_believed_unless_the_text_is_in_another_alphabet(said: str, text: str, language: str) -> None:
    channel = f"<title>Vale</title><language>{said}</language>"
    told = story(rss(f"<title>T</title><description>{text}</description>", channel=channel))
    assert told.language == language


def test_pictures_are_taken_once_in_their_widest_form_and_nothing_else() -> None:
    told = item(
        """<media:group><media:content url="https://courier.example/s.jpg" medium="image" width="100"/>
        <media:content url="https://courier.example/l.jpg" medium="image" width="900">
        <media:title>IMG_2045</media:title><media:description>The new bridge</media:description>
        <media:credit>Ann Smith</media:credit></media:content></media:group>
        <media:thumbnail url="https://courier.example/t.jpg"/>
        <media:content url="https://courier.example/film.mp4" medium="video"/>
        <media:content url="https://secure.gravatar.com/avatar/1" medium="image"/>
        <enclosure url="https://courier.example/talk.mp3" type="audio/mpeg" length="1"/>
        <enclosure url="https://courier.example/l.jpg" type="image/jpeg" length="1"/>
        <enclosure url="javascript:alert(1)" type="image/jpeg" length="1"/>"""
    )
    (picture,) = told.images
    assert (picture.url, picture.caption, picture.credit) == (
        "https://courier.example/l.jpg",
        "The new bridge",
        "Ann Smith",
    )
    assert (told.headline, told.body_html) == ("Bridge opens", f"<p>{PROSE}</p>")
    (small,) = item('<media:thumbnail url="https://courier.example/t.jpg" width="66"/>').images
    assert small.url == "https://courier.example/t.jpg"
    shown = "<content:encoded>&lt;img src='https://courier.example/l.jpg'&gt; x</content:encoded>"
    assert item(f'{shown}<media:thumbnail url="https://courier.example/t.jpg" width="66"/>').images == ()


def test_links_are_absolute_from_the_nearest_base() -> None:
    text = rss('<title>T</title><link>/bridge</link><description>&lt;a href="map"&gt;map&lt;/a&gt;</description>')
    told = story(text, url="https://courier.example/rss/feed.xml")
    assert told.url == "https://courier.example/bridge"
    assert told.body_html == '<p><a href="https://courier.example/rss/map">map</a></p>'
    based = text.replace("<rss", '<rss xml:base="https://other.example/a/"')
    assert 'href="https://other.example/a/map"' in story(based).body_html
    channel = "<title>Vale</title><link>https://third.example/</link>"
    named = rss("<title>T</title><link>/bridge</link><description>x</description>", channel=channel)
    assert story(named).url == "https://third.example/bridge"


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("<![CDATA[Bridge &quot;opens&quot;]]>", 'Bridge "opens"'),
        ("&amp;lt;b&amp;gt;Bridge&amp;lt;/b&amp;gt; &amp;amp;amp; ferry", "Bridge & ferry"),
        ("Bridge &nbsp;&mdash; <b>open</b>", "Bridge — open"),
        ("R&D and 3 < 5 &#xD800;", "R&D and 3 < 5"),
        ("The &amp;lt;blink&amp;gt; tag", "The <blink> tag"),
        ("\x07Bridge\x0b\ufeffopens\xad", "Bridge opens"),
    ],
)
def test_a_headline_is_one_line_of_text(title: str, headline: str) -> None:
    assert story(rss(f"<title>{title}</title><description>{PROSE}</description>")).headline == headline


@pytest.mark.parametrize(
    "broken",
    [
        rss(f"<title>Bridge opens</title><description>{PROSE}</description>").removesuffix("</channel></rss>"),
        rss(f"<title>Bridge opens</title><description>{PROSE}<br>More.<p>Again.</description>"),
        rss(f"<title>Bridge opens</title><description>{PROSE}</description>").replace(MODULES, "") + "<junk>",
        rss(f"<title>Bridge opens</title><undeclared:x>1</undeclared:x><description>{PROSE}</description>"),
        "<br /><b>Warning</b>: no such table\n" + rss(f"<title>Bridge opens</title><description>{PROSE}</description>"),
        rss(f"<authors>x</authors><title>Bridge opens</title><description>{PROSE}</description><links>x</links>"),
        rss(f"<title>Bridge opens</title><description>{PROSE}</description><title_detail>x</title_detail>"),
    ],
)
def test_ill_formed_feeds_are_read(broken: str) -> None:
    told = story(broken)
    assert (told.headline, told.body_text.startswith(PROSE)) == ("Bridge opens", True)


def test_an_item_expires_when_it_says() -> None:
    told = item("<expirationDate>Fri, 12 Oct 2018 15:52:00 +0300</expirationDate>")
    assert told.expires_at == datetime(2018, 10, 12, 12, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "missing", "says"),
    [
        (b"", "feed", "there is no XML in it"),
        (b"Friday, 12 October 2018", "feed", "there is no XML in it"),
        (b"http://127.0.0.1:1/feed.xml", "feed", "there is no XML in it"),
        (b"<!DOCTYPE html><html><body><p>x</p></body></html>", "feed", "This is a web page"),
        (b"<urlset><url/></urlset>", "feed", "begins with <urlset>"),
        (b"<nitf:nitf/>", "feed", "begins with <nitf:nitf>"),
        (b"<rss><channel><title>Vale</title></channel></rss>", "items", "The feed has no items"),
        (b"<rss" + b" " * (6 * 1024 * 1024), "feed", "at most 5 MB"),
        (b"{}", "feed", "no JSON Feed"),
    ],
)
def test_what_is_no_feed_is_told_to_an_editor(raw: bytes, missing: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as refusal:
        read(raw, Given(MINSK))
    assert refusal.value.missing == (missing,)


def test_nothing_is_fetched_and_no_file_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for an address that stands where a feed should, nor for a DTD."""

    def never(*_arguments: object, **_keywords: object) -> None:
        pytest.fail("something was opened")

    for name in ("socket.socket", "socket.create_connection", "builtins.open", "os.open"):
        monkeypatch.setattr(name, never)
    dtd = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">'
    assert take(dtd + rss(f"<title>T</title><description>{PROSE}</description>").removeprefix('<?xml version="1.0"?>'))
    for raw in (b"http://127.0.0.1:1/feed", b"/etc/hostname", b"file:///etc/hostname"):
        with pytest.raises(Unreadable):
            read(raw, Given(MINSK, url="http://127.0.0.1:1/feed"))


def test_over_a_thousand_items_are_refused_as_one() -> None:
    one = f"<title>T</title><description>{PROSE}</description>"
    told = take(rss(*[f"{one}<guid>{n}</guid>" for n in range(1_003)]))
    assert len(told) == 1_001
    assert [each.key for each in told[:1_000]] == [str(n) for n in range(1_000)]
    reason = "The feed is longer than what is read at once: its last items (3) were left out."
    assert told[-1] == Refused(reason=reason)


PIECES = st.sampled_from(
    "<rss> <feed> <channel> <item> <entry> </item> </entry> <title> </title> <description> </description> <content/>"
    " <content:encoded> </content:encoded> <![CDATA[ ]]> <guid> </guid> <link> <link/> <link href='/a'/> <authors>"
    " </authors> <links> </links> <media_content> </media_content> <published_parsed>x</published_parsed> <tags> a,b"
    " </tags> <title_detail> </title_detail> <author> a@b.example (x) </author> <category> </category> <image> <url>"
    " <media:content credit='x' caption='y' width='z' url='a.png'> </media:content> <media:credit> <media:thumbnail>"
    " <media:description> <source> </source> <pubDate> 2018-10-12 </pubDate> <updated> </updated> <dc:date> <!-- -->"
    " <!DOCTYPE <?xml &amp; &#0; &#xD800; &nbsp; & < > ' \" <p> </p> <b> <img src='x'> <a> <xml:base> <svg> <title/>"
    " <textinput> <itunes:image/> <itunes:keywords> <id> </id> <summary> </summary> <div> </rss> </feed> <media:group>"
    " <content type='xhtml'> <content_detail> <enclosure type='image/png' url='//['/> <enclosures>".split()
)


@settings(max_examples=150, deadline=2_000)
@given(st.lists(PIECES | st.text(max_size=12), max_size=60).map(" ".join), st.booleans())
def test_no_markup_makes_it_fail(text: str, closed: bool) -> None:  # noqa: FBT001  # hypothesis passes by position
    """Any text is stories, refusals or unreadable; nothing else is raised, and a story is complete."""
    wrapped = f"<rss><channel><item>{text}</item></channel></rss>" if closed else f"<rss><item>{text}"
    try:
        told = read(wrapped.encode("utf-8", "surrogatepass"), Given(MINSK))
    except Unreadable:
        return
    for each in told:
        assert isinstance(each, Refused) or (each.headline and each.body_html and each.key)


@settings(max_examples=100, deadline=2_000)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    for payload in (raw, b"<rss><item><title>" + raw, b'{"version":"1","items":[{"title":"' + raw):
        with suppress(Unreadable):
            assert read(payload, Given(MINSK))


def test_a_megabyte_of_ordinary_items_is_read_within_two_seconds() -> None:
    one = f"<title>Bridge opens</title><description><![CDATA[<p>{PROSE}</p><p>{PROSE * 8}</p>]]></description>"
    text = rss(*[f"{one}<guid>{n}</guid><pubDate>Fri, 12 Oct 2018 15:52:00 +0300</pubDate>" for n in range(1_000)])
    began = time.process_time()
    assert len(take(text)) == 1_000
    assert time.process_time() - began < 2
