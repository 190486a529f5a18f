"""Outside HTML: nothing active comes through, what editors mean does, and no input takes long."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import Mock

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import sanitize
from shared.errors import Unprocessable

CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "sec-html"
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='javascript:alert(1)'>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x><form action=//evil.example><input><button>",
    "<base href=//evil.example><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
    "<div style='background:url(javascript:x)' class=x id=location>x</div>",
    "<style>@import '//evil.example'</style>",
    "<b x='>' onclick=alert(1)>x</b><b\n/onclick=alert(1)//>y</b>",
    "<b <img src=x onerror=alert(1)>",
    "<table align=left><tr><td align=left bgcolor=red>x</td></tr></table>",
]
HARMLESS = {"lang", "title", "rel"}  # on any tag
URLS = {"href", "src", "cite"}
SCHEMES = {"http", "https", "mailto", "tel"}


class Active(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag or an attribute beyond a newspaper's needs, or a URL of another scheme."""
        if tag not in sanitize._TAGS:
            self.found.append(tag)
        for name, value in attrs:
            if name not in sanitize._ATTRIBUTES.get(tag, set()) | HARMLESS:
                self.found.append(f"{tag} {name}")
            # As browsers do it (WHATWG URL): blanks before it and tabs and line ends within it are no part of a URL.
            scheme = re.match(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):", re.sub(r"[\t\r\n]", "", value or ""), re.IGNORECASE)
            if name in URLS and scheme and scheme[1].lower() not in SCHEMES:
                self.found.append(f"{name} {value}")

    handle_startendtag = handle_starttag


def active(html: str) -> list[str]:
    """What is active in it."""
    parser = Active()
    parser.feed(html)
    parser.close()
    return parser.found


def payloads() -> Iterator[str]:
    """Every payload of the corpora."""
    for name in ("dompurify-expect.json", "bleach-clean.json"):
        yield from (case.get("payload", "") for case in json.loads((CORPORA / name).read_text(encoding="utf-8")))
    for case in json.loads((CORPORA / "ammonia-tests.json").read_text(encoding="utf-8")):
        yield case["fragment_rust_literal"]
        yield case["fragment_rust_literal"].strip('"').replace('\\"', '"')


@pytest.mark.parametrize("html", ATTACKS)
def test_nothing_active_is_left(html: str) -> None:
    """Scripts, handlers, foreign content, forms, styles, odd schemes are gone; cleaning again changes nothing."""
    cleaned = sanitize.clean(html)
    assert active(cleaned) == []
    assert sanitize.clean(cleaned) == cleaned


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the XSS corpora are not on this machine")
def test_nothing_of_the_known_attacks_is_left() -> None:
    """No payload of DOMPurify, Bleach and Ammonia leaves anything active, alone or inside a story."""
    known = list(payloads())
    assert len(known) > 450
    for html in known:
        assert active(sanitize.clean(html)) == [], html
        assert active(sanitize.clean(f"<p>A<b>B{html}</b></p>")) == [], html


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "<", ">", "'", '"', "<!--", "-->", "<b ", "</", "<![CDATA[", "&lt;"]), max_size=8
    )
)
def test_no_mixture_of_attacks_comes_through(parts: list[str]) -> None:
    """Pieces of attacks in any order leave nothing active."""
    assert active(sanitize.clean("".join(parts))) == []


def test_what_editors_mean_survives() -> None:
    """Headings, lists, quotes, tables, figures with captions, links and emphasis come through to the letter."""
    html = (
        "<h2>Мост</h2><p>Text <b>bold</b> <em>and</em> <strong>strong</strong>, H<sub>2</sub>O<br>next.</p>"
        '<ul><li>a</li><li>b</li></ul><ol start="3"><li>c</li></ol>'
        '<blockquote cite="https://a.example/q"><p>quoted</p></blockquote>'
        '<table><caption>Results</caption><thead><tr><th scope="col">A</th></tr></thead>'
        '<tbody><tr><td colspan="2" rowspan="1">1</td></tr></tbody></table>'
        '<figure><img src="https://a.example/i.jpg" alt="A bridge" width="4" height="3">'
        "<figcaption>The bridge</figcaption></figure><pre><code>x &lt; y</code></pre><hr>"
        "<dl><dt>t</dt><dd>d</dd></dl>"
    )
    assert sanitize.clean(html) == html
    for href in ("https://a.example/?a=1&amp;b=2", "mailto:a@b.example", "tel:+375170000000", "/articles/by-slug/x"):
        assert f'<a href="{href}"' in sanitize.clean(f'<a href="{href}">x</a>')


def test_pasted_formatting_keeps_its_words() -> None:
    """What word processors put on formatting goes; the formatting and the words stay."""
    html = '<p><b style="mso-bidi:normal">A</b> <I class=x>b</I> <font color="red">c</font> 1 < 2 <u\n>d</u></p>'
    assert sanitize.clean(html) == "<p><b>A</b> <i>b</i> c 1 &lt; 2 <u>d</u></p>"


def repeated(piece: str, size: int = 320_000) -> str:
    """The piece again and again, 320 KB in all."""
    return piece * (size // len(piece) + 1)


NESTS = [
    "<div>",
    "<div></x>",
    '<div title="</div>">',
    "<div><!--</div>-->",
    "<div><script></div></script>",
    "<div><object></div></object>",
    "<li><dd>",
    "<svg><td>",
    "<b><div></b>",
    "<p><b id=1>",
]


@pytest.mark.parametrize("piece", NESTS)
def test_deep_html_never_reaches_the_parser(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """320 KB of nested tags, also of those that only seem closed, are refused by name before any of it is parsed."""
    parser = Mock()
    monkeypatch.setattr(nh3, "clean", parser)
    with pytest.raises(Unprocessable) as raised:
        sanitize.clean(repeated(piece))
    assert raised.value.errors[0]["pointer"] == "/body_html"
    parser.assert_not_called()


def test_the_limits_let_long_stories_through() -> None:
    """512 levels, 20,000 tags and any length of text are cleaned; one more level or tag is not."""
    deep = "<div>" * 512 + "x" + "</div>" * 512
    assert sanitize.clean(deep) == "x"
    many = "<p>x</p>" * 10_000
    assert sanitize.clean(many) == many
    assert sanitize.clean("1 < 2 & 3 > 2 " * 70_000).startswith("1 &lt; 2 &amp; 3 &gt; 2")
    for html in ("<div>" + deep, many + "<p>"):
        with pytest.raises(Unprocessable):
            sanitize.clean(html)


@pytest.mark.parametrize("attribute", [" id={}", "\nid={}", "/id={}", ' id="{}"', " id='>' x={}", " id='<' x={}"])
def test_open_formatting_does_not_multiply(attribute: str) -> None:
    """Formatting that is never closed goes on in every paragraph; however unequal its tags, output stays bounded."""
    opened = "".join("<b" + attribute.format(number) + ">" for number in range(200))
    cleaned = sanitize.clean("<p>" + opened + "<p>x" * 500)
    assert cleaned.count("<b>") <= 3 * 501 + 200
    # A tag without an end is looked through once, not once from each of its beginnings.
    assert sanitize._UNEQUAL.sub(r"<\1>", "<b " * 500 + "x" * 100_000) == "<b>"


def test_text_is_the_words() -> None:
    """Entities are letters again, blocks are paragraphs, a line break is a line feed."""
    assert (
        sanitize.text("<h2>A &amp; B</h2><p>one<br>two &lt;b&gt;</p><ul><li>x</li></ul>")
        == "A & B\n\none\ntwo <b>\n\nx"
    )
