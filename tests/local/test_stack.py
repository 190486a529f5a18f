"""The local stack: it serves, it refuses, and nothing of it outlives its owner, however that one ends."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.deploy import DeployError
from local.server import Server, sweep
from local.stack import LocalStack

_ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0
_STORY = {"headline": "A headline", "body_html": "<p>A story.</p>", "section": "news", "language": "en"}


def _call(
    stack: LocalStack, method: str, path: str, *, token: str | None = None, body: object = None
) -> tuple[int, bytes]:
    address = urlsplit(stack.api)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_PATIENCE)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _eventually(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _states(group: int) -> list[str]:
    """The states of a process group's members: T is stopped, Z is a zombie, which is only a number any more."""
    if sys.platform == "linux":
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                # The command's name before it may hold anything, brackets too.
                state, _parent, number = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
                found.append((number, state))
    else:
        listed = subprocess.run(["/bin/ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
        found = [(line.split()[0], line.split()[1]) for line in listed.stdout.splitlines()]
    return [state for number, state in found if int(number) == group]


def _is_gone(group: int) -> bool:
    """Whether the local AWS, which leads the group, and its workers have ended."""
    return all(state.startswith("Z") for state in _states(group))


# -- It serves


def test_a_story_is_written_with_a_token_of_each_group(stack: LocalStack) -> None:
    for group in ("reporter", "editor", "admin"):
        status, answer = _call(stack, "POST", "/articles", token=stack.tokens[group], body=_STORY)
        assert status == 201, answer


@pytest.mark.parametrize("token", [None, "nonsense", "a.b.c"])
def test_the_gateway_itself_refuses_without_a_valid_token(stack: LocalStack, token: str | None) -> None:
    assert _call(stack, "POST", "/articles", token=token, body=_STORY) == (401, b'{"message": "Unauthorized"}')


def test_a_token_signed_by_somebody_else_is_refused(stack: LocalStack) -> None:
    head, claims, signature = stack.tokens["editor"].split(".")
    forged = ".".join([head, claims, signature[::-1]])
    assert _call(stack, "POST", "/articles", token=forged, body=_STORY)[0] == 401


def test_readers_need_no_token(stack: LocalStack) -> None:
    assert _call(stack, "GET", "/masthead")[0] == 200
    assert _call(stack, "GET", "/no-such-path")[0] == 404


def test_what_functions_printed_can_be_read(stack: LocalStack) -> None:
    assert _call(stack, "GET", "/masthead")[0] == 200
    assert "RequestId" in stack.logs()


def test_two_stacks_run_side_by_side_and_a_parameter_reaches_the_function(stack: LocalStack) -> None:
    with LocalStack(parameters={"TitleName": "The Other Title"}) as other:
        assert json.loads(_call(other, "GET", "/masthead")[1])["name"] == "The Other Title"
        assert json.loads(_call(stack, "GET", "/masthead")[1])["name"] != "The Other Title"
        folder, pid = other.server.folder, other.server.pid
        assert _call(other, "POST", "/articles", token=stack.tokens["editor"], body=_STORY)[0] == 401
    assert not folder.exists()
    assert _is_gone(pid)
    assert stack.server.alive()


# -- It ends


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"Type": "No::Such::Type"}, "No::Such::Type"),
        (
            {
                "Type": "AWS::Cognito::UserPoolGroup",
                "Properties": {"UserPoolId": "eu-central-1_missing", "GroupName": "x"},
            },
            "Bad: .*eu-central-1_missing",
        ),
    ],
)
def test_a_template_that_is_refused_says_why_and_leaves_nothing(resource: dict[str, object], reason: str) -> None:
    seen: list[Server] = []
    stack = LocalStack(
        progress=lambda _line, _seconds: seen.append(stack.server),
        template_patch=lambda template: template | {"Resources": {"Bad": resource}},
    )
    with pytest.raises(DeployError, match=reason), stack:
        pass
    assert not seen[-1].alive()
    assert not seen[-1].folder.exists()


_OWNER = """
import sys, time
from local.server import Server
server = Server(region="eu-central-1", api="none", concurrency=1)
server.start()
server.wait()
print(server.pid, server.folder, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_local_aws_ends_when_its_owner_is_killed(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as owner:
        assert owner.stdout
        pid, folder = owner.stdout.readline().split()
        assert not _is_gone(int(pid))
        owner.send_signal(number)
    assert _eventually(lambda: _is_gone(int(pid)))
    assert _eventually(lambda: not Path(folder).exists())


def test_a_folder_whose_owner_and_child_were_both_killed_goes_with_the_next_start() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as owner:
        assert owner.stdout
        pid, folder = owner.stdout.readline().split()
        # Stopped, it cannot clean up after its owner.
        os.kill(int(pid), signal.SIGSTOP)
        assert _eventually(lambda: all(state.startswith("T") for state in _states(int(pid))))
        owner.kill()
    os.kill(int(pid), signal.SIGKILL)
    assert _eventually(lambda: _is_gone(int(pid)))
    assert Path(folder).exists()
    # The last of its threads may end, and let go of the lock, a moment after the process is called dead.
    assert _eventually(lambda: Path(folder) in sweep())
    assert not Path(folder).exists()


def test_sweeping_leaves_alone_what_is_in_use_and_what_is_not_ours(stack: LocalStack, tmp_path: Path) -> None:
    link = Path(tempfile.gettempdir()) / f"dateline-local-{tmp_path.parent.name}"
    link.symlink_to(tmp_path)
    try:
        sweep()
        assert stack.server.folder.exists()
        assert tmp_path.exists()
    finally:
        link.unlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_make_run_announces_writes_its_file_and_stops_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "local.json"
    with subprocess.Popen(
        [sys.executable, "-m", "local.run", "TitleName=A Title"],
        cwd=_ROOT,
        env=os.environ | {"LOCAL_FILE": str(path), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert _eventually(path.exists)
        assert path.stat().st_mode & 0o777 == 0o600
        written = json.loads(path.read_text(encoding="utf-8"))
        assert set(written) == {"api", "site", "token", "tokens", "cdn_secret"}
        assert written["token"] == written["tokens"]["editor"]
        assert list(tmp_path.glob("dateline-local-*"))
        run.send_signal(number)
        printed, _ = run.communicate(timeout=_PATIENCE)
    assert run.returncode == 0
    assert written["api"] in printed
    assert list(tmp_path.iterdir()) == []
