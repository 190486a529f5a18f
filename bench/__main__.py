"""`make bench`: counts, prints each figure beside the committed one and its budget, and writes bench/results.json.

`ONLY=views|publish|start|list|robots|ingest` chooses one group. Performance is counted, not felt: billable
units, instructions, bytes. Ends with 1 when a figure is over its budget or could not be measured, or a control failed.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import detection, intake, lists, publish, start, views
from bench.figure import Figure, Figures, Missing, gathered

ROOT = Path(__file__).parents[1]
RESULTS = Path("bench", "results.json")
GROUPS = {
    "views": views.measure,
    "publish": publish.measure,
    "list": lists.measure,
    "robots": detection.measure,
    "ingest": intake.measure,
    "start": start.measure,
}
_ROW = "{:<34} {:>9} {:>10} {:>8}  {:<11} {}"


def main() -> int:
    """The command: 0 when every figure was measured and keeps its budget."""
    only = os.environ.get("ONLY", "")
    if only and only not in GROUPS:
        print(f"ONLY={only}: there is no such group, but {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    before = committed()
    print(_ROW.format("figure", "measured", "committed", "budget", "unit", "beside"))
    figures: Figures = {}
    good = True
    for name in [only] if only else GROUPS:
        found = gathered(name, [GROUPS[name]])
        for figure, measured in found.items():
            if figure in figures:
                continue  # another group has it too
            print(line(figure, measured, before.get(figure)), flush=True)
            good = good and isinstance(measured, Figure) and measured.within
        figures |= found
    write(ROOT / RESULTS, figures)
    return 0 if good else 1


def committed() -> dict[str, Any]:
    """The figures of the last commit, by name; none when there is no git or no commit that holds them."""
    git = shutil.which("git")
    if not git:
        return {}
    command = [git, "-C", str(ROOT), "show", f"HEAD:{RESULTS.as_posix()}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    figures: dict[str, Any] = json.loads(shown.stdout) if shown.returncode == 0 else {}
    return figures


def line(name: str, measured: Figure | Missing, before: dict[str, Any] | None) -> str:
    """One figure as it is printed."""
    if isinstance(measured, Missing):
        return f"{name:<34} not measured: {measured.reason}"
    budget = "" if measured.budget is None else f"{measured.budget:g}"
    beside = "; ".join(f"{what}: {value:g}" for what, value in measured.beside.items())
    verdict = "" if measured.within else "OVER BUDGET  " if not measured.floor else "UNDER BUDGET  "
    known = f"{before['value']:g}" if before else "-"
    return _ROW.format(name, f"{measured.value:g}", known, budget, measured.unit, verdict + beside).rstrip()


def write(path: Path, figures: Figures) -> None:
    """Puts what was measured in place of what the file holds of it; other figures stay."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept |= {name: figure.document() for name, figure in figures.items() if isinstance(figure, Figure)}
    text = json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
