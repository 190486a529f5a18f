"""A stand-in for AWS on loopback that answers at once: what is measured beside it is the client's own work.

Run as a process of its own (`python -m bench.endpoint`) it prints its port and serves until its input ends. It knows
four calls and answers any other with an error, so that a caller who does something else is not measured.
"""

import json
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

_SECRET = json.dumps({"keys": ["newest", "previous"], "cdn_secret": ""})
_ANSWERS: dict[str, dict[str, Any]] = {
    "AmazonSSM.GetParameter": {"Parameter": {"Name": "secret", "Type": "SecureString", "Value": _SECRET}},
    "DynamoDB_20120810.BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
    "DynamoDB_20120810.GetItem": {},
    "DynamoDB_20120810.UpdateItem": {},
}


class _Handler(BaseHTTPRequestHandler):
    """Keeps connections open, as AWS does; `GET /` tells what was asked so far, by operation, newest last."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for the client's acknowledgement
    asked: ClassVar[dict[str, list[Any]]] = {}

    def do_POST(self) -> None:
        target = self.headers["X-Amz-Target"]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.setdefault(target.partition(".")[2], []).append(json.loads(body))
        answer = self._answer(target, json.loads(body))
        self._send(200 if answer is not None else 400, answer or {} if answer is not None else {"__type": target})

    def do_GET(self) -> None:
        self._send(200, self.asked)

    def _answer(self, target: str, request: Any) -> dict[str, Any] | None:
        if not target.endswith("BatchGetItem"):
            return _ANSWERS.get(target)
        # Every gate has been open since long ago.
        ((table, wanted),) = request["RequestItems"].items()
        opened = {"open#1": {"S": "2000-01-01T00:00:00.000Z"}}
        return {"Responses": {table: [key | opened for key in wanted["Keys"]]}, "UnprocessedKeys": {}}

    def _send(self, status: int, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Says nothing."""


def main() -> None:
    """Serves on a free port until the input ends, which it does with whoever started it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
