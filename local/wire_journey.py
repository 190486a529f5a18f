"""A wire's way through the product, as a part of the journey: set up, asked, dropped, held, killed, silent, ended."""

import json
from typing import Any

from local.traveller import Traveller

_QUIET = "2018-10-12T12:52:00.000Z"


def walk(traveller: Traveller) -> None:
    """Two sources of its own on a stack that others may use too. Raises Broken."""
    wire, held = f"wire-{traveller.name.lower()}", f"held-{traveller.name.lower()}"
    traveller.step = "set a source up"
    about = {"id": wire, "name": "Wire", "publish": "publish", "quiet_after_hours": 1, "url": "http://127.0.0.1/feed"}
    about["credentials"] = {"bearer": "test"}
    traveller.ask(201, "POST", "/sources", about)
    traveller.ask(201, "POST", "/sources", {"id": held, "name": "Held", "publish": "hold"})
    traveller.ask(200, "PUT", f"/sources/{held}", {"name": "Held", "publish": "hold", "takedown": "hold"})
    traveller.step = "ask a feed"
    asked = traveller.ask(200, "POST", f"/sources/{wire}/poll").json
    traveller.expect("what an address of this machine brings", "refused", asked["outcome"])
    _kill(traveller, wire)
    _release(traveller, held)
    _fall_silent(traveller, wire)
    traveller.step = "end a source"
    traveller.ask(200, "DELETE", f"/sources/{wire}")


def _item(traveller: Traveller, version: int, **more: Any) -> dict[str, Any]:
    about = {"uri": f"urn:wire:{traveller.name}", "type": "text", "version": str(version), "pubstatus": "usable"}
    return about | {"headline": f"Wired {traveller.name}", "body_text": "Short.", "language": "en"} | more


def _kill(traveller: Traveller, wire: str) -> None:
    traveller.step = "drop an item under embargo"
    embargoed = _item(traveller, 1, uri=f"urn:wire:{traveller.name}:later", embargoed="2035-01-01T00:00:00Z")
    _drop(traveller, wire, embargoed)
    traveller.until(lambda: _last(traveller, wire, "drop-"))
    traveller.unless_denied()  # an alarm that cannot be set is only logged
    traveller.step = "a wire's item and its kill"
    _send(traveller, wire, _item(traveller, 1), "created")
    killed = _send(traveller, wire, _item(traveller, 2, pubstatus="canceled"), "killed")
    traveller.ask(410, "GET", f"/articles/{killed['article']}", reader=True)
    traveller.expect("surfaces on the receipt", expected=True, seen=len(killed["dark"]) > len(("page", "list")))


def _release(traveller: Traveller, held: str) -> None:
    traveller.step = "release what was held"
    sent = traveller.ask(202, "POST", "/ingest", _item(traveller, 1), query={"source": held}).json["ingest"]
    _became(traveller, sent, "held")
    _drop(traveller, held, _item(traveller, 1, uri=f"urn:wire:{traveller.name}:dropped"))
    dropped = traveller.until(lambda: _last(traveller, held, "drop-"))
    for ingest in (sent, dropped):
        traveller.ask(202, "POST", f"/ingest/{ingest}/release")
        _became(traveller, ingest, "created")


def _fall_silent(traveller: Traveller, wire: str) -> None:
    traveller.step = "poll feeds"
    traveller.stack.client("dynamodb").update_item(
        TableName=traveller.stack.outputs["NewsroomTable"],
        Key={"pk": {"S": "SOURCES"}, "sk": {"S": f"SOURCE#{wire}"}},
        UpdateExpression="SET new_at = :then, next_poll_at = :then",
        ExpressionAttributeValues={":then": {"S": _QUIET}},
    )
    traveller.invoke("PollFeeds", {})
    traveller.until(lambda: _source(traveller, wire).get("quiet_since"))
    traveller.unless_denied()  # a feed that cannot be asked is only logged: others are


def _drop(traveller: Traveller, source: str, item: dict[str, Any]) -> None:
    name = f"drop/{source}/{item['uri'].replace(':', '-')}.json"
    bucket = traveller.stack.outputs["PayloadsBucket"]
    traveller.stack.client("s3").put_object(Bucket=bucket, Key=name, Body=json.dumps(item).encode())


def _send(traveller: Traveller, source: str, item: dict[str, Any], outcome: str) -> dict[str, Any]:
    sent = traveller.ask(202, "POST", "/ingest", item, query={"source": source}).json["ingest"]
    return _became(traveller, sent, outcome)


def _became(traveller: Traveller, ingest: str, outcome: str) -> dict[str, Any]:
    def done() -> Any:
        record = traveller.ask(200, "GET", f"/ingest/{ingest}").json
        items = record["items"]
        return items if items and items[0]["outcome"] == outcome else None

    found: dict[str, Any] = traveller.until(done)[0]
    return found


def _source(traveller: Traveller, source: str) -> dict[str, Any]:
    state = traveller.ask(200, "GET", f"/sources/{source}").json["state"]
    return {name: value for name, value in state.items() if value is not None}


def _last(traveller: Traveller, source: str, start: str) -> str | None:
    last = str(_source(traveller, source).get("last_ingest", ""))
    return last if last.startswith(start) else None
