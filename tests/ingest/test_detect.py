"""What a payload is read as: by what it holds, then by its type and name."""

from zoneinfo import ZoneInfo

import pytest

from shared.formats import detect
from shared.formats.story import Given, Unreadable

UTC = ZoneInfo("UTC")


def found(raw: bytes | str, content_type: str | None = None, name: str = "") -> str:
    """The format of a payload."""
    return detect.format_of(raw.encode() if isinstance(raw, str) else raw, Given(UTC, content_type), name)


@pytest.mark.parametrize(
    ("raw", "format_name"),
    [
        ('<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "feed"),
        ('\ufeff\n<!-- made by hand -->\n<rdf:RDF xmlns:rdf="x">', "feed"),
        ('<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        ('<a:feed xmlns:a="http://www.w3.org/2005/Atom">', "feed"),
        ('<!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "x.dtd">\n<rss version="0.91">', "feed"),
        ('garbage before <rss version="2.0">', "feed"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "feed"),
        ('{"version": "https:\\/\\/jsonfeed.org\\/version\\/1.1"}', "feed"),
        ('{"items": [1], "' + "x" * 5000 + '": 1, "version": "https://jsonfeed.org/version/1"}', "feed"),
        ('{"uri": "urn:x", "headline": "x"}', "ninjs"),
        ('[{"uri": "urn:x"}]', "ninjs"),
        ('{"uri": "urn:x"', "ninjs"),
        ("<newsItem guid='x'>", "newsml_g2"),
        ("<g2:newsMessage xmlns:g2='x'>", "newsml_g2"),
        ("<?xml version='1.0'?>\n<nitf>", "nitf"),
        ('<!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf>', "nitf"),
        ("<!doctype html><title>x</title>", "page"),
        ("<!-- saved from url=(0042)https://x.example -->\n<html>", "page"),
        ("<div><p>One</p><p>Two</p></div>", "page"),
        ('<html><head><link type="application/rss+xml"></head>', "page"),
        ("Friday, 12 October 2018 15:52\n\nBridge\n\nOpened.", "plain_text"),
        ("A < B, said the teacher.", "plain_text"),
        ('"Quoted," she said.', "plain_text"),
        ("[Updated] Bridge opens\n\nFriday", "plain_text"),
    ],
)
def test_content_tells(raw: str, format_name: str) -> None:
    """Whatever type it came with."""
    assert found(raw, "text/plain") == format_name


def test_every_encoding_tells() -> None:
    """UTF-16 and UTF-32, with a mark and without."""
    text = '<?xml version="1.0"?><rss version="2.0">'
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "windows-1251"):
        assert found(text.encode(encoding)) == "feed", encoding


def test_then_type_and_name() -> None:
    """Where the content does not tell."""
    assert found("no mark of any kind", "text/html; charset=utf-8") == "page"
    assert found("no mark of any kind", None, "drop/x/page.HTM") == "page"
    assert found("no mark of any kind") == "plain_text"


@pytest.mark.parametrize("raw", ["<opml><body/></opml>", "%PDF-1.7", "PK\x03\x04 zip", "{\\rtf1 text}", "<svg>"])
def test_what_no_reader_is_for(raw: str) -> None:
    """Is refused with a reason."""
    with pytest.raises(Unreadable) as refused:
        found(raw)
    assert refused.value.missing == ("format",)
