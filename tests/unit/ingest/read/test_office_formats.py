"""Old and open formats as a real office program writes them. A town that still sends .xls must not be turned away."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.read.container import kind_of
from pipelines.ingest.read.workbook import read_workbook
from tests.unit.ingest.read.biff12 import Sheet, xlsb
from tests.unit.ingest.read.unseen_parts import CALCULATED, known, unseen_parts

pytestmark = [pytest.mark.office, pytest.mark.slow]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("LibreOffice is not on this machine")
    folder = tmp_path_factory.mktemp("office")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "報告書"
    sheet.append(["団体名", "実施日", "人数"])
    sheet.append(["海南市", datetime(2026, 6, 1), 3])
    sheet.append(["㈱髙﨑", datetime(2026, 6, 2), 2.5])
    hidden = workbook.create_sheet("リスト")
    hidden["A1"] = "選択肢"
    hidden.sheet_state = "hidden"
    workbook.save(folder / "form.xlsx")
    for kind in ("xls", "ods"):
        command = [
            soffice,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            kind,
        ]
        subprocess.run(
            [*command, "--outdir", folder, folder / "form.xlsx"], check=True, capture_output=True, timeout=180
        )
    return folder


@pytest.mark.parametrize(("suffix", "kind"), [("xls", "ole"), ("ods", "workbook")])
def test_a_form_reads_the_same_in_every_format(converted: Path, suffix: str, kind: str) -> None:
    path = converted / f"form.{suffix}"
    assert kind_of(path) == kind
    report, choices = read_workbook(path)
    rows = [tuple(v.date() if isinstance(v, datetime) else v for v in row) for row in report.rows]
    assert rows == [
        ("団体名", "実施日", "人数"),
        ("海南市", date(2026, 6, 1), 3),
        ("㈱髙﨑", date(2026, 6, 2), 2.5),
    ]
    assert (report.is_hidden, choices.is_hidden) == (False, True)


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("LibreOffice is not on this machine")
    folder = tmp_path_factory.mktemp("unseen")
    unseen_parts().save(folder / "parts.xlsx")
    (folder / "binary.xlsb").write_bytes(
        xlsb(
            {
                "報告書": Sheet(
                    [["a", 1, "b"], ["c", 2], ["d", None]], [2], [3], [(1, 5, 2, 6)], errors={(3, 2): 7}
                )
            }
        )
    )
    for name, kind in (("parts.xlsx", "xls"), ("parts.xlsx", "ods"), ("binary.xlsb", "xlsx")):
        command = [
            soffice,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            kind,
        ]
        subprocess.run(
            [*command, "--outdir", folder / "out", folder / name],
            check=True,
            capture_output=True,
            timeout=180,
        )
    return folder


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_what_is_hidden_survives_the_change_of_format(unseen: Path, suffix: str) -> None:
    found = {grid.sheet: known(grid) for grid in read_workbook(unseen / "out" / f"parts.{suffix}")}
    report = found.pop("報告書")
    assert found == {name: facts for name, facts in CALCULATED.items() if name != "報告書"}
    assert {name: report[name] for name in ("unseen", "filtered", "merged")} == {
        name: CALCULATED["報告書"][name] for name in ("unseen", "filtered", "merged")
    }
    assert set(CALCULATED["報告書"]["unvalued"]) <= set(report["unvalued"])  # type: ignore[call-overload]


def test_an_office_program_understands_our_binary_workbook_as_we_do(unseen: Path) -> None:
    """Else the records of the tests and those of the reader could be wrong in the same way."""
    (ours,) = read_workbook(unseen / "binary.xlsb")
    (theirs,) = read_workbook(unseen / "out" / "binary.xlsx")
    assert known(ours) == known(theirs)
    assert ours.rows == theirs.rows
