"""One reading, one marker: the hot path, with one write, no read and nothing imported that it does not need."""

import hashlib
import hmac
import ipaddress
import re
import time
from datetime import UTC, datetime
from typing import Any

from shared import clients, guard, sampling, settings, signing
from shared.errors import BadRequest, NotFound, Problem

WINDOW = 1800  # seconds: a reader who comes back within the same half hour of the clock is one reading
SLOTS = 64  # readings that one address can add to a story in a window, at the most
_LIFE = 48 * 3600  # seconds until a marker is deleted; counting may come a day late
_LONGEST_AGENT = 256  # bytes
_LONGEST_BODY = 4096  # characters
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
# What browsers say when they fetch a page that perhaps nobody will look at: Sec-Purpose (Fetch standard), and the
# headers of older Chromium, Safari and Firefox.
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
# The first reading of a window stays as it was; a repeat leaves only its own request, which is a change to the stream.
_NAMES = {f"#{name}": name for name in ("request", "at", "agent", "weight", "ttl")}
_UPDATE = "SET #request = :request, " + ", ".join(
    f"{name} = if_not_exists({name}, :{name[1:]})" for name in _NAMES if name != "#request"
)


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
    a write again whose answer was lost, nothing in it differs, so nothing changes and no stream record is made. A page
    that is fetched ahead leaves nothing: its marker would make a repeat of the reading that may follow.
    """
    story = event["pathParameters"]["id"]
    if not _ID.fullmatch(story):
        raise NotFound(f"There is no story {story}.")
    http = event["requestContext"]["http"]
    headers = event.get("headers") or {}
    if any("prefetch" in headers.get(name, "").lower() for name in _PURPOSES):
        return
    reader, token = _body(event)
    agent = _agent(headers.get("user-agent") or http.get("userAgent") or "")
    secret = signing.secret("readers")
    network = _network(_address(headers, http["sourceIp"], secret["cdn_secret"]), secret["keys"][0], now)
    # Only a hot story's pages have a token; the others do without its keys.
    weight = sampling.proven(signing.secret("pages")["keys"], story, token, now) if token else 1
    clients.dynamodb().update_item(
        TableName=settings.value("READINGS_TABLE"),
        Key={
            "pk": {"S": f"MARKER#{story}#{int(now // WINDOW)}#{network}#{_slot(agent, reader)}"},
            "sk": {"S": "MARKER"},
        },
        UpdateExpression=_UPDATE,
        ExpressionAttributeNames=_NAMES,
        ExpressionAttributeValues={
            ":request": {"S": event["requestContext"]["requestId"]},
            ":at": {"N": f"{now:.3f}"},
            ":agent": {"S": agent},
            ":weight": {"N": str(weight)},
            ":ttl": {"N": str(int(now) + _LIFE)},
        },
    )


def _agent(agent: str) -> str:
    return agent.encode("utf-8", "replace")[:_LONGEST_AGENT].decode("utf-8", "ignore")


def _body(event: dict[str, Any]) -> tuple[str, str]:
    """What the client may send: the random id of its visit, which tells apart readers behind one address; a token.

    Whatever type the client names, it is read as JSON: a page may send `text/plain` to another origin without asking.
    """
    body = event.get("body") or ""
    if not body:
        return "", ""
    if event.get("isBase64Encoded") or len(body) > _LONGEST_BODY:
        raise BadRequest("The body, if there is one, is a JSON object of at most 4096 characters in UTF-8.")
    content = guard.json_object(event)
    for name in ("reader", "token"):
        if not isinstance(content.get(name) or "", str):
            raise BadRequest.at(f"/{name}", "must be a string")
    return content.get("reader") or "", content.get("token") or ""


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
