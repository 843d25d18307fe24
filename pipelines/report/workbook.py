"""The report as an Excel workbook: numbers as numbers, charts people can edit, evidence on a sheet of its own."""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.report.document import (
    Block,
    Bullets,
    Cards,
    Cell,
    Chart,
    Figure,
    Paragraph,
    Report,
    Section,
    Table,
)
from pipelines.report.wording import wareki

# Set before openpyxl is imported: with lxml it would not use defusedxml.
os.environ.setdefault("OPENPYXL_LXML", "False")

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "游ゴシック"
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)
_FIXED_STAMP = b"2020-01-01T00:00:00Z"
# A spreadsheet would take text that begins so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_FILLS = {
    "co_creation": ("16324F", "FFFFFF"),
    "collaboration": ("8FB3D1", "000000"),
    "below": ("DEDEDE", "000000"),
    "to_confirm": (None, "B3401F"),
    "bad": ("B3401F", "FFFFFF"),
    "good": ("16324F", "FFFFFF"),
    "met": ("D5E4F0", "000000"),
    "short": ("F6E7C8", "000000"),
    "missed": ("B3401F", "FFFFFF"),
    "no_onsite": ("E7B75F", "000000"),
    "lead": ("16324F", "FFFFFF"),
    "member": ("D5E4F0", "000000"),
    "interim": (None, "595959"),
    "none": (None, "595959"),
    "future": (None, "595959"),
}
_MAX_WIDTH = 44
_CHART_ROWS = 17
EVIDENCE_SHEET = "証跡"


def write_workbook(report: Report, path: Path) -> Path:
    """Write the workbook. The same report gives the same bytes."""
    import openpyxl

    book = openpyxl.Workbook()
    del book["Sheet"]
    anchors = {evidence.kpi_id: 0 for evidence in report.evidence}
    sheets = [
        (section, book.create_sheet(f"{number} {_sheet_name(section.title)}"))
        for number, section in enumerate(report.sections, start=1)
    ]
    evidence = book.create_sheet(EVIDENCE_SHEET)
    _write_evidence(evidence, report, anchors)
    for section, sheet in sheets:
        _SheetWriter(sheet, report, anchors).write(section)
    book.properties.creator = "和歌山県"
    book.properties.title = f"{report.title}({report.edition})"
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_with_fixed_times(buffer.getvalue()))
    return path


def _sheet_name(title: str) -> str:
    return re.split(r"[:(]", title)[0].replace("・", "と")[:24]


def put(sheet: Worksheet, row: int, column: int, cell: Cell, **style: Any) -> Any:
    """Write a cell: a number as a number, everything else as text, never as a formula."""
    from openpyxl.styles import Alignment, Font, PatternFill

    target = sheet.cell(row, column)
    if cell.number is not None:
        target.value = cell.number
        target.number_format = cell.number_format or "General"
    else:
        target.value = _without_controls(cell.text)
        target.data_type = "s"
        if cell.text.startswith(_FORMULA_STARTS):
            target.quotePrefix = True
    fill, ink = _FILLS.get(cell.mark, (None, "000000"))
    bold = bool(style.get("bold")) or cell.mark in ("total", "to_confirm", "bad", "missed")
    target.font = Font(name=FONT, size=style.get("size", 10), bold=bold, color=style.get("color", ink))
    if fill or style.get("fill"):
        target.fill = PatternFill("solid", fgColor=fill or style["fill"])
    target.alignment = Alignment(
        horizontal=style.get("align"), vertical="top", wrap_text=style.get("wrap", True)
    )
    return target


def _without_controls(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


class _SheetWriter:
    """Writes one section from top to bottom."""

    def __init__(self, sheet: Worksheet, report: Report, anchors: dict[str, int]) -> None:
        self._sheet = sheet
        self._report = report
        self._anchors = anchors
        self._row = 1
        self._widths: dict[int, float] = {}

    def write(self, section: Section) -> None:
        title = f"{self._report.title}({self._report.edition}) {section.title}"
        put(self._sheet, 1, 1, Cell(title), bold=True, size=14, color="16324F", wrap=False)
        facts = f"基準日 {wareki(self._report.as_of)}  版 {self._report.release_id}  検査 {self._report.verdict_text}"
        put(
            self._sheet,
            2,
            1,
            Cell(("【架空データ】 " if self._report.is_sample else "") + facts),
            size=9,
            color="B3401F" if self._report.is_sample else "595959",
            wrap=False,
        )
        self._row = 4
        for block in section.blocks:
            self._block(block)
        self._finish(section)

    def _block(self, block: Block) -> None:
        if isinstance(block, Paragraph):
            bold = block.role in ("lead", "heading")
            put(
                self._sheet,
                self._row,
                1,
                Cell(block.text),
                bold=bold,
                size=12 if block.role == "lead" else 10,
                wrap=False,
            )
            self._row += 1 if block.role != "heading" else 2
        elif isinstance(block, Bullets):
            put(
                self._sheet,
                self._row + 1,
                1,
                Cell(block.title),
                bold=True,
                size=11,
                color="16324F",
                wrap=False,
            )
            for number, item in enumerate(block.items, start=1):
                put(self._sheet, self._row + 1 + number, 1, Cell(f"{number}. {item}"), wrap=False)
            self._row += len(block.items) + 3
        elif isinstance(block, Cards):
            self._cards(block)
        elif isinstance(block, Figure):
            self._table(block.table, block.title, block.note)
            if block.chart and block.table.rows:
                self._chart(block, block.chart)
        else:
            self._table(block, block.title, block.note)

    def _cards(self, block: Cards) -> None:
        for card in block.cards:
            put(self._sheet, self._row, 1, Cell(card.kpi_id))
            put(self._sheet, self._row, 2, Cell(card.label))
            put(
                self._sheet,
                self._row,
                3,
                Cell(f"{card.value} {card.unit}"),
                bold=True,
                size=12,
                color="16324F",
            )
            put(self._sheet, self._row, 4, Cell(card.note), wrap=False)
            self._row += 1
        self._row += 1

    def _table(self, table: Table, title: str, note: str) -> None:
        from openpyxl.styles import Border, Side

        put(self._sheet, self._row, 1, Cell(title), bold=True, size=11, color="16324F", wrap=False)
        self._row += 1
        if not table.rows:
            put(self._sheet, self._row, 1, Cell(table.empty_reason), wrap=False)
            self._row += 2
            return
        line, thin = Side(style="medium", color="16324F"), Side(style="hair", color="9A9A9A")
        for index, column in enumerate(table.columns, start=1):
            heading = put(
                self._sheet,
                self._row,
                index,
                Cell(column.label),
                bold=True,
                align=column.align,
                fill="F4F1EA",
            )
            heading.border = Border(top=line, bottom=line)
            self._widen(index, column.label)
        self._first_data_row = self._row + 1
        for number, row in enumerate(table.rows):
            self._row += 1
            for index, (cell, column) in enumerate(zip(row, table.columns, strict=True), start=1):
                written = put(self._sheet, self._row, index, cell, align=column.align)
                written.border = Border(bottom=thin)
                self._widen(index, cell.text)
            if table.kpi_ids and (anchor := self._anchors.get(table.kpi_ids[number])):
                self._link(self._row, anchor)
        self._row += 1
        if note:
            put(self._sheet, self._row, 1, Cell(note), size=9, color="595959", wrap=False)
            self._row += 1
        self._row += 1

    def _link(self, row: int, anchor: int) -> None:
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell = self._sheet.cell(row, 1)
        cell.hyperlink = Hyperlink(
            ref=cell.coordinate, location=f"'{EVIDENCE_SHEET}'!A{anchor}", tooltip="証跡へ"
        )

    def _chart(self, figure: Figure, spec: Chart) -> None:
        from openpyxl.chart import BarChart, LineChart, Reference

        first, last = self._first_data_row, self._first_data_row + len(figure.table.rows) - 1
        categories = Reference(self._sheet, min_col=spec.category_column + 1, min_row=first, max_row=last)
        chart = BarChart()
        chart.type = "bar" if spec.is_horizontal else "col"
        if spec.kind == "stacked":
            chart.grouping, chart.overlap = "stacked", 100
        for position, column in enumerate(spec.value_columns):
            chart.add_data(
                Reference(self._sheet, min_col=column + 1, min_row=first - 1, max_row=last),
                titles_from_data=True,
            )
            if position < len(spec.colours):
                chart.series[position].graphicalProperties.solidFill = spec.colours[position]
        chart.set_categories(categories)
        if spec.line_columns:
            lines = LineChart()
            for column in spec.line_columns:
                lines.add_data(
                    Reference(self._sheet, min_col=column + 1, min_row=first - 1, max_row=last),
                    titles_from_data=True,
                )
            for series in lines.series:
                series.smooth = False
                series.graphicalProperties.line.solidFill = "B3401F"
            chart += lines
        chart.title = figure.title
        chart.height, chart.width, chart.legend.position = 7.5, 17, "b"
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.y_axis.majorGridlines = None
        if spec.is_horizontal:
            chart.x_axis.scaling.orientation = "maxMin"
        self._sheet.add_chart(chart, f"A{self._row}")
        self._row += _CHART_ROWS

    def _widen(self, index: int, text: str) -> None:
        self._widths[index] = max(self._widths.get(index, 8), min(_MAX_WIDTH, _width(text) + 2))

    def _finish(self, section: Section) -> None:
        from openpyxl.utils import get_column_letter

        for index, width in self._widths.items():
            self._sheet.column_dimensions[get_column_letter(index)].width = width
        _print_setup(self._sheet, self._report)


def _width(text: str) -> int:
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def _print_setup(sheet: Worksheet, report: Report) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = sheet.oddFooter
    assert footer is not None
    footer.left.text = f"{report.title}【{report.edition}】"
    footer.center.text = "架空データ" if report.is_sample else ""
    footer.right.text = "&P / &N"


def _write_evidence(sheet: Worksheet, report: Report, anchors: dict[str, int]) -> None:
    put(sheet, 1, 1, Cell("証跡: KPIの値が計算された行"), bold=True, size=14, color="16324F", wrap=False)
    note = "1つのKPIにつき最初の200行までを示します。すべての行は kyoso trace KPI番号 で見られます。"
    put(
        sheet,
        2,
        1,
        Cell(("【架空データ】 " if report.is_sample else "") + note),
        size=9,
        color="595959",
        wrap=False,
    )
    headings = ("KPI", "名前", "値", "分子/分母", "役割", "ファイル", "シート", "セル", "項目")
    for index, heading in enumerate(headings, start=1):
        put(sheet, 4, index, Cell(heading), bold=True, fill="F4F1EA")
    row = 5
    for evidence in report.evidence:
        anchors[evidence.kpi_id] = row
        head = (
            evidence.kpi_id,
            evidence.name,
            evidence.value,
            evidence.numerator,
            f"計{evidence.row_count}行・{evidence.file_count}ファイル",
        )
        for index, text in enumerate(head, start=1):
            put(sheet, row, index, Cell(text), bold=True)
        put(sheet, row, 6, Cell(evidence.formula), wrap=False)
        row += 1
        for item in evidence.rows:
            # Plain appends keep thousands of rows fast; these texts come from file names and contracts.
            for index, text in (
                (1, evidence.kpi_id),
                (5, item.role),
                (6, item.path),
                (7, item.sheet),
                (8, item.cell),
                (9, item.field_label),
            ):
                cell = sheet.cell(row, index, _without_controls(text))
                cell.data_type = "s"
            row += 1
    for letter, width in zip("ABCDEFGHI", (8, 30, 14, 20, 18, 60, 18, 10, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A5"
    sheet.auto_filter.ref = f"A4:I{row - 1}"
    _print_setup(sheet, report)


def _with_fixed_times(data: bytes) -> bytes:
    """The same archive with fixed times, so that the same content is the same bytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + _FIXED_STAMP, content
                )
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                3,
                0o600 << 16,
            )
            target.writestr(entry, content)
    return buffer.getvalue()
