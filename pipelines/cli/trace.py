"""`kyoso trace`: from a figure or a verdict to the files, sheets and cells it was computed from."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import Home, Year, app, err, out, settings_of
from pipelines.cli.usage import Command
from pipelines.settings import read_year

if TYPE_CHECKING:
    from pipelines.report.evidence_cells import EvidenceCell
    from pipelines.serve.trace import Figure, Traced
    from pipelines.serve.trace_open import OpenedCell

DIFFERENT = 3
SHOWN = 20
# Text out of a received file must not reach the terminal as a command, nor turn the line around.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@app.command(cls=Command)
def trace(
    kpi: Annotated[
        str,
        typer.Argument(
            metavar="KPI", help="KPIの番号か名前、分析や判断基準の番号。例: K203、派遣実施率、A1、D2"
        ),
    ],
    municipality: Annotated[
        str | None, typer.Option("--municipality", metavar="団体", help="団体コードか名前(既定は県全体)")
    ] = None,
    year: Year = None,
    home: Home = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="保管庫のファイルを開き、セルの文字を取込み時と比べる")
    ] = False,
    shows_respondents: Annotated[
        bool,
        typer.Option(
            "--respondents", help="回答者ごとの記入も保管庫から示す(サーバー上だけ。個人の項目は示さない)"
        ),
    ] = False,
    shows_all: Annotated[
        bool, typer.Option("--all", help=f"すべての行を示す(既定は役割ごとに{SHOWN}行)")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSVで書き出す(すべての行)")] = False,
) -> None:
    """KPIの値、効果の分析、判断基準から、もとのファイル・シート・セル・記入をたどる。

    終了コード: 0 たどれた(値なしを含む) / 2 使い方の誤り(KPIや団体がないなど) / 3 セルが取込み時と一致しない
    """
    from pipelines.serve.trace import Question
    from pipelines.serve.trace import trace as walk
    from pipelines.serve.trace_open import SAME, open_cells

    settings = settings_of(home=home)
    question = Question(kpi, municipality, read_year(year, "--fiscal-year"))
    traced = walk(settings, question, None if shows_all or csv else SHOWN)
    opened = (
        open_cells(settings, traced.cells, shows_respondents=shows_respondents)
        if is_open or shows_respondents
        else {}
    )
    if csv:
        _write_csv(traced, opened)
    else:
        _show(traced, opened, shows_respondents=shows_respondents)
    wrong = sum(cell.result != SAME for cell in opened.values())
    if wrong:
        err.print(f"取込み時と一致しないセルが{wrong}件あります。", style="red", markup=False)
        raise typer.Exit(DIFFERENT)


def _show(traced: Traced, opened: dict[EvidenceCell, OpenedCell], *, shows_respondents: bool) -> None:
    from pipelines.report.evidence_cells import ROLES
    from pipelines.serve.trace import Figure

    if traced.is_sample:
        out.print("【架空データ】")
    if isinstance(traced.figure, Figure):
        _show_figure(traced.figure)
    else:
        for line in traced.figure.lines:
            out.print(line, markup=False)
    for role, label in ROLES.items():
        cells = [cell for cell in traced.cells if cell.role == role]
        if not cells:
            continue
        out.print(f"\n{label}: {traced.counts[role]:,}セル", markup=False)
        _show_cells(cells, opened)
        if len(cells) < traced.counts[role]:
            out.print(f"  ほか{traced.counts[role] - len(cells):,}セル(--all ですべて、--csv で表計算へ)")
    if not traced.cells:
        out.print("\nこの値のもとになった行はありません。")
    _show_examined(traced)
    if any(cell.is_masked for cell in traced.cells):
        out.print(
            "\n注意: 回答者の記入を含みます。この画面を外に出さないでください。"
            if shows_respondents
            else "\n個人・回答者ごとの項目は、場所だけを示しています。"
        )


def _show_figure(figure: Figure) -> None:
    from pipelines.fiscal_year import label
    from pipelines.ingest.municipalities import municipalities

    code = figure.municipality_code
    whose = f"{municipalities()[code].name}({code})" if code else "県全体"
    out.print(f"{figure.kpi_id} {figure.name}  {label(figure.fiscal_year)}  {whose}", markup=False)
    out.print(f"  計算: {figure.formula}({figure.kind}、単位 {figure.unit})", markup=False)
    out.print(f"  値: {_number(figure.value)} {figure.unit}  状態: {figure.status}", markup=False)
    if figure.value is None:
        out.print(f"  値のない理由: {figure.reason or 'この年度に数える行がないため'}", markup=False)
    if figure.numerator is not None or figure.denominator is not None:
        out.print(f"  分子: {_number(figure.numerator)}  分母: {_number(figure.denominator)}", markup=False)
    out.print(f"  目標: {_number(figure.target)}  前年度: {_number(figure.previous_value)}", markup=False)


def _show_examined(traced: Traced) -> None:
    out.print("\n調べた資料(基準日までに受領したもの):")
    for source in traced.examined:
        out.print(
            f"  {source.label or source.source}: {source.files}件(有効 {source.in_force}件、読めない {source.refused}件、"
            f"最後の受領 {source.last_received})",
            markup=False,
        )
    received = {source.source for source in traced.examined}
    named = traced.figure.sources
    for name in named.split("・") if isinstance(named, str) else named:
        if name not in received:
            out.print(f"  {name}: 受領していません", markup=False)


def _show_cells(cells: list[EvidenceCell], opened: dict[EvidenceCell, OpenedCell]) -> None:
    """One heading for each sheet, one line for each cell: nothing that a narrow terminal would tear apart."""
    sheet = None
    for cell in cells:
        if sheet != (cell.path, cell.sheet):
            sheet = (cell.path, cell.sheet)
            where = f"{cell.path}({cell.received_date}受領){f' › {cell.sheet}' if cell.sheet else ''}"
            out.print(f"  {_printable(where)}", markup=False)
        line = [f"{_place(cell):<6}", f"{cell.label}:", _printable(_text(cell, opened.get(cell)))]
        if seen := opened.get(cell):
            line.append(f"[{seen.result}{f' {_printable(seen.note)}' if seen.note else ''}]")
        out.print(f"    {' '.join(line)}", markup=False)


def _place(cell: EvidenceCell) -> str:
    from pipelines.report.evidence_cells import CHAT

    if cell.source == CHAT:
        return f"{cell.row}件目"
    return cell.cell or f"{cell.row}行目(この様式に欄なし)"


def _text(cell: EvidenceCell, opened: OpenedCell | None) -> str:
    text = opened.text if opened and (opened.text or not cell.is_masked) else cell.text
    if cell.is_masked and not text:
        return "(示しません)"
    return text or "(空欄)"


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("␣", text.replace("\n", "⏎"))


def _number(value: Decimal | None) -> str:
    return "－" if value is None else f"{value.normalize():,f}"


def _write_csv(traced: Traced, opened: dict[EvidenceCell, OpenedCell]) -> None:
    from pipelines.cli.console import print_rows
    from pipelines.report.spreadsheet_text import safe_text

    figure = traced.figure
    names = [
        "kpi_id",
        "fiscal_year",
        "municipality_code",
        "role",
        "file_id",
        "path",
        "received_date",
        "sheet",
    ]
    names += ["cell", "row", "field", "label", "text"]
    rows = []
    for cell in traced.cells:
        seen = opened.get(cell)
        text = (seen.text if seen else cell.text) or ("" if not cell.is_masked else "(示しません)")
        row = (
            *(traced.subject_id, figure.fiscal_year, figure.municipality_code or ""),
            *(cell.role, cell.file_id, safe_text(cell.path), cell.received_date, safe_text(cell.sheet)),
            *(cell.cell, cell.row, cell.field, cell.label, safe_text(_printable(text))),
        )
        rows.append((*row, seen.result) if seen else row)
    print_rows(out, [*names, "result"] if opened else names, rows, is_csv=True)
