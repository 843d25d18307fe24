"""What comes in on which day: the demo programme's files on theirs, and what every office adds to them."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl

from tests.faults.spoiled import edited

FIRST = date(2026, 4, 1)


@dataclass(frozen=True)
class Arrivals:
    """The mail of a year.

    Attributes:
        programme: a folder that `kyoso demo` made.
        raw: where it is put down, day by day.
    """

    programme: Path
    raw: Path

    def before_the_year(self) -> None:
        """Everything of the years before, and what the folder says of itself."""
        for path in self._files():
            if _received(path) < FIRST:
                self._put(path)
        for path in self.programme.glob("*"):
            if path.is_file():
                shutil.copy(path, self.raw)

    def on(self, day: date) -> None:
        """The day's own files; on working days a correction as well, every other week something that is no form."""
        for path in self._files():
            if _received(path) == day:
                self._put(path)
        random_ = random.Random(day.toordinal())
        visits = sorted(self.raw.glob("R[78]/visit_log/*/*.xlsx"))
        originals = [path for path in visits if "訂正" not in path.name and "壊れた" not in path.name]
        folder = self.raw / "R8" / "visit_log" / day.isoformat()
        if day.weekday() < 5:
            source = random_.choice(originals)
            folder = self.raw / source.parts[-4] / "visit_log" / day.isoformat()
            target = folder / f"{source.stem}_訂正{day:%m%d}.xlsx"
            edited(source, target, {_first_number(source): f"訂正{day:%m%d}"})
        if day.day in (10, 25):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "壊れた報告書.xlsx").write_bytes(originals[0].read_bytes()[:2000])

    def _files(self) -> list[Path]:
        return sorted(self.programme.glob("R*/*/*/*"))

    def _put(self, path: Path) -> None:
        target = self.raw / path.relative_to(self.programme)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def _first_number(path: Path) -> str:
    """The cell of the first report's number, below its heading."""
    book = openpyxl.load_workbook(path, read_only=True)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "報告番号":
                return f"{cell.column_letter}{cell.row + 1}"
    raise ValueError(f"no reports in {path}")


def _received(path: Path) -> date:
    return date.fromisoformat(path.parent.name)
