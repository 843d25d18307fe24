"""The marked-up copy. A mark in the wrong cell sends a clerk to correct what is right."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.pseudonyms import sample_key
from pipelines.report.correction import FOLDER, Received, copies, write_corrections
from pipelines.report.correction.copy import CopyJob, CopyResult, mark_up
from pipelines.report.correction.wording import LIST_SHEET
from tests.unit.ingest.conform.forms import HEADING_ROW, PREAMBLE, heading, visit
from tests.unit.report.test_correction import finding

SHEET = "報告"
READ = Path(__file__).parents[1] / "ingest" / "read" / "files"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def book_of_a_clerk() -> Workbook:
    """A sheet with what people put into sheets: formats, a formula, a chart, rules, a comment, a merged range."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for row in (
        ["品目", "金額", "率"],
        ["机", 1200, 0.25],
        ["椅子", "三千円", 0.5],
        ["合計", "=SUM(B2:B3)", None],
    ):
        sheet.append(row)
    sheet["B2"].number_format = '#,##0"円"'
    sheet["A1"].font = Font(bold=True, color="FFFFFF")
    sheet["A1"].fill = PatternFill("solid", fgColor="000080")
    sheet["B3"].comment = Comment("要確認と聞きました", "総務課")
    sheet.merge_cells("A6:B7")
    sheet["A6"] = "備考"
    choice = DataValidation(type="list", formula1='"机,椅子"')
    choice.add("A2:A3")
    sheet.add_data_validation(choice)
    sheet.conditional_formatting.add(
        "C2:C3", CellIsRule(operator="greaterThan", formula=["0.4"], font=Font(bold=True))
    )
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    sheet.column_dimensions["A"].width = 33
    return book


def saved(folder: Path, book: Workbook | None = None) -> Path:
    # As in the archive: a name without an ending.
    path = folder / "0123abcd"
    with path.open("wb") as stream:
        (book or book_of_a_clerk()).save(stream)
    return path


def made(path: Path, *findings: dict[str, Any], name: str = "報告書.xlsx") -> tuple[Workbook, CopyResult]:
    target = path.with_name("写し.xlsx")
    result = mark_up(CopyJob(path, name, findings, target))
    return load_workbook(target, rich_text=True), result


def at(cell: str, **given: Any) -> dict[str, Any]:
    digits = "".join(c for c in cell.partition(":")[0] if c.isdigit())
    return finding(
        finding_id=f"{cell}{given.get('rule', '')}", sheet=SHEET, cell=cell, row=int(digits or 0), **given
    )


def fill(book: Workbook, cell: str) -> str:
    return str(book[SHEET][cell].fill.fgColor.rgb)[2:]


def test_what_must_be_corrected_is_red_with_a_solid_frame_and_what_to_check_amber_with_a_dashed_one(
    tmp_path: Path,
) -> None:
    book, _ = made(saved(tmp_path), at("B3"), at("C2", severity="warning"))
    assert (fill(book, "B3"), book[SHEET]["B3"].border.left.style) == ("F4B6A6", "medium")
    assert (fill(book, "C2"), book[SHEET]["C2"].border.top.style) == ("FBE3A3", "mediumDashed")
    assert fill(book, "B2") == "000000"
    assert book[SHEET]["B2"].comment is None


def test_a_cell_that_is_wrong_and_doubtful_is_red(tmp_path: Path) -> None:
    for pair in (
        (at("B3"), at("B3", severity="warning", rule="x")),
        (at("B3", severity="warning", rule="x"), at("B3")),
    ):
        book, _ = made(saved(tmp_path), *pair)
        assert fill(book, "B3") == "F4B6A6"
        assert book[SHEET]["B3"].comment.text.count("【") == 2


def test_the_comment_says_what_is_wrong_what_was_typed_what_is_expected_and_one_example(
    tmp_path: Path,
) -> None:
    book, _ = made(saved(tmp_path), at("C3"))
    text = book[SHEET]["C3"].comment.text
    for said in (
        "要修正",
        "2月31日は存在しません。",
        "入力: R8.2.31",
        "正しい書き方: 和暦または西暦の日付",
        "例: R8.6.1",
        "R9.2.28",
    ):
        assert said in text


def test_the_senders_own_comment_stays_above_ours_and_nothing_is_clipped(tmp_path: Path) -> None:
    path = saved(tmp_path)
    book, _ = made(path, at("B3", message="長い説明。" * 60))
    comment = book[SHEET]["B3"].comment
    assert comment.text.startswith("要確認と聞きました\n")
    assert comment.author == "総務課"
    vml = zipfile.ZipFile(tmp_path / "写し.xlsx").read("xl/drawings/commentsDrawing1.vml").decode()
    height = float(vml.split("height:")[1].split("p")[0])
    lines = sum(-(-len(line) * 2 // 52) for line in comment.text.split("\n"))
    assert height >= lines * 15


def test_the_copy_keeps_formats_formulas_charts_and_rules(tmp_path: Path) -> None:
    book, result = made(saved(tmp_path), at("B3"))
    sheet = book[SHEET]
    assert sheet["B4"].value == "=SUM(B2:B3)"
    assert sheet["B2"].number_format == '#,##0"円"'
    assert sheet["A1"].font.bold
    assert sheet["A1"].fill.fgColor.rgb == "00000080"
    assert len(sheet._charts) == 1
    assert [str(v.sqref) for v in sheet.data_validations.dataValidation] == ["A2:A3"]
    assert len(sheet.conditional_formatting) == 1
    assert sheet.column_dimensions["A"].width == 33
    assert [str(r) for r in sheet.merged_cells.ranges] == ["A6:B7"]
    assert any("計算し直されます" in note for note in result.notes)
    assert not any("残せなかった" in note for note in result.notes)


def test_the_first_sheet_leads_to_every_cell_and_the_row_leads_back(tmp_path: Path) -> None:
    book, _ = made(saved(tmp_path), at("B3"), at("C2", severity="warning"), at("C3", severity="info"))
    assert book.sheetnames[0] == LIST_SHEET
    assert book.active.title == LIST_SHEET
    links = {
        c.value: c.hyperlink.location for row in book[LIST_SHEET].iter_rows() for c in row if c.hyperlink
    }
    assert links == {"B3": f"'{SHEET}'!B3", "C2": f"'{SHEET}'!C2", "C3": f"'{SHEET}'!A1"}
    back = {c.coordinate: c.hyperlink.location for row in book[SHEET].iter_rows() for c in row if c.hyperlink}
    assert set(back) == {"E2", "E3"}
    for location in back.values():
        row = int(location.rpartition("A")[2])
        assert book[LIST_SHEET].cell(row, 2).value in ("要修正", "要確認")


def test_a_mark_in_a_merged_range_stands_in_its_first_cell(tmp_path: Path) -> None:
    book, _ = made(saved(tmp_path), at("B7"))
    assert fill(book, "A6") == "F4B6A6"
    assert book[SHEET]["A6"].comment


def test_a_row_is_shown_by_its_first_filled_cells_and_a_column_by_its_heading(tmp_path: Path) -> None:
    book, _ = made(saved(tmp_path), at("4:4"), at("C:C", severity="warning"))
    assert [fill(book, cell) for cell in ("A4", "B4", "C4")] == ["F4B6A6", "F4B6A6", "000000"]
    assert book[SHEET]["A4"].comment
    assert book[SHEET]["B4"].comment is None
    assert fill(book, "C1") == "FBE3A3"


@pytest.mark.parametrize("cell", ["", "6件目", "XFE1", "A1048577", "0:0", "R1C1", "=A1"])
def test_what_is_no_place_in_a_sheet_is_listed_and_marks_nothing(tmp_path: Path, cell: str) -> None:
    book, _ = made(saved(tmp_path), finding(sheet=SHEET, cell=cell))
    assert not [c for row in book[SHEET].iter_rows() for c in row if c.fill.fgColor.rgb == "00F4B6A6"]
    assert "2月31日は存在しません。" in [c.value for row in book[LIST_SHEET].iter_rows() for c in row]


def test_a_csv_becomes_a_workbook_with_the_same_addresses_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "archived"
    rows = [["品目", "メモ"], ["机", "一行目\n二行目"], ["=cmd|'/c calc'!A1", "@SUM(1)"]]
    with path.open("w", encoding="cp932", newline="") as stream:
        csv.writer(stream).writerows(rows)
    book, result = made(path, finding(sheet="CSV", cell="A4"), name="品目.csv")
    sheet = book["CSV"]
    assert [sheet["A1"].value, sheet["B2"].value] == ["品目", "一行目\n二行目"]
    assert (sheet["A4"].value, sheet["A4"].data_type, sheet["A4"].quotePrefix) == (rows[2][0], "s", True)
    assert sheet["A4"].comment
    assert any("CSV" in note for note in result.notes)


@pytest.mark.parametrize("name", ["parts.xls", "parts.ods", "any_sheets.xlsb", "strict_iso_paths.xlsx"])
def test_what_openpyxl_cannot_open_is_rebuilt_from_its_values(tmp_path: Path, name: str) -> None:
    from pipelines.ingest.read.workbook import read_workbook

    grids = read_workbook(READ / name)
    grid = next(g for g in grids if not g.is_empty)
    index = next(i for i, row in enumerate(grid.rows) if any(v not in (None, "") for v in row))
    column, value = next(iter(grid.cells(index)))
    target = tmp_path / "写し.xlsx"
    result = mark_up(
        CopyJob(READ / name, name, (finding(sheet=grid.sheet, cell=grid.address(index, column)),), target)
    )
    book = load_workbook(target)
    cell = book[book.sheetnames[1 + grids.index(grid)]][grid.address(index, column)]
    assert cell.comment
    assert str(cell.value) == str(value)
    assert any("値だけを同じ場所に写しました" in note for note in result.notes)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04broken", "壊れているか"),
        ((READ / "pass_protected.xls").read_bytes(), "パスワード"),
        (b"", "空のファイル"),
    ],
    ids=["pdf", "broken", "encrypted", "empty"],
)
def test_what_cannot_be_opened_gets_the_list_and_the_reason(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "archived"
    path.write_bytes(data)
    book, result = made(path, finding(sheet="", cell="", message="読めません。"))
    assert book.sheetnames == [LIST_SHEET]
    assert said in result.notes[0]
    assert "写しは作れませんでした" in str([c.value for row in book[LIST_SHEET].iter_rows() for c in row])


def test_every_file_in_a_zip_with_findings_has_a_copy_of_its_own(tmp_path: Path) -> None:
    inner = saved(tmp_path)
    path = tmp_path / "zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "6月/報告.xlsx")
        archive.writestr("明細.csv", "品目,金額\n机,三千円\n".encode("cp932"))
        archive.writestr("ほか.xlsx", inner.read_bytes())
    result = mark_up(
        CopyJob(
            path, "6月分.zip",
            (at("B3") | {"sheet": f"6月/報告.xlsx › {SHEET}"}, finding(finding_id="c", sheet="明細.csv", cell="B2")),
            tmp_path / "写し.xlsx",
        )
    )  # fmt: skip
    assert dict(result.files) == {"6月/報告.xlsx": "写し_6月_報告.xlsx", "明細.csv": "写し_明細.xlsx"}
    assert fill(load_workbook(tmp_path / "写し_6月_報告.xlsx"), "B3") == "F4B6A6"
    assert load_workbook(tmp_path / "写し_明細.xlsx")["CSV"]["B2"].comment


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    path = saved(tmp_path)
    made(path, at("B3"), at("C2", severity="warning"))
    first = (tmp_path / "写し.xlsx").read_bytes()
    made(path, at("B3"), at("C2", severity="warning"))
    assert (tmp_path / "写し.xlsx").read_bytes() == first


def test_formulas_that_reach_outside_become_their_saved_values(tmp_path: Path) -> None:
    plain = saved(tmp_path)
    path = tmp_path / "linked"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<f>SUM(B2:B3)</f><v />", b"<f>[1]Sheet1!A1</f><v>4200</v>")
                data = data.replace(b"<f>SUM(B2:B3)</f><v></v>", b"<f>[1]Sheet1!A1</f><v>4200</v>")
                assert b"[1]" in data
            copy.writestr(name, data)
    book, result = made(path, at("B3"))
    assert book[SHEET]["B4"].value == 4200
    assert any("1個は、保存されていた値" in note for note in result.notes)


def test_a_corrected_copy_can_be_sent_back_and_loses_its_marks(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for row in [*PREAMBLE, heading(), visit(1), visit(2, visit_date="R8.2.31")]:
        sheet.append(list(row))
    wrong = at(f"D{HEADING_ROW + 2}")
    copy, _ = made(saved(tmp_path, book), wrong)
    copy[SHEET][wrong["cell"]] = "R8.6.3"
    again = tmp_path / "直した.xlsx"
    copy.save(again)
    outcome = conform_file(FileJob("ab" * 32, "visit_log", again, again.name, sample_key()))
    assert not [f for f in outcome.findings if f.severity != "info"], outcome.findings
    assert len(outcome.rows["visit_log__visits"]) == 2
    fresh, _ = made(again, at(f"L{HEADING_ROW + 1}", severity="warning"))
    assert fresh.sheetnames.count(LIST_SHEET) == 1
    assert len(fresh.sheetnames) == 2
    assert fresh[SHEET][wrong["cell"]].comment is None
    assert fill(fresh, wrong["cell"]) == "000000"
    assert fill(fresh, f"L{HEADING_ROW + 1}") == "FBE3A3"


def test_what_openpyxl_can_read_but_not_write_is_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[str]:
        raise ValueError

    monkeypatch.setattr("pipelines.report.correction.copy.not_kept", fail)
    book, result = made(saved(tmp_path), at("B3"))
    assert book[SHEET]["B3"].comment
    assert book[SHEET]["B3"].value == "三千円"
    assert any("値だけを同じ場所に写しました" in note for note in result.notes)


def test_macros_of_a_real_workbook_stay_behind_and_that_is_said(tmp_path: Path) -> None:
    target = tmp_path / "写し.xlsx"
    result = mark_up(CopyJob(READ / "vba.xlsm", "集計.xlsm", (finding(sheet="", cell=""),), target))
    assert any("マクロ" in note for note in result.notes)
    with zipfile.ZipFile(target) as copy:
        assert not [name for name in copy.namelist() if "vba" in name.lower()]
        assert b"macroEnabled" not in copy.read("[Content_Types].xml")


def dies(job: CopyJob) -> CopyResult:
    if job.path is not None:
        os._exit(1)
    return mark_up(job)


def test_a_file_that_kills_its_worker_gets_the_list_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "mark_up", dies)
    write_corrections(tmp_path, [finding()], (), Received(lambda _: saved(tmp_path)))
    (path,) = (tmp_path / FOLDER).rglob("2026-11-05_*.xlsx")
    assert load_workbook(path).sheetnames == [LIST_SHEET]
    assert not list((tmp_path / FOLDER).rglob("*.part"))


def test_what_took_the_night_too_long_is_not_opened_again(tmp_path: Path) -> None:
    slow = finding(rule="took_too_long", message="120秒たっても読み終わりません。", sheet="", cell="")
    write_corrections(tmp_path, [slow], (), Received(lambda _: saved(tmp_path)))
    (path,) = (tmp_path / FOLDER).rglob("2026-11-05_*.xlsx")
    book = load_workbook(path)
    assert book.sheetnames == [LIST_SHEET]
    assert "120秒たっても読み終わりません。" in str(
        [c.value for row in book[LIST_SHEET].iter_rows() for c in row]
    )


def test_of_an_original_that_is_kept_no_longer_only_the_list_is_left(tmp_path: Path) -> None:
    """Also where a copy of it was made before: that copy holds what the original held."""
    write_corrections(tmp_path, [finding()], (), Received(lambda _: saved(tmp_path)))
    (path,) = (tmp_path / FOLDER).rglob("2026-11-05_*.xlsx")
    assert SHEET in load_workbook(path).sheetnames
    write_corrections(tmp_path, [finding()], (), Received(lambda _: None))
    (path,) = (tmp_path / FOLDER).rglob("2026-11-05_*.xlsx")
    assert load_workbook(path).sheetnames == [LIST_SHEET]


def with_parts(
    path: Path, target: Path, parts: dict[str, bytes], changes: dict[str, tuple[bytes, bytes]]
) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        assert changes.keys() <= set(source.namelist())
        for name in source.namelist():
            old, new = changes.get(name, (b"", b""))
            data = source.read(name)
            assert old in data, name
            copy.writestr(name, data.replace(old, new, 1) if old else data)
        for name, data in parts.items():
            copy.writestr(name, data)
    return target


def test_it_says_what_it_could_not_keep(tmp_path: Path) -> None:
    path = with_parts(
        saved(tmp_path), tmp_path / "parts",
        {"xl/vbaProject.bin": b"x", "xl/connections.xml": b"<connections/>", "xl/ctrlProps/ctrlProp1.xml": b"<a/>",
         "xl/printerSettings/printerSettings1.bin": b"x", "xl/media/image1.png": PNG, "xl/unheard.of": b"x"},
        {"xl/worksheets/sheet1.xml": (b"<is><t>", "<is><rPh sb=\"0\" eb=\"1\"><t>ツクエ</t></rPh><t>".encode())},
    )  # fmt: skip
    _, result = made(path, at("B3"))
    (said,) = [note for note in result.notes if "残せなかったもの" in note]
    for lost in (
        "マクロ",
        "外部データへの接続",
        "フォーム部品",
        "プリンターの設定",
        "画像",
        "ふりがな",
        "部品 xl/unheard.of",
    ):
        assert lost in said
    assert "グラフ" not in said
    listed = load_workbook(tmp_path / "写し.xlsx")[LIST_SHEET]
    assert said in [c.value for row in listed.iter_rows() for c in row]


def test_images_are_carried_over_in_their_places(tmp_path: Path) -> None:
    drawing = (
        '<xdr:twoCellAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        "<xdr:to><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="9" name="印"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
        '<a:blip r:embed="rId9"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr>'
        '<a:prstGeom prst="rect"/></xdr:spPr></xdr:pic><xdr:clientData/></xdr:twoCellAnchor>'
    ).encode()
    relation = (
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="/xl/media/image9.png"/></Relationships>'
    )
    plain = saved(tmp_path)
    with zipfile.ZipFile(plain) as source:
        end = b"</wsDr>" if b"</wsDr>" in source.read("xl/drawings/drawing1.xml") else b"</xdr:wsDr>"
    path = with_parts(
        plain, tmp_path / "image", {"xl/media/image9.png": PNG},
        {"xl/drawings/drawing1.xml": (end, drawing + end),
         "xl/drawings/_rels/drawing1.xml.rels": (b"</Relationships>", relation),
         "[Content_Types].xml": (b"<Default", b'<Default Extension="png" ContentType="image/png"/><Default')},
    )  # fmt: skip
    _, result = made(path, at("B3"))
    assert not any("残せなかった" in note for note in result.notes), result.notes
    with zipfile.ZipFile(tmp_path / "写し.xlsx") as copy:
        assert PNG in [copy.read(n) for n in copy.namelist() if n.startswith("xl/media/")]
        assert b"<xdr:col>6</xdr:col>" in copy.read("xl/drawings/drawing1.xml").replace(
            b"<col>", b"<xdr:col>"
        ).replace(b"</col>", b"</xdr:col>")
