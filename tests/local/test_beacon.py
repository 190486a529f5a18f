"""The script that tells of a reading, in a real browser: against an API that notes what it gets, and on the stack."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.client import Client
from local.stack import LocalStack
from shared import beacon, sampling
from tests.newsroom import BROWSER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browsing = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; Debian has it under that name")
VIEWS = "/articles/S/views"
# What a page sets up before the script runs: a visit whose number is given; waits that take hundredths of their time.
NUMBER = "<script>Math.random = () => {}</script>"
QUICK = "<script>{ let wait = setTimeout; setTimeout = (then, ms) => wait(then, ms / 100) }</script>"
DONE = "<script>setTimeout(() => fetch('/done'), 1500)</script>"


@dataclass
class Site:
    """Pages, and the API beside them: answers as it is told, and keeps what it was sent."""

    pages: dict[str, str] = field(default_factory=dict)
    refuse: int = 0  # so many readings are answered 429
    reading: dict[str, Any] = field(default_factory=lambda: {"weight": 1, "token": None})
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    url: str = ""

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, type and text of a GET."""
        self.asked.append(path)
        if path == "/beacon.js":
            return 200, "text/javascript", beacon.script().body or ""
        if path.endswith("/views"):
            return 200, "application/json", json.dumps({"reading": self.reading})
        return (200, "text/html", self.pages[path]) if path in self.pages else (404, "text/plain", "")

    def post(self, path: str, kind: str, body: str) -> int:
        """Takes or refuses a reading."""
        self.sent.append(json.loads(body) | {"path": path})
        self.types.add(kind)
        self.refuse -= 1
        return 429 if self.refuse >= 0 else 202


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on the loopback."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def answer(self, status: int, kind: str, text: str) -> None:
            self.send_response(status)
            for name, value in (("content-type", kind), ("content-length", str(len(text.encode())))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self.answer(*made.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self.answer(made.post(self.path, self.headers["content-type"], body), "text/plain", "")

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join(5)


type Browse = Callable[[str, Callable[[], bool]], None]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Opens a page, and looks at it until something is so; fails when that takes longer than 20 seconds."""

    def look(url: str, until: Callable[[], bool]) -> None:
        assert CHROMIUM
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
        command += ["--remote-debugging-port=0", f"--user-agent={BROWSER}", f"--user-data-dir={tmp_path}", url]
        with (tmp_path / "log").open("wb") as log:
            chromium = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            try:
                deadline = time.monotonic() + 20
                while not until():
                    assert time.monotonic() < deadline, f"waited in vain: {(tmp_path / 'log').read_text()[-500:]}"
                    time.sleep(0.05)
            finally:
                os.killpg(chromium.pid, signal.SIGTERM)
                chromium.wait(10)

    return look


def script(story: str = "S", token: str = "", weight: str = "", source: str = "/beacon.js") -> str:
    """The tag of a page."""
    given = f'data-story="{story}" data-token="{token}" data-weight="{weight}"'
    return f'<!doctype html><title>A story</title><script src="{source}" {given} async></script>'


def fresh(weight: str = "x") -> str:
    """A token of this minute, as the script sees one."""
    return f"{int(time.time()) // 60}.{weight}.signature"


def numbered(number: float) -> str:
    """A visit of this number."""
    return NUMBER.replace("{}", str(number))


def test_the_script_is_under_a_kilobyte() -> None:
    """As it is served, without compression, for a day's readers on the smallest phone."""
    answer = beacon.script()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert len((answer.body or "").encode()) < 1024


def test_the_script_waits_as_the_decision_says() -> None:
    """It draws its wait from what `sampling` says of it, in milliseconds."""
    first, last = sampling.RETRY
    assert f"{first}e3+Math.random()*{last - first}e3" in (beacon.script().body or "")


@browsing
def test_a_page_that_is_looked_at_is_read_once(site: Site, browse: Browse) -> None:
    """One reading with the visit's random id, as plain text, which needs no question before."""
    site.pages["/"] = script() + DONE
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    (sent,) = site.sent
    assert (sent["path"], set(sent), site.types) == (
        VIEWS,
        {"path", "reader", "token"},
        {"text/plain;charset=UTF-8"},
    )
    assert 0 < float(sent["reader"]) < 1


@browsing
def test_a_hidden_page_is_not_read_until_it_is_seen(site: Site, browse: Browse) -> None:
    """A tab behind is no reading; the moment it comes to the front it is one."""
    hide = "<script>Object.defineProperty(document, 'hidden', {get: () => !window.seen})</script>"
    site.pages["/"] = hide + script() + DONE
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    assert site.sent == []
    show = "setTimeout(() => { seen = 1; document.dispatchEvent(new Event('visibilitychange')) }, 500)"
    site.pages["/shown"] = hide + script() + f"<script>{show}</script>"
    browse(f"{site.url}/shown", lambda: bool(site.sent))


@browsing
def test_a_prerendered_page_is_read_when_it_is_opened(site: Site, browse: Browse) -> None:
    """What the browser renders ahead tells nothing; the reader's click does."""
    ahead = '<script type="speculationrules">{"prerender": [{"urls": ["/story"], "eagerness": "immediate"}]}</script>'
    site.pages["/story"] = script()
    site.pages["/"] = ahead + DONE
    browse(f"{site.url}/", lambda: {"/done", "/beacon.js"} <= set(site.asked))
    assert site.sent == []
    site.pages["/click"] = ahead + "<script>setTimeout(() => location = '/story', 2500)</script>"
    browse(f"{site.url}/click", lambda: bool(site.sent))
    assert len(site.sent) == 1


@browsing
def test_a_sample_is_one_in_so_many_visits(site: Site, browse: Browse) -> None:
    """Of 200 visits to a story of weight 4 about fifty are told; whoever comes again is in the sample again."""
    loads = """<script>{
        let state = 7
        Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647
        let load = () => new Promise(done => {
            let tag = document.createElement('script')
            Object.assign(tag.dataset, {story: 'S', token: 'TOKEN', weight: 4})
            tag.onload = () => setTimeout(done, 5)
            tag.src = '/beacon.js'
            document.head.append(tag)
        });
        (async () => {
            for (let visit = 0; visit < 200; visit++) { sessionStorage.clear(); await load(); await load() }
            fetch('/done')
        })()
    }</script>"""
    site.pages["/"] = "<!doctype html><head></head>" + loads.replace("TOKEN", token := fresh("2"))
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    assert {sent["token"] for sent in site.sent} == {token}
    visits = {sent["reader"] for sent in site.sent}
    assert all(float(visit) < 0.25 for visit in visits)
    assert 35 < len(visits) < 65
    assert len(site.sent) == 2 * len(visits)


@browsing
def test_who_is_left_out_stays_out_for_the_half_hour(site: Site, browse: Browse) -> None:
    """When the weight falls between two looks, a visit that was not in the sample is not counted after all."""
    site.pages["/"] = (
        numbered(0.6) + script(token=fresh("1"), weight="2") + "<script>setTimeout(() => location = '/2', 800)</script>"
    )
    site.pages["/2"] = script() + DONE
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    assert site.sent == []


@browsing
@pytest.mark.parametrize(("number", "expected"), [(0.01, ["", "64"]), (0.5, [""])])
def test_a_refused_reading_goes_again_under_the_weight_of_then(
    site: Site, browse: Browse, number: float, expected: list[str]
) -> None:
    """After 429 the page asks for the weight, decides anew, and sends at the most once more."""
    site.refuse, site.reading = 1, {"weight": 64, "token": "64"}
    site.pages["/"] = QUICK + numbered(number) + script() + "<script>setTimeout(() => fetch('/done'), 150000)</script>"
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    assert [sent["token"] for sent in site.sent] == expected
    assert VIEWS in site.asked


@browsing
def test_a_page_that_is_left_sends_what_was_refused(site: Site, browse: Browse) -> None:
    """Who does not wait is told of on leaving, where the reading counts for many: single ones would fill the door."""
    site.refuse = 1
    token = f"{int(time.time()) // 60}.1.signature"
    site.pages["/"] = (
        numbered(0.3) + script(token=token, weight="2") + "<script>setTimeout(() => location = '/next', 1000)</script>"
    )
    site.pages["/next"] = DONE
    browse(f"{site.url}/", lambda: "/done" in site.asked)
    assert len(site.sent) == 2
    assert site.sent[0] == site.sent[1]


@browsing
@pytest.mark.parametrize(("weight", "token"), [(1, None), (2, "fresh")])
def test_a_page_that_was_kept_for_long_asks_first(site: Site, browse: Browse, weight: int, token: str | None) -> None:
    """An old token would count for one: the page takes the weight of now, up or down."""
    site.reading = {"weight": weight, "token": token}
    old = f"{int(time.time()) // 60 - 10}.6.signature"
    site.pages["/"] = numbered(0.3) + script(token=old, weight="64")
    browse(f"{site.url}/", lambda: bool(site.sent))
    assert [sent["token"] for sent in site.sent] == [token]
    assert VIEWS in site.asked


@browsing
def test_denied_storage_is_no_reason_not_to_count(site: Site, browse: Browse) -> None:
    """Where storage is denied the number is this page's alone."""
    denied = "<script>Object.defineProperty(window, 'sessionStorage', {get() { throw Error() }})</script>"
    site.pages["/"] = denied + script()
    browse(f"{site.url}/", lambda: bool(site.sent))
    assert 0 < float(site.sent[0]["reader"]) < 1


@browsing
def test_a_page_of_another_origin_is_counted_by_the_stack(stack: LocalStack, site: Site, browse: Browse) -> None:
    """The whole way: the tag on a newspaper's page, the stack's own script and API, one reading in the count."""
    with closing(Client(stack.api, stack.tokens["editor"])) as desk:
        story = desk.call("POST", "/articles", {"headline": "Looked at", "body_text": "By one."}).json["id"]
        assert desk.call("POST", f"/articles/{story}/publication").status == 200
        site.pages["/"] = script(story, source=f"{stack.api}/beacon.js")

        def counted() -> bool:
            return bool(desk.call("GET", f"/articles/{story}/views").json["counted"])

        browse(f"{site.url}/", counted)
        assert desk.call("GET", f"/articles/{story}/views").json["counted"] == 1
