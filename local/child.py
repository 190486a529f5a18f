"""The child process: MiniStack, the HTTP API at a root of its own, and an end when the parent is gone."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

type Scope = dict[str, Any]
type Application = Callable[[Scope, Any, Any], Awaitable[None]]


def _follow_parent(folder: str) -> None:
    """Waits for the end of the pipe that only the parent holds open, then leaves nothing behind."""
    while os.read(0, 1):
        pass
    # MiniStack's own shutdown waits for open connections; there is no state to save, and every worker that it
    # started is in this process group. The parent, if it lives, removes what is written between these two lines.
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def front(application: Application, *, api: str, api_port: int, concurrency: int) -> Application:
    """MiniStack with the HTTP API `api` at the root of `api_port`; its calls above `concurrency` wait their turn.

    MiniStack starts a process for every call at once and refuses what is over its limit; AWS has room for a thousand.
    """
    slots = asyncio.Semaphore(concurrency)
    prefix = f"/_aws/execute-api/{api}/$default"

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["server"][1] != api_port:
            await application(scope, receive, send)
            return
        inside = {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + scope["raw_path"]}
        async with slots:
            await application(inside, receive, send)

    return answer


def main() -> None:
    """`child.py FOLDER API CONCURRENCY AWS_SOCKET API_SOCKET`: a session leader with the pipe as standard input."""
    folder, api, concurrency, *descriptors = sys.argv[1:]
    if os.getpgrp() != os.getpid():
        raise SystemExit("this is started by local/server.py, as a session leader")
    threading.Thread(target=_follow_parent, args=(folder,), daemon=True).start()
    # Only now: it takes a while, and a parent that ends meanwhile must be followed already.
    ministack = import_module("ministack.app")
    serve, config = import_module("hypercorn.asyncio").serve, import_module("hypercorn.config").Config()
    with socket.socket(fileno=os.dup(int(descriptors[1]))) as bound:
        api_port = bound.getsockname()[1]
    config.bind = [f"fd://{descriptor}" for descriptor in descriptors]
    config.keep_alive_timeout = 75
    asyncio.run(serve(front(ministack.app, api=api, api_port=api_port, concurrency=int(concurrency)), config))


if __name__ == "__main__":
    main()
