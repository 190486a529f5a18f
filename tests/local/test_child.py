"""What stands in front of MiniStack: the API at a root of its own, and calls that wait instead of being refused."""

import asyncio
from typing import Any

from local.child import front


def _scope(path: str, port: int) -> dict[str, Any]:
    return {"type": "http", "path": path, "raw_path": path.encode(), "server": ("127.0.0.1", port)}


def test_calls_of_the_api_port_reach_the_api_and_others_pass() -> None:
    seen = []

    async def ministack(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        seen.append((scope["path"], scope["raw_path"]))

    async def play() -> None:
        answer = front(ministack, api="dateline", api_port=2, concurrency=1)
        await answer(_scope("/", 2), None, None)
        await answer(_scope("/articles", 1), None, None)

    asyncio.run(play())
    assert seen == [
        ("/_aws/execute-api/dateline/$default/", b"/_aws/execute-api/dateline/$default/"),
        ("/articles", b"/articles"),
    ]


def test_more_calls_than_places_wait_and_all_are_served() -> None:
    running = most = served = 0

    async def ministack(_scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        nonlocal running, most, served
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        served += 1

    async def play() -> None:
        answer = front(ministack, api="dateline", api_port=2, concurrency=3)
        await asyncio.gather(*(answer(_scope("/articles", 2), None, None) for _ in range(20)))

    asyncio.run(play())
    assert (most, served) == (3, 20)
