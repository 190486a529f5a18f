"""No page holds the reader up, brings it down, or makes it ask the network."""

import json
import socket
import time
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats import page, page_tree
from shared.formats.page_markup import story_markup
from shared.formats.story import Given, IncomingStory, Unreadable

GIVEN = Given(ZoneInfo("Europe/Minsk"), url="https://vale.example/bridge")
SECONDS = 2
MEGABYTE = 1_000_000
PARAGRAPH = "<p>The road bridge over the Sill will carry traffic again from Monday, the council said on Friday.</p>"
HEAD = f"<html><head><title>Bridge opens</title></head><body><h1>Bridge opens</h1>{PARAGRAPH * 5}"


def read(text: str) -> IncomingStory | None:
    """Return the story of a page, or None where it is refused; anything else is an error."""
    try:
        story = page.read(text.encode("utf-8", "surrogatepass"), GIVEN)[0]
    except Unreadable:
        return None
    assert isinstance(story, IncomingStory)
    assert story.headline
    assert story.body_html
    return story


def repeated(piece: str) -> str:
    """Return a megabyte of a piece, or as much as is read of it: 18,000 elements."""
    elements = sum(piece.count(f"<{letter}") for letter in "abcdefghijklmnopqrstuvwxyz")
    return piece * min(MEGABYTE // len(piece), 18_000 // elements if elements else MEGABYTE)


ATTRIBUTES = "<p " + " ".join(f"a{number:x}" for number in range(48_000)) + ">word</p>"
BODY = json.dumps({"@type": "NewsArticle", "articleBody": ATTRIBUTES})
PRELOADED = json.dumps({"topic_1": json.dumps({"post_stream": {"posts": [{"cooked": ATTRIBUTES}]}})})
HOSTILE = {
    "one paragraph": "<p>" + "word and, " * 100_000,
    "one word": "<p>" + "a" * MEGABYTE,
    "one number": "<p>" + "1" * MEGABYTE,
    "brackets": "<" * MEGABYTE,
    "ampersands": "&" * MEGABYTE,
    "entities": "&nbsp;" * 160_000,
    "signs that expand": "<p>" + "\ufdfa" * 330_000,
    "marks": "<p>a" + "\u0301" * 500_000,
    "zeros": "<p>\0" * 200_000,
    "half pairs": "<p>" + "\ud800" * 300_000,
    "deep": "<div>" * 500 + "word " * 100_000,
    "deep again and again": ("<div>" * 200 + "x y z" + "</div>" * 200) * 140,
    "paragraphs in the deep": "<div>" * 480 + repeated("<p>word 1 may 2018</p>"),
    "formatting in the deep": "<i>" * 400 + repeated("<div>word</div>"),
    "spans": repeated("<span>1</span>"),
    "links": repeated('<a href="/x">word one</a> '),
    "lines": repeated("text here<br>"),
    "items": repeated("<ul><li>item word</li></ul>"),
    "rows": "<table>" + repeated("<tr><td>a</td><td>b</td></tr>"),
    "tables in tables": "<table><tr><td>x" * 170,
    "pictures": repeated('<img src="/a.jpg" alt="x">'),
    "figures": repeated('<figure><img src="/a.jpg"><figcaption>c</figcaption></figure>'),
    "captions": repeated('<div class="caption">x</div>'),
    "dates": repeated("<p>12.10.2018</p>"),
    "named dates": repeated('<span class="date">x 1</span>'),
    "times": repeated('<time datetime="x">1</time>'),
    "counters": repeated("<div>Views: 12</div>"),
    "counters in a line": "<p>" + repeated("<span>Read 1</span>"),
    "eyes": repeated('<i class="fa fa-eye"></i> 1 '),
    "authors": repeated('<a rel="author" href="x">A B</a>'),
    "headings": repeated('<h2><a href="x">A b c d</a></h2>'),
    "read also": repeated('<p>Read also: <a href="x">y</a></p>'),
    "related": repeated('<div class="related"><p>x</p></div>'),
    "items of microdata": repeated('<div itemscope itemtype="x/NewsArticle"><b itemprop="headline">Bridge opens</b>'),
    "properties": repeated('<span itemprop="author">A B</span>'),
    "a K2 item": '<div class="itemView"><h2 class="itemTitle">T</h2><div class="itemFullText">' + repeated("<p>x 1"),
    "JSON-LD": f'<script type="application/ld+json">{"[" * MEGABYTE}</script>',
    "keywords": f'<meta name="keywords" content="{"a," * 500_000}">',
    "a long author": f'<meta name="author" content="{"A B, " * 200_000}">',
    "a long title": f"<title>{'a | ' * 250_000}</title>",
    "a long site": f'<meta property="og:site_name" content="{"x" * 500_000}">',
    "a long class": f'<div class="{"a-" * 400_000}">x</div>',
    "a long address": f'<link rel="canonical" href="http://x/?{"a=b&" * 200_000}">',
    "markup in JSON-LD": f'<script type="application/ld+json">{BODY}</script>',
    "markup in data": f"<div id='data-preloaded' data-preloaded='{PRELOADED}'>x</div>",
    "broken addresses": repeated('<img src="http://[x"><a href="//[">y</a>'),
}

ALONE = {
    "markup in JSON-LD",
    "markup in data",
    "spans",
    "captions",
    "counters in a line",
    "named dates",
    "paragraphs in the deep",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_is_answered_in_time(kind: str) -> None:
    """A megabyte of anything, below a story; and alone, where then the whole page is what may tell of it."""
    for text in (HEAD + HOSTILE[kind], HOSTILE[kind])[: 2 if kind in ALONE else 1]:
        began = time.process_time()
        read(text)
        assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + "<div>" * 600, "nested more than 512 deep"),
        (HEAD + "<b>" * 20_000, "nested more than 512 deep"),
        (HEAD + "<span>x</span>" * 100_000, "more than 20000 elements"),
        (HEAD + "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">", "more than 256 attributes"),
        (HEAD + "x" * page_tree.LARGEST, "larger than 5 MB"),
    ],
)
def test_a_page_that_is_too_much_is_refused_before_it_is_built(text: str, reason: str) -> None:
    """Too deep, too many elements, too many attributes of one (which alone would take a minute), too large."""
    began = time.process_time()
    with pytest.raises(Unreadable, match=reason):
        page.read(text.encode(), GIVEN)
    assert time.process_time() - began < SECONDS / 2


def test_scripts_and_comments_do_not_make_a_page_deep() -> None:
    """What looks like tags within them is none."""
    hidden = (
        f"<script>var a = '{'<div>' * 1000}'</script><!-- {'<div>' * 1000} --><textarea>{'<div>' * 1000}</textarea>"
    )
    story = read(HEAD + hidden)
    assert story is not None
    assert story.body_html == PARAGRAPH * 5


def test_text_in_the_deep_is_not_lost() -> None:
    """libxml2 would stop at 256 levels, in silence."""
    deep = f"<html><title>Bridge opens</title><body>{'<div>' * 400}<h1>Bridge opens</h1>{PARAGRAPH * 5}"
    story = read(deep)
    assert story is not None
    assert PARAGRAPH in story.body_html


def test_quotes_in_quotes_are_read_to_the_last() -> None:
    """The text of a story is read again after it was written; it may be as deep as its page was."""
    story = read(HEAD + "<blockquote>" * 400 + PARAGRAPH.replace("bridge", "pier"))
    assert story is not None
    assert "pier" in story.body_html


def test_a_heavy_page_is_read_without_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes some 30 microseconds for an element; beyond a number of them the text is what stands in the page."""
    called = []
    monkeypatch.setattr(trafilatura, "extract", lambda *_args, **_options: called.append(1))
    assert read(HEAD + "<i>x</i> " * 15_000) is not None
    assert called == []
    read(HEAD)
    assert called


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError, RecursionError, AttributeError, AssertionError])
def test_whatever_trafilatura_raises_the_text_is_read(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the text is what stands in the page."""

    def broken(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(trafilatura, "extract", broken)
    story = read(HEAD)
    assert story is not None
    assert PARAGRAPH * 5 in story.body_html


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what a page links to, nor its document type."""

    def asked(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket.socket, "connect", asked)
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    doctype = '<!DOCTYPE html SYSTEM "http://vale.example/x.dtd"><!ENTITY a SYSTEM "file:///etc/passwd">'
    links = '<link rel="canonical" href="https://vale.example/x"><iframe src="https://vale.example/y"></iframe>&a;'
    assert read(doctype + links + HEAD + '<img src="https://vale.example/z.jpg">') is not None


def test_nothing_active_is_in_a_text() -> None:
    """The desk cleans it once more; nothing should be left for it to find."""
    attack = (
        '<p onclick="x()">The bridge <a href="javascript:x()">opens</a> <a href=" jAvAscript:x()">now</a> and here.</p>'
        '<img src="data:image/svg+xml,x" onerror="x()"><iframe src="//x.example"></iframe><svg onload="x()"></svg>'
        "<p>&lt;script&gt;x()&lt;/script&gt; is what they wrote on the bridge, the council said on Friday.</p>"
    )
    story = read(HEAD + attack)
    assert story is not None
    assert not any(sign in story.body_html.lower() for sign in ("javascript:", "onclick", "onerror", "<iframe", "<svg"))
    assert "&lt;script&gt;" in story.body_html


PIECES = st.sampled_from(
    "<p> </p> <div> </div> <h1> <b> </b> <i> <br> <table> <tr> <td> <ul> <li> <article> <figure> <img src=/a.jpg> </a>"
    " <title> <script> </script> <!-- --> <svg> <form> <blockquote> & &amp; < > 12.10.2018 146 <a href=x>".split()
)
PAGES = st.lists(PIECES | st.just(PARAGRAPH) | st.text(max_size=12), max_size=40).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(PAGES)
def test_no_page_makes_it_fail(text: str) -> None:
    """Any tags in any order: a story, or a refusal that says why."""
    read(HEAD + text)
    read(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    """Any bytes, in a page and alone."""
    for payload in (raw, HEAD.encode() + raw, b"\xff\xfe" + raw):
        with suppress(Unreadable):
            page.read(payload, GIVEN)


@settings(max_examples=100, deadline=None)
@given(PAGES)
def test_markup_that_was_written_is_read_as_itself(text: str) -> None:
    """Writing it again changes nothing: every tag that is opened is closed, in its order."""
    root = page_tree.grow(f"<p>{text}".encode(), GIVEN).root
    page_tree.strip_unseen(root)
    once = story_markup(root, None)
    again = page_tree.grow(f"<body>{once}<p></p></body>".encode(), GIVEN).root
    assert story_markup(again, None) == once
