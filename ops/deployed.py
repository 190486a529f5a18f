"""What a deployed stack consists of: its resources by their names in the template, and its outputs."""

import argparse
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# A function may take a minute; and what is invoked a second time because the first answer was slow runs twice.
_PATIENT = Config(connect_timeout=5, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 2})


@dataclass(frozen=True)
class Deployed:
    """A stack: `resources` maps names in the template to physical ids, `outputs` are the template's."""

    name: str
    resources: dict[str, str]
    outputs: dict[str, str]

    @classmethod
    def find(cls, name: str) -> "Deployed":
        """The stack of that name in the account and region of the environment. Exits when there is none."""
        cloudformation = client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            raise SystemExit(f"There is no stack {name} here: {error}") from None
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        found = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return cls(
            name,
            {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found},
            {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
        )

    @cached_property
    def queues(self) -> dict[str, str]:
        """The stack's queues: name in the template → URL."""
        return {name: url for name, url in self.resources.items() if url.startswith("http") and "/" in url}

    @cached_property
    def mappings(self) -> list[dict[str, Any]]:
        """The mappings between the stack's queues or streams and its functions."""
        names = set(self.resources.values())
        pages = client("lambda").get_paginator("list_event_source_mappings").paginate()
        found = [mapping for page in pages for mapping in page["EventSourceMappings"]]
        return [mapping for mapping in found if function_name(mapping["FunctionArn"]) in names]

    def stand_in(self) -> None:
        """Gives this process what a function of the stack finds in its environment, as far as commands need it."""
        tables = {"NEWSROOM_TABLE": self.outputs["NewsroomTable"], "READINGS_TABLE": self.outputs["ReadingsTable"]}
        os.environ |= {"STACK": self.name, **tables}


def client(service: str) -> Any:
    """A client for the account and region of the environment."""
    return boto3.client(service, config=_PATIENT)  # type: ignore[call-overload]  # any service


def function_name(arn: str) -> str:
    """The name in a function's ARN."""
    return arn.split(":")[6] if arn.count(":") >= 6 else arn


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """The command line that all commands here share."""
    made = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    made.add_argument("--stack", default=os.environ.get("STACK", "dateline"), help="the stack's name")
    return made
