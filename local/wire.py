"""The demo's wire: one item of an agency, its update, its correction and its kill, each as the agency sends it."""

from collections.abc import Callable
from typing import Any

from local.client import Client
from local.table import Table, say

SOURCE = {"id": "lowland-wire", "name": "Lowland Wire", "publish": "publish"}
_GUID = "urn:newsml:lowlandwire.example:20261012:ferry-fares"
_SURFACES = {"story", "address", "list", "section", "most read", "readings"}

type Send = Callable[[Any, str], Any]
"""A payload of a source to what became of its one item."""


def _version(number: int, headline: str, text: str, **more: Any) -> dict[str, Any]:
    """One version of the story as ninjs 1.3 (IPTC)."""
    return {
        "uri": _GUID,
        "type": "text",
        "version": str(number),
        "versioncreated": f"2026-10-12T09:{number:02}:00Z",
        "pubstatus": "usable",
        "language": "en",
        "headline": headline,
        "body_html": f"<p>{text}</p>",
        "byline": "By Lena Marsh",
        **more,
    }


ITEM = _version(1, "Ferry fares rise on Monday", "A crossing of the Sill will cost two crowns from Monday.")
UPDATE = _version(2, "Ferry fares rise, commuters protest", "A crossing of the Sill will cost two crowns from Monday.")
CORRECTION = _version(
    3,
    "Ferry fares rise on Tuesday",
    "A crossing of the Sill will cost two crowns from Tuesday.",
    signals=["sig:correction"],
)
KILL = _version(4, "Ferry fares", "", pubstatus="canceled", ednote="The council has taken no such decision.")


def walk(desk: Client, reader: Client, table: Table, send: Send) -> None:
    """Sets the wire up, sends each version, and looks at what readers see of it."""
    say("→ POST /sources, then the wire sends: an item, an update, a correction, a kill")
    table.check("POST /sources", 201, desk.call("POST", "/sources", SOURCE).status)
    story = ""
    for what, payload, outcome in (
        ("the item", ITEM, "created"),
        ("its update", UPDATE, "revised"),
        ("the update again", UPDATE, "duplicate"),
        ("the item, late", ITEM, "duplicate"),
        ("its correction", CORRECTION, "revised"),
    ):
        item = send(payload, SOURCE["id"])
        table.check(f"{what}: what became of it", outcome, item["outcome"])
        story = story or item["article"]
    seen = reader.call("GET", f"/articles/{story}").json
    table.check("what readers see", ("Ferry fares rise on Tuesday", "corrected"), (seen["headline"], seen["status"]))
    killed = send(KILL, SOURCE["id"])
    table.check("its kill: what became of it", "killed", killed["outcome"])
    say("  the receipt: " + ", ".join(f"{dark['surface']} {dark['at']}" for dark in killed["dark"]))
    dark = {each["surface"] for each in killed["dark"]}
    table.check("surfaces that are dark", sorted(_SURFACES), sorted(dark & _SURFACES))
    table.check("what readers see then", 410, reader.call("GET", f"/articles/{story}").status)
