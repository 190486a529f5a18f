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
import tempfile
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.figure import Figure, Figures, Missing, control
from local.invoke import BUILD, LAYER, ROOT, Function, built
from local.template import load

_HTTP_BUDGET = 1.6  # of the functions that route and validate HTTP
_ZIP_BUDGET = 100.0  # KB
_BARE = ("dynamodb",)
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_ALONE = "with DynamoDB's client alone"
_COMPILING = "without byte code"


def measure() -> Figures:
    """`<function>.start_ratio`, `<function>.zip_kb` (KB of 1,024 bytes), `layer.zip_mb` (MB of 1,024 KB)."""
    if not (BUILD / "template.yaml").exists():
        return {"start": Missing(f"there is no build: make {BUILD.relative_to(ROOT)}/template.yaml")}
    if _newest() > (BUILD / "template.yaml").stat().st_mtime:
        return {"start": Missing(f"the build is older than the code: make {BUILD.relative_to(ROOT)}/template.yaml")}
    functions = built()
    figures: Figures = {
        f"{name}.zip_kb": Figure(round(_zipped(function.folder) / 1024, 1), "KB", _ZIP_BUDGET)
        for name, function in functions.items()
    }
    figures["layer.zip_mb"] = Figure(round(_zipped(LAYER.parent) / 1024 / 1024, 2), "MB")
    if not (valgrind := shutil.which("valgrind")):
        return figures | {"start": Missing("valgrind is not here; Debian and Fedora have it under that name")}
    return figures | _starts(valgrind, functions)


def _starts(valgrind: str, functions: dict[str, Function]) -> Figures:
    runs: dict[tuple[str, str], tuple[Function | None, tuple[str, ...], bool]] = {("", ""): (None, _BARE, True)}
    for name, function in functions.items():
        services = _services(function)
        runs[name, ""] = function, services, True
        if services != _BARE:
            runs[name, _ALONE] = function, _BARE, True
    runs["record_view", _COMPILING] = functions["record_view"], _services(functions["record_view"]), False
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(runs, pool.map(lambda run: _instructions(valgrind, *run), runs.values()), strict=True))
    ratios = {run: round(count / counted["", ""], 2) for run, count in counted.items()}
    control(worse=ratios["record_view", _COMPILING], than=ratios["record_view", ""], what="a start without byte code")
    return {
        f"{name}.start_ratio": Figure(
            ratios[name, ""],
            "of boto3",
            _HTTP_BUDGET if name.endswith(("_api", "_site")) else None,
            {other: ratio for (function, other), ratio in ratios.items() if function == name and other},
        )
        for name in functions
    }


def _services(function: Function) -> tuple[str, ...]:
    """The services that the function's role names and the layer has a client for."""
    policies = load(BUILD / "template.yaml")["Resources"][function.name]["Properties"].get("Policies", [])
    statements = [statement for policy in policies for statement in policy["Statement"]]
    actions = [statement["Action"] for statement in statements]
    named = {action.partition(":")[0] for each in actions for action in ([each] if isinstance(each, str) else each)}
    return tuple(sorted(name for name in named if (LAYER / "botocore" / "data" / name).is_dir()))


def _instructions(valgrind: str, function: Function | None, services: Iterable[str], byte_code: bool) -> int:  # noqa: FBT001  # a column of the runs above
    """Instructions of one start; without a function those of the clients alone."""
    lines = [f"import {function.module}"] if function else []
    lines += ["import boto3", *(f"boto3.client({service!r})" for service in services)]
    paths = ([function.folder] if function else []) + [LAYER]
    with tempfile.TemporaryDirectory() as empty:
        environment = {
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_SECRET_ACCESS_KEY": "none",
            "POWERTOOLS_SERVICE_NAME": "dateline",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        } | ({} if byte_code else {"PYTHONPYCACHEPREFIX": empty})
        command = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        # -S: this environment's own packages stay out, so that everything comes from the layer.
        command += [sys.executable, "-P", "-S", "-c", "\n".join(lines)]
        done = subprocess.run(command, env=environment, cwd=empty, capture_output=True, text=True, check=False)
    found = _COUNTED.search(done.stderr)
    if done.returncode or not found:
        raise RuntimeError(f"{function.module if function else 'boto3'} did not start:\n{done.stderr}")
    return int(found[1].replace(",", ""))


def _newest() -> float:
    """When the youngest of the build's sources was changed."""
    sources = [ROOT / "template.yaml", ROOT / "locks" / "runtime.txt"]
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
