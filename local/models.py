"""Cuts a service's model to the operations that the code calls: `python local/models.py DATA SERVICE OPERATION…`.

`DATA` is botocore's data folder in the layer. A client reads its service's whole model at each cold start, and Systems
Manager describes 150 operations where one is called. botocore needs of a model only the shapes that an operation names.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def cut(model: dict[str, Any], operations: list[str]) -> dict[str, Any]:
    """The model with these operations and the shapes that they reach. Raises KeyError for one that it lacks."""
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    waiting = list(_named(kept))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting += _named(shapes[name])
    return model | {"operations": kept, "shapes": shapes}


def _named(part: Any) -> list[str]:
    """The shapes that a part of a model names, at any depth."""
    if isinstance(part, list):
        return [name for each in part for name in _named(each)]
    if not isinstance(part, dict):
        return []
    own = [part["shape"]] if isinstance(part.get("shape"), str) else []
    return own + [name for each in part.values() for name in _named(each)]


def main(data: str, service: str, *operations: str) -> None:
    """Puts the cut model in the place of the whole one."""
    for path in Path(data, service).glob("*/service-2.json.gz"):
        model = cut(json.loads(gzip.decompress(path.read_bytes())), list(operations))
        # uv links what it installs to its cache: written in place, every other environment would change too.
        path.unlink()
        # Without a time of its own the file is the same in every build.
        path.write_bytes(gzip.compress(json.dumps(model).encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
