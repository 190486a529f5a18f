"""The whole stack on this machine: the same template, a local AWS, keys, three users; gone when the block ends."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import botocore.session
from botocore.config import Config

from local.deploy import copy_layers, create_stack, resources, upload_code, upload_template
from local.server import ROOT, Server, ServerError, sweep
from local.template import Patch, convert, load
from ops import keys, user

REGION = "eu-central-1"
_CODE_BUCKET = "deployment"
_CLIENT = Config(
    connect_timeout=2,
    read_timeout=30,
    max_pool_connections=50,
    proxies={},
    s3={"addressing_style": "path"},
)


class LocalStack:
    """`with LocalStack() as stack:` deploys template.yaml to a local AWS and ends it with the block.

    - `root`: the folder of template.yaml; code folders in the template are relative to it.
    - `parameters`: values for the template's parameters.
    - `progress`: called with a line and the seconds since the start, for each step begun.
    - `template_patch`: changes the template (SAM, as data) before it is translated.
    - `concurrency`: calls of the API that may run at once, by default twice the processors; those above it wait.
    """

    def __init__(
        self,
        root: Path | str | None = None,
        *,
        name: str = "dateline",
        parameters: Mapping[str, str] | None = None,
        progress: Callable[[str, float], None] | None = None,
        template_patch: Patch | None = None,
        concurrency: int | None = None,
    ) -> None:
        self.root = Path(root) if root else Path(__file__).parents[1]
        self.name = name
        self.tokens: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.resources: dict[str, str] = {}
        self.left_out: list[str] = []
        self.cdn_secret = ""
        self._parameters = dict(parameters or {})
        self._progress = progress or (lambda _line, _seconds: None)
        self._patch = template_patch
        # Each first call in a process costs a second of one processor: more processes would start, not serve.
        self._concurrency = concurrency or min(10, max(4, 2 * (os.process_cpu_count() or 1)))
        self._session = _session()
        self._clients: dict[str, Any] = {}
        self._started = 0.0
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        for folder in sweep():
            self._say(f"removed what an earlier run left: {folder.name}")
        self._server = Server(region=REGION, api=self.name, concurrency=self._concurrency)
        try:
            self._set_up(self._server)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def server(self) -> Server:
        """The local AWS itself."""
        if self._server is None:
            raise ServerError("the stack is not running")
        return self._server

    @property
    def endpoint(self) -> str:
        """The address of every AWS service."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def api(self) -> str:
        """The API's base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.server.api_port}"

    def environment(self) -> dict[str, str]:
        """What an AWS tool needs in its environment to speak to this stack as the account's root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT,
            "AWS_SECRET_ACCESS_KEY": ROOT,
        }

    def client(self, service: str) -> Any:
        """A boto3 client for this stack, as the account's root."""
        if service not in self._clients:
            self._clients[service] = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=self.endpoint, config=_CLIENT
            )
        return self._clients[service]

    def logs(self) -> str:
        """What the functions printed so far, oldest first; after it what MiniStack itself complained about."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=self.resources["Logs"])
        printed = [event["message"].rstrip() for page in pages for event in page["events"]]
        complaints = [line for line in self.server.log().splitlines() if "ERROR" in line or "WARNING" in line]
        return "\n".join([*printed, "-- MiniStack:", *complaints])

    def rights(self, function: str) -> list[dict[str, Any]]:
        """The statements of a function's own policy, by its name in the template."""
        return [statement for document in self._policies(function).values() for statement in document["Statement"]]

    def _policies(self, function: str) -> dict[str, dict[str, Any]]:
        iam, role = self.client("iam"), self.resources[f"{function}Role"]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}

    def stop(self) -> None:
        """Ends the local AWS and removes its files; harmless when it is done already."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if self._server:
            self._server.stop()
            self._server = None

    def _set_up(self, server: Server) -> None:
        self._say("starting the local AWS (MiniStack)")
        server.start()
        parameters = {"DeletionProtection": "false", "SiteUrl": self.api, **self._parameters}
        self._say("reading template.yaml")
        template = load(self.root / "template.yaml")
        converted = convert(
            template, bucket=_CODE_BUCKET, session=self._session, parameters=parameters, patch=self._patch
        )
        self.left_out = converted.left_out
        copy_layers(self.root, converted.layers, server.import_path)
        server.wait()
        self._say("uploading the functions")
        upload_code(self.client("s3"), _CODE_BUCKET, self.root, converted.code)
        self._say(f"creating the stack {self.name} ({len(converted.template['Resources'])} resources)")
        cloudformation = self.client("cloudformation")
        url = upload_template(self.client("s3"), _CODE_BUCKET, converted)
        self.outputs = create_stack(cloudformation, self.name, converted, url, parameters)
        self.resources = resources(cloudformation, self.name)
        self._say("making the keys and an account for each group")
        keys.ensure(self.client("ssm"), self.name)
        self.cdn_secret = keys.read(self.client("ssm"), self.name, "readers")["cdn_secret"]
        cognito = self.client("cognito-idp")
        pool, client = self.outputs["EditorsPool"], self.outputs["EditorsClient"]
        for group in user.GROUPS:
            email = f"{group}@example.org"
            password = user.create(cognito, pool, email, group)
            self.tokens[group] = user.sign_in(cognito, pool, client, email, password)
        self._say(f"ready at {self.api}")

    def _say(self, line: str) -> None:
        self._progress(line, time.monotonic() - self._started)


def _session() -> boto3.session.Session:
    """A session that reads none of the caller's AWS settings: a profile in the environment need not even exist."""
    own = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    unset = botocore.session.Session(session_vars={name: (None, None, value, None) for name, value in own.items()})
    return boto3.session.Session(ROOT, ROOT, region_name=REGION, botocore_session=unset)
