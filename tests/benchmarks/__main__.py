"""Speed as ratios, measured in one run on this machine: `make bench`.

The floor is what cannot be avoided: the imports, a bare dbt build of this project and the bare
rendering of its documents, one after another. Rounds are interleaved, so that a machine that
drifts does not favour anyone; medians are shown.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from pipelines.settings import CHECKOUT
from tests.benchmarks.results import parser, report

IMPORTS = (
    "import dagster, dagster_dbt, dbt.cli.main, dbt.adapters.duckdb, great_expectations, pandas, openpyxl"
)
BARE_DBT = """
import json, os, sys, time
import dbt.cli.main, dbt.adapters.duckdb
project, target = sys.argv[1:]
quiet = ["--log-level", "none", "--log-level-file", "none", "--no-version-check", "--no-write-json"]
started = time.perf_counter()
ran = dbt.cli.main.dbtRunner().invoke(["build", "--exclude-resource-type", "unit_test", *quiet,
                                       "--project-dir", project, "--target-path", target])
assert ran.success, ran.exception
print(time.perf_counter() - started)
"""
BARE_RENDERING = """
import sys, time
from pathlib import Path
import openpyxl, pandas
started = time.perf_counter()
from pipelines.report.render import DOCUMENTS, render
render(Path(sys.argv[1]), [d.key for d in DOCUMENTS])
print(time.perf_counter() - started)
"""


def run(command: list[str], **environment: str) -> tuple[float, str]:
    """Wall seconds and output of a command; a failure ends the benchmark."""
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=CHECKOUT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return time.perf_counter() - started, done.stdout


def night(home: Path, raw: Path = Path("raw/sample")) -> float:
    """A night into a home, of the sample unless another folder is given; seconds."""
    command = [sys.executable, "-m", "pipelines.cli", "nightly", "--raw", str(raw), "--home", str(home)]
    return run([*command, "--as-of", "2026-11-20"])[0]


def candidate_of(home: Path, work: Path) -> dict[str, str]:
    """A candidate whose models are not built yet, from a released night; the variables that lead dbt to it."""
    shutil.rmtree(work, ignore_errors=True)
    candidate = work / "candidate"
    candidate.mkdir(parents=True)
    shutil.copytree(home / "current" / "control", candidate / "control")
    shutil.copy(home / "current" / "manifest.json", candidate)
    return {
        "KYOSO_BUILD": str(candidate),
        "KYOSO_LANDED": str(home / "landed"),
        "DBT_PROFILES_DIR": str(CHECKOUT / "dbt_project"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def textbook(home: Path, work: Path) -> float:
    """The textbook's night, its manifest parsed beforehand."""
    variables = candidate_of(home, work)
    binaries = Path(sys.executable).parent
    variables |= {"TEXTBOOK_WORK": str(work), "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    (work / "dagster").mkdir()
    (work / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    parse = ["dbt", "parse", "--project-dir", "dbt_project", "--target-path", str(work / "target")]
    run([str(binaries / parse[0]), *parse[1:]], **variables)
    command = ["job", "execute", "-m", "tests.benchmarks.textbook", "-j", "textbook"]
    return run([str(binaries / "dagster"), *command], DAGSTER_HOME=str(work / "dagster"), **variables)[0]


def one_round(root: Path, *, with_textbook: bool) -> dict[str, float]:
    """Every figure once, in seconds."""
    home, work = root / "home", root / "work"
    shutil.rmtree(home, ignore_errors=True)
    figures = {"cold night": night(home), "nothing new": night(home)}
    figures["imports"] = run([sys.executable, "-c", IMPORTS])[0]
    variables = candidate_of(home, work)
    project = str(CHECKOUT / "dbt_project")
    _, text = run([sys.executable, "-c", BARE_DBT, project, str(work / "target")], **variables)
    figures["bare dbt build"] = float(text.split()[-1])
    shutil.copy(home / "current" / "verdict.json", work / "candidate")
    _, text = run([sys.executable, "-c", BARE_RENDERING, str(work / "candidate")], **variables)
    figures["bare rendering"] = float(text.split()[-1])
    if with_textbook:
        figures["textbook"] = textbook(home, root / "textbook")
    sys.stderr.write(json.dumps({name: round(seconds, 1) for name, seconds in figures.items()}) + "\n")
    return figures


def main() -> None:
    """Print the figures and the ratios, with the command to repeat them."""
    options = parser("tests.benchmarks", __doc__)
    options.add_argument("--no-textbook", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kyoso-bench-") as folder:
        night(Path(folder) / "warm-up")
        rounds = [one_round(Path(folder), with_textbook=not chosen.no_textbook) for _ in range(chosen.rounds)]
    figures = {name: median(r[name] for r in rounds) for name in rounds[0]}
    floors = [r["imports"] + r["bare dbt build"] + r["bare rendering"] for r in rounds]
    ratios = {
        "cold night / floor": [r["cold night"] / f for r, f in zip(rounds, floors, strict=True)],
        "nothing new / imports": [r["nothing new"] / r["imports"] for r in rounds],
    }
    if not chosen.no_textbook:
        ratios["textbook / cold night"] = [r["textbook"] / r["cold night"] for r in rounds]
    aims = {
        "cold night / floor": "<= 1.1",
        "nothing new / imports": "<= 0.3",
        "textbook / cold night": ">= 3",
    }
    lines = [f"{name:24}{seconds:8.1f} s" for name, seconds in figures.items()]
    lines += [
        f"{name:24}{median(values):8.2f}    ({min(values):.2f} to {max(values):.2f})  aim {aims[name]}"
        for name, values in ratios.items()
    ]
    report(
        "A night of the sample",
        f"python -m tests.benchmarks --rounds {chosen.rounds}",
        lines,
        keep=chosen.record,
    )


if __name__ == "__main__":
    main()
