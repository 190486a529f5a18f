"""What the start's figures need: a build of the code as it is, and valgrind."""

import os
import shutil
from pathlib import Path

import pytest

from bench import start
from bench.figure import Figure, Missing, Unmeasured
from local.invoke import Function

TEMPLATE = """
Resources:
  RecordView:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - { Effect: Allow, Action: dynamodb:UpdateItem, Resource: "*" }
            - { Effect: Allow, Action: [ssm:GetParameter, kms:Decrypt], Resource: "*" }
"""


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A build with one function, and a layer with the data of two services."""
    folder = tmp_path / "build"
    for service in ("dynamodb", "ssm"):
        (folder / "Shared" / "python" / "botocore" / "data" / service).mkdir(parents=True)
    (folder / "RecordView").mkdir()
    (folder / "RecordView" / "record_view.py").write_text("")
    (folder / "template.yaml").write_text(TEMPLATE)
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "BUILD", folder)
    monkeypatch.setattr(start, "LAYER", folder / "Shared" / "python")
    monkeypatch.setattr(start, "built", lambda: {"record_view": _function(folder)})
    for path in ("template.yaml", "locks/runtime.txt", "shared/__pycache__/views.pyc"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
        os.utime(tmp_path / path, (0, 0))
    return folder


def _function(folder: Path) -> Function:
    return Function("RecordView", "record_view.handler", folder / "RecordView", 10, 512)


def test_without_a_build_nothing_is_measured(build: Path) -> None:
    (build / "template.yaml").unlink()
    assert start.measure() == {"start": Missing("there is no build: make build/template.yaml")}


def test_a_build_that_is_older_than_the_code_is_not_measured(build: Path) -> None:
    """Byte code of the checkout is not code."""
    code = build.parent / "shared" / "views.py"
    code.touch()
    os.utime(code, (2**33, 2**33))
    assert start.measure() == {"start": Missing("the build is older than the code: make build/template.yaml")}


@pytest.mark.usefixtures("build")
def test_without_valgrind_only_sizes_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = start.measure()
    assert {name for name, figure in found.items() if isinstance(figure, Figure)} == {
        "record_view.zip_kb",
        "layer.zip_mb",
        "parsers.zip_mb",
    }
    assert isinstance(found["start"], Missing)


def test_a_client_is_made_for_each_service_of_the_role(build: Path) -> None:
    """What the layer has no client for is a right of somebody else's calls."""
    assert start._services(_function(build)) == ("dynamodb", "ssm")


def test_a_function_that_does_not_start_has_no_figure(build: Path, tmp_path: Path) -> None:
    """The control: a start that failed early must not count as a cheap one."""
    failing = tmp_path / "valgrind"
    failing.write_text("#!/bin/sh\necho 'I refs: 1,000' >&2\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(Unmeasured, match="nothing did not start"):
        start._instructions(str(failing), start._Start(("nothing",), (), (build,)))
