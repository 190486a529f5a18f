"""Hostile payloads: answered within two seconds, never a 500, nothing active on any surface, nothing lost."""

import base64
import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest

from shared import sanitize
from shared.formats import wire_text
from shared.formats.private import Parted
from tests.active import active_elements
from tests.ingest.wire import item, send, stories, told
from tests.newsroom import PAYLOADS, Newsroom, aws

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SECONDS = 2.0
FEED = (
    '<rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>{title}</title>'
    "<description>{body}</description></item></channel></rss>"
)
MEGABYTE = 900_000
PAYLOADS_OF_OUR_OWN: dict[str, str | bytes] = {
    "nested json": '{"uri":' * 20_000,
    "nested arrays": "[" * 400_000 + "]" * 400_000,
    "nan": '{"uri": "x", "version": NaN}',
    "huge number": '{"uri": "x", "version": ' + "9" * 5000 + "}",
    "lone surrogate": '{"uri": "x", "headline": "\\ud800"}',
    "double names": '{"uri": "x", "uri": "y", "headline": "z"}',
    "nul in json": '{"uri": "x", "headline": "a\\u0000b", "type": "text", "body_text": "c"}',
    "billion laughs": '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><nitf>&b;</nitf>',
    "billion laughs in a feed": '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss>&b;</rss>',
    "billion laughs in utf-16": (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE l [<!ENTITY a "ha">]><nitf>&a;</nitf>'
    ).encode("utf-16"),
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><newsItem>&a;</newsItem>',
    "deep xml": "<nitf>" + "<a>" * 100_000,
    "deep news item": '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">' + "<a>" * 100_000 + "</a>" * 100_000,
    "deep feed": "<rss><channel><item><description>" + "<div>" * 100_000,
    "deep page": "<html><body>" + "<div>" * 150_000,
    "unclosed formatting": "<html><body><article>" + "<p><b><i><font color=red>x" * 30_000,
    "attributes": "<html><body><p " + " ".join(f"a{number}=1" for number in range(80_000)) + ">x",
    "many links": "<html><body>" + "<a href=/x>x</a> " * 50_000,
    "one long line": "a" * MEGABYTE,
    "one long word in a page": "<html><body><p>" + "a" * MEGABYTE,
    "only spaces": "<html>" + " " * MEGABYTE,
    "dates": "12.10.2018 " * 80_000,
    "comments": "<html>" + "<!-- x -->" * 80_000,
    "half comments": "<rss>" + "<!--" * 200_000,
    "half sections": "<rss>" + "<![CDATA[" * 90_000,
    "ampersands": "<rss><channel><item><title>" + "&" * 400_000,
    "entities": FEED.format(title="&amp;" * 100_000, body="x"),
    "json-ld": '<html><script type="application/ld+json">' + '{"@type":"NewsArticle","a":' * 30_000 + "</script><p>x",
    "gzip": gzip.compress(b"<rss>" * 1000),
    "random bytes": bytes(range(256)) * 3000,
    "combining marks": "12.10.2018 15:52\n\nHeadline\n\n" + "a" + "\u0301" * 300_000,
}


def post(newsroom: Newsroom, payload: str | bytes, **query: str) -> dict[str, Any] | None:
    """What became of a payload; None when it was refused at the door, with a problem document."""
    started = time.perf_counter()
    event = newsroom.event("POST", "/ingest", payload if isinstance(payload, str) else "x", {}, query)
    if isinstance(payload, bytes):
        event |= {"body": base64.b64encode(payload).decode(), "isBase64Encoded": True}
    claims = {"username": "ann", "token_use": "access", "client_id": "client", "cognito:groups": "[editor]"}
    claims |= {"exp": str(int(time.time()) + 600), "sub": "ann"}
    event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    taken = newsroom.send(event)
    if taken.status != 202:
        assert (taken.status in range(400, 500), taken.headers["content-type"]) == (True, "application/problem+json")
        return None
    newsroom.deliver_payloads()
    record: dict[str, Any] = newsroom.http("GET", taken.headers["location"]).json
    assert record["status"] != "received"
    assert aws("s3").head_object(Bucket=PAYLOADS, Key=record["raw"])["ContentLength"] > 0
    assert time.perf_counter() - started < SECONDS
    return record


@pytest.mark.parametrize("name", PAYLOADS_OF_OUR_OWN)
def test_hostile_payloads_are_answered(newsroom: Newsroom, name: str) -> None:
    """Within two seconds, with a reason for what is refused."""
    record = post(newsroom, PAYLOADS_OF_OUR_OWN[name])
    for one in (record or {}).get("items", []):
        assert one["outcome"] != "refused" or one["detail"]


def corpus(folder: str) -> Path:
    """A folder of the corpora, if it is there."""
    if not (DATA / folder).is_dir():
        pytest.skip(f"the corpus {folder} is not beside the project")
    return DATA / folder


def test_xml_attacks(newsroom: Newsroom) -> None:
    """Each sample of the corpus is refused or read without what it would bring in."""
    for path in sorted(corpus("sec-xml").glob("*.xml")):
        record = post(newsroom, path.read_bytes())
        assert record is None or "root:" not in json.dumps(record), path.name


def test_odd_json(newsroom: Newsroom) -> None:
    """Each of three hundred odd documents is answered."""
    lines = (corpus("json-testsuite") / "parsing.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        case = json.loads(line)
        if case["b64"]:  # the two largest are described only
            post(newsroom, base64.b64decode(case["b64"]))


def attacks() -> list[str]:
    """Every payload of the three corpora of attacks on sanitizers."""
    folder = corpus("sec-html")
    named = ("dompurify-expect.json", "bleach-clean.json")
    cases = [each for name in named for each in json.loads((folder / name).read_text("utf-8"))]
    found: list[Any] = [each.get("payload") for each in cases]
    literals = [
        each["fragment_rust_literal"] for each in json.loads((folder / "ammonia-tests.json").read_text("utf-8"))
    ]
    return [*filter(None, found), *(literal.strip('"#r') for literal in literals if literal)]


def test_nothing_active_on_any_surface(newsroom: Newsroom) -> None:
    """Attacks in the body and in every other field of wire items: no answer to a reader holds anything active."""
    found = attacks()
    assert sum(bool(active_elements(attack)) for attack in found) > len(found) / 3
    wires = [
        item(
            1, uri=f"urn:attack:{start}", body_html="".join(f"<p>x</p>{attack}" for attack in found[start : start + 40])
        )
        for start in range(0, len(found), 40)
    ]
    for number, attack in enumerate(found[::10]):
        fields = {"headline": attack[:200], "byline": attack[:200], "ednote": attack}
        wires.append(item(1, uri=f"urn:field:{number}", **fields))
    send(newsroom, wires, publish="true")
    assert stories(newsroom)
    for story in stories(newsroom):
        shown = newsroom.http("GET", f"/articles/{story}")
        if shown.status == 200:
            assert active_elements(shown.json["body_html"]) == [], story
            assert shown.headers["content-type"] == "application/json"


def test_the_sanitizer_is_needed(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it an attack is active."""
    monkeypatch.setattr(sanitize, "clean", lambda html: html)
    story = newsroom.published(body_text=None, body_html="<p>x</p><script>alert(1)</script>")
    assert active_elements(newsroom.http("GET", f"/articles/{story}").json["body_html"]) == ["script"]


def test_the_publication_filter_is_needed(newsroom: Newsroom) -> None:
    """What a wire marks as not for publication is in no answer to a reader and in no event."""
    body = "<p>EDITOR'S NOTE: call the desk at 555-0101.</p><p>The bridge was opened.</p>"
    story = told(newsroom, item(1, body_html=body, ednote="secret-zq"), publish="true")["article"]
    seen = newsroom.http("GET", f"/articles/{story}", group=None).text + str(newsroom.bus)
    assert "555-0101" not in seen
    assert "secret-zq" not in seen
    assert "The bridge was opened." in seen


def test_without_the_publication_filter_notes_get_out(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the filter that keeps them back: taken away, readers see the note."""
    monkeypatch.setattr(wire_text, "part", lambda paragraphs: Parted(0, len(paragraphs), ()))
    body = "<p>EDITOR'S NOTE: call the desk at 555-0101.</p><p>The bridge was opened.</p>"
    story = told(newsroom, item(1, body_html=body), publish="true")["article"]
    assert "555-0101" in newsroom.http("GET", f"/articles/{story}", group=None).text
