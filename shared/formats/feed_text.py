"""The bytes of a feed become text that is safe to parse: decoded, without its prologue, its common slips put right."""

import codecs
import re
import sys
from html.entities import html5
from typing import Never

from shared.formats.lines import clean
from shared.formats.story import Unreadable

LARGEST = 5 * 1024 * 1024  # bytes

# Longest first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # Without a mark, the zeros around the first "<" or "{" tell (XML 1.0, appendix F.1), and "<?xm" in EBCDIC.
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_DECLARED = re.compile(rb"\s{0,99}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z][\w.:-]{0,39})[\"']")
_CHARSET = re.compile(r";\s{0,9}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z][\w.:-]{0,39})", re.IGNORECASE)
# Python's other codecs are no encodings of text, or cost more than their length (punycode).
_EAST_ASIAN = re.compile(r"gb\w+|hz|big5\w*|cp9(?:32|36|49|50)|euc_\w+|shift_jis\w*|iso2022_\w+|johab")
_SINGLE_BYTE = re.compile(r"cp\d{3,4}|iso8859-\d{1,2}|koi8-[rut]|mac-\w+|tis-620|ptcp154|kz1048")
# What software says that does not know: evidence is better.
_SAID_BY_DEFAULT = frozenset({"ascii", "iso8859-1", "cp1252"})
_FEW_BROKEN = 10
"""So many characters must be whole for one that is broken: a text cut within a letter, not another encoding."""
_SAMPLE = 200_000
_CYRILLIC_WORDS = re.compile("[абвгдежзийклмнопрстуфхцчшщъыьэюяёіўґїє]{2,}")
# An undeclared encoding is the one in which most is ordinary writing: accented letters among plain ones, small Cyrillic
# letters in a row; of equals, the first.
_GUESSES = (
    ("cp1252", "äöüßéèêëàâçñóíáôîïûùåøæœ"),
    ("cp1250", "ąćęłńóśźżčěřšůýžáéíőűţăâî"),
    ("cp1257", "ąčęėįšųūžāēģīķļņõäöü"),
    ("cp1251", ""),
    ("koi8-u", ""),
)
_C1 = {code: character for code in range(0x80, 0xA0) if (character := bytes([code]).decode("cp1252", "ignore"))}
_NOT_XML = dict.fromkeys((0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F), " ")

_FIRST_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})")
_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_JUNK = 20_000
"""Where software prints its own warnings before the feed, they are shorter."""
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));|([A-Za-z][A-Za-z0-9]{1,31});)?")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_:/!?])")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_XML_CHARACTER = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def decode(raw: bytes, content_type: str | None) -> str:
    """Return the text of `raw` without what cannot be seen; bytes that mean nothing become U+FFFD. Linear.

    A byte order mark is believed first. Then bytes that read as UTF-8 are UTF-8, whatever is declared, because other
    text never does so by chance. Then what HTTP and the XML declaration say, in this order (RFC 7303, section 3), if it
    is no mere default and can be; and last the bytes are asked which alphabet they write.
    """
    return clean(_decoded(raw, content_type).translate(_C1).translate(_NOT_XML))


def _decoded(raw: bytes, content_type: str | None) -> str:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    declared = _declared(raw, content_type)
    for name in declared:
        # Pairs of such bytes may read as UTF-8, and some of these encodings are ASCII to the eye.
        if _EAST_ASIAN.fullmatch(name) and (text := _strictly(raw, name)) is not None:
            return text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) - broken > _FEW_BROKEN * broken:
        return text
    for name in declared:
        if name not in _SAID_BY_DEFAULT and (other := _strictly(raw, name)) is not None:
            return other
    return raw.decode(_guess(raw), "replace")


def _declared(raw: bytes, content_type: str | None) -> list[str]:
    labels = [found[1]] if content_type and (found := _CHARSET.search(content_type)) else []
    if inside := _DECLARED.match(raw):
        labels.append(inside[1].decode("ascii"))
    names = []
    for label in labels:
        try:
            names.append(codecs.lookup(label).name)
        except LookupError:
            continue
    return names


def _strictly(raw: bytes, name: str) -> str | None:
    if not (_EAST_ASIAN.fullmatch(name) or _SINGLE_BYTE.fullmatch(name)):
        return None
    try:
        return raw.decode("gb18030" if name == "gb2312" else name)
    except UnicodeDecodeError:
        return None


def _guess(raw: bytes) -> str:
    sample = raw[:_SAMPLE]
    scores: dict[str, int] = {}
    for name, letters in _GUESSES:
        within_latin = f"(?<=[a-z])[{letters}]|[{letters}](?=[a-z])"
        written = re.compile(within_latin, re.IGNORECASE) if letters else _CYRILLIC_WORDS
        scores[name] = sum(map(len, written.findall(sample.decode(name, "replace"))))
    return max(scores, key=lambda name: scores[name])


def feed_text(raw: bytes, content_type: str | None) -> str:
    """Return the feed's XML from its root on. Raises `Unreadable` for what is no XML feed, or declares entities.

    A DOCTYPE that only names a DTD, as in RSS 0.91, is left out; nothing that it could declare is missed, as HTML's
    entities become characters here. Bare ampersands and angle brackets are escaped, and references to characters that
    are none dropped: so the strict parser can read most of what is ill-formed, and it reads better than the loose one.
    """
    if len(raw) > LARGEST:
        _refuse(f"The feed has {len(raw)} bytes; at most {LARGEST // 1024**2} MB are read.")
    return _repaired(_from_root(decode(raw, content_type)))


def _from_root(text: str) -> str:
    start = _after_prologue(text, 0)
    root = _FIRST_TAG.match(text, start)
    if root and root[1].lower() not in _ROOTS and (declared := text.find("<?xml", start, start + _JUNK)) >= 0:
        start = _after_prologue(text, declared)
        root = _FIRST_TAG.match(text, start)
    if not root:
        _refuse("This is no feed: there is no XML in it. A feed begins with <rss>, <rdf:RDF> or <feed>.")
    if root[1].lower() == "html":
        _refuse("This is a web page, not a feed. The address of its feed is often linked as “RSS”.")
    if root[1].lower() not in _ROOTS:
        _refuse(f"This is XML, but no feed: it begins with {root[0]}>, and a feed with <rss>, <rdf:RDF> or <feed>.")
    return text[start:]


def _after_prologue(text: str, start: int) -> int:
    """Return where the first element begins: behind declarations, comments and instructions (XML 1.0, section 2.8)."""
    while (start := text.find("<", start)) >= 0:
        if text.startswith("<!--", start):
            end = text.find("-->", start)
        elif text.startswith("<?", start):
            end = text.find("?>", start)
        elif text.startswith("<!", start):
            end = text.find(">", start)
            # An entity can only be declared in an internal subset, or in a DTD, which is never loaded.
            if "[" in text[start:end] or text[start : start + 8].upper() == "<!ENTITY":
                _refuse("The feed declares entities of its own (a DOCTYPE with a subset), which is not read.")
        elif _FIRST_TAG.match(text, start):
            return start
        else:
            end = start
        start = len(text) if end < 0 else end + 1
    return len(text)


def _repaired(text: str) -> str:
    """Put references right where XML reads them: not in CDATA sections, which hold HTML with references of its own."""
    first, *rest = text.split("<![CDATA[")
    parts = [_referring(first)]
    for part in rest:
        section, close, after = part.partition("]]>")
        parts += ["<![CDATA[", section, close, _referring(after)]
    return "".join(parts)


def _referring(markup: str) -> str:
    return _REFERENCE.sub(_reference, _BARE_BRACKET.sub("&lt;", markup))


def _reference(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return found[0] if name in _XML_NAMES else html5.get(f"{name};", f"&{name};").translate(_MARKUP)
    if not (hexadecimal or decimal):
        return "&amp;"
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code in _C1:
        return _C1[code]
    return found[0] if code <= sys.maxunicode and _XML_CHARACTER.match(chr(code)) else ""


def _refuse(message: str) -> Never:
    raise Unreadable(("feed",), message)
