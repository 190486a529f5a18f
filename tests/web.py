"""A web to fetch from: one server on this machine that is every public site, well behaved or not."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared import fetch

PUBLIC = "1.2.3.4"

type Sender = Callable[[socket.socket], None]


def answer(body: bytes = b"hello", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer; `Content_Type="x"` is a header."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def moved(to: str, status: int = 302) -> bytes:
    """A redirect."""
    return answer(b"", f"{status} Moved", Location=to)


def drip(first: bytes, piece: bytes) -> Sender:
    """A little at a time, for ten seconds at the most."""

    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            time.sleep(0.05)
            connection.sendall(piece)

    return send


def endless(first: bytes, piece: bytes) -> Sender:
    """As fast as it goes, 200 MB at the most."""

    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        block = piece * (100_000 // len(piece) + 1)
        for _ in range(2000):
            connection.sendall(block)

    return send


@dataclass
class Web:
    """A server on this machine that is every public site, and what it was asked."""

    names: dict[str, Any] = field(default_factory=dict)
    """Addresses of a name: a list, or an iterator of lists, one for each time it is asked."""
    default: list[str] = field(default_factory=lambda: [PUBLIC])
    """Of every other name."""
    answers: dict[str, bytes | Sender] = field(default_factory=dict)
    """What to send, by "host/path"."""
    dialled: list[tuple[str, int]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    """Heads of requests, names in lower case; the first line under ""."""
    tls: ssl.SSLContext | None = None
    sni: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()
        self._dial = fetch.dial

    def resolve(self, host: str) -> list[str]:
        """In place of the system's resolver."""
        self.resolved.append(host)
        found = self.names.get(host, self.default)
        addresses: list[str] = found if isinstance(found, list) else next(found)
        return addresses

    def dial(self, number: str, port: int, seconds: float) -> socket.socket:
        """The last step: to this machine instead of `number`, by the product's own means."""
        self.dialled.append((number, port))
        return self._dial("127.0.0.1", self._listener.getsockname()[1], seconds)

    def close(self) -> None:
        """Ends it; threads end with their connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(6)
            assert not thread.is_alive()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with suppress(OSError), connection:
            if self.tls and connection.recv(1, socket.MSG_PEEK) == b"\x16":  # a TLS handshake
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                return
            received += piece
        first, *lines = received.decode("latin-1").split("\r\n")
        head: dict[str, str] = {}
        for name, _, value in (line.partition(": ") for line in lines if line):
            head[name.lower()] = f"{head[name.lower()]}, {value}" if name.lower() in head else value
        self.asked.append({"": first} | head)
        send = self.answers.get(head["host"] + first.split(" ")[1], answer(b"not found", "404 Not Found"))
        if callable(send):
            send(connection)
        else:
            connection.sendall(send)


class Authority:
    """Makes certificates, and a file with its own that a client may trust."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = self._subject("A test authority")
        self.file = folder / "authority.pem"
        uses = x509.KeyUsage(False, False, False, False, False, True, False, False, False)  # noqa: FBT003  # as in X.509
        made = self._sign(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=None), uses)
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    @staticmethod
    def _subject(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePublicKey, *more: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, name, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        own = x509.SubjectKeyIdentifier.from_public_key(key)
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        for extension in (own, signer, *more):
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())

    def server(self, *names: str, known: bool = True) -> ssl.SSLContext:
        """A server whose certificate is for these names or numbers; or signed by nobody else, if not `known`."""
        signer = self if known else Authority(self._folder.parent)
        key = ec.generate_private_key(ec.SECP256R1())
        entries = [x509.IPAddress(ip_address(n)) if ":" in n or n[0].isdigit() else x509.DNSName(n) for n in names]
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        made = signer._sign(
            signer._subject("A test server"), key.public_key(), constraints, x509.SubjectAlternativeName(entries)
        )
        chain = self._folder / "server.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context
