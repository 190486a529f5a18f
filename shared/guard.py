"""What every request body passes before anything else reads it: size, encoding, and JSON without traps."""

import base64
import json
from collections import Counter
from typing import Any, Never

from shared.errors import BadRequest, TooLarge

LARGEST = 1_000_000  # bytes
DEEPEST = 64
_LARGEST_FLOAT = 1e100
_LONGEST_NUMBER = 64  # characters; Python refuses integers of over 4,300 digits only after reading them


def raw(event: dict[str, Any]) -> bytes:
    """The body's bytes. Raises BadRequest when there is none or it was broken on its way, TooLarge over 1 MB."""
    body = event.get("body") or ""
    # An HTTP API hands on a body of a text type as text, with U+FFFD in the place of bytes that are not UTF-8.
    if not event.get("isBase64Encoded") and "\ufffd" in body:
        raise BadRequest(
            f"The body is not UTF-8 at character {body.index('\ufffd')}. A text in another encoding, or one that "
            "holds U+FFFD itself, comes whole as application/octet-stream; charset=…"
        )
    try:
        content = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except UnicodeEncodeError:
        raise BadRequest("The body holds a lone surrogate; send it as UTF-8.") from None
    except ValueError:  # binascii.Error is one; letters outside ASCII raise a plain one
        raise BadRequest("The body is not readable; send it as UTF-8.") from None
    if not content.strip():
        raise BadRequest("The body is empty.")
    if len(content) > LARGEST:
        raise TooLarge(f"The body has {len(content)} bytes; at most {LARGEST} are taken.")
    return content


def text(event: dict[str, Any]) -> str:
    """The body as text. Raises as `raw`, and BadRequest when it is not UTF-8 or holds a NUL."""
    try:
        content = raw(event).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    if "\x00" in content:
        raise BadRequest("The body holds a NUL character.")
    return content


def json_object(event: dict[str, Any]) -> dict[str, Any]:
    """The body as a JSON object (RFC 8259, stricter): no NaN, double names, NUL or lone surrogates; at most 64 deep."""
    try:
        content = json.loads(
            text(event),
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError:
        raise BadRequest(f"The JSON is nested more than {DEEPEST} deep.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error.msg} at character {error.pos}.") from None
    if not isinstance(content, dict):
        raise BadRequest("The body must be a JSON object.")
    _walk(content)
    return content


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        ((double, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadRequest(f"The JSON names {double[:100]!r} twice in one object.")
    return content


def _constant(name: str) -> Never:
    raise BadRequest(f"{name} is not JSON.")


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise BadRequest(f"A number in the JSON has {len(digits)} digits.")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if len(digits) > _LONGEST_NUMBER or abs(number) > _LARGEST_FLOAT:
        raise BadRequest("A number in the JSON is too large or too long.")
    return number


def _walk(content: Any) -> None:
    """Level by level, each value with its pointer (RFC 6901)."""
    level, depth = [("", content)], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise BadRequest(f"The JSON is nested more than {DEEPEST} deep.")
        below: list[tuple[str, Any]] = []
        for pointer, value in level:
            if isinstance(value, dict):
                for name, member in value.items():
                    _characters(pointer, name)
                    below.append((f"{pointer}/{name}", member))
            elif isinstance(value, list):
                below += [(f"{pointer}/{place}", member) for place, member in enumerate(value)]
            elif isinstance(value, str):
                _characters(pointer, value)
        level = below


def _characters(pointer: str, value: str) -> None:
    if "\x00" in value:
        raise BadRequest.at(pointer, "holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadRequest.at(pointer, "holds a lone surrogate") from None
