"""Puts a converted template and its code on an AWS endpoint, and waits until CloudFormation is done."""

import io
import json
import shutil
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.template import Converted

_SECONDS = 60.0


class DeployError(RuntimeError):
    """The template was not accepted; the message has the reasons that CloudFormation gave."""


def upload_code(s3: Any, bucket: str, root: Path, code: Mapping[str, str]) -> None:
    """Makes the bucket and puts each folder of `code` (key → folder) in it as a zip file of sources."""
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    for key, folder in code.items():
        s3.put_object(Bucket=bucket, Key=key, Body=_zip(root / folder))


def copy_layers(root: Path, layers: list[str], import_path: Path) -> None:
    """Copies the layers' folders to where the workers import from, byte code included: its sources keep their times."""
    for folder in layers:
        source = root / folder
        shutil.copytree(source, import_path / source.name, ignore=shutil.ignore_patterns("Makefile"))


def upload_template(s3: Any, bucket: str, converted: Converted) -> str:
    """Puts the template beside the code and returns its URL: in a request it may have 51,200 bytes at the most."""
    s3.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(converted.template).encode())
    return f"{s3.meta.endpoint_url}/{bucket}/template.json"


def create_stack(
    cloudformation: Any, name: str, converted: Converted, url: str, parameters: Mapping[str, str]
) -> dict[str, str]:
    """Creates the stack of the template at `url` and returns its outputs; raises DeployError with the reasons."""
    known = converted.template.get("Parameters", {})
    try:
        cloudformation.create_stack(
            StackName=name,
            TemplateURL=url,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items() if k in known],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        raise DeployError(f"stack {name}: {error}") from error
    deadline = time.monotonic() + _SECONDS
    while True:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if stack["StackStatus"] != "CREATE_IN_PROGRESS" or time.monotonic() > deadline:
            raise DeployError(f"stack {name}: {stack['StackStatus']}\n" + "\n".join(_reasons(cloudformation, name)))
        time.sleep(0.02)


def resources(cloudformation: Any, name: str) -> dict[str, str]:
    """The stack's resources: name in the template → physical id."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}


def _reasons(cloudformation: Any, name: str) -> list[str]:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED")]
    return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed]


def _zip(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder))
    return buffer.getvalue()
