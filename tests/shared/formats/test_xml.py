"""XML from outside: what declares anything is refused, what only names its DTD is read, and neither takes long."""

import codecs
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.story import Unreadable
from shared.formats.xml import LARGEST, MOST, child, children, local, parse, words

ATTACKS = Path(__file__).parents[3].parent / "shared" / "data" / "sec-xml"
LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
FETCHES = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


def refused(raw: bytes) -> str:
    """What is said of XML that is refused, within the time that a caller waits."""
    start = time.process_time()
    with pytest.raises(Unreadable) as told:
        parse(raw)
    assert time.process_time() - start < 2
    assert told.value.missing == ("xml",)
    return str(told.value)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF8 * 2 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("utf-32"),
        lambda text: text.encode("utf-32-be"),
        lambda text: b'<?xml version="1.0" encoding="windows-1251"?>' + text.encode("cp1251"),
        lambda text: b'<?xml version="1.0" encoding="utf-16"?>' + text.encode(),
        lambda text: ("<!-- <!DOCTYPE a> --><?x <!DOCTYPE a> ?>\n" + text).encode(),
        lambda text: ("<!DOCTYPE a>" + text).encode(),
        lambda text: text.replace("<!DOCTYPE", "<!doctype").encode(),
    ],
)
@pytest.mark.parametrize("text", [LAUGHS, FETCHES, "<!DOCTYPE a [ ]><a/>", "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>"])
def test_a_document_type_of_its_own_is_refused(text: str, encode: object) -> None:
    """In every encoding, behind comments and instructions, and as a second one."""
    assert callable(encode)
    assert "document type" in refused(encode(text))


def test_a_document_type_out_of_place_is_judged_like_any_other() -> None:
    assert parse(b"<a><!DOCTYPE a></a>") is not None
    assert "document type" in refused(b"<a/><!DOCTYPE a [<!ENTITY x 'y'>]>")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">',
        "<!DOCTYPE nitf SYSTEM 'nitf-3-4.dtd'>",
        '<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN" "nitf-3-4.dtd">',
        '<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN"\n  "http://www.nitf.org/dtd/nitf-3-4.dtd" >',
        "<!DOCTYPE nitf>",
        "<!doctype nitf>",
    ],
)
def test_a_document_type_that_declares_nothing_is_dropped(doctype: str) -> None:
    """NITF has always come with one. What its DTD would have named is told by HTML's names."""
    root = parse(f'<?xml version="1.0"?>\n{doctype}\n<nitf><p>Caf&eacute;&nbsp;&amp; more</p></nitf>'.encode())
    assert root.getroottree().docinfo.internalDTD is None
    assert words(root) == "Café & more"


def test_what_only_looks_like_one_is_text() -> None:
    root = parse(b"<!-- <!DOCTYPE a [ --><a><![CDATA[<!DOCTYPE a [<!ENTITY x 'y'>]>]]><!-- <!ENTITY --></a>")
    assert root.text == "<!DOCTYPE a [<!ENTITY x 'y'>]>"


def test_an_entity_that_nobody_declared_is_refused() -> None:
    assert "well-formed" in refused(b"<a>&bogus;</a>")
    assert "well-formed" in refused(b"<!DOCTYPE a><a>&bogus;</a>")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "iso-8859-5", "utf-16", "utf-32"])
def test_declared_encodings_are_read(encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?><a>Мост открыт</a>'.encode(encoding)
    assert words(parse(raw)) == "Мост открыт"


@pytest.mark.parametrize("encoding", ["utf-7", "idna", "punycode", "unicode_escape", "zlib", "nonsense", "rot13"])
def test_what_is_no_encoding_of_text_is_not_decoded(encoding: str) -> None:
    assert encoding in refused(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())


def test_bytes_that_are_not_in_their_encoding_are_refused() -> None:
    assert "utf-8" in refused(b"<a>\xff\xfe</a>")
    assert "utf-8" in refused(b'<?xml version="1.0" encoding="utf-8"?><a>\xe9t\xe9</a>')


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  ",
        b"plain text",
        b"<a>",
        b"<a></b>",
        b"<a>\0</a>",
        b"<a/><b/>",
        b"<a:b/>",
        b"<!ENTITY x 'y'><a/>",
        "<a>\ud800</a>".encode("utf-8", "surrogatepass"),
        b"<!--",
        b"<a>" + b"<!-- " * 30_000,
        b"<a>" + b"<![CDATA[" * 30_000,
    ],
)
def test_what_is_no_xml_is_refused(raw: bytes) -> None:
    refused(raw)


def test_size_depth_and_number_are_bounded() -> None:
    assert "bytes" in refused(b"<a>" + b" " * LARGEST + b"</a>")
    assert parse(b"<a>" * 250 + b"</a>" * 250) is not None
    assert "depth" in refused(b"<a>" * 300 + b"</a>" * 300)
    assert "depth" in refused(b"<a>" * 100_000)
    assert len(parse(b"<a>" + b"<b/>" * (MOST - 1) + b"</a>")) == MOST - 1
    assert "elements" in refused(b"<a>" + b"<b/>" * 2 * MOST + b"</a>")


def test_attributes_in_any_number_take_no_time() -> None:
    start = time.process_time()
    parse(b"<a " + b" ".join(b'b%d="1"' % number for number in range(100_000)) + b"/>")
    assert time.process_time() - start < 2


def test_nothing_is_included_from_elsewhere() -> None:
    raw = b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></a>'
    assert words(parse(raw)) == ""


@pytest.mark.skipif(not ATTACKS.is_dir(), reason="the XML attack samples are not on this machine")
def test_the_attack_samples_do_nothing() -> None:
    """Each is refused, or read without what it declares; the two harmless ones are read."""
    for case in json.loads((ATTACKS / "expected.json").read_text(encoding="utf-8")):
        raw = (ATTACKS / case["file"]).read_bytes()
        if case["expect"] == "accept":
            assert parse(raw) is not None
        elif b"[" in raw.partition(b"<!DOCTYPE")[2].partition(b">")[0]:
            assert "document type" in refused(raw), case["file"]
        else:
            assert parse(raw).getroottree().docinfo.internalDTD is None, case["file"]


def test_names_count_and_prefixes_do_not() -> None:
    root = parse(b'<n:a xmlns:n="urn:x"><n:b>1</n:b><b xmlns="urn:y">2<c>3</c></b></n:a>')
    assert local(root) == "a"
    assert [words(each) for each in children(root, "b")] == ["1", "23"]
    assert words(child(root, "b", "c")) == "3"
    assert child(root, "c") is None
    assert children(None, "b") == []
    assert words(None) == ""


@settings(max_examples=200, deadline=2_000)
@given(st.binary(max_size=300) | st.text("<>!?/-[]&;ax=\"' DOCTYPENI\n", max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        root = parse(raw)
    except Unreadable:
        return
    assert root.getroottree().docinfo.internalDTD is None
