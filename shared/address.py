"""Where the stack may go when it fetches: a URL's parts judged as written, an address by what IANA says it is for."""

import re
import socket
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

LONGEST = 2000  # characters of a URL
_LONGEST_NAME = 253  # RFC 1035, 2.3.4, as written
_TRIED = 4  # addresses of a host
_SCHEMES = {"http": 80, "https": 443}
# Never names of the public web: RFC 6761, RFC 6762, RFC 7686, RFC 8375 (home.arpa), ICANN's reservation of .internal.
_PRIVATE_NAMES = frozenset({"arpa", "internal", "local", "localhost", "onion"})
# IANA's special-purpose registries (RFC 6890), multicast and what is kept for future use. Not `ipaddress.is_global`: it
# lets through multicast, NAT64 and 6to4, behind which any IPv4 address may stand, and changes with Python.
_NOT_PUBLIC_V4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers; also some clouds' metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; AWS's metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # kept for the future; broadcast
    )
]
_PUBLIC_V6 = ip_network("2000::/3")  # all that IANA has given out; mapped, NAT64, private, local, multicast lie outside
_NOT_PUBLIC_V6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the former 6bone
        "3fff::/20",  # documentation
    )
]

# Brackets only around hexadecimal digits, colons and dots: no zone. No userinfo, no escapes, no backslash.
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s\[\]@:\\%/?#]+)(?::([0-9]*))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# IDNA 2003, which is Python's, makes other names of these than browsers do.
_DEVIANT = frozenset("ßẞς\u200c\u200d")
_AS_IT_IS = "".join(set(string.punctuation) - set('"<>\\'))


class Refused(Exception):
    """This must not be fetched, now or later: the message says why, to whoever gave the URL."""


@dataclass(frozen=True)
class Place:
    """An http(s) URL whose parts may be asked for, if its host's addresses may be (see `is_public`)."""

    scheme: str
    host: str
    """A DNS name in ASCII and lower case without a final dot, or an IP address without brackets."""
    port: int
    target: str
    """Path and query, percent-encoded (RFC 9112, 3.2.1)."""

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _SCHEMES[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL again, normal and without a fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"

    def is_at(self, other: "Place") -> bool:
        """Whether what is meant for `other` may be said here: the same host and port, or the same made safe."""
        if self.host != other.host:
            return False
        here, there = (self.scheme, self.port), (other.scheme, other.port)
        return here == there or (here, there) == (("https", 443), ("http", 80))


def place(url: str, base: str = "") -> Place:
    """Take a URL apart; a relative one is read against `base`. Raises Refused, also for an IP address not public."""
    if len(url) > LONGEST:
        raise Refused(f"The URL is longer than {LONGEST} characters.")
    if re.search(r"[\x00-\x1f\x7f\\]", url):
        raise Refused("The URL holds a control character or a backslash.")
    try:
        parts = urlsplit(urljoin(base, url))
        target = quote(parts.path or "/", safe=_AS_IT_IS) + (
            f"?{quote(parts.query, safe=_AS_IT_IS)}" * bool(parts.query)
        )
    except ValueError:  # brackets, letters that NFKC makes a delimiter of, lone surrogates
        raise Refused("The URL cannot be read.") from None
    if parts.scheme not in _SCHEMES:
        raise Refused("Only http and https URLs are fetched.")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if not authority:
        raise Refused("The URL names no host, or one in a way that is not taken: user@host, escapes, a zone.")
    port = int(authority[2] or _SCHEMES[parts.scheme])
    if port not in _SCHEMES.values():
        raise Refused("Only ports 80 and 443 are asked.")
    return Place(parts.scheme, _host(authority[1]), port, target if target.startswith("/") else f"/{target}")


def is_public(address: str) -> bool:
    """Whether an IP address, as the resolver wrote it, is one of the public internet's. False for what is none."""
    try:
        known = ip_address(address)
    except ValueError:
        return False
    if isinstance(known, IPv4Address):
        return not any(known in network for network in _NOT_PUBLIC_V4)
    return known in _PUBLIC_V6 and not any(known in network for network in _NOT_PUBLIC_V6)


def public_addresses(host: str, seconds: float) -> list[str]:
    """Look a Place's host up, once: its first addresses, of which all, also the others, are public.

    Raises Refused when one is not, OSError when there are none, and TimeoutError (an OSError) after `seconds`.
    """
    pool = ThreadPoolExecutor(1)  # the system's resolver takes no time limit
    try:
        found = pool.submit(resolve, host).result(seconds)
    finally:
        pool.shutdown(wait=False)
    if not all(map(is_public, found)):
        raise Refused("The host is at an address of a private network.")
    return found[:_TRIED]


def resolve(host: str) -> list[str]:
    """The addresses of a name or a number, as the system's resolver gives them. Raises OSError when there are none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _host(written: str) -> str:
    if written.startswith("["):
        return _public_literal(written[1:-1])
    if _DEVIANT & set(written):
        raise Refused("Write this host in its ASCII form, which begins with xn--.")
    try:
        # Compatibility forms become plain ones (full-width digits, circled letters), and other full stops dots.
        name = written.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Refused("The host is not a name of the DNS.") from None
    labels = name.split(".")
    # What ends in a number is an IPv4 address in some notation to a browser (WHATWG URL, 3.5): only one is taken.
    if _NUMBER.fullmatch(labels[-1]):
        return _public_literal(name)
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise Refused("The host is not a name of the DNS.")
    if len(labels) == 1 or labels[-1] in _PRIVATE_NAMES:
        raise Refused("The host is a name of a private network.")
    return name


def _public_literal(written: str) -> str:
    try:
        address = IPv6Address(written) if ":" in written else IPv4Address(written)
    except ValueError:
        raise Refused("The host is a number, but not an IP address in its usual form.") from None
    if not is_public(str(address)):
        raise Refused("The host is an address of a private network.")
    return str(address)
