"""Whether every right of every function is needed: takes each away, alone, and walks the journey until it fails.

`python -m local.rights [--write] [--only FUNCTION]` prints the table; `--write` puts it into docs/rights.md. Exit
status 1 when a right can be taken away and nobody notices: then it is superfluous, or the journey is blind to what
needs it.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.journey import Journey
from local.stack import LocalStack
from local.table import say
from local.traveller import Broken

PAGE = Path(__file__).parents[1] / "docs" / "rights.md"
# What the local AWS lets pass whatever a role says, so that its lack cannot be seen here.
UNCHECKED = {
    "iam:PassRole": "(not tried: the local AWS does not check it) no alarm of a plan can be set",
    "sqs:SendMessage": "(not tried: the local AWS sends no such letters) a dead letter is lost",
}
_UNREACHED = {
    ("PollFeeds", "s3:PutObject"): "(not tried: nothing outside can be fetched here) a feed that was fetched is lost",
}
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_PATIENCE = 12.0


@dataclass(frozen=True, order=True)
class Right:
    """An action that a function may do on one resource; `resource` in the words of template.yaml, `arn` as deployed."""

    function: str
    action: str
    resource: str
    arn: str


@dataclass(frozen=True)
class Finding:
    """What happened without a right; `missed` tells whether anybody noticed."""

    right: Right
    missed: bool
    seen: str


def rights(stack: LocalStack) -> list[Right]:
    """Every right of every function, one per action and resource."""
    found = []
    for function in functions(stack):
        found += [
            Right(function, action, readable(stack, arn), arn)
            for statement in stack.rights(function)
            for action in _list(statement["Action"])
            for arn in _list(statement["Resource"])
        ]
    return found


def functions(stack: LocalStack) -> list[str]:
    """The functions' names in the template: what has a role of its own beside it."""
    return sorted(name for name in stack.resources if f"{name}Role" in stack.resources)


def readable(stack: LocalStack, arn: str) -> str:
    """A resource by its name in the template: `Newsroom/index/due`, `Payloads/text/*`."""
    words = arn.split(":", 5)[5].removeprefix("table/").removeprefix("event-bus/").removeprefix("role/")
    for name, physical in sorted(stack.resources.items(), key=lambda pair: -len(pair[1])):
        own = physical.rpartition("/")[2] if physical.startswith("http") else physical
        if own and (words == own or words.startswith(f"{own}/")):
            return name + words.removeprefix(own)
    return words


@contextmanager
def lacking(stack: LocalStack, right: Right) -> Iterator[None]:
    """The stack without one right while the block runs; it holds from the next call on."""
    iam, role = stack.client("iam"), stack.resources[f"{right.function}Role"]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    try:
        for name, document in before.items():
            kept = [part for statement in document["Statement"] if (part := _without(statement, right))]
            if kept:
                shrunk = json.dumps(document | {"Statement": kept})
                iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=shrunk)
            else:
                iam.delete_role_policy(RoleName=role, PolicyName=name)
        yield
    finally:
        for name, document in before.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def _without(statement: dict[str, Any], right: Right) -> dict[str, Any] | None:
    if right.action not in _list(statement["Action"]):
        return statement
    kept = [arn for arn in _list(statement["Resource"]) if arn != right.arn]
    return statement | {"Resource": kept} if kept else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def probe(stack: LocalStack, right: Right) -> Finding:
    """Walks the journey without a right."""
    if untried := _untried(right):
        return Finding(right, missed=False, seen=untried)
    with lacking(stack, right):
        finding = _walk(stack, right)
        if finding.missed:
            return finding
        # A process that runs already may hold what it read before: keys, the next due moment.
        _start_again(stack.client("lambda"), stack.resources[right.function])
        return _walk(stack, right)


def _untried(right: Right) -> str | None:
    """Why a right cannot be tried here, and what happens without it."""
    return UNCHECKED.get(right.action) or _UNREACHED.get((right.function, right.action))


def _start_again(lambda_: Any, function: str) -> None:
    # The local AWS starts new processes after a change of what they are started with, be it to the same value.
    timeout = lambda_.get_function_configuration(FunctionName=function)["Timeout"]
    lambda_.update_function_configuration(FunctionName=function, Timeout=timeout)


def _walk(stack: LocalStack, right: Right) -> Finding:
    journey = Journey(stack, patience=_PATIENCE)
    try:
        journey.walk()
    except Broken as broken:
        seen = _ID.sub("…", str(broken)).replace("`", "'")
        # Something failed; whether for the lack of this right, the function's own words tell.
        because = any(f"{right.function}Role" in line and right.action in line for line in journey.denials())
        return Finding(right, because, seen if because else f"{seen}, but nobody was denied {right.action}")
    return Finding(right, missed=False, seen="nobody noticed")


def document(findings: list[Finding]) -> str:
    """docs/rights.md."""
    lines = [
        "# What each function may do, and what happens without it",
        "",
        "Written by `python -m local.rights --write`. Each line was tried: on a local stack the right was taken away,",
        "alone, and one compact journey (`local/journey.py`: ingest, write, plan, publish, correct, read, view, count,",
        "confirm, topics, redirect, sweep, wires) was walked until something failed for the lack of it.",
    ]
    function = ""
    for finding in findings:
        if finding.right.function != function:
            function = finding.right.function
            lines += ["", f"## {function}", "", "| may | on | without it |", "|---|---|---|"]
        lines.append(f"| `{finding.right.action}` | `{finding.right.resource}` | {finding.seen} |")
    lines += [
        "",
        "## Not tried here",
        "",
        "- What AWS gives a function to read its own queue or stream and to write its log (managed policies of SAM).",
        "- `AlarmRole`, with which EventBridge Scheduler calls functions: the local AWS calls them without it.",
        "- Resource policies of queues and of the bucket; tests/template holds what they must say.",
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    command = argparse.ArgumentParser(prog="python -m local.rights", description="Take each right away and look.")
    command.add_argument("--write", action="store_true", help=f"put the table into docs/{PAGE.name}")
    command.add_argument("--only", default="", metavar="FUNCTION", help="the rights of one function")
    given = command.parse_args(arguments)
    if given.write and given.only:
        command.error("--write needs the whole table")
    started = time.monotonic()
    with LocalStack(progress=lambda line, seconds: say(f"{seconds:5.1f} s  {line}")) as stack:
        Journey(stack, patience=60).walk()
        say(f"{time.monotonic() - started:5.1f} s  the journey works with all rights")
        findings = []
        for right in (right for right in rights(stack) if given.only in {"", right.function}):
            finding = probe(stack, right)
            findings.append(finding)
            good = finding.missed or _untried(right)
            say(f"{' ' if good else '✗'} {right.function:14} {right.action:28} {right.resource:34} {finding.seen}")
    unseen = [each for each in findings if not each.missed and not _untried(each.right)]
    if given.write and not unseen:
        PAGE.write_text(document(findings), encoding="utf-8")
    say(f"{len(findings)} rights, {len(unseen)} of them not missed ({time.monotonic() - started:.0f} s)")
    return int(bool(unseen))


if __name__ == "__main__":
    sys.exit(main())
