"""template.yaml as CloudFormation gets it: `python -m tests.template.translate` prints it for cfn-lint."""

import copy
import json
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

from local.template import load

type Template = dict[str, Any]

ROOT = Path(__file__).parents[2]
_UPLOADED = "s3://bucket/key"


def translated(source: Template) -> Template:
    """`source` (SAM) after the translation that AWS does, as if its code had been uploaded."""
    sam = copy.deepcopy(source)
    sam["Globals"]["Function"]["CodeUri"] = _UPLOADED
    for resource in sam["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = _UPLOADED
    # A region, as the translator asks for one; no managed policies by name, so IAM is not asked for any.
    session = boto3.session.Session(region_name="eu-central-1")
    template: Template = Translator({}, Parser(), boto_session=session).translate(sam, {})
    return template


def project() -> Template:
    """This project's template, translated."""
    return translated(load(ROOT / "template.yaml"))


if __name__ == "__main__":
    print(json.dumps(project(), indent=1))
