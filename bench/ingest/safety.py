"""How much of the known attacks by HTML is still active when it has been cleaned."""

import json
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, Figures, Missing, control
from shared import sanitize
from tests.active import active_elements

CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "sec-html"
_ACTIVE = "ingest.xss.active"
_FILES = {
    "dompurify-expect.json": "payload",
    "bleach-clean.json": "payload",
    "ammonia-tests.json": "fragment_rust_literal",
}


def measure() -> Figures:
    """`ingest.xss.active`: what a browser would act on in all payloads after `sanitize.clean`, and before."""
    if not CORPORA.is_dir():
        return {_ACTIVE: Missing(f"the XSS corpora are not in {CORPORA.name}/ beside the project")}
    known = list(payloads())
    raw = sum(len(active_elements(html)) for html in known)
    left = sum(len(active_elements(sanitize.clean(html))) for html in known)
    control(worse=raw, than=left, what="the raw payloads")
    return {_ACTIVE: Figure(left, "active", 0, {"raw": raw})}


def payloads() -> Iterator[str]:
    """Every payload of the corpora; Rust's string literals without their quotes."""
    for name, field in _FILES.items():
        for case in json.loads((CORPORA / name).read_text(encoding="utf-8")):
            html: str = case.get(field, "")
            yield html if field == "payload" else html.removeprefix("r#").strip('"').replace('\\"', '"')
