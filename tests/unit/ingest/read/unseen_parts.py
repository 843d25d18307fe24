"""One workbook with everything a reader of values does not tell, and what must be known of it in every format."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink, ExternalSheetNames

from pipelines.ingest.read.grid import Grid, Unvalued

OTHER_FILE = "予算 R8.xlsx"


def unseen_parts() -> Workbook:
    """Hidden rows and columns, filtered rows, errors, a link, merged cells, hidden sheets."""
    workbook = Workbook()
    report = workbook.worksheets[0]
    report.title = "報告書"
    report.append(["団体名", "値", "式", "隠", "結合", None])
    for number in range(2, 8):
        report.append([f"町{number}", number, f"=B{number}*2", f"値{number}"])
    report["C3"] = "=1/0"
    report["C4"] = "=VLOOKUP(99,B2:B3,1,FALSE)"
    report["B5"] = "#N/A"
    report["C6"] = '=IF(B6=6,"","x")'
    report["C7"] = "=[1]Sheet1!$A$1"
    report.row_dimensions[3].hidden = True
    report.column_dimensions["D"].hidden = True
    report.merge_cells("E1:F1")
    report.merge_cells("E2:E4")
    report["E2"] = "三行"
    chosen = workbook.create_sheet("抽出")
    for row in (["名", 0], ["a", 1], ["b", 2], ["a", 3], [None, None], ["手で", 5], ["見える", 6]):
        chosen.append(row)
    chosen.auto_filter.ref = "A1:B4"
    chosen.auto_filter.add_filter_column(0, ["b"])
    for number in (2, 4, 6):
        chosen.row_dimensions[number].hidden = True
    for title, state in (("隠したシート", "hidden"), ("深く隠したシート", "veryHidden")):
        sheet = workbook.create_sheet(title)
        sheet["A1"] = 1
        sheet.sheet_state = state
    link = ExternalLink(externalBook=ExternalBook(sheetNames=ExternalSheetNames(["Sheet1"])))
    link.file_link = Relationship(type="externalLinkPath", Target=OTHER_FILE, TargetMode="External")
    workbook._external_links.append(link)
    return workbook


def known(grid: Grid) -> dict[str, object]:
    """What the reader tells of a sheet besides its values."""
    return {
        "hidden": grid.is_hidden,
        "unseen": grid.unseen,
        "filtered": grid.filtered,
        "merged": sorted(grid.merged),
        "unvalued": [
            (grid.address(index, column), str(cell))
            for index in range(len(grid.rows))
            for column, cell in grid.cells(index)
            if isinstance(cell, Unvalued)
        ],
    }


# After an office program has calculated and saved it.
CALCULATED: dict[str, dict[str, object]] = {
    "報告書": {
        "hidden": False,
        "unseen": ("3:3", "D:D"),
        "filtered": (),
        "merged": [(1, 5, 1, 6), (2, 5, 4, 5)],
        "unvalued": [("C3", "#DIV/0!"), ("C4", "#N/A"), ("B5", "#N/A")],
    },
    "抽出": {
        "hidden": False,
        "unseen": ("6:6",),
        "filtered": ("2:2", "4:4"),
        "merged": [],
        "unvalued": [],
    },
    **{
        name: {"hidden": True, "unseen": (), "filtered": (), "merged": [], "unvalued": []}
        for name in ("隠したシート", "深く隠したシート")
    },
}
