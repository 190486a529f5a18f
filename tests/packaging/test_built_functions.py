"""Built functions start from what the build made, and from nothing else."""

import compileall
import dataclasses
import json
import py_compile
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local import invoke
from local.stack import LocalStack

HERE = Path(__file__).parent
MODULES = sorted(path.stem for path in (invoke.ROOT / "functions").glob("*.py") if path.stem != "__init__")
UNCHECKED_HASH = 0b01
ELF_MACHINE, AARCH64 = slice(18, 20), 183
# Enough for a module that imports boto3: a function without a region or credentials does not start on Lambda either.
BARE = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def probe(function: invoke.Function, handler: str, event: dict[str, Any], first: Path = HERE) -> Any:
    """What the probe answers in the function's place."""
    with invoke.Emulator(function, BARE, handler=f"probe.{handler}", first=first) as emulator:
        answer = emulator.invoke(event)
        assert not answer.failed, (answer.payload, emulator.log())
        return answer.payload


def packaging_flaws(function: invoke.Function, first: Path = HERE) -> list[str]:
    """The modules that the function's start brings from elsewhere, or would compile again at each cold start."""
    seen = probe(function, "imports", {"module": function.module}, first)
    assert function.module in seen["modules"]
    flaws = []
    for name, module in seen["modules"].items():
        if any(Path(module["file"]).is_relative_to(folder) for folder in (function.folder, *function.layers)):
            if module["file"].endswith(".py") and module["flags"] != UNCHECKED_HASH:
                flaws.append(f"{name} has no byte code that lasts")
        elif not any(Path(module["file"]).is_relative_to(folder) for folder in seen["python"]):
            flaws.append(f"{name} comes from {module['file']}")
    return flaws


def zipped(folder: Path, target: Path) -> int:
    """Bytes of the folder as SAM uploads it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    return target.stat().st_size


@pytest.mark.parametrize("module", MODULES)
def test_a_function_starts_from_its_zip_and_the_layer_with_byte_code(
    functions: dict[str, invoke.Function], module: str
) -> None:
    assert packaging_flaws(functions[module]) == []


class TestFlawsAreSeen:
    """A function that starts otherwise is found out."""

    @pytest.fixture
    def function(self, functions: dict[str, invoke.Function], tmp_path: Path) -> invoke.Function:
        """One function, copied so that it can be spoilt."""
        original = functions["record_view"]
        folder = shutil.copytree(original.folder, tmp_path / "function")
        return dataclasses.replace(original, folder=folder)

    def test_no_byte_code(self, function: invoke.Function) -> None:
        shutil.rmtree(function.folder / "__pycache__")
        assert packaging_flaws(function) == ["record_view has no byte code that lasts"]

    @pytest.mark.parametrize(
        "mode", [py_compile.PycInvalidationMode.TIMESTAMP, py_compile.PycInvalidationMode.CHECKED_HASH]
    )
    def test_byte_code_that_is_checked(self, function: invoke.Function, mode: py_compile.PycInvalidationMode) -> None:
        compileall.compile_dir(function.folder, force=True, quiet=1, invalidation_mode=mode)
        assert packaging_flaws(function) == ["record_view has no byte code that lasts"]

    def test_a_module_from_elsewhere(self, function: invoke.Function, tmp_path: Path) -> None:
        shutil.copy(HERE / "probe.py", tmp_path)
        (tmp_path / "outsider.py").touch()
        handler = function.folder / "record_view.py"
        handler.write_text(f"import outsider\n{handler.read_text(encoding='utf-8')}", encoding="utf-8")
        compileall.compile_dir(
            function.folder, force=True, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
        assert packaging_flaws(function, tmp_path) == [f"outsider comes from {tmp_path / 'outsider.py'}"]


def test_a_functions_zip_is_small(functions: dict[str, invoke.Function], tmp_path: Path) -> None:
    for module, function in functions.items():
        size = zipped(function.folder, tmp_path / f"{module}.zip")
        print(f"{module}: {size / 1000:.1f} KB")
        assert size < 100_000


@pytest.mark.usefixtures("functions")
def test_the_layer_is_small(tmp_path: Path) -> None:
    size = zipped(invoke.LAYER.parent, tmp_path / "layer.zip")
    print(f"layer: {size / 1e6:.1f} MB")
    assert size < 16_000_000


def test_the_deployed_layer_is_for_the_deployed_architecture(arm64: Path) -> None:
    libraries = list((arm64 / "Shared").rglob("*.so"))
    assert libraries
    for library in libraries:
        assert int.from_bytes(library.read_bytes()[ELF_MACHINE], "little") == AARCH64, library


class TestSamples:
    """`make invoke`: the built functions on their samples."""

    @pytest.mark.parametrize("module", MODULES)
    def test_a_built_function_answers_its_samples(
        self, functions: dict[str, invoke.Function], stack: LocalStack, module: str
    ) -> None:
        function = functions[module]
        assert function.samples()
        with invoke.Emulator(function, invoke.environment(stack, function)) as emulator:
            for sample in function.samples():
                answer = emulator.invoke(json.loads(sample.read_text(encoding="utf-8")))
                assert not answer.failed, (sample, answer.payload, emulator.log())
            assert emulator.init_ms > 0

    def test_a_functions_error_is_an_error(self, functions: dict[str, invoke.Function]) -> None:
        with invoke.Emulator(functions["record_view"], BARE, handler="no_such_module.handler") as emulator:
            assert emulator.invoke({}).failed
