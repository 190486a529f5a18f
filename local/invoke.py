"""`make invoke`: runs BUILT functions on samples as Lambda would, without Docker, against the local stack.

AWS's emulator of Lambda's runtime interface (aws-lambda-rie, which comes with the SAM CLI) starts a Python that finds
the function's folder, the layer and AWS's runtime client, and nothing else of this machine: what the build forgot is
missing here as it would be on AWS. The environment is the template's, the rights are those of the function's role.
"""

import argparse
import http.client
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.demo import SAMPLE
from local.stack import REGION, LocalStack
from local.template import load
from shared.article import Story
from shared.items import state_item
from shared.table import dump

ROOT = Path(__file__).parents[1]
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
BUILD = ROOT / ".aws-sam" / ARCHITECTURE
LAYER = BUILD / "Shared" / "python"
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_STORY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"  # of which the samples tell
_INIT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")


class EmulatorError(RuntimeError):
    """The emulator cannot run here, or did not start."""


@dataclass(frozen=True)
class Function:
    """A built function: its name in the template, its handler, where its code lies, seconds and MB that it gets.

    `layers` are the folders that its layers put on the import path, in the order of the template.
    """

    name: str
    handler: str
    folder: Path
    timeout: int
    memory: int
    layers: tuple[Path, ...] = (LAYER,)

    @property
    def module(self) -> str:
        """The module's name, which is the samples' and the tests' too."""
        return self.handler.rpartition(".")[0]

    def samples(self) -> list[Path]:
        """The sample events: `events/record_view.json` and `events/record_view.<scenario>.json`."""
        return sorted(path for path in (ROOT / "events").glob("*.json") if path.name.split(".")[0] == self.module)


def built() -> dict[str, Function]:
    """The built functions by module name."""
    template = load(BUILD / "template.yaml")
    common = template["Globals"]["Function"]
    found = []
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            about = {**common, **resource["Properties"]}
            named = [*common["Layers"], *resource["Properties"].get("Layers", [])]  # SAM adds a function's own
            layers = tuple(BUILD / layer["Ref"] / "python" for layer in named)
            folder = BUILD / about["CodeUri"]
            found.append(Function(name, about["Handler"], folder, about["Timeout"], about["MemorySize"], layers))
    return {function.module: function for function in found}


@dataclass(frozen=True)
class Answer:
    """What a function returned, or the error that it raised."""

    payload: Any

    @property
    def failed(self) -> bool:
        """A function error, messages of a batch that failed, or an HTTP answer that says as much."""
        if not isinstance(self.payload, dict):
            return False
        if "errorType" in self.payload or self.payload.get("batchItemFailures"):
            return True
        return int(self.payload.get("statusCode", 0)) >= HTTPStatus.INTERNAL_SERVER_ERROR


class Emulator:
    """`with Emulator(function, environment) as emulator: emulator.invoke(event)`: one execution environment of Lambda.

    - `environment`: the function's variables; nothing of the caller's own environment is added.
    - `handler`: another one than the function's; `first`: a folder to import from before the function's own.
    """

    def __init__(
        self,
        function: Function,
        environment: Mapping[str, str],
        *,
        handler: str | None = None,
        first: Path | None = None,
    ) -> None:
        self._function = function
        self._handler = handler or function.handler
        paths = [path for path in (first, function.folder, *function.layers) if path]
        self._environment = {
            **environment,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
            "LAMBDA_TASK_ROOT": str(function.folder),
            "PYTHONDONTWRITEBYTECODE": "1",  # on Lambda the code's file system cannot be written
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "TZ": ":UTC",
        }
        self._port, runtime_port = _free_port(), _free_port()
        self._command = [
            _emulator(),
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{self._port}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime_port}",
            # -P: what lies in the working directory is not on Lambda's import path either, except by the path above.
            *(str(ROOT / ".venv-lambda" / "bin" / "python"), "-P", "-m", "awslambdaric", self._handler),
        ]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            cwd=self._function.folder,
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            # Its own session: the group holds the emulator and the Python that it started, nothing else.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def invoke(self, event: Any) -> Answer:
        """The function's answer to the event; the first call starts the function."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._function.timeout + 30)
            try:
                connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
                body = connection.getresponse().read()
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise EmulatorError(f"aws-lambda-rie did not start:\n{self.log()}") from None
                time.sleep(0.02)
            finally:
                connection.close()
        if not body:
            return Answer({"errorType": "Runtime.ExitError", "errorMessage": "the function ended without an answer"})
        return Answer(json.loads(body))

    def log(self) -> str:
        """What the emulator and the function printed so far."""
        # A second description of the same file: reading through the first one would move where the child writes.
        return Path(f"/proc/self/fd/{self._log.fileno()}").read_text(encoding="utf-8", errors="replace")

    @property
    def init_ms(self) -> float:
        """Milliseconds that the start took by the emulator's clock: Python, the imports, all outside of the handler."""
        found = _INIT.search(self.log())
        return float(found[1]) if found else 0.0


def environment(stack: LocalStack, function: Function) -> dict[str, str]:
    """The function's variables as the local stack resolved them, and its role's credentials."""
    configuration = stack.client("lambda").get_function_configuration(FunctionName=stack.resources[function.name])
    role = stack.client("sts").assume_role(RoleArn=configuration["Role"], RoleSessionName=function.name)["Credentials"]
    return {
        **configuration["Environment"]["Variables"],
        "AWS_ACCESS_KEY_ID": role["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": role["SecretAccessKey"],
        "AWS_SESSION_TOKEN": role["SessionToken"],
        "AWS_ENDPOINT_URL": stack.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def prepare(stack: LocalStack) -> None:
    """Puts what the samples speak of where it stands when such an event comes: story, items of records, payload."""
    then = datetime(2018, 10, 12, 12, tzinfo=UTC)
    names = {"headline": "Bridge", "language": "en", "section": "news", "owner": "ann"}
    story = Story.model_validate({"id": _STORY, "version": 1, "created_at": then, "updated_at": then, **names})
    dynamodb = stack.client("dynamodb")
    dynamodb.put_item(TableName=stack.resources["Newsroom"], Item=dump(state_item(story)))
    for path in (ROOT / "events").glob("*.json"):
        for record in json.loads(path.read_text(encoding="utf-8")).get("Records", []):
            if item := record.get("dynamodb", {}).get("NewImage"):
                table = record["eventSourceARN"].split("/")[1]
                dynamodb.put_item(TableName=stack.resources[table], Item=item)
            for notified in json.loads(record.get("body", "{}")).get("Records", []):
                key = notified["s3"]["object"]["key"]
                bucket = stack.outputs["PayloadsBucket"]
                stack.client("s3").put_object(Bucket=bucket, Key=key, Body=SAMPLE.read_bytes())


def _emulator() -> str:
    if platform.system() != "Linux":
        raise EmulatorError("aws-lambda-rie runs on Linux only; elsewhere use `sam local invoke`, which needs Docker")
    found = list(ROOT.glob(f".venv-sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}"))
    if not found:
        raise EmulatorError("aws-lambda-rie is not here: `make .venv-sam/locked` installs it with the SAM CLI")
    return str(found[0])


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def _run(stack: LocalStack, function: Function, samples: list[Path]) -> bool:
    """Prints the function's answer to each sample, and whether all went well."""
    if not samples:
        print(f"FAILED  {function.module}: there is no events/{function.module}.json")
        return False
    good = True
    with Emulator(function, environment(stack, function)) as emulator:
        for sample in samples:
            answer = emulator.invoke(json.loads(sample.read_text(encoding="utf-8")))
            print(f"{'FAILED' if answer.failed else 'ok':6}  {function.module}  {sample.name}")
            print(json.dumps(answer.payload, ensure_ascii=False, indent=2))
            good = good and not answer.failed
        if not good:
            print(emulator.log())
        print(f"        {function.module} started in {emulator.init_ms:.0f} ms\n", flush=True)
    return good


def main(arguments: list[str] | None = None) -> int:
    """The command line. 0 when no function failed."""
    parser = argparse.ArgumentParser(prog="python -m local.invoke", description="Run built functions on sample events.")
    parser.add_argument("function", nargs="?", help="record_view; without one: every function on each of its samples")
    parser.add_argument(
        "event", nargs="?", type=Path, help="events/record_view.json; without one: all of the function's"
    )
    given = parser.parse_args(arguments)
    functions = built()
    if given.function and given.function not in functions:
        parser.error(f"there is no function {given.function}, but {', '.join(functions)}")
    chosen = [functions[given.function]] if given.function else list(functions.values())
    with LocalStack() as stack:
        prepare(stack)
        results = [_run(stack, function, [given.event] if given.event else function.samples()) for function in chosen]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
