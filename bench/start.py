"""What a cold start costs and what is deployed: instructions of each built function's start, sizes of the zips.

Instructions are counted by valgrind (cachegrind without its cache), which gives the same number on a busy machine and
on an idle one; on Lambda they are the part of a start that the code decides. A start is what must happen before the
first call leaves the function: its imports, and a boto3 client for each service that its role names. It is told as a
ratio to `boto3.client("dynamodb")` alone, in the same Python, with the same layer and byte code.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bench.figure import Figure, Figures, Missing, Unmeasured, control
from local.invoke import BUILD, LAYER, ROOT, Function, built
from local.template import load

_LEAN_BUDGET = 1.0  # of the function that every reading starts
_HTTP_BUDGET = 2.2  # of the functions that route and validate HTTP, with S3's and SSM's clients beside DynamoDB's
_ZIP_BUDGET = 100.0  # KB
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_MAKERS = "from shared import clients; made = vars(clients)"
_BARE, _LEAN, _HEAVIER = "boto3", "record_view", "with pydantic"
_READER, _HEAVY_FORMATS = "ingest_item", ("feed", "page", "newsml_g2")


def measure() -> Figures:
    """`<function>.start_ratio`, `<function>.zip_kb` (KB of 1,024 bytes), `layer.zip_mb` (MB of 1,024 KB)."""
    if missing := _missing():
        return {"start": missing}
    functions = built()
    figures: Figures = {
        f"{name}.zip_kb": Figure(round(_zipped(function.folder) / 1024, 1), "KB", _ZIP_BUDGET)
        for name, function in functions.items()
    }
    for name, folder in (("layer", LAYER.parent), ("parsers", BUILD / "Parsers")):
        figures[f"{name}.zip_mb"] = Figure(round(_zipped(folder) / 1024 / 1024, 2), "MB")
    return figures | _starts(functions)


def lean() -> Figures:
    """`record_view.start_ratio` alone."""
    if missing := _missing():
        return {f"{_LEAN}.start_ratio": missing}
    return _starts({_LEAN: built()[_LEAN]})


def _missing() -> Missing | None:
    """What there must be: a build of the code as it is."""
    if not (BUILD / "template.yaml").exists():
        return Missing(f"there is no build: make {BUILD.relative_to(ROOT)}/template.yaml")
    if _newest() > (BUILD / "template.yaml").stat().st_mtime:
        return Missing(f"the build is older than the code: make {BUILD.relative_to(ROOT)}/template.yaml")
    return None


@dataclass(frozen=True)
class _Start:
    """What a start imports first, and the clients that it makes."""

    modules: tuple[str, ...]
    services: tuple[str, ...]
    folders: tuple[Path, ...] = (LAYER,)


def _starts(functions: dict[str, Function]) -> Figures:
    """The start of each function; it fails as a whole where one of them does not start."""
    if not (valgrind := shutil.which("valgrind")):
        return {"start": Missing("valgrind is not here; Debian and Fedora have it under that name")}
    runs = {
        name: _Start((function.module,), _services(function), (function.folder, *function.layers))
        for name, function in functions.items()
    }
    lean = runs[_LEAN]
    runs[_BARE] = _Start((), ("dynamodb",))
    runs[_HEAVIER] = replace(lean, modules=(*lean.modules, "pydantic"))
    runs |= {
        f"reading a {name}": replace(runs[_READER], modules=(*runs[_READER].modules, f"shared.formats.{name}"))
        for name in _HEAVY_FORMATS
        if _READER in functions
    }
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            counted = dict(zip(runs, pool.map(lambda run: _instructions(valgrind, run), runs.values()), strict=True))
    except Unmeasured as failed:
        return {"start": Missing(str(failed))}
    ratios = {run: round(count / counted[_BARE], 2) for run, count in counted.items()}
    control(worse=ratios[_HEAVIER], than=ratios[_LEAN], what=f"the start of {_LEAN} {_HEAVIER}")
    return {
        f"{name}.start_ratio": Figure(
            ratios[name],
            "of boto3",
            _LEAN_BUDGET if name == _LEAN else _HTTP_BUDGET if name.endswith(("_api", "_site")) else None,
            _beside(name, ratios),
        )
        for name in functions
    }


def _beside(name: str, ratios: dict[str, float]) -> dict[str, float]:
    if name == _LEAN:
        return {_HEAVIER: ratios[_HEAVIER]}
    return {run: ratio for run, ratio in ratios.items() if run.startswith("reading a ")} if name == _READER else {}


def _services(function: Function) -> tuple[str, ...]:
    """The services that the function's role names and the layer has a client for."""
    policies = load(BUILD / "template.yaml")["Resources"][function.name]["Properties"].get("Policies", [])
    statements = [statement for policy in policies for statement in policy["Statement"]]
    actions = [statement["Action"] for statement in statements]
    named = {action.partition(":")[0] for each in actions for action in ([each] if isinstance(each, str) else each)}
    return tuple(sorted(name for name in named if (LAYER / "botocore" / "data" / name).is_dir()))


@cache
def _instructions(valgrind: str, start: _Start) -> int:
    """Instructions of one start, Python's own included."""
    lines = [f"import {module}" for module in start.modules]
    # The product's own maker of a client where it has one; others are made by Powertools, as boto3 makes them.
    lines += ["import boto3", "made = {}"] if not start.modules else [_MAKERS]
    lines += [f"made.get({service!r}, lambda: __import__('boto3').client({service!r}))()" for service in start.services]
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "dateline",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(map(str, start.folders)),
    }
    command = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    # -S: this environment's own packages stay out, so that everything comes from the layer.
    command += [sys.executable, "-P", "-S", "-c", "\n".join(lines)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = _COUNTED.search(done.stderr)
    if done.returncode or not found:
        told = [line for line in done.stderr.splitlines() if line and not line.startswith(("==", "--"))]
        raise Unmeasured(f"{' '.join(start.modules)} did not start: {told[-1] if told else 'without a word'}")
    return int(found[1].replace(",", ""))


def _newest() -> float:
    """When the youngest of the build's sources was changed."""
    sources = [ROOT / "template.yaml", *(ROOT / "locks").glob("*.txt")]
    for folder in ("functions", "shared"):
        sources += [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return max(path.stat().st_mtime for path in sources)


def _zipped(folder: Path) -> int:
    """Bytes of a folder as a zip, which is how it is deployed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return content.tell()
