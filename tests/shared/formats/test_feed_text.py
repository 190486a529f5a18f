"""The bytes of a feed become text: in any encoding, without entities of its own, with common slips put right."""

import codecs

import pytest

from shared.formats.feed_text import decode, feed_text
from shared.formats.story import Unreadable

RUSSIAN = "Мост через реку снова открыт для движения, и паром больше не ходит."
POLISH = "Most przez rzekę znów jest otwarty, żółty prom już nie będzie pływać, mówi przewoźnik."
GERMAN = "Die Brücke über den Fluß ist wieder geöffnet, die Fähre fährt nicht mehr."
LITHUANIAN = "Tiltas per upę vėl atidarytas, keltas daugiau neplauks, sako keltininkas Šarūnas Žąsinas."


def feed(text: str, encoding: str | None = None) -> str:
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declared}?><rss><title>{text}</title></rss>'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp037"])
@pytest.mark.parametrize("declared", [None, "utf-16", "windows-1251"])
def test_marks_and_zeros_tell_the_encoding_whatever_is_declared(encoding: str, declared: str | None) -> None:
    text = feed("Bridge opens", declared)
    assert decode(text.encode(encoding), "application/xml; charset=windows-1251") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "iso-8859-5"),
        (POLISH, "iso-8859-2"),
        (GERMAN, "iso-8859-1"),
        ("橋がまた開いた。", "shift_jis"),
        ("橋がまた開いた。", "iso-2022-jp"),
        ("大桥重新开放。", "gb2312"),
    ],
)
def test_a_declared_encoding_is_believed(text: str, encoding: str) -> None:
    inside = feed(text, encoding)
    assert decode(inside.encode(encoding), None) == inside
    assert decode(feed(text).encode(encoding), f'text/xml; charset="{encoding}"') == feed(text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (POLISH, "windows-1250"),
        (GERMAN, "windows-1252"),
        (LITHUANIAN, "windows-1257"),
        ("© 2018, “bridge”", "windows-1252"),
    ],
)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "us-ascii", "bogus", "punycode", "utf-16"])
def test_an_undeclared_or_misdeclared_encoding_is_found(text: str, encoding: str, declared: str | None) -> None:
    """What software says that does not know is no evidence."""
    inside = feed(text, declared)
    assert decode(inside.encode(encoding), "text/xml; charset=ISO-8859-1") == inside


@pytest.mark.parametrize("declared", ["windows-1251", "iso-8859-1", "koi8-r", None])
def test_utf_8_is_utf_8_whatever_is_declared(declared: str | None) -> None:
    inside = feed(RUSSIAN, declared)
    assert decode(inside.encode(), f"text/xml; charset={declared}") == inside


def test_http_wins_over_the_declaration() -> None:
    """RFC 7303, section 3."""
    assert decode(feed(RUSSIAN, "windows-1252").encode("koi8-r"), "text/xml; charset=koi8-r") == feed(
        RUSSIAN, "windows-1252"
    )
    assert RUSSIAN in decode(feed(RUSSIAN, "windows-1251").encode("koi8-r"), "text/xml; charset=koi8-r")


def test_a_letter_cut_in_two_does_not_change_the_encoding() -> None:
    """Software that counts bytes cuts a text within a letter."""
    raw = feed(RUSSIAN, "utf-8").encode().replace(" и ".encode(), b" \xd0 ")
    assert decode(raw, None) == feed(RUSSIAN.replace(" и ", " \ufffd "), "utf-8")


def test_smart_quotes_of_windows_survive() -> None:
    assert decode(feed("\x93bridge\x94 \x85").encode(), None) == feed("“bridge” …")
    assert feed_text(b"<rss>&#147;bridge&#148; &#x85;</rss>", None) == "<rss>“bridge” …</rss>"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("R&D & more", "R&amp;D &amp; more"),
        ("&amp; &lt; &gt; &quot; &apos; &#228; &#xE4;", "&amp; &lt; &gt; &quot; &apos; &#228; &#xE4;"),
        ("&nbsp;&mdash;&LT;&bogus;", "\xa0—&lt;&amp;bogus;"),
        ("&#0;&#xD800;&#x110000;&#99999999;", ""),
        ("&#xFFFFFFFFFFFF;", "&amp;#xFFFFFFFFFFFF;"),
        ("3 < 5 <3", "3 &lt; 5 &lt;3"),
        ("<![CDATA[R&D &nbsp; <3]]> R&D", "<![CDATA[R&D &nbsp; <3]]> R&amp;D"),
        ("<![CDATA[a <![CDATA[ R&D]]> R&D", "<![CDATA[a <![CDATA[ R&D]]> R&amp;D"),
        ("a\x00\x07\x0b\x1e\ufffeb", "a  b"),
    ],
)
def test_slips_are_put_right_outside_of_cdata(written: str, text: str) -> None:
    assert feed_text(f"<rss>{written}</rss>".encode(), None) == f"<rss>{text}</rss>"


ENTITIES = [
    '<!DOCTYPE rss [<!ENTITY a "b">]>',
    '<!DOCTYPE rss [\n<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">\n]>',
    '<!doctype rss [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>',
    '<!DOCTYPE rss PUBLIC "x" "y" [ ]>',
    '<!-- a --><?b?> <!DOCTYPE rss [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]>',
    '<!ENTITY a "b">',
    '<!DOCTYPE x><!DOCTYPE rss [<!ENTITY a "b">]>',
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>',
]


@pytest.mark.parametrize("doctype", ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-be", "utf-8-sig"])
def test_entities_of_its_own_are_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    with pytest.raises(Unreadable, match=r"declares entities of its own|there is no XML"):
        feed_text(f"{doctype}<rss>&a;</rss>".encode(encoding), None)


@pytest.mark.parametrize(
    "prologue",
    [
        "",
        "\ufeff \n\n",
        '<?xml version="1.0"?>\n',
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">',
        '<!DOCTYPE rss SYSTEM "rss.dtd">',
        "<!-- <html> <!DOCTYPE x [ --><?php echo '<feed>' ?>",
        "<br />\n<b>Warning</b>: no such table <?xml version='1.0'?>",
        "Notice: x < y in line 3\n",
    ],
)
def test_what_stands_before_the_feed_is_left_out(prologue: str) -> None:
    assert feed_text(f"{prologue}<rss>x</rss>".encode(), None) == "<rss>x</rss>"


def test_an_unclosed_prologue_is_no_feed() -> None:
    for opening in ("<!--", "<?xml", "<!DOCTYPE"):
        with pytest.raises(Unreadable):
            feed_text(f"{opening} <rss>x</rss>".replace(">", "").encode(), None)


def test_every_mark_of_the_standard_library_is_known() -> None:
    """A mark that is not recognised would be read as two letters."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        assert "\ufeff" not in decode(mark + b"<\0\0\0", None)
