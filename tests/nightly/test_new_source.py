"""A source that nobody foresaw: one contract, `make docs`, and a file in its folder. No code changes.

The house promises this in CONTRIBUTING.md. If it stops being true, somebody hard-coded a source.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines.settings import CHECKOUT
from tests.conftest import AS_OF

pytestmark = pytest.mark.slow
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: kyoso-helpdesk
name: helpdesk
version: 1.0.0
status: active
description:
  purpose: 市町村から県への問合せの記録
customProperties:
- {property: businessName, value: 問合せ記録}
- {property: confidentiality, value: internal}
- {property: retentionYears, value: 5}
schema:
- name: tickets
  businessName: 問合せ記録票
  description: 1行=1件の問合せ
  logicalType: object
  customProperties:
  - {property: kind, value: table}
  - {property: forms, value: [{version: R8.1}]}
  - {property: submissionKey, value: [municipality_code, report_month]}
  properties:
  - name: municipality_code
    businessName: 団体名
    logicalType: string
    required: true
    classification: organisation
    customProperties:
    - {property: parser, value: municipality}
    - {property: place, value: preamble}
  - name: report_month
    businessName: 対象月
    logicalType: date
    required: true
    classification: organisation
    customProperties:
    - {property: parser, value: month}
    - {property: place, value: preamble}
  - name: ticket_no
    businessName: 受付番号
    logicalType: string
    required: true
    primaryKey: true
    classification: organisation
    customProperties:
    - {property: parser, value: text}
  - name: asked_date
    businessName: 受付日
    logicalType: date
    required: true
    classification: organisation
    customProperties:
    - {property: parser, value: date}
  - name: theme
    businessName: 分野
    logicalType: string
    classification: organisation
    customProperties:
    - {property: parser, value: category}
    - {property: codebook, value: themes}
  - name: minutes
    businessName: 対応時間
    logicalType: integer
    classification: organisation
    customProperties:
    - {property: parser, value: integer}
  - name: question
    businessName: 問合せの内容
    logicalType: string
    classification: organisation
    customProperties:
    - {property: parser, value: text}
"""
# One in sixty is wrong: the gate, which knows nothing of this source either, lets few rows be set aside.
ROWS: list[list[Any]] = [
    ["H-001", "R8.10.2", "生成AI", 30, "議事録の作り方"],
    ["H-002", "令和8年10月9日", "標準化", 15, "移行の日程"],
    ["H-003", "R8.10.32", "標準化", 15, "日付の誤り"],
    *([f"H-{number:03d}", "R8.10.15", "標準化", 10, "移行の日程"] for number in range(4, 61)),
]


@dataclass
class NewSource:
    """The copy of the checkout, and what became of the file."""

    checkout: Path
    home: Path
    changed: set[str]
    night: subprocess.CompletedProcess[str]


def copy_checkout(target: Path) -> None:
    """What somebody who clones the repository has; with changes of this working tree that are not committed yet."""
    if not (CHECKOUT / ".git").exists():
        pytest.skip("git tells which files belong to a checkout, and this is none")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, check=True, capture_output=True,
    ).stdout  # fmt: skip
    for name in sorted({os.fsdecode(n) for n in listed.split(b"\0") if n}):
        source = CHECKOUT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(source.read_bytes())


def texts_of(folder: Path) -> dict[str, bytes]:
    places = [folder / "pipelines", folder / "dbt_project"]
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for place in places
        for p in place.rglob("*")
        if p.suffix in (".py", ".sql", ".yml", ".yaml", ".csv")
    }


def run_there(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout)}, capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip


def fill_in(blank: Path, target: Path) -> None:
    """Fill in the form that came out of the contract, as a clerk does."""
    book = openpyxl.load_workbook(blank)
    sheet = book.worksheets[0]
    labels = {cell.value: cell.row for cell in sheet["B"] if cell.value}
    sheet.cell(labels["対象月"], 3).value = "R8.10"
    first = next(cell.row for cell in sheet["A"] if cell.value == "受付番号") + 1
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row, start=1):
            sheet.cell(first + number, column).value = value
    target.parent.mkdir(parents=True)
    book.save(target)


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> NewSource:
    root = tmp_path_factory.mktemp("new-source")
    checkout, home = root / "kyoso", root / "home"
    copy_checkout(checkout)
    before = texts_of(checkout)
    (checkout / "pipelines/ingest/contracts/helpdesk.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    docs = run_there(checkout, "-m", "pipelines.model.sources")
    assert docs.returncode == 0, docs.stderr
    after = texts_of(checkout)
    form = run_there(
        checkout, "-m", "pipelines.cli", "form", root / "forms", "--source", "helpdesk",
        "--municipality", "海南市", "--home", home, "--as-of", AS_OF.isoformat(),
    )  # fmt: skip
    assert form.returncode == 0, form.stderr
    raw = checkout / "raw" / "sample"
    fill_in(
        root / "forms" / "helpdesk" / "海南市_問合せ記録票.xlsx",
        raw / "R8" / "helpdesk" / "2026-11-10" / "海南市_問合せ.xlsx",
    )
    night = run_there(
        checkout, "-m", "pipelines.cli", "nightly", "--raw", raw, "--home", home,
        "--as-of", AS_OF.isoformat(),
    )  # fmt: skip
    changed = {name for name in after if before.get(name) != after[name]}
    return NewSource(checkout, home, changed, night)


def test_only_the_contract_and_what_is_generated_from_it_changed(helpdesk: NewSource) -> None:
    assert helpdesk.changed == {
        "pipelines/ingest/contracts/helpdesk.odcs.yaml",
        "dbt_project/models/staging/_landed.yml",
        "dbt_project/models/staging/helpdesk/_helpdesk.yml",
        "dbt_project/models/staging/helpdesk/stg_helpdesk__tickets.sql",
    }


def test_the_night_releases_and_names_the_source(helpdesk: NewSource) -> None:
    assert helpdesk.night.returncode == 0, helpdesk.night.stdout + helpdesk.night.stderr
    assert "問合せ記録" in helpdesk.night.stdout


def test_its_rows_are_in_the_staging_table_with_their_place(helpdesk: NewSource) -> None:
    with duckdb.connect(str((helpdesk.home / "warehouse.duckdb").resolve()), read_only=True) as con:
        rows = con.execute(
            "select ticket_no, asked_date::varchar, theme, minutes, municipality_code, sheet"
            " from staging.stg_helpdesk__tickets order by ticket_no"
        ).fetchall()
    assert len(rows) == 59
    assert rows[:2] == [
        ("H-001", "2026-10-02", "generative_ai", 30, "302023", "問合せ記録票"),
        ("H-002", "2026-10-09", "standardization", 15, "302023", "問合せ記録票"),
    ]


def test_what_is_wrong_with_its_file_is_told_to_the_sender(helpdesk: NewSource) -> None:
    with (helpdesk.home / "status" / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = [row for row in csv.DictReader(stream) if row["source"] == "helpdesk"]
    assert [(row["rule"], row["field_label"], row["municipality_code"]) for row in found] == [
        ("impossible_day", "受付日", "302023")
    ]


def test_its_rows_are_reconciled_like_any_others(helpdesk: NewSource) -> None:
    with duckdb.connect(str((helpdesk.home / "warehouse.duckdb").resolve()), read_only=True) as con:
        counts = con.execute(
            "select sum(rows_in), sum(rows_landed), sum(rows_set_aside) from mart_data_quality"
            " where source = 'helpdesk'"
        ).fetchone()
    assert counts == (60, 59, 1)
