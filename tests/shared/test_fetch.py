"""The way out: one judged address per step, little time, little space, whatever the other side does.

The rules stay on in these tests. Names have addresses from a table, and only the last step, the connection to a public
address, is led to a server on this machine.
"""

import gzip
import json
import random
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import address, fetch
from shared.fetch import Failed, Fetched, Refused
from tests.web import PUBLIC, Authority, Sender, Web, answer, drip, endless, moved

ANOTHER, PRIVATE = "2600::1", "10.0.0.1"
CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "sec-ssrf" / "urls.jsonl"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web of its own for each test."""
    web = Web()
    monkeypatch.setattr(address, "resolve", web.resolve)
    monkeypatch.setattr(fetch, "dial", web.dial)
    yield web
    web.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """All times a tenth of what they are."""
    monkeypatch.setattr(fetch, "SECONDS", fetch.SECONDS / 10)
    monkeypatch.setattr(fetch, "CONNECT_SECONDS", fetch.CONNECT_SECONDS / 10)


# -- What is sent, and what comes back


def test_an_answer_is_told_as_it_is(web: Web) -> None:
    """Status, body and what a caller keeps; the request names the title, and nothing else of us."""
    web.answers["a.example/feed?x=1"] = answer(
        "привет".encode(), Content_Type="text/xml; charset=x", ETag='W/"1"', Last_Modified="yesterday", Set_Cookie="a=b"
    )
    assert fetch.get("http://A.example/feed?x=1#y") == Fetched(
        status=200,
        url="http://a.example/feed?x=1",
        content_type="text/xml; charset=x",
        etag='W/"1"',
        modified="yesterday",
        body="привет".encode(),
        permanent_url=None,
        retry_after=None,
    )
    assert web.dialled == [(PUBLIC, 80)]
    assert web.asked == [
        {
            "": "GET /feed?x=1 HTTP/1.1",
            "host": "a.example",
            "user-agent": "Dateline/0.1 (+https://news.example)",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "connection": "close",
        }
    ]


def test_a_title_without_a_site_of_its_own(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is still named."""
    monkeypatch.setenv("SITE_URL", "")
    assert fetch.get("http://a.example/").status == 404
    monkeypatch.setenv("SITE_URL", "https://новости.example")
    fetch.get("http://a.example/")
    assert [head["user-agent"][:16] for head in web.asked] == ["Dateline/0.1", "Dateline/0.1 (+h"]


def test_only_what_has_changed_is_asked_for(web: Web) -> None:
    """The validators of the last time are sent as they came; 304 has no body."""
    web.answers["a.example/"] = b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\nContent-Length: 900\r\n\r\n'
    found = fetch.get("http://a.example/", etag='W/"1"', modified="Wed, 21 Oct 2015 07:28:00 GMT")
    assert (found.status, found.etag, found.body) == (304, '"2"', b"")
    assert web.asked[0]["if-none-match"] == 'W/"1"'
    assert web.asked[0]["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "429 Slow", "500 Oops", "503 Later", "204 None"])
def test_other_statuses_are_answers(status: str, web: Web) -> None:
    """What they mean is the caller's to say."""
    web.answers["a.example/"] = answer(b"" if status.startswith("204") else b"x", status)
    assert f"{fetch.get('http://a.example/').status}" == status[:3]


def test_when_a_server_wants_to_be_left_alone(web: Web) -> None:
    """Seconds, or a moment; neither is nothing."""

    def told(value: str) -> int | None:
        web.answers["a.example/"] = answer(b"", "503 Later", Retry_After=value)
        return fetch.get("http://a.example/").retry_after

    assert told("120") == 120
    assert told("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert told("Wed, 21 Oct 2015 07:28:00 -0000") == 0
    assert told(format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)) in range(298, 301)
    for nothing in ("", "soon", "-1", "1.5", "9" * 500, "٣", "Wed, 21 Oct 99999 07:28:00 GMT", "x" * 5000):
        assert told(nothing) is None


def test_callers_headers_do_not_replace_ours(web: Web) -> None:
    """Nor can they carry a second request."""
    fetch.get("http://a.example/", headers={"host": "b.example", "USER-AGENT": "x", "connection": "y", "X-Key": "k"})
    assert web.asked[0]["host"] == "a.example"
    assert web.asked[0]["user-agent"].startswith("Dateline")
    assert web.asked[0]["x-key"] == "k"
    for bad in ({"X": "a\r\nHost: b.example"}, {"X\r\n": "a"}, {"X": "ё"}):
        with pytest.raises(Refused):
            fetch.get("http://a.example/", headers=bad)
    with pytest.raises(Refused):
        fetch.get("http://a.example/", etag="a\r\n\r\nGET / HTTP/1.1")
    assert len(web.asked) == 1


def test_folded_and_endless_header_values(web: Web) -> None:
    """Are one line, or left out: a caller keeps them."""
    web.answers["a.example/"] = (
        OK + b'Content-Length: 0\r\nETag: "a\r\n  b"\r\nLast-Modified: ' + b"x" * 2000 + b"\r\n\r\n"
    )
    found = fetch.get("http://a.example/")
    assert (found.etag, found.modified) == ('"a b"', None)


# -- Where it goes


def test_nothing_private_is_ever_dialled(web: Web) -> None:
    """Neither as written, nor by any address of a name."""
    web.names = {"a.example": [PUBLIC, PRIVATE], "b.example": ["::ffff:127.0.0.1"], "c.example": ["64:ff9b::1.2.3.4"]}
    for host in (
        "a.example",
        "b.example",
        "c.example",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "a.example:8080",
        "u@d.example",
    ):
        with pytest.raises(Refused):
            fetch.get(f"http://{host}/")
    assert web.dialled == []


@pytest.mark.skipif(not CORPUS.is_file(), reason="the SSRF corpus is not on this machine")
def test_the_known_urls_reach_nothing_private(web: Web) -> None:
    """As written, whatever its name would resolve to; the others when their names lead inside."""
    for line in map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines()):
        web.default = [PUBLIC] if line["expect"] == "block" else ["169.254.169.254"]
        with pytest.raises(Refused):
            fetch.get(line["url"])
    assert web.dialled == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_changes_its_address_gains_nothing(scheme: str, web: Web, hasty: None) -> None:
    """It is looked up once, and what was judged is what is dialled."""
    web.names["a.example"] = iter([[PUBLIC], ["127.0.0.1"]])
    web.answers["a.example/"] = answer()
    with suppress(Failed):  # TLS: the server has no certificate
        fetch.get(f"{scheme}://a.example/")
    assert web.resolved == ["a.example"]
    assert [number for number, _ in web.dialled] == [PUBLIC]


def test_dialling_needs_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is dialled is a number, and it is where the connection goes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(socket, "gethostbyname", lambda _: pytest.fail("looked up"))
        with fetch.dial("127.0.0.1", server.getsockname()[1], 1) as connection:
            assert connection.getpeername() == server.getsockname()


def test_the_next_address_is_tried(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may have addresses that this machine cannot reach."""
    dial = web.dial

    def reach(number: str, port: int, seconds: float) -> socket.socket:
        if number == ANOTHER:
            raise OSError(101, "Network is unreachable")
        return dial(number, port, seconds)

    monkeypatch.setattr(fetch, "dial", reach)
    web.names = {"a.example": [ANOTHER, PUBLIC], "b.example": [ANOTHER]}
    assert fetch.get("http://a.example/").status == 404
    with pytest.raises(Failed, match="unreachable"):
        fetch.get("http://b.example/")


def test_no_proxy_is_asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch.get("http://a.example/").status == 404
    assert web.dialled == [(PUBLIC, 80)]


# -- Redirects


def test_redirects_are_followed_three_times(web: Web) -> None:
    """Relative, absolute, by bytes of UTF-8; the fourth is one too many, and so is a circle."""
    web.answers |= {
        "a.example/1": moved("2?x"),
        "a.example/2?x": moved("http://b.example/3"),
        "b.example/3": moved("/путь сюда"),
        "b.example/%D0%BF%D1%83%D1%82%D1%8C%20%D1%81%D1%8E%D0%B4%D0%B0": answer(b"there"),
        "a.example/0": moved("/1"),
        "a.example/circle": moved("/circle"),
    }
    found = fetch.get("http://a.example/1")
    assert (found.body, found.url[:22], found.permanent_url) == (b"there", "http://b.example/%D0%B", None)
    assert web.resolved == ["a.example", "a.example", "b.example", "b.example"]
    for path in ("0", "circle"):
        with pytest.raises(Failed, match="more than 3"):
            fetch.get(f"http://a.example/{path}")


def test_only_a_move_for_good_gives_a_new_address(web: Web) -> None:
    """When every step of it says so."""
    web.answers |= {
        "a.example/good": moved("http://b.example/better", 301),
        "b.example/better": moved("/best", 308),
        "b.example/best": answer(),
        "a.example/now": moved("/good", 307),
        "a.example/then": moved("/now", 301),
        "a.example/lost": answer(b"gone where?", "301 Moved"),
    }
    assert fetch.get("http://a.example/good").permanent_url == "http://b.example/best"
    assert fetch.get("http://a.example/now").permanent_url is None
    assert fetch.get("http://b.example/best").permanent_url is None
    lost = fetch.get("http://a.example/lost")
    assert (lost.status, lost.body, lost.permanent_url) == (301, b"gone where?", None)


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "//169.254.169.254/latest/meta-data/",
        "http://private.example/",
        "http://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
        "http://u:p@b.example/",
        "http://b.example:22/",
        "http://a.example\\@127.0.0.1/",
        "http://[::1",
        "",
    ],
)
def test_every_step_is_judged(to: str, web: Web) -> None:
    """A redirect leads nowhere that a caller could not ask for."""
    web.names["private.example"] = [PRIVATE]
    web.answers["a.example/"] = moved(to) if to else moved("http://a.example/again")
    web.names["a.example"] = iter([[PUBLIC], [PRIVATE]])
    with pytest.raises(Refused):
        fetch.get("http://a.example/")
    assert web.dialled == [(PUBLIC, 80)]


# -- Time


@pytest.mark.parametrize(
    "send",
    [
        drip(b"", b"H"),
        drip(OK, b"x"),
        drip(OK, b"X: y\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(OK + b"Content-Length: 1000\r\n\r\n", b"x"),
        drip(OK + b"\r\n", b"x"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        drip(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"x")),
    ],
)
def test_a_slow_server_is_left(send: Sender, web: Web, hasty: None) -> None:
    """The time is for everything: bytes that keep coming, in the head or after it, buy no more of it."""
    web.answers["a.example/"] = send
    begun = time.monotonic()
    with pytest.raises(Failed, match="longer than 1 seconds"):
        fetch.get("http://a.example/")
    assert time.monotonic() - begun < 4


def test_redirects_share_the_time(web: Web, hasty: None) -> None:
    """Each step has what the ones before have left."""

    def slowly(connection: socket.socket) -> None:
        time.sleep(0.4)
        connection.sendall(moved("/"))

    web.answers["a.example/"] = slowly
    with pytest.raises(Failed, match="longer"):
        fetch.get("http://a.example/")


def test_connecting_has_a_time_of_its_own(web: Web, hasty: None) -> None:
    """A server that takes a connection and says nothing of TLS costs half of all there is."""
    with pytest.raises(Failed, match=r"0\.5 seconds"):
        fetch.get("https://a.example/")


def test_addresses_share_the_time_to_connect(web: Web, hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last has as long as the first."""
    given: list[float] = []

    def vanish(_number: str, _port: int, seconds: float) -> socket.socket:
        given.append(seconds)
        time.sleep(seconds)
        raise TimeoutError

    monkeypatch.setattr(fetch, "dial", vanish)
    web.names["a.example"] = ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"]
    with pytest.raises(Failed, match=r"0\.5 seconds"):
        fetch.get("http://a.example/")
    assert len(given) == 4
    assert given[0] < 0.13


def test_a_resolver_that_hangs(web: Web, hasty: None) -> None:
    """Is waited for as long as for anything else."""
    over = threading.Event()
    web.names["a.example"] = (over.wait(5) or [PUBLIC] for _ in range(1))
    begun = time.monotonic()
    with pytest.raises(Failed):
        fetch.get("http://a.example/")
    assert time.monotonic() - begun < 4
    over.set()


# -- Space


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HALF_RANDOM = b"".join(random.randbytes(50) + b"x" * 50 for _ in range(60_000))


@pytest.mark.parametrize(
    ("send", "why"),
    [
        (answer(b"x" * 5_000_001), "larger than"),
        (endless(OK + b"\r\n", b"x"), "larger than"),
        (endless(OK + b"Content-Length: 99999999999\r\n\r\n", b"x"), "larger than"),
        (endless(CHUNKED, b"1\r\nx\r\n"), "more than is taken"),
        (endless(CHUNKED + b"-1\r\n", b"x"), "more than is taken"),
        (endless(CHUNKED + b"ffffffffff\r\n", b"x"), "larger than"),
        (endless(CHUNKED + b"0\r\n", b"X: y\r\n"), "more than is taken"),
        (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "more than is taken"),
        (endless(OK, b"X: " + b"y" * 60_000 + b"\r\n"), "more than is taken"),
        (endless(OK, b"x"), "cannot be read"),
        (endless(OK, b"X: y\r\n"), "cannot be read"),
        (answer(gzip.compress(HALF_RANDOM), Content_Encoding="gzip"), "larger than"),
        (answer(zlib.compress(b"\0" * 4_000_000), Content_Encoding="deflate"), "100 times"),
        (answer(gzip.compress(b"\0" * 100_000_000), Content_Encoding="gzip"), "larger than"),
    ],
)
def test_no_more_is_read_than_is_taken(send: bytes | Sender, why: str, web: Web) -> None:
    """Bodies, heads, trailers, chunks, interim answers without an end, and what unpacks without measure."""
    web.answers["a.example/"] = send
    with pytest.raises(Failed, match=why):
        fetch.get("http://a.example/")


def test_what_fits_is_taken(web: Web) -> None:
    """To the last byte, and packed a hundred times smaller."""
    web.answers |= {
        "a.example/plain": answer(b"x" * 5_000_000),
        "a.example/packed": answer(gzip.compress(HALF_RANDOM[:5_000_000]), Content_Encoding="gzip"),
        "a.example/chunks": CHUNKED + b"".join(b"5;a=b\r\nhello\r\n" for _ in range(1000)) + b"0\r\nX: y\r\n\r\n",
        "a.example/until-closed": OK + b"\r\nhello",
    }
    assert len(fetch.get("http://a.example/plain").body) == 5_000_000
    assert fetch.get("http://a.example/packed").body == HALF_RANDOM[:5_000_000]
    assert fetch.get("http://a.example/chunks").body == b"hello" * 1000
    assert fetch.get("http://a.example/until-closed").body == b"hello"


def test_members_that_hold_nothing(web: Web) -> None:
    """Five megabytes of gzip that unpack to nothing take no long time."""
    web.answers["a.example/"] = answer(gzip.compress(b"") * 249_000, Content_Encoding="gzip")
    begun = time.process_time()
    assert fetch.get("http://a.example/").body == b""
    assert time.process_time() - begun < 5


def test_the_end_of_what_is_packed_may_be_its_most(web: Web) -> None:
    """Without a trailer behind it the last of it comes out after the last has gone in."""
    words = random.Random(119).randbytes(3000) + b"\0" * (fetch._PIECE - 3000 + 119)
    packer = zlib.compressobj(9, wbits=-15, strategy=zlib.Z_FIXED)
    web.answers["a.example/"] = answer(packer.compress(words) + packer.flush(), Content_Encoding="deflate")
    assert fetch.get("http://a.example/").body == words


# -- What is said is what is there


BARE = zlib.compressobj(wbits=-15)
WORDS = b"A bridge was opened. " * 20
PACKED = {
    "gzip": gzip.compress(WORDS),
    "x-gzip": gzip.compress(WORDS[:99]) + gzip.compress(WORDS[99:]),
    "GZIP ": gzip.compress(WORDS) + b"rubbish",
    "deflate": zlib.compress(WORDS),
    "Deflate": BARE.compress(WORDS) + BARE.flush(),
    "identity": WORDS,
    "": WORDS,
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_body_is_unpacked(coding: str, web: Web) -> None:
    """In the codings that were asked for, as servers really send them; nothing packed is nothing."""
    web.answers["a.example/"] = answer(PACKED[coding], Content_Encoding=coding)
    assert fetch.get("http://a.example/").body == WORDS
    web.answers["a.example/"] = answer(b"", Content_Encoding=coding)
    assert fetch.get("http://a.example/").body == b""


@pytest.mark.parametrize(
    "sent",
    [
        answer(WORDS, Content_Encoding="br"),
        answer(gzip.compress(WORDS), Content_Encoding="gzip, gzip"),
        answer(WORDS, Content_Encoding="gzip"),
        answer(WORDS, Content_Encoding="deflate"),
        answer(b"\x78", Content_Encoding="deflate"),
        answer(gzip.compress(WORDS)[:-9], Content_Encoding="gzip"),
        answer(zlib.compress(WORDS)[:-5], Content_Encoding="deflate"),
        answer(WORDS)[:-1],
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"-5\r\nhello",
        CHUNKED + b"x\r\nhello",
        b"",
        b"HTTP/1.1 200",
        OK + b"Content-Type: text/ht",
        b"hello",
        b"HTTP/2 200 OK\r\n\r\nhello",
        b"HTTP/1.1 99 Low\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello",
    ],
)
def test_half_an_answer_is_none(sent: bytes, web: Web) -> None:
    """What was cut off, or packed otherwise than it says, is not taken for a body."""
    web.answers["a.example/"] = sent
    with pytest.raises(Failed):
        fetch.get("http://a.example/")


HEADS = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK", b"HTTP/1.0 301 x", b"Location: /", b"Location: http://[", b"Retry-After: 1 Jan"),
        *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: x", b"Transfer-Encoding: chunked"),
        *(b"Content-Encoding: gzip", b"Content-Encoding: deflate", b"ETag: \xff\x00", b" folded", b"5", b"0", b"\r\n"),
    ]
)


@given(st.lists(st.one_of(HEADS, st.binary(max_size=30)), max_size=12), st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_answer_or_none(monkeypatch: pytest.MonkeyPatch, lines: list[bytes], body: bytes) -> None:
    """Nothing but Failed and Refused comes of them."""

    ends = []

    def dial(*_: object) -> socket.socket:
        ours, theirs = socket.socketpair()
        theirs.sendall(OK * (len(lines) % 2) + b"\r\n".join(lines) + b"\r\n\r\n" + body)
        theirs.shutdown(socket.SHUT_WR)
        ends.append(theirs)
        return ours

    monkeypatch.setattr(address, "resolve", lambda _: [PUBLIC])
    monkeypatch.setattr(fetch, "dial", dial)
    with suppress(Failed, Refused):
        assert isinstance(fetch.get("http://a.example/").body, bytes)
    for end in ends:
        end.close()


# -- TLS, and what is said to one host only


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that the product trusts, as it would one of the system's."""
    folder = tmp_path / "authority"
    folder.mkdir()
    made = Authority(folder)
    default = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: default(cafile=str(made.file)))
    fetch._tls.cache_clear()
    yield made
    fetch._tls.cache_clear()


def test_https_is_spoken_to_the_name(web: Web, authority: Authority) -> None:
    """On the judged address; SNI, certificate and Host are the name's."""
    web.tls = authority.server("a.example", PUBLIC)
    web.tls.sni_callback = lambda _socket, name, _context: web.sni.append(name)
    web.answers["a.example/"] = web.answers[f"{PUBLIC}/"] = answer()
    assert fetch.get("https://a.example/").body == b"hello"
    assert web.dialled == [(PUBLIC, 443)]
    assert web.sni == ["a.example"]
    assert fetch.get(f"https://{PUBLIC}/").body == b"hello"


@pytest.mark.parametrize(
    ("names", "known", "why"),
    [(["b.example"], True, "mismatch"), ([PUBLIC], True, "mismatch"), (["a.example"], False, "certificate")],
)
def test_a_certificate_must_be_the_names(
    *, names: list[str], known: bool, why: str, web: Web, authority: Authority
) -> None:
    """Not another's, not the address's, not one that nobody vouches for."""
    web.tls = authority.server(*names, known=known)
    with pytest.raises(Failed, match=f"TLS: .*{why}"):
        fetch.get("https://a.example/")
    assert web.asked == []


def test_credentials_stay_where_they_are_meant_for(web: Web, authority: Authority) -> None:
    """They go with a host that moves itself to https; at any other, or at plain http, they are left for good."""
    web.tls = authority.server("a.example", "b.example")
    web.answers |= {
        "a.example/safer": moved("https://a.example/down"),
        "a.example/down": moved("http://a.example/up"),
        "a.example/up": moved("https://a.example/end"),
        "a.example/away": moved("https://b.example/back"),
        "b.example/back": moved("https://a.example/end"),
        "a.example/port": moved("https://a.example:80/end"),
        "a.example/end": answer(),
    }
    secret = {"Authorization": "Basic c2VjcmV0", "X-Api-Key": "secret"}

    def told(url: str) -> list[bool]:
        web.asked.clear()
        with suppress(Failed):
            fetch.get(url, headers=secret)
        return ["authorization" in head and "x-api-key" in head for head in web.asked]

    assert told("https://a.example/end") == [True]
    assert told("http://a.example/safer") == [True, True, False, False]
    assert told("https://a.example/away") == [True, False, False]
    assert told("https://a.example/port") == [True, False]
