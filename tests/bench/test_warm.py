"""What the counting of warm requests needs: a stand-in that answers as AWS does, and no measure without valgrind."""

import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bench import warm
from bench.figure import Missing, Unmeasured


def client(port: int, service: str) -> Any:
    # Of a session of its own: the default one would keep its credentials for tests that have others.
    return boto3.Session().client(service, endpoint_url=f"http://127.0.0.1:{port}")  # type: ignore[call-overload]


def test_without_valgrind_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (missing,) = warm.measure().values()
    assert isinstance(missing, Missing)
    assert "valgrind" in missing.reason


def test_the_stand_in_answers_what_it_knows_and_refuses_the_rest() -> None:
    """A call that is not expected must fail, or it would be measured as a cheap one."""
    with warm._endpoint() as port:
        table = client(port, "dynamodb")
        table.update_item(TableName="readings", Key={"pk": {"S": "1"}})
        gates = table.batch_get_item(RequestItems={"readings": {"Keys": [{"pk": {"S": "STORY#1"}}]}})
        assert gates["Responses"]["readings"][0]["open#1"]
        assert "keys" in client(port, "ssm").get_parameter(Name="x")["Parameter"]["Value"]
        with pytest.raises(ClientError):
            table.delete_item(TableName="readings", Key={"pk": {"S": "1"}})


def test_a_program_that_fails_has_no_figure(tmp_path: Path) -> None:
    """The control: a run that ended early must not count as a cheap one."""
    failing = tmp_path / "valgrind"
    failing.write_text("#!/bin/sh\necho 'I refs: 1,000' >&2\necho 'no module' >&2\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(Unmeasured, match="20 requests of bare failed"):
        warm._instructions(str(failing), {}, "bare", 20, "{}")


def test_a_handler_that_takes_no_reading_has_no_figure() -> None:
    """The control: where the function cannot even be imported nothing is asked of the stand-in."""
    with warm._endpoint() as port, pytest.raises(Unmeasured, match="did not take a reading"):
        warm._asked({"PYTHONPATH": ""}, port)
