"""Workbooks as they are: dates in two systems, hidden parts, merged cells. What is not seen must not count unseen."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipelines.ingest.read.grid import Unvalued, column_letter
from pipelines.ingest.read.workbook import read_workbook


def test_one_serial_is_the_day_of_its_workbooks_own_date_system(tmp_path: Path) -> None:
    """46174 in the 1900 system and 44712 in the 1904 system are both 2026-06-01."""
    for epoch, serial in ((None, 46174), (CALENDAR_MAC_1904, 44712)):
        workbook = Workbook()
        if epoch:
            workbook.epoch = epoch
        sheet = workbook.active
        assert sheet is not None
        sheet["A1"] = serial
        sheet["A1"].number_format = "yyyy/m/d"
        sheet["A2"] = serial
        path = tmp_path / f"{serial}.xlsx"
        workbook.save(path)
        (dated,), (bare,) = read_workbook(path)[0].rows
        assert dated in (date(2026, 6, 1), datetime(2026, 6, 1))
        assert bare == serial, "an unformatted number stays a number"


def test_a_real_workbook_of_the_1904_system_keeps_its_days(real_files: Path) -> None:
    """Every row of this file states the day it shows (11-10-52); read in the 1900 system it would be 1948."""
    rows = {g.sheet: g for g in read_workbook(real_files / "date1904_DateFormatTests.xlsx")}["Tests"].rows
    assert rows[1][0] == "11-10-52"
    assert rows[1][2] == datetime(1952, 10, 11, 14, 35, 27)


def test_dates_in_the_japanese_era_format_of_excel_are_dates(real_files: Path) -> None:
    rows = read_workbook(real_files / "date_quoted_format.xlsx")[0].rows
    assert {row[0] for row in rows} == {date(2021, 1, 1)}


def test_hidden_and_very_hidden_sheets_are_told_apart_from_visible_ones(real_files: Path) -> None:
    grids = read_workbook(real_files / "sheet_visibility.xlsx")
    assert {g.sheet: g.is_hidden for g in grids} == {"Visible": False, "Hidden": True, "VeryHidden": True}


def test_the_national_code_list_is_read_whole_with_its_leading_zeros(real_files: Path) -> None:
    grid = read_workbook(real_files / "000925835.xlsx")[0]
    assert len(grid.rows) == 1795
    assert grid.rows[1][0] == "010006"


def test_hidden_rows_and_columns_with_values_are_named(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "報告 & 記録"
    for row in range(1, 8):
        sheet.append([row, f"値{row}", None, row])
    sheet.append([])
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[5].hidden = True
    sheet.row_dimensions[9].hidden = True
    sheet.column_dimensions.group("C", "D", hidden=True)
    workbook.create_sheet("見える")["A1"] = 1
    path = tmp_path / "hidden.xlsx"
    workbook.save(path)
    hidden, visible = read_workbook(path)
    assert hidden.unseen == ("3:3", "5:5", "D:D"), "row 9 and column C hold nothing"
    assert visible.unseen == ()


def test_rows_that_a_filter_hides_are_told_apart_from_those_a_hand_hid(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in ("団体名", "海南市", "橋本市", "枠外"):
        sheet.append([row])
    sheet.auto_filter.ref = "A1:A3"
    sheet.auto_filter.add_filter_column(0, ["橋本市"])
    sheet.row_dimensions[2].hidden = True
    sheet.row_dimensions[4].hidden = True
    workbook.save(tmp_path / "f.xlsx")
    (grid,) = read_workbook(tmp_path / "f.xlsx")
    assert (grid.filtered, grid.unseen) == (("2:2",), ("4:4",))


def test_a_table_that_starts_anywhere_keeps_its_addresses(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["AB7"] = "団体名"
    sheet.merge_cells("AB9:AB11")
    workbook.save(tmp_path / "t.xlsx")
    grid = read_workbook(tmp_path / "t.xlsx")[0]
    assert [grid.address(i, c) for i in range(len(grid.rows)) for c, _ in grid.cells(i)] == ["AB7"]
    assert grid.merged == ((9, 28, 11, 28),)


def test_strict_ooxml_is_read_and_not_silently_empty(tmp_path: Path) -> None:
    """openpyxl opens such a file and sees no sheet at all."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["団体名", 3])
    plain, strict = tmp_path / "plain.xlsx", tmp_path / "strict.xlsx"
    workbook.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(strict, "w") as copy:
        for name in source.namelist():
            text = source.read(name).decode()
            text = text.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            text = text.replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            copy.writestr(name, text)
    assert read_workbook(strict)[0].rows == (("団体名", 3),)


def test_a_chart_sheet_is_an_empty_sheet(tmp_path: Path) -> None:
    from openpyxl.chart import BarChart

    workbook = Workbook()
    workbook.create_chartsheet("グラフ").add_chart(BarChart())
    workbook.save(tmp_path / "c.xlsx")
    assert [g.rows for g in read_workbook(tmp_path / "c.xlsx")] == [(), ()]


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_have_excels_names(number: int, letters: str) -> None:
    assert column_letter(number) == letters


def test_errors_and_uncalculated_formulas_are_no_empty_cells(tmp_path: Path) -> None:
    """The reader of values returns them as empty, and an amount of #REF! would be an amount nobody stated."""
    cells = {
        "A1": b"<v>5</v>",
        "B1": b"<f>A1*2</f><v>10</v>",
        "C1": b"<f>SUM(A1:B1)</f><v />",
        "D1": b"<f>A1&lt;3</f>",
        "E1": b'<f t="shared" si="0"/><v></v>',
    }
    row = b"".join(b'<c r="%s">%s</c>' % (name.encode(), content) for name, content in cells.items())
    row += b'<c r="F1" t="e"><v>#N/A</v></c><c t="e" r="G1"><f>X</f><v>#REF!</v></c>'
    row += b'<c r="H1" t="str"><f>IF(A1="","",A1)</f><v></v></c><c r="I1" s="1"/>'
    path = tmp_path / "f.xlsx"
    workbook = Workbook()
    workbook.worksheets[0]["A1"] = "x"
    workbook.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start, end = data.index(b"<sheetData>"), data.index(b"</sheetData>")
                data = data[:start] + b'<sheetData><row r="1">' + row + b"</row>" + data[end:]
            copy.writestr(name, data)
    (read,) = read_workbook(path)[0].rows
    assert list(read[:8]) == [5, 10, "=SUM(A1:B1)", "=A1<3", "=", "#N/A", "#REF!", None]
    assert [isinstance(cell, Unvalued) for cell in read[:8]] == [False, False, *[True] * 5, False]
