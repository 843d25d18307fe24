"""A ZIP of what town halls send: every member is read or named, and one bad member stops no other."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables
from tests.unit.ingest.conform.forms import PREAMBLE, VISITS, heading, visit


def form(town: str, rows: int = 1, sheet_name: str = "報告") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = sheet_name
    for row in (*PREAMBLE, heading(), *(visit(n) for n in range(1, rows + 1))):
        sheet.append(list(row))
    sheet["B3"] = town
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "まとめ.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def conformed(path: Path) -> FileOutcome:
    return conform_file(FileJob("ab" * 32, "visit_log", path, path.name, sample_key()))


def test_every_member_lands_and_its_rows_say_in_which_file_they_stand(tmp_path: Path) -> None:
    members = {"6月/海南市.xlsx": form("海南市", 2), "6月/橋本市.xlsx": form("橋本市")}
    outcome = conformed(zipped(tmp_path, members))
    assert outcome.findings == []
    assert sorted((r["municipality_code"], r["_sheet"]) for r in outcome.rows[VISITS]) == [
        ("302023", "6月/海南市.xlsx › 報告"),
        ("302023", "6月/海南市.xlsx › 報告"),
        ("302031", "6月/橋本市.xlsx › 報告"),
    ]
    assert {key for _, key in outcome.submissions} == {
        "302023/2026-06-01/dispatch",
        "302031/2026-06-01/dispatch",
    }


def test_a_bad_member_is_named_and_the_others_land(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "a,b")
    members = {
        "海南市.xlsx": form("海南市"),
        "壊れ.xlsx": form("橋本市")[:900],
        "案内.pdf": b"%PDF-1.7",
        "中.zip": inner.getvalue(),
    }
    outcome = conformed(zipped(tmp_path, members))
    assert (outcome.status, len(outcome.rows[VISITS])) == ("landed", 1)
    assert {(f.sheet, f.rule) for f in outcome.findings} == {
        ("壊れ.xlsx", "broken_file"),
        ("案内.pdf", "not_a_table"),
        ("中.zip", "zip_in_zip"),
    }


def test_a_zip_of_which_nothing_can_be_read_says_why_for_each(tmp_path: Path) -> None:
    outcome = conformed(zipped(tmp_path, {"案内.pdf": b"%PDF-1.7", "空.csv": b""}))
    (finding,) = outcome.findings
    assert outcome.status == "refused"
    assert "案内.pdf" in finding.message
    assert "空.csv" in finding.message


@pytest.mark.parametrize("members", [{}, {"__MACOSX/._海南市.xlsx": b"x", ".DS_Store": b"x"}])
def test_a_zip_without_a_file_of_anybody_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(Refused) as caught:
        read_tables(zipped(tmp_path, members))
    assert caught.value.rule == "empty_zip"


def test_names_written_by_windows_are_read(tmp_path: Path) -> None:
    plain = zipped(tmp_path, {"AAAA.csv": "見出し,値\n1,2\n".encode("cp932")}).read_bytes()
    path = tmp_path / "windows.zip"
    path.write_bytes(plain.replace(b"AAAA.csv", "海南.csv".encode("cp932")))
    assert [grid.sheet for grid in read_tables(path).grids] == ["海南.csv"]
