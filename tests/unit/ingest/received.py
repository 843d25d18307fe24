"""A small house: a folder of received files, its home, and nights that receive and land them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ingest.archive import Archive, Reception
from pipelines.ingest.control import write_control
from pipelines.ingest.landing import LandingSummary, land_new
from pipelines.settings import SAMPLE_MARKER, Settings
from tests.unit.ingest.conform.forms import PREAMBLE, heading, visit

TODAY = date(2026, 11, 20)
LOG = "R8/visit_log/2026-07-03/海南市_派遣実施報告書.csv"


def form(rows: Sequence[Sequence[Any]] = (), town: str = "海南市", month: str = "R8.6") -> bytes:
    """A correct 派遣実施報告書 as bytes."""
    changes = {"団体名": town, "報告対象月": month}
    preamble = [(r[0], changes.get(r[0], r[1])) if len(r) == 2 else r for r in PREAMBLE]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([*preamble, heading(), *(rows or [visit(1)])])
    return text.getvalue().encode("cp932")


class House:
    """Settings with the fictional marker, and what a night does as far as ingest is concerned."""

    def __init__(self, folder: Path, *, is_sample: bool = True, as_of: date = TODAY) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.raw.mkdir(parents=True, exist_ok=True)
        if is_sample:
            (self.raw / SAMPLE_MARKER).write_text("架空", encoding="utf-8")
        self.settings = Settings(self.raw, folder / "home", 2026, as_of, folder / "key")

    def put(self, path: str, data: bytes) -> Path:
        target = self.raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return target

    def receive(self, today: date = TODAY) -> Reception:
        return Archive(self.settings).receive(today)

    def night(self) -> LandingSummary:
        self.receive()
        return land_new(self.settings)

    def control(self, as_of: date = TODAY) -> dict[str, list[dict[str, Any]]]:
        """Every control table as rows."""
        settings = Settings(self.raw, self.settings.home, 2026, as_of, self.settings.key_file)
        out = self.folder / f"control-{as_of}"
        write_control(settings, out)
        return {
            p.stem: duckdb.read_parquet(str(p)).to_arrow_table().to_pylist()
            for p in sorted(out.glob("*.parquet"))
        }

    def landed(self, dataset: str = "visit_log__visits") -> list[dict[str, Any]]:
        table = duckdb.read_parquet(str(self.settings.landed / dataset / "*.parquet"), union_by_name=True)
        return table.to_arrow_table().to_pylist()

    def segments(self) -> list[str]:
        return sorted(p.stem for p in (self.settings.landed / "_manifest").glob("*.json"))
