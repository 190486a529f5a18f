"""The text of HTML bytes, whatever their encoding is, or is said to be.

Valid UTF-8 is UTF-8, whatever is declared. Otherwise what is declared is believed as long as it reads like writing (the
most common wrong declaration is the default of a server), and else the bytes are asked themselves.
"""

import codecs
import re

from trafilatura.utils import detect_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# WHATWG Encoding, section 4.2: labels that mean a wider encoding than the one they name.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "koi8-r": "koi8-u",
    "cp1125": "cp866",  # charset-normalizer's name for it
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Python has codecs that are none of a page's: some take quadratic time (punycode), some are no text (zip).
_KNOWN = frozenset(
    "cp866 cp874 cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-2 iso8859-3"
    " iso8859-4"
    " iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-u mac-roman"
    " mac-cyrillic gb18030 big5 euc_jp utf-8 utf-16 utf-16-le utf-16-be".split()
)
# What is only ever meant when it is said: charset-normalizer takes Polish for Sámi.
_RARE = frozenset({"iso8859-3", "iso8859-4", "iso8859-10", "iso8859-14", "iso8859-16", "mac-roman", "cp874", "cp1258"})
_DECLARED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})|<\?xml[^>]{0,100}?encoding=["']([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_WHERE_DECLARED = 8_192
_FOREIGN_BYTES = re.compile(rb"[^<>\x80-\xff]{0,40}[\x80-\xff][^<>]{0,200}")
_SAMPLE = 8_000

_PUNCTUATION = frozenset("«»“”„‘’‚–—…№€§©®°·•\u00a0\u00ad")
_MOJIBAKE = re.compile("[\u00c0-\u017f]{4}|[bdfghj-nq-wz][\u0430-\u045f]|[\u0430-\u045f][bdfghj-nq-wz]", re.IGNORECASE)
"""Rows of accented Latin letters, and words of two alphabets; but a Latin i is at home in a Belarusian word."""
_CONTROL = re.compile("[\u0080-\u009f]")
_MOST_ODD = 0.1
_MOST_CAPITAL = 0.4
_FEW_BROKEN = 10
"""So many characters must be whole for one that is broken: a page cut in the middle, not another encoding."""


def decode(raw: bytes, content_type: str | None) -> str:
    """Return the text of `raw`; bytes that mean nothing become U+FFFD. `content_type` is HTTP's, charset and all."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(name, "replace")
    if zeros := _zeros(raw):
        return raw.decode(zeros, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(1 for character in text if character > "\x7f") - broken > _FEW_BROKEN * broken:
        return text
    return raw.decode(_single(raw, content_type), "replace")


def _zeros(raw: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of markup is zero."""
    head = raw[:400]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > len(head) // 3 else None


def _single(raw: bytes, content_type: str | None) -> str:
    sample = b" ".join(_FOREIGN_BYTES.findall(raw, 0, 40 * _SAMPLE))[:_SAMPLE]
    for label in _labels(raw, content_type):
        name = _codec(label)
        if name and not name.startswith("utf") and _reads_like_writing(sample.decode(name, "replace")):
            return name
    guesses = (_codec(guess) for guess in detect_encoding(sample))
    return next((guess for guess in guesses if guess and guess not in _RARE), "cp1252")


def _labels(raw: bytes, content_type: str | None) -> list[str]:
    labels = [found[1]] if content_type and (found := _CHARSET.search(content_type)) else []
    found_inside = _DECLARED.finditer(raw, 0, _WHERE_DECLARED)
    return labels + [(found[1] or found[2]).decode("ascii", "ignore") for found in found_inside]


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if name in _KNOWN else None


def _reads_like_writing(sample: str) -> bool:
    """Whether the letters beyond ASCII are letters, most of them small, in words of one alphabet."""
    foreign = [character for character in sample if character > "\x7f"]
    letters = [character for character in foreign if character.isalpha()]
    odd = sum(1 for character in foreign if not character.isalpha() and character not in _PUNCTUATION)
    if _CONTROL.search(sample) or _MOJIBAKE.search(sample) or odd > _MOST_ODD * len(foreign):
        return False
    return sum(map(str.isupper, letters)) <= _MOST_CAPITAL * len(letters)
