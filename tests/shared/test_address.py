"""Where the stack may not go: by any spelling of a URL, and by any address that a name may have."""

import ipaddress
import json
import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import address
from shared.address import Place, Refused

CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "sec-ssrf" / "urls.jsonl"
PUBLIC, METADATA = "1.2.3.4", "169.254.169.254"

NOT_PUBLIC = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.9.9
    192.0.0.1 192.0.0.9 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1
    198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:1.2.3.4 ::ffff:0:1.2.3.4 64:ff9b::1.2.3.4 64:ff9b:1::1 100::1
    100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2002::1
    2002:7f00:1::1 2620:4f:8000::1 3ffe::1 3fff::1 5f00::1 4000::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
    fec0::1 ff02::1 localhost 127.1 0x7f000001 2130706433 01.2.3.4
""".split()
EDGES = """
    1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
    172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
    198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 2001:200::1 2001:db7:ffff::1 2001:db9::1
    2003::1 2600::1 2a00:1450::1 3ffd::1
""".split()


@pytest.mark.parametrize("number", NOT_PUBLIC)
def test_no_special_address_is_public(number: str) -> None:
    """Every row of IANA's registries, multicast, what wraps an IPv4 address, what is no address at all."""
    assert not address.is_public(number)


@pytest.mark.parametrize("number", EDGES)
def test_their_neighbours_are_public(number: str) -> None:
    """The networks are as wide as they are and no wider."""
    assert address.is_public(number)


@given(st.ip_addresses())
def test_it_is_never_laxer_than_python(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What Python's own list calls private is not public here either."""
    assert number.is_global or not address.is_public(str(number))


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://a.example", "http://a.example/"),
        ("HTTPS://A.Example.:443/x?y=1#z", "https://a.example/x?y=1"),
        ("http://a.example:443/", "http://a.example:443/"),
        ("http://a.example:0080/", "http://a.example/"),
        ("http://a.example?x", "http://a.example/?x"),
        ("https://пример.испытание/путь к?ключ=ё", None),
        ("http://a.example/%2e%2E/%zz//b\"<>'", "http://a.example/%2e%2E/%zz//b%22%3C%3E'"),
        ("http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "http://example.com/"),
        ("http://a。example/", "http://a.example/"),
        ("http://１.２.３.４/", "http://1.2.3.4/"),
        ("http://[2600:0::0001]/", "http://[2600::1]/"),
        ("http://a_b.1-2.example/", "http://a_b.1-2.example/"),
        ("http://1.2.3.4.nip.example/", "http://1.2.3.4.nip.example/"),
    ],
)
def test_a_url_becomes_its_normal_form(url: str, normal: str | None) -> None:
    """Host in ASCII and lower case, path and query percent-encoded, no fragment; a normal form is its own."""
    found = address.place(url)
    assert found.url == (
        normal
        or "https://xn--e1afmkfd.xn--80akhbyknj4f/%D0%BF%D1%83%D1%82%D1%8C%20%D0%BA?%D0%BA%D0%BB%D1%8E%D1%87=%D1%91"
    )
    assert address.place(found.url) == found


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.example", "//a.example/", "/x", "http:", "http:/a.example", "http:a.example", "http://", "http:///x"),
        *("ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "javascript:alert(1)", "unix:/x", "blob:x"),
        *("http://a.example:8080/", "http://a.example:0/", "http://a.example:22", "https://a.example:99999999"),
        *("http://a.example:-80/", "http://a.example:80:80/", "http://a.example:٨٠/"),
        *("http://u@a.example/", "http://u:p@a.example/", "http://@a.example/", "http://a.example@127.0.0.1/"),
        *("http://a.example\\@127.0.0.1/", "http:\\\\a.example", "http://a.example/\\x", "http://a.exa\tmple/"),
        *("http://a.example/\r\nHost:x", "http://a.example\x00/", "http://a example/", "http://a.example%00/"),
        *("http://%61.example/", "http://a.example\u2028/", "http://a\u3000b.example", "http://a℀b.example/"),
        *(
            "http://.a.example/",
            "http://a..example/",
            "http://a.example../",
            "http://-a.example/",
            "http://a-.example/",
        ),
        *("http://" + "a" * 64 + ".example/", "http://" + "a." * 126 + "example/", "http://a.example/" + "a" * 2000),
        *("http://127.1/", "http://0/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://0x/"),
        *(
            "http://1.2.3.04/",
            "http://1.2.3/",
            "http://1.2.3.4.5/",
            "http://16909060/",
            "http://a.0x1/",
            "http://a.1./",
        ),
        *(
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://①②⑦.0.0.1/",
            "http://127.0.0.1./",
            "http://0.0.0.0/",
        ),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:1.2.3.4]/", "http://[64:ff9b::1.2.3.4]/"),
        *("http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1", "http://::1/", "http://[1.2.3.4]/"),
        *("http://[v1.x]/", "http://[2600::1]x/", "http://x[2600::1]/", "http://[]/", "http://[2600::1/"),
        *("http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://ｌocalhost/", "http://intranet/"),
        *("http://metadata.google.internal/", "http://printer.local/", "http://a.home.arpa/", "http://x.onion/"),
        *("http://faß.example/", "http://a\u200db.example/", "http://\ud800.example/", "http://a.example/\ud800"),
    ],
)
def test_what_is_no_public_url_is_refused(url: str) -> None:
    """Schemes, ports, userinfo, odd spellings of addresses, names of private networks, and what cannot be read."""
    with pytest.raises(Refused):
        address.place(url)


def test_a_relative_url_is_read_against_its_base() -> None:
    """And judged like any other."""
    assert address.place("../x?y", "https://a.example/b/c/d").url == "https://a.example/b/x?y"
    assert address.place("//b.example/x", "https://a.example/").url == "https://b.example/x"
    assert address.place("", "https://a.example/b").url == "https://a.example/b"
    for url in ("//127.0.0.1/", "//u@b.example/", "file:/x", "http://localhost"):
        with pytest.raises(Refused):
            address.place(url, "https://a.example/")


@given(st.text(alphabet=st.characters(exclude_categories=())), st.text())
def test_any_text_is_a_place_or_refused(host: str, rest: str) -> None:
    """Nothing else is raised, and what is taken can be sent: one line of ASCII."""
    for url in (host, f"http://{host}{rest}", f"https://a.example/{rest}?{host}"):
        try:
            found = address.place(url)
        except Refused:
            continue
        sent = f"{found.authority} {found.target}"
        assert sent.isascii()
        assert sent.isprintable()
        assert sent.count(" ") == 1


def test_what_is_meant_for_one_place_is_said_there_only() -> None:
    """The same host and port; also where the same host has moved from http to https, and never the other way."""
    here = Place("http", "a.example", 80, "/")
    assert Place("http", "a.example", 80, "/x").is_at(here)
    assert Place("https", "a.example", 443, "/").is_at(here)
    for other in (("https", "a.example", 80), ("http", "a.example", 443), ("http", "b.example", 80)):
        assert not Place(*other, "/").is_at(here)
    assert not here.is_at(Place("https", "a.example", 443, "/"))


@pytest.mark.parametrize(
    "found", [[METADATA], [PUBLIC, "10.0.0.1"], ["2600::1", "::ffff:1.2.3.4"], [PUBLIC] * 5 + ["::1"]]
)
def test_a_host_with_any_private_address_is_refused(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when the first, or the first four, are public."""
    monkeypatch.setattr(address, "resolve", lambda _: found)
    with pytest.raises(Refused):
        address.public_addresses("a.example", 1)


def test_a_host_is_looked_up_in_limited_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver may hang; whoever waits for it does not."""
    over = threading.Event()
    monkeypatch.setattr(address, "resolve", lambda _: over.wait(5))
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        address.public_addresses("a.example", 0.1)
    assert time.monotonic() - begun < 4
    over.set()


def test_the_resolver_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address that it knows, each once; a number is its own."""
    entries = [(socket.AF_INET6, 1, 6, "", ("2600::1", 0, 0, 0)), (socket.AF_INET, 1, 6, "", (PUBLIC, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries * 2)
    assert address.public_addresses("a.example", 1) == ["2600::1", PUBLIC]
    monkeypatch.undo()
    assert address.public_addresses(PUBLIC, 1) == [PUBLIC]


@pytest.mark.skipif(not CORPUS.is_file(), reason="the SSRF corpus is not on this machine")
def test_the_known_urls_are_judged_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocked as written, even if its name had a public address; or by its addresses; or not at all."""
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 120
    for line in lines:
        if line["expect"] == "block":
            with pytest.raises(Refused):
                address.place(line["url"])
            continue
        host = address.place(line["url"]).host
        monkeypatch.setattr(address, "resolve", lambda _: [METADATA])
        with pytest.raises(Refused):
            address.public_addresses(host, 1)
        if line["expect"] != "block-after-resolution":
            monkeypatch.setattr(address, "resolve", lambda _: [PUBLIC])
            assert address.public_addresses(host, 1) == [PUBLIC]
