"""XML from outside, parsed so that nothing in it can reach out, blow up or hide.

Everything is decoded here, once, and what was looked at is what is parsed: no encoding shows the checks one document
and the parser another. A DOCTYPE that only names a DTD declares nothing and is dropped, because NITF comes with one;
one that declares anything is refused, and with it every way to define an entity (XML 1.0, 2.8 and 4.2).
"""

import codecs
import re
from html.entities import html5
from typing import Never

from lxml import etree

from shared.formats.story import Unreadable

LARGEST = 5_000_000  # bytes
MOST = 100_000  # elements

# Longest first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark, the zeros around the first "<" tell (XML 1.0, appendix F.1).
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARATION = re.compile(r"<\?xml\s[^<>]{0,200}?\?>")
_DECLARED = re.compile(rb"<\?xml\s[^<>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z][\w.-]{0,39})[\"']")
# What news is written in. The rest of Python's codecs are no character encodings, or cost more than their length.
_KNOWN = re.compile(
    r"utf-?8|us-ascii|ascii|latin-?[1-9]|iso[-_]?8859-\d{1,2}|(?:windows|cp)-?(?:125\d|866|85\d|437)|koi8-[rut]"
    r"|gb2312|gbk|gb18030|big5(?:-?hkscs)?|euc[-_](?:jp|kr)|shift[-_]?jis|iso-2022-jp|x?-?mac-?(?:cyrillic|roman)"
)
_WIDE = re.compile(r"(?:utf-?|ucs-?|iso-10646-ucs-)(?:16|32|2|4)[-_]?(?:[lb]e)?")
# What may hold "<!DOCTYPE" without being one, closed or not; and what is one.
_MARKUP = re.compile(
    r"<!--(?:.*?-->|.*)|<!\[CDATA\[(?:.*?\]\]>|.*)|<\?(?:.*?\?>|.*)|<!DOCTYPE", re.DOTALL | re.IGNORECASE
)
_DOCTYPE = re.compile(
    r"<!DOCTYPE\s+[\w:.-]{1,100}(?:\s+(?:SYSTEM|PUBLIC\s*(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'))"
    r"(?:\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'))?)?\s*>",
    re.IGNORECASE,
)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def parse(raw: bytes) -> etree._Element:
    """Return the root of the document; raise `Unreadable`, and nothing else, for what is not safe or no XML.

    At most 5 MB, 256 levels and 100,000 elements.
    """
    if len(raw) > LARGEST:
        _refuse(f"The XML has {len(raw)} bytes; at most {LARGEST} are read.")
    text = _decode(raw)
    if text.count("<") > 2 * MOST:  # an element has two, and this takes no time
        _refuse(f"The XML has more than {MOST} elements.")
    return _build(_without_doctype(text))


def _decode(raw: bytes) -> str:
    marked = next(((len(mark), name) for mark, name in _MARKS if raw.startswith(mark)), None)
    start, encoding = marked or (0, _unmarked(raw))
    try:
        text = raw[start:].decode(encoding)
    except (UnicodeDecodeError, LookupError):
        _refuse(f"The XML is not written in {encoding}, as it says or as XML is when it says nothing.")
    # The text is handed on as UTF-8, and the declaration would deny that.
    text = text.lstrip()
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _unmarked(raw: bytes) -> str:
    for zeros, name in _UNMARKED:
        if raw.startswith(zeros):
            return name
    declared = _DECLARED.match(raw.lstrip())
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if _WIDE.fullmatch(name):  # it could not have been read if that were so
        return "utf-8"
    if not _KNOWN.fullmatch(name):
        _refuse(f"The XML says that it is written in {name}, which is not read here.")
    return name.removeprefix("x-")


def _without_doctype(text: str) -> str:
    """Drop the first DOCTYPE if it declares nothing; refuse any other, wherever it stands.

    What deceives this scan (a comment that opens inside a value) is no well-formed XML up to there: the parser stops.
    """
    found = (markup for markup in _MARKUP.finditer(text) if markup[0][:9].upper() == "<!DOCTYPE")
    first = next(found, None)
    if not first:
        return text
    plain = _DOCTYPE.match(text, first.start())
    if not plain or next(found, None):
        _refuse("The XML declares a document type of its own (DOCTYPE with entities or elements), which is not read.")
    # HTML's names are what the DTDs of NITF and XHTML would have declared, and all that is left of them.
    return text[: plain.start()] + _NAMED.sub(_character, text[plain.end() :])


def _character(found: re.Match[str]) -> str:
    return found[0] if found[1] in _XML_NAMES else html5.get(f"{found[1]};", found[0])


def _build(text: str) -> etree._Element:
    # Without huge_tree libxml2 stops at 256 levels, long before its own recursion, or ours, could end the process.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        _refuse(f"This is no well-formed XML: {_told(error)}")


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _refuse(message: str) -> Never:
    raise Unreadable(("xml",), message)


def local(element: etree._Element) -> str:
    """The element's name without its namespace or prefix."""
    return element.tag.rpartition("}")[2]


def children(element: etree._Element | None, *names: str) -> list[etree._Element]:
    """The children of that local name, in any namespace, at the end of the path `names`; none where there is no way."""
    found = [element] if element is not None else []
    for name in names:
        found = [child for parent in found for child in parent if local(child) == name]
    return found


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first of `children`, or None."""
    return next(iter(children(element, *names)), None)


def words(element: etree._Element | None) -> str:
    """All text in the element, spaces and line ends made one space; empty for None."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""
