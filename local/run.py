"""`make run`: the stack, kept up until Ctrl-C, with its address and a token to try it with."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from local.server import ServerError
from local.stack import LocalStack

_FILE = "LOCAL_FILE"


def describe(stack: LocalStack) -> dict[str, object]:
    """What a program needs to use the stack; goes to the file that LOCAL_FILE names."""
    return {
        "api": stack.api,
        "site": stack.api,
        "token": stack.tokens["editor"],
        "tokens": stack.tokens,
        "cdn_secret": stack.cdn_secret,
    }


def write_private(path: Path, content: dict[str, object]) -> None:
    """Writes the file in one step, readable by its owner only: it holds tokens."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    Path(draft).replace(path)


def announcement(stack: LocalStack) -> str:
    """What is printed once the stack is up."""
    settings = " ".join(f"{name}={value}" for name, value in stack.environment().items())
    return f"""
API={stack.api}
TOKEN={stack.tokens["editor"]}

  The token is an editor's, for 8 hours. Write a story and list what editors see; the rest is at {stack.api}/docs

curl -X POST $API/articles -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{{"headline": "A headline", "body_html": "<p>A story.</p>", "section": "news", "language": "en"}}'
curl $API/desk/articles -H "Authorization: Bearer $TOKEN"

  Any AWS tool, and `make user`, speak to this stack after:

export {settings}

Not as on AWS here: {"; ".join(stack.left_out) or "nothing"}.
Ctrl-C stops it and removes everything.
"""


def main(arguments: list[str] | None = None) -> int:
    """`python -m local.run [TitleName=… …]`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.run", description="The whole stack on this machine.")
    parser.add_argument("parameters", nargs="*", metavar="Name=value", help="parameters of template.yaml")
    given = parser.parse_args(arguments).parameters
    if wrong := [word for word in given if "=" not in word]:
        parser.error(f"not of the form Name=value: {' '.join(wrong)}")
    # SIGINT too: a shell that starts this in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _keep_up(dict(word.split("=", 1) for word in given))
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
        return 0


def _keep_up(parameters: dict[str, str]) -> int:
    def progress(line: str, seconds: float) -> None:
        print(f"{seconds:5.1f} s  {line}", flush=True)

    path = Path(os.environ[_FILE]).absolute() if os.environ.get(_FILE) else None
    try:
        with LocalStack(parameters=parameters, progress=progress) as stack:
            if path:
                write_private(path, describe(stack))
            print(announcement(stack), flush=True)
            while stack.server.alive():
                time.sleep(0.2)
            raise ServerError(f"the local AWS ended by itself:\n{stack.server.log()[-2000:]}")
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if path:
            # An address where nobody answers any more would only mislead.
            path.unlink(missing_ok=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
