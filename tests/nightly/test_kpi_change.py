"""One cell corrected in one file. If other figures move, or the file is not named, nobody can answer "why?"."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import run_kyoso, run_night
from tests.faults.spoiled import edited

pytestmark = pytest.mark.slow
SENT = "R8/visit_log/2026-11-04/海南市_派遣実施報告書_R8.10月.xlsx"
CORRECTED = "R8/visit_log/2026-11-18/海南市_派遣実施報告書_R8.10月_訂正.xlsx"
KAINAN = "302023"
# The second visit of October was no visit but a call. Two others of that month were on site.
MODE = {"H10": "オンライン"}
# Share on site, and cost per day on site; nothing else reads the mode of that visit.
FED = {("K205", KAINAN), ("K205", None), ("K214", KAINAN), ("K214", None)}


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def verdict(home: Path) -> bytes:
    return (home / "current" / "verdict.json").read_bytes()


@pytest.fixture
def corrected(home: Path, raw: Path) -> Path:
    """The sample's home after a second night with one corrected file."""
    assert rows(home, "select count(*) from mart_kpi_change") == [(0,)]
    edited(raw / SENT, raw / CORRECTED, MODE)
    ran = run_night(home, raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return home


def test_a_corrected_cell_changes_the_figures_it_feeds_and_the_file_is_named(
    corrected: Path, raw: Path, sample_home: Path, tmp_path: Path
) -> None:
    found = rows(
        corrected,
        "select kpi_id, municipality_code, fiscal_year, before_value <> after_value, cause, files_in, files_out,"
        " before_release_id from mart_kpi_change",
    )
    before = (sample_home / "current").resolve().name
    assert {(kpi, code) for kpi, code, *_ in found} == FED
    assert {tuple(rest) for _, _, *rest in found} == {(2026, True, "ファイル", CORRECTED, SENT, before)}

    old = {row[:3]: row[3] for row in rows(sample_home, _FIGURES)}
    new = {row[:3]: row[3] for row in rows(corrected, _FIGURES)}
    assert {(k, c) for k, y, c in old.keys() | new.keys() if old.get((k, y, c)) != new.get((k, y, c))} == FED

    # Nothing moved that does not have the cell among its evidence, and everything else stands.
    cell = "e.row = 10 and e.field = 'mode' and f.path = '{path}'"
    having = set(rows(sample_home, _HAVING.format(home=sample_home, cell=cell.format(path=SENT))))
    having |= set(rows(corrected, _HAVING.format(home=corrected, cell=cell.format(path=CORRECTED))))
    changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    assert changed <= having
    assert changed == {(kpi, year, code) for kpi, code, year, *_ in found}

    ran = run_kyoso("trace", "K205", "--municipality", "海南市", "--csv", "--open", "--home", corrected)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    cells = list(csv.DictReader(io.StringIO(ran.stdout)))
    (cell,) = [c for c in cells if c["path"] == CORRECTED and c["cell"] == "H10"]
    assert (cell["role"], cell["text"], cell["result"]) == ("population", "オンライン", "一致")
    assert SENT not in {c["path"] for c in cells}

    # What was published before is no input: the same archive gives the same release where nothing ever was.
    fresh = tmp_path / "fresh"
    shutil.copytree(corrected / "archive", fresh / "archive")
    ran = run_night(fresh, raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (fresh / "current").resolve().name == (corrected / "current").resolve().name
    assert verdict(fresh) == verdict(corrected)
    assert rows(fresh, "select count(*) from mart_kpi_change") == [(0,)]


_HAVING = (
    "select distinct e.kpi_id, e.fiscal_year, e.municipality_code from mart_kpi_evidence e"
    " join read_parquet('{home}/current/control/files.parquet') f using (file_id) where {cell}"
)
_FIGURES = "select kpi_id, fiscal_year, municipality_code, value from mart_kpi"
