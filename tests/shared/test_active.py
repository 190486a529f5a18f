"""The checker of active content: it sees each kind, however it is disguised, and nothing in a plain story."""

import pytest

from tests.active import ELEMENTS, active_elements

SEEDED = {
    "<script>alert(1)</script>": ["script"],
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>": ["script"],
    "<script/x>alert(1)</script>": ["script"],
    "<svg/onload=alert(1)>": ["svg", "svg onload"],
    "<img src=x onerror=alert(1)>": ["img onerror"],
    "<b x='>' onclick=alert(1)>x</b>": ["b onclick"],
    "<p title=x\nONMOUSEOVER = 'x'>": ["p onmouseover"],
    "<p style='color:red'>x</p>": ["p style"],
    "<a href='javascript:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href=' \x01javascript:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='java\nscript:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='java&Tab;script&colon;alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='&#106;avascript:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='&#x6A&#x61;vascript:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='JaVaScRiPt:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href='java\x00script:alert(1)'>x</a>": ["a href=javascript:"],
    "<a href=vbscript:x>x</a>": ["a href=vbscript:"],
    "<a href='data:text/html,<b>x'>x</a>": ["a href=data:"],
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>": ["img src=data:"],
    "<img srcset='/a.jpg 1x, data:image/gif;base64,R0 2x'>": ["img srcset=data:"],
    "<button formaction=javascript:alert(1)>": ["button formaction=javascript:"],
    "<x xlink:href=javascript:alert(1)>": ["x xlink:href=javascript:"],
    "<div><p>x<blockquote cite=javascript:alert(1)>": ["blockquote cite=javascript:"],
    "<p>x<!-- --!><script>alert(1)</script>": ["script"],  # browsers end a comment so
    "<svg:script>alert(1)</svg:script>": ["svg:script"],
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>": ["img onerror"],
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>": ["img onerror"],  # text to its end, quote or not
    "<![><img src=x onerror=alert(1)>]>": ["img onerror"],
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>": ["math", "style"],
}


@pytest.mark.parametrize("html", SEEDED)
def test_each_kind_is_seen(html: str) -> None:
    """Tag, handler, style and scheme, by entities, blanks and control characters, alone and inside a story."""
    assert set(SEEDED[html]) <= set(active_elements(html))
    assert set(SEEDED[html]) <= set(active_elements(f"<h2>A</h2><p>b <em>c</em></p>{html}<p>d</p>"))


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_each_element_is_seen(name: str) -> None:
    """Each element of the list, anywhere; twice when it is there twice."""
    assert active_elements(f"<p>a</p><{name}></{name}><p>b<{name.upper()} title=x>").count(name) == 2


def test_what_is_there_once_is_listed_once() -> None:
    """Two parsers see it, and it is one."""
    assert active_elements('<p onclick="x" style="y">x</p><a href="javascript:1">x</a>') == [
        "a href=javascript:",
        "p onclick",
        "p style",
    ]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain text with < and > and & and javascript: in it",
        '<p title="javascript: a language">A script, a style, on stage: data: 1</p>',
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; <code>&lt;img onerror=x&gt;</code></p>",
        '<figure><img src="https://a.example/i.jpg?x=javascript:1" alt="onerror=1"><figcaption>A</figcaption></figure>',
        '<a href="/data:/x" rel="noopener">x</a><a href="mailto:a@b.example">y</a><a href="#style">z</a>',
        "<table><tr><td colspan=2>1</td></tr></table><time datetime='2026-01-02'>x</time>",
        "\x00\ud800 lone \udfff",
    ],
)
def test_a_story_is_not_active(html: str) -> None:
    """Words about scripts are words."""
    assert active_elements(html) == []
