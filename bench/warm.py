"""What a request costs a warm function: instructions, beside the bare boto3 update that it cannot do without.

Both run in this Python on the built layer with its byte code, against a stand-in for AWS in another process
(`bench.endpoint`), under valgrind (cachegrind without its cache). A run of MORE requests less a run of FEWER leaves
what the requests between them took: neither start nor first request is in it. The bare update sends the very request
that `record_view` sends, with the same retries and timeouts; what the function takes beside its own client, whose other
settings are its own, stands apart. The control logs one line for each request.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.costs import INSTRUCTIONS
from bench.figure import Figure, Figures, Missing, Unmeasured, control
from local.invoke import LAYER, Function, built

_PROGRAM = Path(__file__).with_name("requests.py")
_COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
_BARE, _OWN, _LEAN, _LOGGING = "bare", "own", "record_view", "with a log line"
_CONSUMER = "count_views"
_BUDGET = 1.05
FEWER, MORE = 20, 60
_SECONDS = 300


def measure() -> Figures:
    """`record_view.warm_ratio` and, of the same runs, `count_views.warm_ratio` of a batch of one record."""
    if not (valgrind := shutil.which("valgrind")):
        return {f"{_LEAN}.warm_ratio": Missing("valgrind is not here; Debian and Fedora have it under that name")}
    functions = built()
    with _endpoint() as port:
        environment = _environment([functions[_LEAN], functions[_CONSUMER]], port)
        request = _asked(environment, port)
        runs = [(way, count) for way in (_BARE, _OWN, _LEAN, _LOGGING, _CONSUMER) for count in (FEWER, MORE)]
        with ThreadPoolExecutor(os.process_cpu_count()) as pool:
            waiting = [pool.submit(_instructions, valgrind, environment, way, count, request) for way, count in runs]
            by_run = dict(zip(runs, (each.result() for each in waiting), strict=True))
    each = {way: (by_run[way, MORE] - by_run[way, FEWER]) / (MORE - FEWER) for way, _ in runs}
    ratios = {way: round(count / each[_BARE], 3) for way, count in each.items()}
    if max(each[_LEAN], each[_CONSUMER] / 2) > INSTRUCTIONS:
        raise Unmeasured(f"the price of a reading takes a call for {INSTRUCTIONS:g} instructions; it has more")
    of_own = round(each[_LEAN] / each[_OWN], 3)
    control(worse=ratios[_LOGGING], than=ratios[_LEAN], what=f"{_LEAN} {_LOGGING}")
    beside = {_LOGGING: ratios[_LOGGING], "million instructions": round(each[_LEAN] / 1e6, 3)}
    beside |= {"of the function's own client alone": of_own}
    return {
        f"{_LEAN}.warm_ratio": Figure(ratios[_LEAN], "of boto3", _BUDGET, beside),
        f"{_CONSUMER}.warm_ratio": Figure(ratios[_CONSUMER], "of boto3", None),
    }


@contextmanager
def _endpoint() -> Iterator[int]:
    """The stand-in's port; it ends with the block, or with this process."""
    command = [sys.executable, "-m", "bench.endpoint"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        if not (running.stdin and running.stdout):
            raise Unmeasured("the stand-in for AWS has no pipes")
        try:
            yield int(running.stdout.readline())
        finally:
            running.stdin.close()


def _asked(environment: dict[str, str], port: int) -> str:
    """The update that the handler asks for, as the stand-in got it."""
    command = [sys.executable, "-P", "-S", str(_PROGRAM), _LEAN, "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS)
    if done.returncode:
        raise Unmeasured(f"{_LEAN} did not take a reading: {done.stderr.strip().splitlines()[-1:]}")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        asked = json.load(answer)
    if len(asked.get("UpdateItem", [])) != 1:
        raise Unmeasured(f"a reading made { ({name: len(each) for name, each in asked.items()}) }, not one update")
    return json.dumps(asked["UpdateItem"][0])


def _instructions(valgrind: str, environment: dict[str, str], way: str, count: int, request: str) -> int:
    """Instructions of a whole run, Python's start included."""
    command = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command += [sys.executable, "-P", "-S", str(_PROGRAM), way, str(count), request]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS)
    found = _COUNTED.search(done.stderr)
    if done.returncode or not found:
        told = [line for line in done.stderr.splitlines() if line and not line.startswith(("==", "--"))]
        raise Unmeasured(f"{count} requests of {way} failed: {told[-1] if told else 'without a word'}")
    return int(found[1].replace(",", ""))


def _environment(functions: list[Function], port: int) -> dict[str, str]:
    """All that a function's process sees of this machine, and the settings that the template gives it."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "NEWSROOM_TABLE": "newsroom",
        "POWERTOOLS_SERVICE_NAME": "dateline",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(str(each) for each in [*(function.folder for function in functions), LAYER]),
        "READINGS_TABLE": "readings",
        "STACK": "test",
        "TITLE_TIME_ZONE": "Europe/Minsk",
    }
