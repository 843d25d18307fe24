"""`python -m tests.faults --kills 200`: nights killed at random moments, and what was found after each."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.kills import Killing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes; 0: never")
    parser.add_argument("--every", type=int, default=10, help="let every n-th night live")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        killing = Killing(Path(folder), options.seed)
        killing.let_live()
        while killing.tally.killed.total() < options.kills and not killing.tally.troubles:
            if options.minutes and time.monotonic() - started > options.minutes * 60:
                break
            killing.kill_one()
            if killing.tally.killed.total() % options.every == 0:
                killing.let_live()
            print(killing.tally.text, flush=True)  # noqa: T201
        killing.let_live()
    minutes = (time.monotonic() - started) / 60
    texts = [f"seed {options.seed}, {minutes:.0f} minutes: {killing.tally.text}", *killing.tally.troubles]
    print("\n".join(texts))  # noqa: T201
    return 1 if killing.tally.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
