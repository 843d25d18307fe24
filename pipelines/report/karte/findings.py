"""What is still to be mended in the files a municipality sent."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import NO_VALUE

_QUERY = """
select municipality_code, severity, file_name, sheet, cell, message from findings where is_in_force
order by severity <> 'error', file_name, sheet, row, cell
"""
_SHOWN = 6
_LONGEST = 90


def findings_table(towns: Towns, code: str) -> Table:
    """Open findings, what must be mended first."""
    rows = towns.rows(code, _QUERY)
    lines = tuple(
        (
            Cell("要修正" if r["severity"] == "error" else "要確認"),
            Cell(r["file_name"]),
            Cell(" ".join(part for part in (r["sheet"], r["cell"]) if part) or NO_VALUE),
            Cell(r["message"] if len(r["message"]) <= _LONGEST else r["message"][:_LONGEST] + "…"),
        )
        for r in rows[:_SHOWN]
    )
    left = len(rows) - len(lines)
    return Table(
        "karte_findings",
        "未解決の指摘",
        (
            Column("区分", width=2),
            Column("ファイル", width=6),
            Column("場所", width=4),
            Column("指摘", width=12),
        ),
        lines,
        "直し方は修正依頼にあります。" + (f"ほか{left}件。" if left > 0 else "") if lines else "",
        empty_reason="該当なし。未解決の指摘はありません。",
    )
