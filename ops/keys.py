"""Makes and rotates the keys that a stack signs with: `python -m ops.keys --stack NAME [--rotate]`.

Three SecureString parameters, made once and never overwritten except by a rotation:

- `/dateline/<stack>/cursor`: `{"keys": [newest, previous]}` signs cursors;
- `/dateline/<stack>/pages`: the same; signs page tokens, which prove the weight of a hot story's readings;
- `/dateline/<stack>/readers`: the same, salts readers' networks; plus `cdn_secret`, which a CDN sends to prove that its
  viewer address is true.

A key is 32 random bytes as base64url. Two keys are valid at once, so that what was signed before a rotation still
verifies. The endpoint, the region and the credentials come from the standard AWS environment variables.
"""

import argparse
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NAMES = ("cursor", "pages", "readers")


def ensure(ssm: "SSMClient", stack: str) -> list[str]:
    """Makes the parameters that do not exist yet; returns the names of those it made."""
    made = []
    for name in NAMES:
        value: dict[str, Any] = {"keys": [_key(), _key()]}
        if name == "readers":
            value["cdn_secret"] = _key()
        try:
            ssm.put_parameter(
                Name=path(stack, name), Value=json.dumps(value), Type="SecureString", Description="made by ops.keys"
            )
        except ssm.exceptions.ParameterAlreadyExists:
            continue
        made.append(path(stack, name))
    return made


def rotate(ssm: "SSMClient", stack: str) -> list[str]:
    """Puts a new key before the newest of each parameter and drops the oldest; the CDN's secret stays."""
    for name in NAMES:
        value = read(ssm, stack, name)
        value["keys"] = [_key(), *value["keys"]][:2]
        ssm.put_parameter(Name=path(stack, name), Value=json.dumps(value), Type="SecureString", Overwrite=True)
    return [path(stack, name) for name in NAMES]


def read(ssm: "SSMClient", stack: str, name: str) -> dict[str, Any]:
    """The parameter's value: `{"keys": [...]}`, for `readers` with `cdn_secret`."""
    found = ssm.get_parameter(Name=path(stack, name), WithDecryption=True)
    value: dict[str, Any] = json.loads(found["Parameter"]["Value"])
    return value


def path(stack: str, name: str) -> str:
    """The parameter's name in SSM."""
    return f"/dateline/{stack}/{name}"


def _key() -> str:
    return secrets.token_urlsafe(32)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ops.keys", description="Make or rotate a stack's signing keys.")
    parser.add_argument("--stack", default=os.environ.get("STACK", "dateline"))
    parser.add_argument("--rotate", action="store_true", help="put a new key before the newest, drop the oldest")
    given = parser.parse_args(arguments)
    ssm = boto3.client("ssm")
    names = rotate(ssm, given.stack) if given.rotate else ensure(ssm, given.stack)
    print("\n".join(names) if names else "nothing to do: all parameters exist")


if __name__ == "__main__":
    main()
