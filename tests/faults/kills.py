"""Nights killed at random moments, again and again in one home: the figures that can be quoted.

`tests/faults/test_kill.py` kills at chosen moments; here nobody chooses. Every night has something to do: a
correction that arrived since. Killed with -9 is the whole process group, the main process alone, or one of its
children, at a moment drawn evenly from the length of a whole night.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.ingest.content import content_hash
from pipelines.ingest.ledger import Ledger
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.serve.release import releases
from pipelines.serve.sums import damage
from pipelines.settings import CHECKOUT, Settings
from tests.conftest import SAMPLE
from tests.faults.sandbox import processes_with
from tests.faults.spoiled import VISITS, edited

DAY = date(2026, 11, 20)
LAST_WAIT_SECONDS = 15
VICTIMS = ("group", "main", "child")


@dataclass
class Tally:
    """What has happened so far."""

    killed: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    whole_nights: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """One line of figures."""
        victims = ", ".join(f"{name} {self.killed[name]}" for name in VICTIMS)
        places = ", ".join(f"{name} {count}" for name, count in self.found.most_common())
        return (
            f"{self.killed.total()} kills ({victims}); died while: {places}; {self.too_late} nights were over before; "
            f"{self.whole_nights} nights let live, each ended with 0; {len(self.troubles)} troubles"
        )


class Killing:
    """One home, its nights, and what must hold after every death."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.raw, self.home = folder / "raw", folder / "home"
        self.settings = Settings(self.raw, self.home, 2026, DAY)
        self.tally = Tally()
        self._random = random.Random(seed)
        self._number = 0
        self._known: dict[str, str] = {}
        self._seconds = 0.0
        shutil.copytree(SAMPLE, self.raw)

    def let_live(self) -> None:
        """A whole night, which must succeed without help."""
        started = time.monotonic()
        with self._night() as (night, _):
            code = night.wait()
        self._seconds = time.monotonic() - started
        self.tally.whole_nights += 1
        self._need(code == 0, f"a night let live ended with {code}")
        self._look(is_thorough=True)

    def kill_one(self) -> None:
        """Begin a night and kill it at some moment."""
        victim = self._random.choice(VICTIMS)
        moment = self._random.uniform(0, self._seconds)
        with self._night() as (night, mark):
            try:
                night.wait(moment)
                self.tally.too_late += 1
            except subprocess.TimeoutExpired:
                self.tally.found[self._place()] += 1
                self._kill(night, victim, mark)
        deadline = time.monotonic() + LAST_WAIT_SECONDS
        while (left := processes_with(mark)) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._need(not left, f"processes left alive after {victim} was killed: {len(left)}")
        self._look(is_thorough=False)

    def _kill(self, night: subprocess.Popen[bytes], victim: str, mark: str) -> None:
        children = [pid for pid in processes_with(mark) if pid != night.pid]
        if victim == "child" and not children:
            victim = "main"
        self.tally.killed[victim] += 1
        if victim == "group":
            os.killpg(night.pid, signal.SIGKILL)
        elif victim == "main":
            night.kill()
        else:
            try:
                os.kill(self._random.choice(children), signal.SIGKILL)
            except ProcessLookupError:
                night.kill()
            # The night notices by itself: it ends with a failure, or did not need that child any more.
            self._need(night.wait(900) in (0, 1), "a night whose child was killed ended in another way")
        night.wait()

    @contextmanager
    def _night(self) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        self._number += 1
        # A correction that changes no figure beyond what the gate lets pass; the first eleven days of November.
        place = f"R8/visit_log/2026-11-{self._number % 11 + 1:02d}/九度山町_訂正_{self._number}.xlsx"
        edited(self.raw / VISITS, self.raw / place, {"A9": f"K-{self._number}"})
        mark = uuid.uuid4().hex
        command = [
            sys.executable,
            *("-m", "pipelines.cli", "nightly", "--raw", str(self.raw), "--home", str(self.home)),
        ]
        night = subprocess.Popen(
            [*command, "--as-of", DAY.isoformat()],
            cwd=CHECKOUT,
            env=os.environ | {"KYOSO_TEST_MARK": mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield night, mark
        finally:
            if night.poll() is None:
                os.killpg(night.pid, signal.SIGKILL)
                night.wait()

    def _place(self) -> str:
        """Where the night was, as the disk shows it."""
        candidate = self.settings.candidate
        for name, path in (
            ("documents", candidate / "reports"),
            ("expectations", candidate / "control" / "dbt_results.json"),
            ("models", candidate / "warehouse.duckdb"),
            ("control tables", candidate / "control"),
        ):
            if path.exists():
                return name
        return "receiving, reading or after the switch"

    def _look(self, *, is_thorough: bool) -> None:
        """The ledger is whole, every file it names is in the archive by its hash, every release as it was published."""
        receipts = Ledger(self.settings.ledger).receipts
        now = {receipt.path: receipt.file_id for receipt in receipts}
        self._need(self._known.items() <= now.items(), "the ledger lost receipts")
        self._known = now
        for receipt in receipts if is_thorough else receipts[-20:]:
            path = self.settings.archive / receipt.file_id[:2] / receipt.file_id
            self._need(path.exists() and content_hash(path) == receipt.file_id, f"lost: {receipt.path}")
        for release in releases(self.settings):
            self._need(not damage(release.folder), f"release {release.release_id} is damaged")
        current = self.settings.current
        self._need(self.tally.whole_nights == 0 or self.settings.warehouse.exists(), "readers have nothing")
        if is_thorough:
            with open_candidate(self.settings.warehouse, current / "control") as con:
                self._need(
                    Verdict.read(current / "verdict.json").covers(con) == [], "rows differ from those judged"
                )
            raw = sum(1 for p in self.raw.rglob("*.*") if p.is_file() and not p.name.startswith("README"))
            self._need(len(now) >= raw, f"{raw - len(now)} files of raw are in no receipt")

    def _need(self, holds: bool, trouble: str) -> None:
        if not holds:
            self.tally.troubles.append(f"night {self._number}: {trouble}")
