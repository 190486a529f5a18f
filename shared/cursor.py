"""Where a list goes on: an opaque token that only this stack can make, for one route and one set of filters."""

import hashlib
import re
import time
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared import signing
from shared.errors import BadRequest

_LIFE = 24 * 3600  # seconds
# Decoders of base64 skip what is not of its alphabet, so one signature could be written in many ways.
_SHAPE = re.compile(r"[A-Za-z0-9_.-]+")


def make(route: str, filters: dict[str, Any], position: Any) -> str:
    """The cursor behind `position` (a JSON value) of the list that `route` and `filters` name."""
    return _serializer(route).dumps({"for": _digest(filters), "at": position})


def read(route: str, filters: dict[str, Any], cursor: str) -> Any:
    """The position in a cursor. Raises BadRequest when it was changed, is a day old or belongs to another list."""
    try:
        if not _SHAPE.fullmatch(cursor):
            raise BadSignature("not of the alphabet")
        content, made = _serializer(route).loads(cursor, return_timestamp=True)
    except BadSignature:
        raise BadRequest.at("/query/cursor", "was not made by this server; start the list again") from None
    # Not left to the serializer's max_age: it refuses a cursor from another server whose clock is a second ahead.
    if time.time() - made.timestamp() > _LIFE:
        raise BadRequest.at("/query/cursor", "has expired; start the list again")
    if content["for"] != _digest(filters):
        raise BadRequest.at("/query/cursor", "belongs to a list with other filters; keep the filters or start again")
    return content["at"]


def _serializer(route: str) -> URLSafeTimedSerializer:
    # The newest key signs and stands last. SHA-384 fills base64 to the last bit: with a shorter digest a changed last
    # character could decode to the same signature.
    return URLSafeTimedSerializer(
        list(reversed(signing.secret("cursor")["keys"])), salt=route, signer_kwargs={"digest_method": hashlib.sha384}
    )


def _digest(filters: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(filters.items())).encode()).hexdigest()[:16]
