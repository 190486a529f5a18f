"""feedparser within bounds: a megabyte of anything takes less than two seconds."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from shared.formats import feed_parser
from shared.formats.feed_parser import parse
from shared.formats.feed_text import feed_text
from shared.formats.story import Unreadable

HEAD = (
    '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/DTDs/PodCast-1.0.dtd">'
    "<channel><title>Vale Courier</title><item><title>T</title>"
)
TAIL = "</item></channel></rss>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Vale</title><entry><title>T</title><content type="xhtml">'
ATOM_TAIL = "</content></entry></feed>"
LINES = "<title>x</title><description>y</description>"
MEGABYTE = 1_000_000


def fill(piece: str, size: int = MEGABYTE) -> str:
    return piece * (size // len(piece))


def numbered(piece: str, count: int) -> str:
    return "".join(piece.format(number) for number in range(count))


# Without its bound, each of the first takes a quarter of a minute at least, most of them hours.
HOSTILE: dict[str, Callable[[], str]] = {
    "categories": lambda: HEAD + numbered("<category>{}</category>", 29_000) + TAIL,
    "keywords": lambda: HEAD + f"<itunes:keywords>{numbered('{},', 150_000)}</itunes:keywords>" + TAIL,
    "media keywords": lambda: HEAD + f"<media:keywords>{numbered('{},', 150_000)}</media:keywords>" + TAIL,
    "an author": lambda: HEAD + f"<author>{fill('a')}</author>" + TAIL,
    "an author in pieces": lambda: HEAD + f"<author>{fill('a' * 50 + '<media:group/>')}</author>" + TAIL,
    "authors": lambda: HEAD + fill(f"<author>{'a' * 4_000}</author>") + TAIL,
    "white lines": lambda: ATOM + fill("\n") + "x" + ATOM_TAIL,
    "namespaces": lambda: (
        f"<rss {numbered('xmlns:a{0}="u{0}" ', 20_000)}><channel><item>{fill('<a19999:b/>', 300_000)}{TAIL}"
    ),
    "a base": lambda: f'<rss xml:base="http://e/{fill("a/", 500_000)}"><channel><item>{fill("<b/>", 500_000)}{TAIL}',
    "bases": lambda: '<rss xml:base="http://e/"></q>' + fill(f'<q xml:base="{"a/" * 50}">'),
    "a language": lambda: f'<rss xml:lang="{fill("a_", 500_000)}"><channel>{fill(f"<item>{LINES}</item>", 500_000)}',
    "items": lambda: f"<rss><channel>{fill('<item/>')}</channel></rss>",
    "tags": lambda: HEAD + fill("<q></q>") + TAIL,
    "open tags": lambda: HEAD + fill('<q r="">'),
    "nested tags": lambda: HEAD + fill("<q>", 400_000) + fill("</q>", 500_000) + TAIL,
    "end tags": lambda: HEAD + fill("</q>"),
    "attributes": lambda: HEAD + f"<q {fill(' x')}>",
    "a long attribute": lambda: HEAD + f'<link href="{fill("x")}"/>' + TAIL,
    "open quotes": lambda: HEAD + fill('<q "'),
    "quotes": lambda: HEAD + "<q " + fill("'\""),
    "slashes": lambda: HEAD + fill("<q/"),
    "open sections": lambda: HEAD + fill("<![CDATA["),
    "open declarations": lambda: HEAD + fill("<!["),
    "declarations": lambda: HEAD + fill("<!q>"),
    "open instructions": lambda: HEAD + fill("<?"),
    "open comments": lambda: HEAD + fill("<!--"),
    "comments": lambda: HEAD + fill("<!-- -->"),
    "brackets": lambda: HEAD + fill("<"),
    "ampersands": lambda: HEAD + fill("&"),
    "dates": lambda: HEAD + fill("<pubDate>Fri, 12 Oct 2018 15:52:00 +0300000</pubDate>") + TAIL,
    "a date": lambda: HEAD + f"<pubDate>{fill('1:')}</pubDate>" + TAIL,
    "links": lambda: HEAD + fill("<link>http://courier.example/</link>") + TAIL,
    "blank lines before it": lambda: fill("\n") + HEAD + TAIL,
    "comments before it": lambda: fill("<!---->") + HEAD + TAIL,
    "document types before it": lambda: fill("<!DOCTYPE rss>") + HEAD + TAIL,
    "open declarations before it": lambda: fill("<?xml ") + HEAD + TAIL,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_megabyte_is_done_within_two_seconds(kind: str) -> None:
    raw = HOSTILE[kind]().encode()
    began = time.process_time()
    with suppress(Unreadable):
        assert len(parse(feed_text(raw, None), "http://courier.example/feed").entries) <= 1_000
    assert time.process_time() - began < 2


def test_nesting_is_bounded() -> None:
    deep = HEAD + "<q>" * 300 + "</q>" * 300 + TAIL
    with pytest.raises(Unreadable, match="nested more than 256 deep"):
        parse(deep, None)
    assert parse(HEAD + "<q>" * 200 + "</q>" * 200 + TAIL, None).entries


def test_tags_are_bounded() -> None:
    with pytest.raises(Unreadable, match="more than 60000 tags"):
        parse(HEAD + "<q></q>" * 30_000 + TAIL, None)


def test_what_comes_before_too_many_tags_is_read() -> None:
    """A feed has its newest items first."""
    items = "".join(f"<item><guid>{n}</guid>{'<q></q>' * 498}<title>T</title></item>" for n in range(100))
    parsed = parse(f"<rss><channel>{items}</channel></rss>", None)
    assert [entry["id"] for entry in parsed.entries] == [str(n) for n in range(59)]
    assert all(entry["title"] == "T" for entry in parsed.entries)
    assert parsed.left_out == 41


def test_entries_are_bounded_and_those_left_out_are_counted() -> None:
    parsed = parse(f"<rss><channel>{'<item><title>T</title></item>' * 1_200}</channel></rss>", None)
    assert (len(parsed.entries), parsed.left_out) == (1_000, 200)


def test_whatever_feedparser_raises_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its handlers trust the order of elements; a broken feed is no fault of ours."""

    def fail(*_arguments: object) -> None:
        raise IndexError

    monkeypatch.setattr(feed_parser._Strict, "push", fail)
    with pytest.raises(Unreadable, match="too broken to be read"):
        parse(HEAD + TAIL, None)


def test_an_id_is_left_as_it_is() -> None:
    """RFC 4287, section 4.2.6.1: compared letter by letter, wherever the feed comes from."""
    for written in ("HTTP://Courier.Example/./7", "/7", "7"):
        feed = f"<rss><channel><item><guid>{written}</guid></item></channel></rss>"
        assert parse(feed, "http://courier.example/feed").entries[0]["id"] == written


def test_words_in_markup_where_none_belongs_are_kept() -> None:
    entry = parse(
        "<rss><item><category><p>News</p></category><author><b>Ann</b> Smith</author></item></rss>", None
    ).entries[0]
    assert entry["tags"][0]["term"] == "News"
    assert entry["authors"][0]["name"] == "Ann Smith"
