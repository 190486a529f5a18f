"""The rules of the house that a reader relies on: what imports what, what a function holds, how long a file may be."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("functions", "shared", "local", "ops", "bench", "tests")
AWS = {"boto3", "botocore", "aws_lambda_powertools"}
# The story and the ways it comes in: the same anywhere, with or without AWS.
MODEL = ("shared/article.py", "shared/formats/")
FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES = 350, 600, 60

type Rule = Callable[[str, ast.Module], Iterator[str]]


def files() -> dict[str, str]:
    """The text of every Python file of the project, by its path."""
    found = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that the code imports, dotted; `from shared import clients` is shared.clients."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module: str, seen: set[str]) -> set[str]:
    """The module and all that it imports, by way of the project's own modules."""
    if module not in seen:
        seen.add(module)
        path = ROOT / f"{module.replace('.', '/')}.py"
        if path.is_file():
            for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
                reached(name, seen)
    return seen


def functions_hold_no_how(path: str, tree: ast.Module) -> Iterator[str]:
    """A function module says what happens: one call into shared, no AWS, no environment, no error handling."""
    if not path.startswith("functions/"):
        return
    for module in imported(tree):
        if module.split(".")[0] in {"functions", "boto3", "botocore", "os", "local", "ops", "tests", "bench"}:
            yield f"imports {module}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.TryStar):
            yield f"line {node.lineno} handles an error"
        if isinstance(node, ast.Attribute) and node.attr == "environ":
            yield f"line {node.lineno} reads the environment"
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} | {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if Path(path).name != "__init__.py" and "handler" not in names:
        yield "has no handler"


def shared_knows_no_callers(path: str, tree: ast.Module) -> Iterator[str]:
    """The layer holds only shared, and works without whoever calls it."""
    if path.startswith("shared/"):
        for module in imported(tree):
            if module.split(".")[0] in set(ROOMS) - {"shared"}:
                yield f"imports {module}"


def the_model_knows_no_aws(path: str, tree: ast.Module) -> Iterator[str]:
    """The story's rules and the formats can be read, and tested, without AWS."""
    if path.startswith(MODEL):
        for module in imported(tree):
            if any(name.split(".")[0] in AWS for name in reached(module, set())):
                yield f"reaches AWS by {module}"


def modules_say_what_they_are(path: str, tree: ast.Module) -> Iterator[str]:
    """The first line of a module tells its job; an empty __init__ has none."""
    docstring = ast.get_docstring(tree)
    if tree.body and not (docstring and docstring.splitlines()[0].strip()):
        yield "has no docstring"
    elif path.startswith("functions/") and docstring and not docstring.splitlines()[0].endswith("."):
        yield "does not say what triggers it in one sentence"


def functions_are_short(_path: str, tree: ast.Module) -> Iterator[str]:
    """A function fits on a screen."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name} has {lines} lines"


RULES: list[Rule] = [
    functions_hold_no_how,
    shared_knows_no_callers,
    the_model_knows_no_aws,
    modules_say_what_they_are,
    functions_are_short,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    found = [f"{path} {finding}" for path, text in files().items() for finding in rule(path, ast.parse(text))]
    assert found == []


def test_files_are_short() -> None:
    """One reason to exist each."""
    lines = {path: text.count("\n") for path, text in files().items()}
    allowed = {path: TEST_FILE_LINES if path.startswith(("tests/", "bench/")) else FILE_LINES for path in lines}
    assert {path: count for path, count in lines.items() if count > allowed[path]} == {}


FUNCTION = '"""POST /x: one reading."""\n'


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (functions_hold_no_how, "functions/x.py", f"{FUNCTION}import boto3\nhandler = 1\n"),
        (functions_hold_no_how, "functions/x.py", f"{FUNCTION}from functions import y\nhandler = 1\n"),
        (functions_hold_no_how, "functions/x.py", f"{FUNCTION}from os import environ\nhandler = 1\n"),
        (functions_hold_no_how, "functions/x.py", f"{FUNCTION}import sys\nhandler = sys.modules['os'].environ\n"),
        (functions_hold_no_how, "functions/x.py", f"{FUNCTION}try:\n    handler = 1\nfinally:\n    pass\n"),
        (functions_hold_no_how, "functions/x.py", FUNCTION),
        (shared_knows_no_callers, "shared/x.py", "from functions import record_view\n"),
        (shared_knows_no_callers, "shared/x.py", "def x():\n    import local.stack\n"),
        (the_model_knows_no_aws, "shared/article.py", "from boto3.dynamodb.types import Binary\n"),
        (the_model_knows_no_aws, "shared/formats/x.py", "from shared import table\n"),
        (the_model_knows_no_aws, "shared/formats/x.py", "from shared.table import get\n"),
        (modules_say_what_they_are, "shared/x.py", "x = 1\n"),
        (functions_are_short, "shared/x.py", "def x():\n" + "    y = 1\n" * FUNCTION_LINES),
    ],
)
def test_a_breach_is_seen(rule: Rule, path: str, text: str) -> None:
    assert list(rule(path, ast.parse(text)))
