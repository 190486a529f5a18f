"""shared/Makefile leaves out what nobody asks for; what the code asks for, it must not leave out."""

import re
from pathlib import Path

from local import invoke
from shared import phrases
from shared.formats import date_line
from tests.packaging.test_built_functions import probe

SHARED = invoke.ROOT / "shared"


def listed(name: str) -> set[str]:
    """The words of a list in shared/Makefile."""
    found = re.search(rf"^{name} := (.*)$", (SHARED / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return set(found[1].split())


def sources() -> dict[str, str]:
    """The text of each module in shared, by its path there."""
    return {str(path.relative_to(SHARED)): path.read_text(encoding="utf-8") for path in Path(SHARED).rglob("*.py")}


def test_services() -> None:
    text = "\n".join(sources().values())
    used = set(re.findall(r'client\(\s*"([a-z0-9-]+)"', text))
    assert used == listed("SERVICES")


def test_operations() -> None:
    """What is called of Systems Manager is what its model was cut to."""
    called = re.findall(r"ssm\(\)\.(\w+)\(", "\n".join(sources().values()))
    assert {name.title().replace("_", "") for name in called} == listed("PARAMETERS")


def test_locales() -> None:
    """Two modules ask Babel, each only for languages that it lists."""
    asking = {path for path, text in sources().items() if re.search(r"^\s*(from|import) babel", text, re.MULTILINE)}
    assert asking == {"phrases.py", "formats/date_line.py"}
    assert {"root", *date_line.LANGUAGES, *phrases._TIMES} == listed("LOCALES")


def test_what_is_left_is_enough(functions: dict[str, invoke.Function]) -> None:
    lists = {"services": sorted(listed("SERVICES")), "locales": sorted(listed("LOCALES") - {"root"})}
    assert probe(functions["record_view"], "data", lists) is None
