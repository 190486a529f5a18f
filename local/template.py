"""Turns template.yaml into the CloudFormation that the local AWS understands, and says what it had to leave out."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

type Template = dict[str, Any]
type Patch = Callable[[Template], Template]

# MiniStack's CloudFormation fails the whole stack on a type that it does not know.
UNSUPPORTED = frozenset(
    {
        "AWS::Events::ApiDestination",
        "AWS::Events::Archive",
        "AWS::Events::Connection",
        "AWS::Events::EventBusPolicy",
    }
)
_METHODS = frozenset({"get", "head", "post", "put", "patch", "delete", "options", "x-amazon-apigateway-any-method"})


@dataclass
class Converted:
    """A template to deploy, the folders it wants uploaded, and what the local stack does without."""

    template: Template
    code: dict[str, str]
    """S3 key → folder (relative to the template) whose content is the function's code."""
    layers: list[str]
    """Folders that a layer would have put on the import path."""
    left_out: list[str] = field(default_factory=list)


def load(path: Path) -> Template:
    """The template as plain data: short intrinsics, YAML anchors and merges resolved, no object shared."""
    # Anchored nodes come out of YAML as one shared object, and the translator edits in place.
    parsed: Template = json.loads(json.dumps(yaml_parse(path.read_text(encoding="utf-8"))))
    return parsed


def convert(
    source: Template,
    *,
    bucket: str,
    session: boto3.session.Session,
    parameters: Mapping[str, str] | None = None,
    patch: Patch | None = None,
) -> Converted:
    """`source` (SAM) as CloudFormation for the local AWS; `patch` may change it before anything else happens.

    `bucket` is where the functions' code will be; of `session` only the region is used.
    """
    sam = copy.deepcopy(source)
    if patch:
        sam = patch(sam)
    left_out: list[str] = []
    code = _point_code_at(sam, bucket)
    layers = _take_layers(sam, left_out)
    # No managed policies: each function's own statements are its rights, and the translator then asks IAM nothing.
    translator = Translator({}, Parser(), boto_session=session)
    template: Template = translator.translate(sam, dict(parameters or {}))
    _drop_unsupported(template, left_out)
    _allow_plain_http(template["Resources"], left_out)
    for name in [n for n, r in template["Resources"].items() if r["Type"] == "AWS::ApiGatewayV2::Api"]:
        _lift_http_api(template["Resources"], name)
    return Converted(template, code, layers, left_out)


def _point_code_at(sam: Template, bucket: str) -> dict[str, str]:
    """Replaces every local CodeUri with its place in the bucket."""
    code: dict[str, str] = {}
    functions = [r["Properties"] for r in sam["Resources"].values() if r["Type"] == "AWS::Serverless::Function"]
    for holder in [sam.get("Globals", {}).get("Function", {}), *functions]:
        folder = holder.get("CodeUri")
        if isinstance(folder, str) and not folder.startswith("s3://"):
            key = f"{folder.strip('./').replace('/', '-')}.zip"
            code[key] = folder
            holder["CodeUri"] = f"s3://{bucket}/{key}"
    return code


def _take_layers(sam: Template, left_out: list[str]) -> list[str]:
    """Takes the layers out: unpacking and compiling one for every worker would cost each cold start a second."""
    resources = sam["Resources"]
    names = [name for name, resource in resources.items() if resource["Type"] == "AWS::Serverless::LayerVersion"]
    # Two layers may be made of one folder.
    folders = dict.fromkeys(resources.pop(name)["Properties"]["ContentUri"] for name in names)
    functions = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::Serverless::Function"]
    for holder in [sam.get("Globals", {}).get("Function", {}), *functions]:
        holder.pop("Layers", None)
    left_out += [f"{name} (AWS::Serverless::LayerVersion): on the import path instead" for name in names]
    return list(folders)


def _drop_unsupported(template: Template, left_out: list[str]) -> None:
    resources: dict[str, Any] = template["Resources"]
    dropped = {name for name, resource in resources.items() if resource["Type"] in UNSUPPORTED}
    left_out += [f"{name} ({resources.pop(name)['Type']})" for name in sorted(dropped)]
    for resource in resources.values():
        wanted = resource.get("DependsOn", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if dropped.intersection(wanted):
            resource["DependsOn"] = [name for name in wanted if name not in dropped]
    outputs = template.get("Outputs", {})
    for name in [n for n, output in outputs.items() if _mentions(output, dropped)]:
        del outputs[name]


def _allow_plain_http(resources: dict[str, Any], left_out: list[str]) -> None:
    """Takes out the refusal of requests without TLS, which MiniStack enforces: here they never leave the machine."""
    for name, resource in list(resources.items()):
        if resource["Type"] != "AWS::S3::BucketPolicy":
            continue
        document = resource["Properties"]["PolicyDocument"]
        kept = [statement for statement in document["Statement"] if "aws:SecureTransport" not in json.dumps(statement)]
        if len(kept) < len(document["Statement"]):
            document["Statement"] = kept
            left_out.append(f"{name} ({resource['Type']}): its refusal of requests without TLS")
        if not kept:
            del resources[name]


def _mentions(node: object, names: set[str]) -> bool:
    if isinstance(node, dict):
        target = node.get("Ref") or node.get("Fn::GetAtt", [""])[0]
        return target in names or any(_mentions(child, names) for child in node.values())
    return isinstance(node, list) and any(_mentions(child, names) for child in node)


def _lift_http_api(resources: dict[str, Any], api: str) -> None:
    """Makes resources of an HTTP API's OpenAPI body: the local API Gateway ignores the body (every route 404)."""
    properties = resources[api]["Properties"]
    body = properties.pop("Body")
    # A known id gives a known address, so that SiteUrl can be set before the stack exists.
    resources[api]["Properties"] = {
        "Name": {"Ref": "AWS::StackName"},
        "ProtocolType": "HTTP",
        "Tags": {"ms-custom-id": {"Ref": "AWS::StackName"}},
    }
    if cors := body.get("x-amazon-apigateway-cors"):
        # camelCase as in the body: CloudFormation's own spelling would be stored and never read.
        resources[api]["Properties"]["CorsConfiguration"] = {
            key: value.split(",") if key == "allowOrigins" and isinstance(value, str) else value
            for key, value in cors.items()
        }
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        resources[f"{api}{name}Authorizer"] = _authorizer(api, name, scheme["x-amazon-apigateway-authorizer"])
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            if method not in _METHODS:
                raise ValueError(f"{path}: {method} is no HTTP method that can be lifted")
            verb = "ANY" if method.startswith("x-") else method.upper()
            stem = f"{api}{verb.title()}" + "".join(c if c.isalnum() else f"x{ord(c):x}" for c in path)
            resources[f"{stem}Integration"] = _integration(api, operation["x-amazon-apigateway-integration"])
            resources[f"{stem}Route"] = _route(api, f"{verb} {path}", f"{stem}Integration", operation)


def _authorizer(api: str, name: str, scheme: dict[str, Any]) -> dict[str, Any]:
    if scheme["type"] != "jwt":
        raise ValueError(f"authorizer {name}: only JWT authorizers can be lifted, not {scheme['type']}")
    return {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api},
            "AuthorizerType": "JWT",
            "Name": name,
            "IdentitySource": [scheme["identitySource"]],
            "JwtConfiguration": {
                "Issuer": scheme["jwtConfiguration"]["issuer"],
                "Audience": scheme["jwtConfiguration"]["audience"],
            },
        },
    }


def _integration(api: str, integration: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": integration["uri"],
            "PayloadFormatVersion": integration["payloadFormatVersion"],
        },
    }


def _route(api: str, key: str, integration: str, operation: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "ApiId": {"Ref": api},
        "RouteKey": key,
        "Target": {"Fn::Sub": f"integrations/${{{integration}}}"},
    }
    for requirement in operation.get("security", []):
        for name, scopes in requirement.items():
            if name != "NONE":
                properties["AuthorizationType"] = "JWT"
                properties["AuthorizerId"] = {"Ref": f"{api}{name}Authorizer"}
                properties["AuthorizationScopes"] = scopes
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
