"""Markup of any kind becomes plain paragraphs of HTML, in bounded time, without what is not for readers."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.story import Unreadable
from shared.formats.wire_text import MOST, Text, from_markup, from_plain

BASE = "https://wire.example/2026/bridge.html"


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("<p>A &amp; b</p>", "<p>A &amp; b</p>"),
        ("one<br><br/>two <b>bold</b>", "<p>one</p><p>two <b>bold</b></p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("<p>one\n\ntwo</p>", "<p>one two</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<section><div><p>one</p> tail</div></section>", "<p>one</p><p>tail</p>"),
        ("<h1>Head</h1><h3>Cross</h3><p>x", "<h2>Head</h2><h3>Cross</h3><p>x</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<table><tr><td colspan=2>1<td>2</table>", '<table><tr><td colspan="2">1</td><td>2</td></tr></table>'),
        ("<blockquote><div>said</div></blockquote>", "<blockquote><p>said</p></blockquote>"),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>"),
        ("<p class=txt style='x' onclick='y'>a</p>", "<p>a</p>"),
        ("<p>a<script>if (a<b) alert('</p>')</script>b</p><p>c</p>", "<p>ab</p><p>c</p>"),
        ("<nav>Home</nav><p>a</p><form><p>Subscribe</p></form>", "<p>a</p>"),
        ("<html><head><title>t</title></head><body><p>k</p></body></html>", "<p>k</p>"),
        ("<a href='/x'>l</a> <a>bare</a>", '<p><a href="https://wire.example/x">l</a> bare</p>'),
        ("<a href='javascript:x'>l</a>", "<p>l</p>"),
        ("<a href='http://['>l</a>", "<p>l</p>"),
        ("<p><img src=a.jpg alt='1 > 0'></p>", '<p><img src="https://wire.example/2026/a.jpg" alt="1 &gt; 0"></p>'),
        ("<p>x<img src='data:image/png;base64,x'></p>", "<p>x</p>"),
        ("<p>x<img alt='a src=b'></p>", "<p>x</p>"),
        ("<p>&nbsp;</p><p></p><p>x</p>", "<p>x</p>"),
        ("<figure><img src=a.jpg><figcaption>c</figcaption></figure>", '<figure><img src="https://wire.example/2026/a.jpg"><figcaption>c</figcaption></figure>'),
        ("<p/>a<br/>b", "<p>a<br>b</p>"),
        ("a < b", "<p>a &lt; b</p>"),
        ("<p>a\0b\ud800c</p>", "<p>abc</p>"),
    ],
)  # fmt: skip
def test_markup_becomes_the_blocks_of_a_story(markup: str, html: str) -> None:
    assert from_markup(markup, base=BASE).html == html


def test_a_heading_that_repeats_the_headline_is_left_out() -> None:
    assert from_markup("<h1>Bridge  opens</h1><p>x</p>", "Bridge opens").html == "<p>x</p>"
    assert from_markup("<h1>Bridge opens late</h1><p>x</p>", "Bridge opens").html.startswith("<h2>")


@pytest.mark.parametrize(
    "secret",
    [
        "<p>Eds: SECRET</p>",
        "<div class='nonpub'><p>SECRET</p></div>",
        "<p><span class='editors-note'>SECRET</span></p>",
        "<aside role='editorialnote'>SECRET</aside>",
        "<ul><li id='not-for-publication'>SECRET</li></ul>",
        "<h2>Notes to editors</h2><p>SECRET</p>",
    ],
)
def test_what_is_not_for_readers_is_a_note(secret: str) -> None:
    text = from_markup(f"<p>The bridge is open.</p>{secret}")
    assert "SECRET" not in text.html + text.plain
    assert "SECRET" in " ".join(text.notes)


def test_plain_text_has_its_paragraphs() -> None:
    assert from_plain("One & two\nwrapped.\n\nThree <b>\n\nEds: x") == Text(
        "<p>One &amp; two wrapped.</p><p>Three &lt;b&gt;</p>", "One & two wrapped.\n\nThree <b>", ("Eds: x",)
    )


def test_the_plain_words_are_those_of_the_markup() -> None:
    assert from_markup("<p>1 &lt; 2 &amp;amp; more</p><ul><li>a</li><li>b</li></ul>").plain == (
        "1 < 2 &amp; more\n\na b"
    )


def test_tags_and_lines_are_bounded() -> None:
    for markup in ("<br>" * 3 * MOST, "a\n" * 3 * MOST):
        with pytest.raises(Unreadable):
            from_markup(markup)
    with pytest.raises(Unreadable):
        from_plain("a\n" * 2 * MOST)


@pytest.mark.parametrize(
    "markup",
    [
        "<a " + " ".join(f"b{number}=1" for number in range(100_000)) + ">",
        "<a x' " + " ".join(f"b{number}" for number in range(100_000)) + "'>",
        "<p title='" + " ".join(f"b{number}=1" for number in range(100_000)),
        "<div>" * 20_000 + "x",
        "<b><p>" * 10_000 + "x",
        "<x>" * 250 + "<p>x</p>" * 9_000 + "</x>" * 250,
        "<a b=\"<a b='" * 10_000,
        "<!--" * 20_000 + "x" * 500_000,
        "<" * 20_000,
        "<p>" + "<br>" * 19_000 + "x" * 900_000 + "<br>" * 900 + "</p>",
        "&" * 1_000_000,
        "=" * 1_000_000,
        "<a" + " =" * 500_000,
        "\u0300" * 1_000_000,
    ],
)
def test_hostile_markup_takes_no_time(markup: str) -> None:
    """libxml2 alone takes minutes for the first of them."""
    start = time.process_time()
    from_markup(markup)
    assert time.process_time() - start < 2


@settings(max_examples=200, deadline=2_000)
@given(
    st.lists(
        st.sampled_from(
            "<p> </p> <div> </div> <b> <br> <a href= <img/src=x> <table> <td> <!-- --> <script> </script>".split()
        )
        | st.text(max_size=8),
        max_size=40,
    ).map("".join)
)
def test_any_markup_is_written_again_the_same(markup: str) -> None:
    """What was written here is clean: reading it again changes no word."""
    once = from_markup(markup, base=BASE)
    assert from_markup(once.html, base=BASE).plain.split() == once.plain.split()
    assert "<script" not in once.html
