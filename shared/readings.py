"""One reading, one marker: the hot path, with one write, no read and nothing imported that it does not need."""

import hashlib
import hmac
import ipaddress
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from shared import clients, settings, signing
from shared.errors import BadRequest, NotFound, Problem

WINDOW = 1800  # seconds: a reader who comes back within the same half hour of the clock is one reading
SLOTS = 64  # readings that one address can add to a story in a window, at the most
_LIFE = 48 * 3600  # seconds until a marker is deleted; counting may come a day late
_LONGEST_AGENT = 256  # bytes
_LONGEST_BODY = 4096  # characters
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def respond(event: dict[str, Any]) -> dict[str, Any]:
    """The HTTP API answer to `POST /articles/{id}/views`: 202 without a body, or a problem document."""
    try:
        record(event, time.time())
    except Problem as problem:
        return problem.response(event.get("rawPath", ""))
    return {"statusCode": 202}


def record(event: dict[str, Any], now: float) -> None:
    """Writes the marker of one reading; `now` is Unix time in seconds.

    The write has no condition. To the stream a new marker is a reading and a changed one a repeat. When the SDK sends
    a write again whose answer was lost, nothing in it differs, so nothing changes and no stream record is made.
    """
    story = event["pathParameters"]["id"]
    if not _ID.fullmatch(story):
        raise NotFound(f"There is no story {story}.")
    http = event["requestContext"]["http"]
    headers = event.get("headers") or {}
    agent = _agent(headers.get("user-agent") or http.get("userAgent") or "")
    secret = signing.secret("readers")
    network = _network(_address(headers, http["sourceIp"], secret["cdn_secret"]), secret["keys"][0], now)
    slot = _slot(agent, _reader(event))
    values = {"story": {"S": story}, "request": {"S": event["requestContext"]["requestId"]}, "agent": {"S": agent}}
    values |= {"at": {"N": f"{now:.3f}"}, "ttl": {"N": str(int(now) + _LIFE)}}
    clients.dynamodb().update_item(
        TableName=settings.value("READINGS_TABLE"),
        Key={"pk": {"S": f"MARKER#{story}#{int(now // WINDOW)}#{network}#{slot}"}, "sk": {"S": "MARKER"}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )


def _agent(agent: str) -> str:
    return agent.encode("utf-8", "replace")[:_LONGEST_AGENT].decode("utf-8", "ignore")


def _reader(event: dict[str, Any]) -> str:
    """The random id of a visit that the client may send; it tells apart readers behind one address."""
    body = event.get("body") or ""
    if not body:
        return ""
    if event.get("isBase64Encoded") or len(body) > _LONGEST_BODY:
        raise BadRequest("The body, if there is one, is a JSON object of at most 4096 characters in UTF-8.")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON; send nothing, or an object with `reader`.") from None
    reader = content.get("reader", "") if isinstance(content, dict) else None
    if not isinstance(reader, str):
        raise BadRequest.at("/reader", "must be a string")
    return reader


def _address(headers: dict[str, str], source: str, cdn_secret: str) -> str:
    """The reader's address: the connection's, or what a CDN that knows the secret says."""
    viewer = headers.get("x-viewer-address", "")
    offered = headers.get("x-cdn-secret", "")
    # Without a secret in the stack no header is proof, least of all a missing one.
    if viewer and cdn_secret and hmac.compare_digest(offered.encode("utf-8", "replace"), cdn_secret.encode()):
        return viewer
    return source


def _network(address: str, key: str, now: float) -> str:
    """The address under a salt of the day, so that none is kept; a household's IPv6 addresses share a /64."""
    try:
        parsed = ipaddress.ip_address(address.strip())
        # All of IPv4 written as IPv6 (::ffff:203.0.113.7) is one /64.
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        packed = parsed.packed[:8] if isinstance(parsed, ipaddress.IPv6Address) else parsed.packed
    except ValueError:
        packed = address.encode("utf-8", "replace")
    salt = hmac.digest(key.encode(), datetime.fromtimestamp(now, UTC).date().isoformat().encode(), "sha256")
    return hmac.digest(salt, packed, "sha256").hex()[:16]


def _slot(agent: str, reader: str) -> int:
    digest = hashlib.sha256(f"{agent}\n{reader}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], "big") % SLOTS
