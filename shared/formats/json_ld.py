"""JSON-LD as pages really carry it: in comments and CDATA, with trailing commas, control characters and broken ends."""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Any

from shared.formats.page_tree import Element

type Node = dict[str, Any]

_LARGEST = 300_000  # characters of all scripts of a page
_DEEPEST = 100
_MOST_NODES = 20_000
_BEFORE = ("\ufeff", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA[")
_AFTER = (";", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>")
# A string; a comment; a comma that nothing follows; what Python, but not JSON, may escape.
_PIECE = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+(?:"|\Z))|(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|<!--(?:[^-]|-(?!->))*+(?:-->|\Z))'
    r"|(?P<comma>,(?=\s*+[\]}]))",
    re.DOTALL,
)
_WRONG_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(?P<wrong>.))', re.DOTALL)
_BRACKETS = re.compile(r"[\[{]|([\]}])")
# What is saved of a script that is no JSON at all: quotation marks that nobody escaped are the usual reason.
_SAVED = re.compile(
    r'"(headline|datePublished|dateModified|articleSection)"\s{0,9}:\s{0,9}"((?:[^"\\\n]|\\.){1,500}+)"\s{0,9}[,}\n]'
)
_SAVED_TYPE = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"(\w{0,20}(?:Article|Posting))"')


def nodes(root: Element) -> Iterator[tuple[Node, bool]]:
    """Yield every node with a type in the page's JSON-LD, outer ones first, and whether it is the page's own matter.

    Not its own are items of a list and what a node is only part of, mentions or is compared with. Never raises: a
    script that cannot be read is passed over.
    """
    found = (node for script in _scripts(root) for value in _values(script) for node in _walk(value))
    yield from islice(found, _MOST_NODES)


def _scripts(root: Element) -> Iterator[str]:
    left = _LARGEST
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            left -= len(script.text)
            if left < 0:
                return
            yield _unwrapped(script.text)


def _unwrapped(script: str) -> str:
    for _ in _BEFORE:
        script = script.strip()
        for before in _BEFORE:
            script = script.removeprefix(before)
        for after in _AFTER:
            script = script.removesuffix(after)
        if script.startswith("<!--") and script.endswith("-->"):
            script = script.removeprefix("<!--").removesuffix("-->").removesuffix("// ").removesuffix("//")
    return script


def _values(script: str) -> Iterator[Any]:
    if _depth(script) > _DEEPEST:
        return
    read = False
    without_comments = _PIECE.sub(_repaired, script)  # which a comma may have stood before
    for text in (script, _PIECE.sub(_repaired, without_comments)):
        for value in _parsed(text):
            read = True
            yield value
        if read:
            return
    if told := _SAVED_TYPE.search(script):
        yield {"@type": told[1]} | {name: _unescaped(text) for name, text in reversed(_SAVED.findall(script))}


def _depth(script: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.finditer(script):
        depth += -1 if bracket[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _parsed(text: str) -> Iterator[Any]:
    """Yield the values that stand in `text` one after the other, up to the first that is no JSON."""
    decoder = json.JSONDecoder(strict=False)
    position = _next_value(text, 0)
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError:  # no JSON, or a number of thousands of digits
            return
        yield value
        position = _next_value(text, position)


def _next_value(text: str, position: int) -> int:
    while position < len(text) and (text[position].isspace() or text[position] in ",;"):
        position += 1
    return position


def _repaired(piece: re.Match[str]) -> str:
    if piece["string"]:
        return _WRONG_ESCAPE.sub(lambda escape: escape["wrong"] or escape[0], piece["string"])
    return ""


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


_NOT_ITS_OWN = frozenset(
    "itemlistelement itemlist isrelatedto relatedlink mentions about citation comment review haspart ispartof"
    " liveblogupdate blogpost blogposts isbasedon significantlink subjectof discusses".split()
)


def _walk(value: Any) -> Iterator[tuple[Node, bool]]:
    waiting: list[tuple[Any, bool]] = [(value, True)]
    seen = 0
    while waiting and seen < _MOST_NODES:
        seen += 1
        current, own = waiting.pop()
        if isinstance(current, dict):
            if current.get("@type"):
                yield current, own
            waiting.extend(
                (inner, own and key.lower() not in _NOT_ITS_OWN)
                for key, inner in reversed(current.items())
                if isinstance(inner, dict | list)
            )
        elif isinstance(current, list):
            waiting.extend((inner, own) for inner in reversed(current) if isinstance(inner, dict | list))


def types(node: Node) -> set[str]:
    """Return the types of a node without their vocabulary: "http://schema.org/NewsArticle" is NewsArticle."""
    return {name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in texts(node.get("@type"))}


def texts(value: Any) -> list[str]:
    """Return the texts of a value: itself, the items of a list, the @value of a literal with a language."""
    found = [each.get("@value") if isinstance(each, dict) else each for each in as_list(value)]
    return [unescape(each).strip() for each in found if isinstance(each, str) and each.strip()]


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty one, anything else as its only item."""
    return value if isinstance(value, list) else [] if value is None else [value]
