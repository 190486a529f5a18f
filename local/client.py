"""A small HTTP client of the API: keeps its connection, sends again what was throttled."""

import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

_TRIES = 200  # at 50 ms: ten seconds of being throttled


@dataclass
class Answer:
    """An answer: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.text)


class Throttled(Exception):
    """The API answered 429 for ten seconds."""


class Client:
    """Calls of one API, from any number of threads; `token` signs in an editor."""

    def __init__(self, api: str, token: str | None = None) -> None:
        parts = urlsplit(api)
        self._host, self._base, self._token = parts.netloc, parts.path, token
        self._local = threading.local()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        """One call; `body` is sent as it is when it is text or bytes, else as JSON. Raises Throttled."""
        sent = {"content-type": "text/plain; charset=utf-8"} if isinstance(body, str) else {}
        if not isinstance(body, str | bytes | None):
            sent, body = {"content-type": "application/json"}, json.dumps(body)
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        target = self._base + quote(path) + (f"?{urlencode(query)}" if query else "")
        content = body.encode() if isinstance(body, str) else body
        for _ in range(_TRIES):
            answer = self._send(method, target, content, sent | (headers or {}))
            if answer.status != 429:
                return answer
            time.sleep(0.05)
        raise Throttled(f"{method} {path} was throttled {_TRIES} times")

    def _send(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (http.client.HTTPException, OSError):
            # Nothing is sent again here: what was lost may have had its effect.
            self._local.connection = None
            raise
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def close(self) -> None:
        """Ends this thread's connection."""
        if connection := getattr(self._local, "connection", None):
            connection.close()
            self._local.connection = None
