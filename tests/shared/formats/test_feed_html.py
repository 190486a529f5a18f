"""The HTML of a feed's item becomes the story and nothing else."""

import time
from contextlib import suppress
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.formats.feed_entry import Text
from shared.formats.feed_html import body_of, plain, words_of
from shared.formats.html_writer import TooMuch
from shared.sanitize import clean

OWN = "https://courier.example/bridge"
BASE = "https://courier.example/rss/feed.xml"


def body(html: str) -> str:
    return body_of(Text(html, is_html=True, base=BASE), OWN)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p>One.</p>\n<p>Two.</p>", "<p>One.</p><p>Two.</p>"),
        ("One &amp; only", "<p>One &amp; only</p>"),
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One <b>bold</b>.\n\nTwo.", "<p>One <b>bold</b>.</p><p>Two.</p>"),
        ("One.<br><br />Two.<br>Three.<br>", "<p>One.</p><p>Two.<br>Three.</p>"),
        ("Bare <b>text</b><p>One.</p>tail ", "<p>Bare <b>text</b></p><p>One.</p><p>tail</p>"),
        ("<div>One.</div><div>Two.<div>Three.</div></div>", "<p>One.</p><p>Two.</p><p>Three.</p>"),
        ("<h1>Head</h1><h3>Sub</h3><span>One</span>.", "<h2>Head</h2><h3>Sub</h3><p>One.</p>"),
        ("<ul><li>One<li>Two</ul>", "<ul><li>One</li><li>Two</li></ul>"),
        ("<ol start=3><li><div>One</div></li></ol>", '<ol start="3"><li>One</li></ol>'),
        ("<blockquote>One<p>Two</p></blockquote>", "<blockquote><p>One</p><p>Two</p></blockquote>"),
        ("<pre>One\n  two</pre>", "<pre>One\n  two</pre>"),
        (
            "<table><tr><th>A<td colspan='2'></table>",
            '<table><tr><th>A</th><td colspan="2"></td></tr></table>',
        ),
        ("<p></p><p> </p><div><b></b></div>", ""),
        ("<!-- nothing -->", ""),
        ("", ""),
        ("&lt;p&gt;Twice &amp;amp; escaped&lt;/p&gt;", "<p>Twice &amp; escaped</p>"),
        ("<p>One<script>x</script><style>y</style><iframe src='z'>w</iframe></p>", "<p>One</p>"),
        ("<p onclick='x' style='y' class='z'>One</p>", "<p>One</p>"),
    ],
)
def test_any_markup_becomes_paragraphs(html: str, told: str) -> None:
    assert body(html) == told


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ('<a href="map?utm_source=rss&x=1">map</a>', '<a href="https://courier.example/rss/map?x=1">map</a>'),
        ('<a href="/map"><div>One</div><div>two</div></a>', '<a href="https://courier.example/map">One two</a>'),
        ('<a href="mailto:ann@courier.example">Ann</a>', '<a href="mailto:ann@courier.example">Ann</a>'),
        ('<a href="javascript:alert(1)">map</a>', "map"),
        ('<img src="//courier.example/a.jpg" alt="A">', '<img src="https://courier.example/a.jpg" alt="A">'),
        (
            'x<img src="data:image/gif;base64,AA" data-src="/a.jpg">',
            'x<img src="https://courier.example/a.jpg" alt="">',
        ),
        ('x<img src="data:image/gif;base64,AA">', "x"),
        ('x<img class="emoji" src="https://emoji.example/1.png" alt="🌉">', "x🌉"),
    ],
)
def test_links_are_absolute_and_of_the_web(html: str, told: str) -> None:
    assert body(html) == f"<p>{told}</p>"


@pytest.mark.parametrize(
    "furniture",
    [
        '<img src="https://count.example/p.gif" width="1" height="1">',
        '<img src="https://count.example/p.gif" width="1px">',
        '<img src="https://count.example/p.gif" style="border:0;width: 1px">',
        '<img src="https://count.example/p.gif" style="display:none">',
        '<img src="http://feeds.feedburner.com/~r/vale/~4/x" height="15" width="60">',
        '<img src="https://mc.yandex.ru/watch/1">',
        '<div class="feedflare"><a href="http://feeds.feedburner.com/~ff/vale?d=x">Share</a></div>',
        '<div class="sharedaddy sd-sharing-enabled"><h3>Share this</h3><ul><li>Mail</li></ul></div>',
        '<span property="schema:name">Bridge opens</span> <span rel="schema:author"><span>editor</span></span>',
        '<p class="social-buttons">Share</p>',
        '<p><a href="https://www.facebook.com/sharer/sharer.php?u=x">Facebook</a></p>',
        '<p><a href="https://vk.com/share.php?url=x">VK</a> <a href="https://t.me/share/url?url=x">Telegram</a></p>',
        '<ins class="adsbygoogle">Buy!</ins>',
        '<div id="related-posts"><p>Ferry sold</p></div>',
        "<form><input><button>Subscribe</button></form>",
        '<video src="x"><p>No player</p></video>',
    ],
)
@pytest.mark.parametrize("where", ["<p>One.</p>{}", "{}<p>One.</p>"])
def test_pixels_buttons_and_advertising_do_not_survive(furniture: str, where: str) -> None:
    assert body(where.format(furniture)) == "<p>One.</p>"


@pytest.mark.parametrize("size", ["", 'width="2"', 'style="width:1px"'])
def test_a_picture_of_any_size_but_a_pixels_survives(size: str) -> None:
    assert ("<img" in body(f'<img src="/a.jpg" {size}>')) is not bool(size)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (f'<p>One.</p><p><a href="{OWN}">Читать далее…</a></p>', "<p>One.</p>"),
        (f'<p>One. <a href="{OWN}?utm_source=rss#more">Read more</a></p>', "<p>One.</p>"),
        (f'<p>One. [...]</p><p>The post <a href="{OWN}">Bridge</a> appeared first on Vale.</p>', "<p>One.</p>"),
        (f'<p>One [&hellip;]</p><p>The post <a href="{OWN}">Bridge</a> appeared first on Vale.</p>', "<p>One…</p>"),
        (f'<p><a href="{OWN}"><img src="/a.jpg"></a></p>', None),
        (f'<p>One.</p><p><a href="{OWN}"><img src="/a.jpg"></a></p>', None),
        (f'<p>As <a href="{OWN}">reported</a> before.</p>', None),
        ('<p>One.</p><p><a href="https://other.example/">Read the report</a></p>', None),
        (f'<p>One.</p><p>{"Two. " * 80}<a href="{OWN}">Bridge</a> opens.</p>', None),
    ],
)
def test_the_link_to_the_whole_ends_an_excerpt(html: str, told: str | None) -> None:
    """A link to the item's own page, at the very end: anywhere else, and to anything else, it is the story's."""
    if told is None:
        assert words_of(body(html)) == words_of(html)
        assert body(html).count("<a ") == html.count("<a ")
    else:
        assert body(html) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("One & only <three", "<p>One &amp; only &lt;three</p>"),
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("The <blink> tag", "<p>The &lt;blink&gt; tag</p>"),
        ("<p>Said to be text</p>", "<p>Said to be text</p>"),
        ("&lt;b&gt;Twice&lt;/b&gt; escaped", "<p><b>Twice</b> escaped</p>"),
    ],
)
def test_plain_text_stays_plain_unless_it_closes_tags(value: str, told: str) -> None:
    assert body_of(Text(value, is_html=False), None) == told


HOSTILE = {
    "nested": "<b>" * 300_000,
    "nested blocks": "<div>" * 10_000,
    "paragraphs": "<p>x" * 330_000,
    "attributes": "<a " + " ".join(f"a{n}=1" for n in range(120_000)) + ">",
    "names": "<a " + "x " * 500_000 + ">",
    "ampersands": "<p>" + "&" * 1_000_000,
    "brackets": "<p>" + "<" * 1_000_000,
    "comments": "<!--" * 250_000,
    "end tags": "</b>" * 250_000,
    "breaks": "x<br>" * 200_000,
    "formatting over paragraphs": f'<a href="https://courier.example/{"x" * 1_900}">' + "<p>x" * 19_000,
    "own links": f"<p>x</p><p>{f'<a href={OWN}>x</a> ' * 9_000}</p>",
    "closing brackets": f'<p>x</p><p><a href="{OWN}">x</a>{"] " * 300_000}y</p>',
    "white space": "<b>\n</b>" + "\n " * 400_000,
    "dotted excerpts": f"<p>{'[…] ' * 200_000}</p>",
    "closed tags in text": "&lt;/b&gt;" * 100_000,
    "open styles": f'<img src="/a.jpg" style="{" " * 900_000}">',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_html_is_read_or_refused_in_linear_time_and_space(kind: str) -> None:
    """libxml2's tree alone takes minutes over the attributes of one tag."""
    began = time.process_time()
    with suppress(TooMuch):
        told = body(HOSTILE[kind])
        assert len(told) <= 6 * len(HOSTILE[kind])
        words_of(told)
    plain(HOSTILE[kind], is_html=True)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("html", "much"),
    [
        ("<p>x" * 10_001, "more than 10000 elements"),
        ("<div>" * 600 + "x", "nested more than 512 deep"),
    ],
)
def test_what_the_desk_would_refuse_is_refused_by_name(html: str, much: str) -> None:
    with pytest.raises(TooMuch, match=much):
        body(html)


TOKENS = st.sampled_from(
    "<p> </p> <b> </b> <a/href='/x'> </a> <li> <ul> </ul> <td> <table> </table> <br> <img/src='/a.jpg'> <div> </div>"
    " <pre> </pre> <h1> <blockquote> <figure> <script> </script> x &lt; &amp; <!-- --> <svg> <math> <select>".split()
)


@given(st.lists(TOKENS | st.text(max_size=8), max_size=40).map("".join))
def test_what_is_told_is_what_the_desk_keeps(html: str) -> None:
    """The desk's sanitiser takes no word from the body, and runs no two together."""
    told = body(html)
    assert words_of(clean(told)) == words_of(told)


@given(st.text(max_size=60))
def test_a_line_is_one_line(text: str) -> None:
    for is_html in (True, False):
        line = plain(text, is_html=is_html)
        assert line == " ".join(line.split())
    assert plain(escape(text), is_html=False) == plain(escape(plain(escape(text), is_html=False)), is_html=False)
