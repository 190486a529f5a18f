"""Runs MiniStack as a child process that never outlives its parent, in a folder of its own that goes with it.

How the child ends, whatever happens to the parent: it reads a pipe whose other end only the parent has. When the parent
closes it, or dies, even by SIGKILL, the child (`local/child.py`) ends its own process group, workers included. How a
folder in use is told from rubbish: parent and child hold a lock on it; a folder whose lock is free belongs to nobody
any more. So nothing is ever killed by name, nor by a process id read from a file.
"""

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# MiniStack takes this access key, whatever its secret, for the account's root.
ROOT = "test"
_PREFIX = "dateline-local-"
_UNLOCKED_PREFIX = "dateline-new-"
_LOG = "ministack.log"
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
# All that MiniStack and its workers see of the caller's environment: no AWS settings and no proxies, which would take
# calls to another account or off this machine.
_INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class ServerError(RuntimeError):
    """The local AWS did not start, or ended by itself."""


class Server:
    """A MiniStack: `port` answers as AWS, `api_port` as the HTTP API; `import_path` is for what functions import."""

    def __init__(self, *, region: str, api: str, concurrency: int) -> None:
        """Takes a folder and two ports. `api` is the HTTP API's id; at most `concurrency` of its calls run at once."""
        self.folder, self._lock = _locked_folder()
        self.import_path = self.folder / "layer"
        # Bound here and handed down: nobody else can take a port between choosing it and using it.
        self._sockets = [_loopback_socket(), _loopback_socket()]
        self.port, self.api_port = (bound.getsockname()[1] for bound in self._sockets)
        self._api = api
        self._concurrency = concurrency
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("layer", "tmp", "state", "s3", "home"):
            (self.folder / name).mkdir()
        self._environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ROOT,
            "AWS_SECRET_ACCESS_KEY": ROOT,
            "GATEWAY_PORT": str(self.port),
            "HOME": str(self.folder / "home"),
            # Both listen on a fixed port: two stacks could not run side by side.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # Above it even a queue's function is refused, and its messages then wait for their visibility timeout.
            # Calls of the API, the only ones without a bound of their own, are held back by local/child.py instead.
            "LAMBDA_ACCOUNT_CONCURRENCY": "100",
            # "localhost" would depend on the machine's names, and means ::1 on some.
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": region,
            "NO_PROXY": "*",
            "PYTHONPATH": str(self.import_path),
            "S3_DATA_DIR": str(self.folder / "s3"),
            "STATE_DIR": str(self.folder / "state"),
            "TMPDIR": str(self.folder / "tmp"),
            "TZ": "UTC",
        }

    @property
    def pid(self) -> int:
        """The child's process id, which is its process group's too."""
        if self._process is None:
            raise ServerError("the local AWS is not running")
        return self._process.pid

    def start(self) -> None:
        """Starts the child, without waiting until it answers."""
        child = Path(__file__).with_name("child.py")
        handed_down = [self._lock, *(bound.fileno() for bound in self._sockets)]
        arguments = [self.folder, self._api, self._concurrency, *(bound.fileno() for bound in self._sockets)]
        with (self.folder / _LOG).open("wb") as log:
            self._process = subprocess.Popen(
                # -P: or this folder's own modules could be imported, by plain names, in every function.
                [sys.executable, "-P", str(child), *map(str, arguments)],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=handed_down,
                start_new_session=True,
            )
        for bound in self._sockets:
            bound.close()

    def wait(self) -> None:
        """Returns once it answers."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not self.alive():
                raise ServerError(f"the local AWS ended while starting:\n{self.log()[-2000:]}")
            if time.monotonic() > deadline:
                raise ServerError(f"the local AWS did not answer in {_START_SECONDS:.0f} s:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """What MiniStack itself printed."""
        with suppress(FileNotFoundError):
            return (self.folder / _LOG).read_text(encoding="utf-8", errors="replace")
        return ""

    def stop(self) -> None:
        """Ends the child with its workers and removes the folder; harmless when it is done already."""
        self._end()
        for bound in self._sockets:
            bound.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # Its own session: the group holds the child and its workers, nothing else.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=_STOP_SECONDS)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def sweep() -> list[Path]:
    """Removes what earlier runs left behind when even their child could not clean up; returns the folders."""
    removed = []
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder)
    return removed


def _locked_folder() -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock; only then it has a name that `sweep` looks for."""
    new = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX))
    lock = os.open(new, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return new.rename(new.with_name(new.name.replace(_UNLOCKED_PREFIX, _PREFIX, 1))), lock


def _is_abandoned(folder: Path) -> bool:
    """Whether the folder is ours and nobody holds its lock."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid != os.getuid():
            return False
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _loopback_socket() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound
