"""What was measured, written where people look for it: one section of RESULTS.md a benchmark, replaced by the next run."""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.settings import CHECKOUT

RESULTS = Path(__file__).with_name("RESULTS.md")


def parser(module: str, description: str | None, *, rounds: int = 3) -> argparse.ArgumentParser:
    """What every benchmark may be told; `rounds` of 0 where there is one alone."""
    found = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    if rounds:
        found.add_argument("--rounds", type=int, default=rounds)
    found.add_argument("--record", action="store_true", help="replace the section of RESULTS.md")
    return found


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are figures."""
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report(title: str, command: str, lines: Sequence[str], *, keep: bool) -> None:
    """Print what was measured with the command to repeat it, and keep it in the results where that is asked for."""
    text = "\n".join(lines)
    sys.stdout.write(f"{text}\n{command}   ({os.cpu_count()} cores)\n")
    if keep:
        record(title, command, f"```\n{text}\n```")


def record(title: str, command: str, body: str, *, file: Path = RESULTS) -> None:
    """Replace a benchmark's section, or add it at the end.

    Args:
        title: the section's heading; names the benchmark for good.
        command: what repeats it.
        body: Markdown, without headings.
        file: the results.
    """
    section = f"## {title}\n`{command}`, {conditions()}.\n\n{body.strip()}\n"
    text = file.read_text("utf-8")
    found = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found:
        rest = text[found.end() :]
        text = text[: found.start()] + section + ("\n" + rest if rest else "")
    else:
        text = f"{text.rstrip()}\n\n{section}"
    file.write_text(text, "utf-8")


def conditions() -> str:
    """Commit, day, machine, and how busy it was when the benchmark ended."""
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[2]
    return (
        f"commit {_commit()}, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {gibibytes:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}, load of the last quarter of an hour {load:.1f}"
    )


def _commit() -> str:
    git = ["git", "-C", str(CHECKOUT)]
    named = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    if named.returncode:
        return "unknown"
    # What a benchmark before this one wrote here changes nothing that is measured.
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--", ".", ":!tests/benchmarks/*.md", ":!tests/benchmarks/*.svg"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return named.stdout.strip() + (" with changes" if changed else "")
