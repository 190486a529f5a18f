"""Files made from the code: `python -m local.generated` writes them, `--check` says whether they are current."""

import argparse
import sys
from pathlib import Path

from local import life, openapi, schemas

ROOT = Path(__file__).parents[1]


def files() -> dict[Path, str]:
    """Path (from the root of the project) → what the code says should be in it."""
    return {Path("shared") / "openapi.json": openapi.generate(), **schemas.files(), **life.files()}


def main() -> int:
    """0 when all is written or current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is not current")
    check = parser.parse_args().check
    stale = [path for path, text in files().items() if not _current(ROOT / path, text)]
    for path in stale:
        if check:
            sys.stderr.write(f"{path} is not what the code says: run `make generated` and read the diff\n")
        else:
            (ROOT / path).write_text(files()[path], "utf-8")
            sys.stdout.write(f"{path}\n")
    return 1 if check and stale else 0


def _current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
