"""The stack's secret keys, from SSM SecureString parameters, two valid at once."""

import json
import time
from typing import Any

from shared import clients, settings

_MAX_AGE = 300  # seconds until a rotated key is seen
_read: dict[str, tuple[float, dict[str, Any]]] = {}  # by path: when it was read, and what it was


def secret(name: str) -> dict[str, Any]:
    """The parameter `/dateline/<stack>/<name>`: `{"keys": [newest, previous]}` and what else belongs to it."""
    path = f"/dateline/{settings.value('STACK')}/{name}"
    read, value = _read.get(path, (0.0, {}))
    if not read or time.monotonic() - read > _MAX_AGE:
        answer = clients.ssm().get_parameter(Name=path, WithDecryption=True)
        value = json.loads(answer["Parameter"]["Value"])
        _read[path] = time.monotonic(), value
    return value
