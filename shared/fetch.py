"""The only way out of the stack: one GET to the public internet, whoever gave the URL and whatever answers.

What holds, for every step of a redirect anew: http(s) on ports 80 and 443; every address of the host is public, and the
connection goes to one of those very addresses while Host, SNI and certificate are the name's; no proxy, no cookie. All
of it together has 10 seconds, and 5 MB when unpacked.
"""

import http.client
import io
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from shared import address, settings
from shared.address import Place, Refused

__all__ = ["Failed", "Fetched", "Refused", "get"]

CONNECT_SECONDS, SECONDS = 5.0, 10.0
REDIRECTS = 3
MOST_BYTES = 5_000_000  # of a body, unpacked
RATIO = 100  # how many times larger than its packed form a body may be
_HEAD_BYTES = 250_000
_PIECE = 65_536
_LONGEST_FIELD = 1000  # characters of a header that a caller keeps
_MOVED = {301, 302, 303, 307, 308}
_MOVED_FOR_GOOD = {301, 308}
# zlib's word for each content coding (RFC 9110, 8.4.1); "deflate" comes with and, wrongly, without its header.
_GZIP, _ZLIB, _BARE = 31, 15, -15
_CODINGS = {"": 0, "identity": 0, "gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class Failed(Exception):
    """It did not come this time and may another time: the message says what happened."""


@dataclass(frozen=True)
class Fetched:
    """An answer, of whatever status."""

    status: int
    url: str
    """Where it came from after all redirects, in normal form."""
    content_type: str | None
    etag: str | None
    modified: str | None
    """Last-Modified as it was sent, to be sent back."""
    body: bytes
    """Unpacked."""
    permanent_url: str | None
    """The new address, when everything on the way to it said that it has moved for good (301, 308)."""
    retry_after: int | None
    """Seconds for which the server wants to be left alone."""


def get(url: str, *, etag: str | None = None, modified: str | None = None, headers: Mapping[str, str] = {}) -> Fetched:
    """Ask for `url`, if it has changed since `etag` or `modified` (RFC 9110, 13.1).

    `headers`, such as Authorization, go to the host that `url` names and are left behind for good where a redirect
    leads elsewhere. Raises Refused for what must not be fetched and Failed for what may come another time.
    """
    clock = _Clock(SECONDS)
    place = address.place(url)
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    own = {name: value for name, value in asked.items() if value} | {
        "User-Agent": _user_agent(),
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }
    given = {name: value for name, value in headers.items() if name.lower() not in {*map(str.lower, own), "host"}}
    for_good = True
    for step in range(REDIRECTS + 1):
        with _answer(place, own | given, clock) as (response, read):
            location = response.getheader("Location") if response.status in _MOVED else None
            if location is None:
                return _fetched(response, place, read(), moved=for_good and step > 0)
            for_good = for_good and response.status in _MOVED_FOR_GOOD
        # Sent as bytes, mostly UTF-8, which http.client reads as Latin-1.
        there = address.place(location.encode("latin-1").decode("utf-8", "replace").strip(), place.url)
        given = given if there.is_at(place) else {}
        place = there
    raise Failed(f"It was sent on more than {REDIRECTS} times.")


def dial(number: str, port: int, seconds: float) -> socket.socket:
    """A connection to an IP address, which needs no resolver."""
    return socket.create_connection((number, port), seconds)


class _Clock:
    """What is left of a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._end = seconds, time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none. Raises Failed when none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise Failed(f"It took longer than {self._seconds:g} seconds.")
        return left


class _Wire(io.RawIOBase):
    """A connection, as http.client wants one, on which every step has only what is left of time and bytes."""

    def __init__(self, connection: socket.socket, clock: _Clock) -> None:
        self._connection, self._clock = connection, clock
        self.allowance, self.ended = _HEAD_BYTES, False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What has come, which is never waited for longer than there is time."""
        self._connection.settimeout(self._clock.left())
        count = self._connection.recv_into(buffer)
        self.ended = count == 0
        self.allowance -= count
        if self.allowance < 0:
            raise Failed("It sent more than is taken.")
        return count

    def sendall(self, content: bytes) -> None:
        """Sends it."""
        self._connection.settimeout(self._clock.left())
        self._connection.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Itself, to read."""
        return io.BufferedReader(self)


class _Client(http.client.HTTPConnection):
    """http.client on a connection that is there already: it would resolve the name again."""

    sock: Any

    def __init__(self, place: Place, wire: _Wire) -> None:
        super().__init__(place.host, place.port)
        self.sock = wire

    def close(self) -> None:
        """Leaves the connection to whoever opened it: the answer is still to be read."""


@contextmanager
def _answer(
    place: Place, headers: Mapping[str, str], clock: _Clock
) -> Iterator[tuple[http.client.HTTPResponse, Callable[[], bytes]]]:
    """One exchange: the head of the answer, and what reads its body."""
    try:
        with _connected(place, clock) as connection:
            wire = _Wire(connection, clock)
            client = _Client(place, wire)
            try:
                client.request("GET", place.target, headers=dict(headers) | {"Host": place.authority})
            except ValueError:  # line ends, letters beyond Latin-1
                raise Refused("A header to be sent is not one.") from None
            with client.getresponse() as response:
                if wire.ended:  # http.client takes half a head for a whole one
                    raise Failed("It ended before its end.")
                if response.status < http.client.OK:  # an early hint, which it takes for the answer
                    raise Failed("It gave no final answer.")
                wire.allowance = MOST_BYTES + MOST_BYTES // 5  # with frames of chunks; what they hold is counted apart
                yield response, lambda: _body(response)
    except TimeoutError:
        clock.left()
        raise Failed(f"No connection within {CONNECT_SECONDS:g} seconds.") from None
    except ssl.SSLError as error:
        raise Failed(f"TLS: {getattr(error, 'verify_message', None) or error.reason or 'broken off'}.") from None
    except OSError as error:
        raise Failed(f"The connection: {error.strerror or type(error).__name__}.") from None
    except (http.client.HTTPException, ValueError, zlib.error) as error:
        raise Failed(f"The answer cannot be read ({type(error).__name__}).") from None


def _connected(place: Place, clock: _Clock) -> socket.socket:
    """A connection to one of the addresses that have been judged, and to nothing else."""
    numbers = address.public_addresses(place.host, clock.left())
    soon = _Clock(min(CONNECT_SECONDS, clock.left()))
    for tries_left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
        try:
            connection = dial(number, place.port, soon.left() / tries_left)
            break
        except OSError:
            if tries_left == 1:
                raise
    if place.scheme == "http":
        return connection
    try:
        connection.settimeout(soon.left())
        return _tls().wrap_socket(connection, server_hostname=place.host)
    except BaseException:
        connection.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _body(response: http.client.HTTPResponse) -> bytes:
    coding = (response.getheader("Content-Encoding") or "").strip().lower()
    if coding not in _CODINGS:
        raise Failed("It is packed in a way that was not asked for.")
    packed, received, body = _Packed(_CODINGS[coding]), 0, bytearray()
    while piece := response.read(_PIECE):
        received += len(piece)
        for part in packed.unpacked(piece):
            body += part
            if len(body) > MOST_BYTES:
                raise Failed(f"It is larger than {MOST_BYTES:,} bytes.")
            if len(body) > RATIO * received:
                raise Failed(f"Unpacked it is more than {RATIO} times larger.")
    if response.length or not packed.complete:  # http.client tells only of chunks that are missing
        raise Failed("It ended before its end.")
    return bytes(body)


class _Packed:
    """A body in its content coding (RFC 9110, 8.4.1), unpacked as it comes and never more than a piece at once."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._inflater: Any = None

    @property
    def complete(self) -> bool:
        """Whether what has come so far may be all."""
        return self._inflater is None or self._inflater.eof

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """What is in the next piece."""
        if not self._bits:
            yield piece
            return
        part = b""
        while piece or len(part) == _PIECE:
            if self.complete:
                if self._inflater and not (self._bits == _GZIP and piece.startswith(b"\x1f")):
                    return  # whatever follows the end is nothing; only gzip may have several members
                self._inflater = zlib.decompressobj(self._bits_of(piece))
            part = self._inflater.decompress(piece, _PIECE)
            yield part
            piece = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail

    def _bits_of(self, piece: bytes) -> int:
        # RFC 1950, 2.2: the method in four bits, and a check.
        if self._bits == _ZLIB and (piece[0] & 15 != zlib.DEFLATED or int.from_bytes(piece[:2]) % 31):
            return _BARE
        return self._bits


def _fetched(response: http.client.HTTPResponse, place: Place, body: bytes, *, moved: bool) -> Fetched:
    return Fetched(
        status=response.status,
        url=place.url,
        content_type=_field(response, "Content-Type"),
        etag=_field(response, "ETag"),
        modified=_field(response, "Last-Modified"),
        body=body,
        permanent_url=place.url if moved else None,
        retry_after=_seconds(_field(response, "Retry-After") or ""),
    )


def _field(response: http.client.HTTPResponse, name: str) -> str | None:
    value = " ".join((response.getheader(name) or "").split())  # on one line
    return value if 0 < len(value) <= _LONGEST_FIELD else None


def _seconds(retry_after: str) -> int | None:
    """RFC 9110, 10.2.3: seconds, or the moment."""
    if re.fullmatch("[0-9]{1,9}", retry_after):
        return int(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return max(0, round((moment - datetime.now(UTC)).total_seconds()))
    except (ValueError, OverflowError):
        return None


def _user_agent() -> str:
    site = quote(settings.value("SITE_URL"), safe=":/")
    return f"Dateline/0.1 (+{site})" if site else "Dateline/0.1"
