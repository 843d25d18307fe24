"""What nobody sees must not count unseen, whatever format a town still uses: the same facts from xlsx, xls, xlsb, ods."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table

from pipelines.ingest.read.grid import Grid, Unvalued
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.workbook import read_workbook
from tests.unit.ingest.read.biff12 import Sheet, xlsb
from tests.unit.ingest.read.unseen_parts import CALCULATED, OTHER_FILE, known, unseen_parts

FILES = Path(__file__).parent / "files"
# What an office program shows in parts.xls: C5 depends on B5, and the link leads nowhere.
_MORE_ERRORS = [("C5", "#N/A"), ("C7", "#NAME?")]


def read(data: bytes, folder: Path, name: str = "form") -> dict[str, Grid]:
    path = folder / name
    path.write_bytes(data)
    return {grid.sheet: grid for grid in read_workbook(path)}


@pytest.mark.parametrize("name", ["parts.xls", "parts.ods"])
def test_old_and_open_formats_tell_what_is_hidden_filtered_merged_and_without_value(name: str) -> None:
    found = {grid.sheet: known(grid) for grid in read_workbook(FILES / name)}
    report = CALCULATED["報告書"]
    expected = report | {"unvalued": [*report["unvalued"], *_MORE_ERRORS]}  # type: ignore[misc]
    assert found == CALCULATED | {"報告書": expected}


def test_the_binary_format_tells_it_too(tmp_path: Path) -> None:
    """The same records, read by an office program, show the same hidden rows, columns, errors and merged cells."""
    report = Sheet(
        [
            ["団体名", "値", "式", "隠"],
            ["町2", 2, 4, "値2", "三行"],
            ["町3", 3, None, "値3"],
            ["町4", 4, None],
            ["町5", None],
        ],
        hidden_rows=[3],
        hidden_columns=[4, 7],
        merged=[(1, 5, 1, 6), (2, 5, 4, 5)],
        errors={(3, 3): 0x07, (4, 3): 0x2A, (5, 2): 0x2A},
    )
    chosen = Sheet(
        [["名", 0], ["a", 1], ["b", 2], ["a", 3], [], ["手で", 5], ["見える", 6]],
        hidden_rows=[2, 4, 5, 6],
        filtered=(1, 1, 4, 2),
    )
    sheets = {"報告書": report, "抽出": chosen, "隠したシート": Sheet([[1]], state=1)}
    sheets["深く隠したシート"] = Sheet([[1]], state=2)
    grids = read(xlsb(sheets), tmp_path)
    assert {name: known(grid) for name, grid in grids.items()} == CALCULATED
    assert grids["報告書"].rows[1] == ("町2", 2, 4, "値2", "三行")


def test_a_binary_workbook_saved_by_excel_is_read() -> None:
    grids = {grid.sheet: grid for grid in read_workbook(FILES / "issues.xlsb")}
    assert list(grids) == ["datatypes", "issue2", "Sheet1", "issue5", "issue6", "spc_chrs"]
    assert grids["issue2"].rows == ((1, "a"), (2, "b"), (3, "c"))
    assert grids["spc_chrs"].rows[0] == ("&",)


def test_a_chart_sheet_of_any_format_is_an_empty_sheet_and_stops_nothing() -> None:
    """Opening it as a sheet of cells fails, and took the whole workbook with it."""
    grids = {grid.sheet: grid for grid in read_workbook(FILES / "any_sheets.xlsb")}
    assert {name: (grid.is_hidden, len(grid.rows)) for name, grid in grids.items()} == {
        "Visible": (False, 5),
        "Hidden": (True, 0),
        "VeryHidden": (True, 0),
        "Chart": (False, 0),
    }


def test_an_old_workbook_of_another_program_tells_its_hidden_column() -> None:
    assert read_workbook(FILES / "optional_records.xls")[0].unseen == ("V:V",)


@pytest.mark.parametrize("name", ["pass_protected.xls", "pass_protected.xlsb", "pass_protected.ods"])
def test_a_protected_workbook_of_any_format_is_refused_with_how_to_unprotect_it(name: str) -> None:
    with pytest.raises(Refused) as caught:
        read_workbook(FILES / name)
    assert caught.value.rule == "encrypted"
    assert "パスワード" in caught.value.suggestion


def test_macros_are_no_reason_to_refuse_a_workbook() -> None:
    assert [grid.sheet for grid in read_workbook(FILES / "vba.xlsm")] == ["Sheet1", "Sheet2", "Sheet3"]


def test_strict_ooxml_of_another_program_is_read() -> None:
    (grid,) = read_workbook(FILES / "strict_iso_paths.xlsx")
    assert len(grid.rows) == 76


def test_an_uncalculated_workbook_says_so_and_names_the_other_file(tmp_path: Path) -> None:
    out = io.BytesIO()
    unseen_parts().save(out)
    report = read(out.getvalue(), tmp_path)["報告書"]
    assert (report.linked, report.linked_files) == (("C7",), (OTHER_FILE,))
    assert ("C2", "=B2*2") in known(report)["unvalued"]  # type: ignore[operator]


@pytest.mark.parametrize(("name", "cells"), [("link.ods", ("A2",)), ("link.xls", ())])
def test_the_file_a_formula_reads_is_named_and_its_cell_where_the_format_tells_it(
    name: str, cells: tuple[str, ...]
) -> None:
    (grid,) = read_workbook(FILES / name)
    assert (grid.linked, grid.linked_files) == (cells, ("budget.xlsx",))


def test_the_binary_format_names_the_other_file(tmp_path: Path) -> None:
    relation = b'<Relationships><Relationship Id="rId1" Target="file:///C:\\x\\%E4%BA%88%E7%AE%97.xlsx"/></Relationships>'
    more = {"xl/externalLinks/_rels/externalLink1.bin.rels": relation}
    assert read(xlsb({"表": Sheet([["a"]])}, more), tmp_path)["表"].linked_files == ("予算.xlsx",)


def test_a_formula_shared_by_many_cells_links_all_of_them_and_a_table_column_none(tmp_path: Path) -> None:
    cells = (
        b'<c r="A1"><f t="shared" ref="A1:A2" si="0">[1]S!B1*2</f><v>2</v></c>'
        b'<c r="B1"><f>SUM(T[1])+\'[2]x y\'!A1</f><v>3</v></c><c r="C1"><f>SUM(Table1[1])</f><v>4</v></c>'
        b'</row><row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c>'
    )
    data = with_cells(
        cells, {"xl/externalLinks/_rels/externalLink1.xml.rels": b'<R><R Id="a" Target="x.xlsx"/></R>'}
    )
    grid = read(data, tmp_path)["Sheet"]
    assert grid.linked == ("A1", "B1", "A2")
    assert grid.rows == ((2, 3, 4), (2, None, None))


def test_a_filter_in_a_formatted_table_is_a_filter(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in ("団体名", "海南市", "橋本市", "有田市", "枠外"):
        sheet.append([row])
    table = Table(displayName="T", ref="A1:A4")
    sheet.add_table(table)
    table.autoFilter = AutoFilter(ref="A1:A4")
    table.autoFilter.add_filter_column(0, ["橋本市"])
    for number in (2, 4, 5):
        sheet.row_dimensions[number].hidden = True
    workbook.save(tmp_path / "t.xlsx")
    (grid,) = read_workbook(tmp_path / "t.xlsx")
    assert (grid.filtered, grid.unseen) == (("2:2", "4:4"), ("5:5",))


def test_a_filter_without_a_condition_hides_nothing_by_itself(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in ("団体名", "海南市"):
        sheet.append([row])
    sheet.auto_filter.ref = "A1:A2"
    sheet.row_dimensions[2].hidden = True
    workbook.save(tmp_path / "t.xlsx")
    (grid,) = read_workbook(tmp_path / "t.xlsx")
    assert (grid.filtered, grid.unseen) == ((), ("2:2",))


def test_prefixed_elements_and_single_quotes_hide_nothing(tmp_path: Path) -> None:
    """Both are XML as good as any; a program that writes them must not make a hidden row visible."""
    cells = b'<c r="A1" t="e"><v>#REF!</v></c></row><row r="2" hidden="1"><c r="A2"><v>1</v></c>'
    plain = with_cells(cells)
    for change in (prefixed, lambda data: data.replace(b'"', b"'")):
        grid = read(with_sheet(plain, change), tmp_path)["Sheet"]
        assert grid.unseen == ("2:2",)
        assert [str(cell) for cell in grid.rows[0]] == ["#REF!"]
    assert [g.rows[0] for g in read_workbook(FILES / "nonstandard-xml-ns-prefix.xlsx")]


def test_a_formula_of_an_ods_that_nobody_calculated_is_no_empty_cell(tmp_path: Path) -> None:
    data = (FILES / "parts.ods").read_bytes()
    value = b' office:value-type="float" office:value="4" calcext:value-type="float"><text:p>4</text:p></table:table-cell>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            if name == "content.xml":
                assert value in part
                part = part.replace(value, b"/>")
            copy.writestr(name, part)
    cell = read(out.getvalue(), tmp_path)["報告書"].rows[1][2]
    assert (cell, type(cell)) == ("=[.B2]*2", Unvalued)


def with_cells(cells: bytes, more: dict[str, bytes] | None = None) -> bytes:
    def change(data: bytes) -> bytes:
        start, end = data.index(b"<sheetData"), data.index(b"</sheetData>")
        return data[:start] + b'<sheetData><row r="1">' + cells + b"</row>" + data[end:]

    workbook, out = Workbook(), io.BytesIO()
    workbook.worksheets[0]["A1"] = 1
    workbook.save(out)
    return with_sheet(out.getvalue(), change, more)


def with_sheet(data: bytes, change: Callable[[bytes], bytes], more: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            copy.writestr(name, change(part) if name == "xl/worksheets/sheet1.xml" else part)
        for name, part in (more or {}).items():
            copy.writestr(name, part)
    return out.getvalue()


def prefixed(data: bytes) -> bytes:
    data = (
        data.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"<x:?", b"<?")
    )
    return data.replace(b"xmlns=", b"xmlns:x=")
