"""Runs inside the emulator in a function's place and tells what is there."""

import importlib
import sys
import sysconfig
from pathlib import Path
from typing import Any

_BEFORE = set(sys.modules)


def imports(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Imports the event's `module`; answers with what came with it: each module's file, and its byte code's flags."""
    importlib.import_module(event["module"])
    modules = {}
    for name in sorted(set(sys.modules) - _BEFORE):
        spec = getattr(sys.modules[name], "__spec__", None)
        if spec and spec.has_location:
            byte_code = Path(spec.cached) if spec.cached else None
            # PEP 552: four bytes of magic, then the flags: 0 is a time stamp, 3 a checked hash, 1 an unchecked one.
            flags = int.from_bytes(byte_code.read_bytes()[4:8], "little") if byte_code and byte_code.exists() else None
            modules[name] = {"file": spec.origin, "flags": flags}
    return {"modules": modules, "python": [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]}


def data(event: dict[str, Any], _context: object) -> None:
    """Uses the data of the event's `services` and `locales`; raises where the layer lacks some."""
    boto3: Any = importlib.import_module("boto3")
    babel: Any = importlib.import_module("babel.core")
    for service in event["services"]:
        boto3.client(service)
    for locale in event["locales"]:
        babel.Locale(locale).plural_form(2)
