"""Each alarm of the template has a runbook that a technician can follow at night, with commands that exist."""

import importlib.util
import re
from pathlib import Path

import pytest

from tests.newsroom import ROOT, TEMPLATE

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALARMS = {name: each for name, each in TEMPLATE["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"}
PARTS = ("**It means**", "**Readers notice**", "**Type**", "**It is over**")


def sections() -> dict[str, str]:
    """The page's runbooks by the alarm's name."""
    parts = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].strip(): part for part in parts if part.splitlines()[0].endswith("Alarm")}


def test_every_alarm_has_a_runbook_and_every_runbook_an_alarm() -> None:
    assert set(sections()) == set(ALARMS)


@pytest.mark.parametrize("name", ALARMS)
def test_a_runbook_says_all_that_is_needed(name: str) -> None:
    """What it means, what readers notice, what to type, how to see that it is over."""
    section = sections()[name].split("\n## ")[0]
    assert [part for part in PARTS if part not in section] == []
    assert f"> {ALARMS[name]['Properties']['AlarmDescription']}" in section


def test_the_commands_on_the_page_exist() -> None:
    modules = set(re.findall(r"python -m (ops\.\w+)", PAGE))
    assert {"ops.redrive", "ops.unconfirmed", "ops.rebuild", "ops.ingest_again", "ops.keys"} <= modules
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_the_resources_on_the_page_exist() -> None:
    """Names of queues and functions in the commands are the template's."""
    named = set(re.findall(r"--queue (\w+)", PAGE))
    assert named
    assert named <= set(TEMPLATE["Resources"])


def test_every_command_of_operations_is_on_the_page() -> None:
    commands = {path.stem for path in Path(ROOT / "ops").glob("*.py") if "def main(" in path.read_text("utf-8")}
    assert {name for name in commands if f"ops.{name}" not in PAGE} == set()


def test_the_number_of_alarms_on_the_bill_is_the_template_s() -> None:
    assert f"{len(ALARMS)} alarms" in PAGE
