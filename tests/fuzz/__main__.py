"""Damage files of every kind and read them: `make fuzz`, `FUZZ_SECONDS=600 make fuzz`.

A file must land or be refused in words, with every row accounted for. A traceback, a dead worker or a row
that nobody can account for fails; the file stays in `--work` and is damaged the same way by the same `--seed`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.run import fuzz
from tests.fuzz.seeds import seeds


def main() -> int:
    """Print what came of the files; 1 when one was treated wrongly."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--work", type=Path, default=Path("var/fuzz"))
    chosen = parser.parse_args()
    report = fuzz(seeds(), chosen.work, chosen.seed, seconds=chosen.seconds)
    for kind, counts in report.outcomes.items():
        told = ", ".join(f"{status} {count:,}" for status, count in sorted(counts.items()))
        sys.stdout.write(f"{kind:10} {sum(counts.values()):6,} files: {told}\n")
    for path, problem in report.failures[:20]:
        sys.stdout.write(f"\n{path}\n{problem}\n")
    sys.stdout.write(f"{len(report.failures)} treated wrongly   python -m tests.fuzz --seed {chosen.seed}\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
