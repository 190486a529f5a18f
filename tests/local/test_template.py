"""The template as the local AWS gets it: nothing of it is lost silently."""

from pathlib import Path
from typing import Any

import boto3
import pytest

from local.template import Template, convert, load

_ROOT = Path(__file__).parents[2]
_SESSION = boto3.session.Session("none", "none", region_name="eu-central-1")


def _api(events: dict[str, Any], **more: Any) -> Template:
    """A template with one function, one HTTP API with a JWT authorizer by default, and `more` resources."""
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Api": {
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {
                    "Auth": {
                        "Authorizers": {
                            "Editors": {
                                "IdentitySource": "$request.header.Authorization",
                                "JwtConfiguration": {"issuer": "https://issuer.example", "audience": ["readers"]},
                            }
                        },
                        "DefaultAuthorizer": "Editors",
                    },
                    "CorsConfiguration": {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"]},
                },
            },
            "Reader": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "reader.handler",
                    "CodeUri": "functions/",
                    "Events": events,
                },
            },
            **more,
        },
    }


def _event(method: str, path: str, **more: Any) -> dict[str, Any]:
    return {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "Api"}, "Method": method, "Path": path, **more}}


def _of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == f"AWS::{kind}"}


def test_every_route_of_the_template_keeps_its_function_and_its_authorizer() -> None:
    sam = load(_ROOT / "template.yaml")
    events = [
        (name, event["Properties"])
        for name, resource in sam["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    expected = {
        f"{event['Method']} {event['Path']}": (name, event.get("Auth", {}).get("Authorizer") != "NONE")
        for name, event in events
    }
    template = convert(sam, bucket="code", session=_SESSION).template
    integrations = _of_type(template, "ApiGatewayV2::Integration")
    seen = {}
    for route in _of_type(template, "ApiGatewayV2::Route").values():
        integration = integrations[route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("}")]
        function = integration["IntegrationUri"]["Fn::Sub"].split("${")[-1].split(".Arn")[0]
        seen[route["RouteKey"]] = (function, route.get("AuthorizationType") == "JWT")
        assert ("AuthorizerId" in route) == seen[route["RouteKey"]][1]
    assert expected
    assert seen == expected


def test_the_authorizer_and_cors_arrive_where_the_local_gateway_reads_them() -> None:
    template = convert(_api({"Read": _event("GET", "/")}), bucket="code", session=_SESSION).template
    (authorizer,) = _of_type(template, "ApiGatewayV2::Authorizer").values()
    assert authorizer["JwtConfiguration"] == {"Issuer": "https://issuer.example", "Audience": ["readers"]}
    (api,) = _of_type(template, "ApiGatewayV2::Api").values()
    assert "Body" not in api
    assert api["CorsConfiguration"] == {"allowOrigins": ["https://a.example"], "allowMethods": ["GET"]}


def test_any_and_similar_paths_stay_apart() -> None:
    events = {
        "One": _event("ANY", "/a-b"),
        "Two": _event("GET", "/a/b", Auth={"Authorizer": "NONE"}),
        "Three": _event("GET", "/{proxy+}"),
    }
    template = convert(_api(events), bucket="code", session=_SESSION).template
    routes = {
        route["RouteKey"]: "AuthorizerId" in route for route in _of_type(template, "ApiGatewayV2::Route").values()
    }
    assert routes == {"ANY /a-b": True, "GET /a/b": False, "GET /{proxy+}": True}


def test_what_the_local_aws_does_not_know_is_left_out_and_named() -> None:
    source = _api(
        {"Read": _event("GET", "/")},
        Archive={"Type": "AWS::Events::Archive", "Properties": {"SourceArn": "arn"}},
        Queue={"Type": "AWS::SQS::Queue", "DependsOn": ["Archive", "Api"]},
    )
    source["Outputs"] = {
        "Archive": {"Value": {"Fn::GetAtt": ["Archive", "Arn"]}},
        "Queue": {"Value": {"Ref": "Queue"}},
    }
    converted = convert(source, bucket="code", session=_SESSION)
    assert converted.left_out == ["Archive (AWS::Events::Archive)"]
    assert "Archive" not in converted.template["Resources"]
    assert converted.template["Resources"]["Queue"]["DependsOn"] == ["Api"]
    assert list(converted.template["Outputs"]) == ["Queue"]


def test_requests_without_tls_are_allowed_and_other_statements_of_a_bucket_policy_stay() -> None:
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    other = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}

    def policy(*statements: dict[str, Any]) -> dict[str, Any]:
        return {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [*statements]}}}

    source = _api({"Read": _event("GET", "/")}, One=policy(refusal), Two=policy(refusal, other), Three=policy(other))
    converted = convert(source, bucket="code", session=_SESSION)
    statements = {
        name: properties["PolicyDocument"]["Statement"]
        for name, properties in _of_type(converted.template, "S3::BucketPolicy").items()
    }
    assert statements == {"Two": [other], "Three": [other]}
    assert [line.split()[0] for line in converted.left_out] == ["One", "Two"]


def test_layers_become_folders_on_the_import_path() -> None:
    source = _api(
        {"Read": _event("GET", "/")},
        Shared={"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "shared/"}},
    )
    source["Globals"] = {"Function": {"Layers": [{"Ref": "Shared"}]}}
    converted = convert(source, bucket="code", session=_SESSION)
    assert converted.layers == ["shared/"]
    assert [line.split()[0] for line in converted.left_out] == ["Shared"]
    (function,) = _of_type(converted.template, "Lambda::Function").values()
    assert "Layers" not in function


def test_code_is_asked_for_by_folder() -> None:
    converted = convert(_api({"Read": _event("GET", "/")}), bucket="code", session=_SESSION)
    assert converted.code == {"functions.zip": "functions/"}
    (function,) = _of_type(converted.template, "Lambda::Function").values()
    assert function["Code"] == {"S3Bucket": "code", "S3Key": "functions.zip"}


def test_a_patch_works_on_a_copy() -> None:
    source = _api({"Read": _event("GET", "/")})

    def without_function(template: Template) -> Template:
        del template["Resources"]["Reader"]
        template["Resources"]["Api"]["Properties"] = {"DefinitionBody": {"paths": {}}}
        return template

    assert (
        "Reader" not in convert(source, bucket="code", session=_SESSION, patch=without_function).template["Resources"]
    )
    assert "Reader" in source["Resources"]


def test_an_authorizer_that_cannot_be_lifted_stops_the_conversion() -> None:
    source = _api({"Read": _event("GET", "/")})
    source["Resources"]["Api"]["Properties"]["Auth"] = {
        "Authorizers": {
            "Custom": {
                "FunctionArn": "arn:aws:lambda:eu-central-1:000000000000:function:x",
                "AuthorizerPayloadFormatVersion": "2.0",
                "EnableFunctionDefaultPermissions": False,
            }
        }
    }
    with pytest.raises(ValueError, match="only JWT"):
        convert(source, bucket="code", session=_SESSION)


def test_anchors_and_merges_are_plain_data_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "a: &a {one: [1]}\nb: *a\nc: {<<: *a, two: !Ref A}\nd: !GetAtt A.Arn\ne: !Not [!Equals [!Ref A, '']]\n",
        encoding="utf-8",
    )
    plain = load(path)
    assert plain["b"] is not plain["a"]
    assert plain == {
        "a": {"one": [1]},
        "b": {"one": [1]},
        "c": {"one": [1], "two": {"Ref": "A"}},
        "d": {"Fn::GetAtt": ["A", "Arn"]},
        "e": {"Fn::Not": [{"Fn::Equals": [{"Ref": "A"}, ""]}]},
    }
