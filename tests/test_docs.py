"""What the pages say exists: files, links, commands of make, tests that hold a promise."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)
_FILE = re.compile(r"`((?:bench|docs|events|functions|local|ops|shared|tests)/[\w./-]*|test_\w+\.py)`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_COMMAND = re.compile(r"(?:`|^ {4}|^)make ([a-z]+)\b(?=[` ]|$)", re.MULTILINE)


def missing(page: Path, text: str) -> list[str]:
    """What a page names and nobody finds; a name with verb_object in it stands for others."""
    files = [name for name in _FILE.findall(text) if "verb_object" not in name]
    found = [name for name in files if not (ROOT / name).exists() and not list((ROOT / "tests").rglob(name))]
    found += [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return found + [f"make {name}" for name in _COMMAND.findall(text) if name not in targets]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_exists(page: Path) -> None:
    assert missing(page, page.read_text("utf-8")) == []


def test_what_does_not_exist_is_seen() -> None:
    """A moved test, a broken link, a command that is no more."""
    files = "`tests/life/test_no.py` `test_no.py` `tests/life/` [x](no.md)"
    text = f"{files} and `make nothing`, `make test`\n\n    make no\n"
    assert missing(ROOT / "README.md", text) == [
        "tests/life/test_no.py",
        "test_no.py",
        "no.md",
        "make nothing",
        "make no",
    ]
