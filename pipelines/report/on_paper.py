"""What of a report is printed: a table that no page bears is rolled up or cut, and says where all of it is.

HTML and Excel keep every row: there a reader can search and filter. A report whose tables all fit, as every
prefecture's do, is printed to the last word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.report.column_widths import columns_that_fit
from pipelines.report.document import Block, Bullets, Cell, Figure, Paragraph, Report, Section, Table

# Two pages of a table: the municipalities of a prefecture, and every KPI, stand in full.
ROWS = 120
# Columns of the widest table of a prefecture: its working groups beside each municipality.
COLUMNS = 20
# Rows and columns that still give an idea of a table that cannot be rolled up.
_FIRST_ROWS, _FIRST_COLUMNS = 20, 14
# Letters of a cell, and of a note, that are read rather than looked up.
_CELL, _TEXT = 300, 900
_WHERE = "Excel版とHTML版にあります"


def on_paper(report: Report) -> Report:
    """The same report as it is printed."""
    if not any(_is_too_large(table) for section in report.sections for table in _tables(section)):
        return report
    return replace(
        report,
        sections=tuple(
            replace(section, blocks=tuple(_block(block) for block in section.blocks))
            for section in report.sections
        ),
    )


def _tables(section: Section) -> Iterator[Table]:
    for block in section.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figure):
            yield block.table


def _is_too_large(table: Table) -> bool:
    return len(table.rows) > ROWS or len(table.columns) > COLUMNS


def _block(block: Block) -> Block:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return replace(block, table=_table(block.table), note=_cut(block.note, _TEXT))
    if isinstance(block, Paragraph):
        return replace(block, text=_cut(block.text, _TEXT))
    if isinstance(block, Bullets):
        return replace(block, items=tuple(_cut(item, _TEXT) for item in block.items))
    return block


def _table(table: Table) -> Table:
    table = _narrow(table)
    rows, note = table.rows, _cut(table.note, _TEXT)
    if len(rows) <= ROWS:
        return replace(table, rows=_cells(rows), note=note)
    if table.roll_up is not None:
        said = f"全{len(rows):,}行の表は、{_WHERE}。"
        return replace(_table(table.roll_up), note=f"{table.roll_up.note}{said}")
    return replace(
        table,
        rows=_cells(rows[:_FIRST_ROWS]),
        kpi_ids=table.kpi_ids[:_FIRST_ROWS],
        groups=table.groups[:_FIRST_ROWS],
        note=f"はじめの{_FIRST_ROWS}行です。全{len(rows):,}行は、{_WHERE}。{note}",
    )


def _narrow(table: Table) -> Table:
    count = len(table.columns)
    if count <= COLUMNS:
        return table
    first = min(_FIRST_COLUMNS, columns_that_fit(table))
    return replace(
        table,
        columns=table.columns[:first],
        rows=tuple(row[:first] for row in table.rows),
        note=f"はじめの{first}列です。全{count:,}列は、{_WHERE}。{table.note}",
    )


def _cells(rows: tuple[tuple[Cell, ...], ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(replace(cell, text=_cut(cell.text, _CELL)) for cell in row) for row in rows)


def _cut(text: str, most: int) -> str:
    """A long list of names as its beginning and how many more there are; other long text up to its last sentence."""
    if len(text) <= most:
        return text
    kept = text[:most]
    if "、" in kept:
        kept = kept[: kept.rindex("、")]
        return f"{kept}ほか{text[len(kept) :].count('、')}件(すべては{_WHERE})"
    return f"{kept}…(続きは{_WHERE})"
