"""A municipality's figures beside the prefecture's median."""

from __future__ import annotations

from pipelines.report.disclosure.wording import REASON, SUPPRESSED
from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Row
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import NO_VALUE, minus_of, number_cell

# The stage has a table of its own.
_LEFT_OUT = ("stage",)
_SHOWN = 18
_FEWEST = 5

_QUERY = """
with chosen as (
    select k.kpi_id, k.municipality_code, k.value, k.is_suppressed from mart_kpi k
    where k.fiscal_year = ? and k.municipality_code is not null and (k.value is not null or k.is_suppressed)
), medians as (
    -- A middle of some of the figures would not be the middle, and one of all of them tells of the suppressed ones.
    select kpi_id, median(value) as middle, count(*) as bodies, bool_or(is_suppressed) as is_middle_suppressed
    from chosen group by kpi_id
)
select c.municipality_code, d.kpi_id, d.name_ja, d.unit, d.decimals, d.kpi_group, c.value, c.is_suppressed, m.middle,
    m.bodies, m.is_middle_suppressed
from chosen c inner join medians m on m.kpi_id = c.kpi_id inner join kpi_definitions d on d.kpi_id = c.kpi_id
order by d.answered_by is null, d.kpi_id
"""


def figures_table(towns: Towns, code: str) -> Table:
    """Every KPI the municipality has a value of: what people answered first, suppressed ones by their numbers alone."""
    found = [r for r in towns.of_year(code, _QUERY) if r["kpi_group"] not in _LEFT_OUT]
    rows = [r for r in found if not r["is_suppressed"]]
    lines = tuple(
        (
            Cell(r["kpi_id"]),
            Cell(f"{r['name_ja']}({r['unit']})"),
            number_cell(r["value"], r["decimals"], minus=minus_of(r["unit"])),
            _middle(r),
            number_cell(r["bodies"]),
        )
        for r in rows[:_SHOWN]
    )
    columns = (
        Column("番号", width=2.4),
        Column("KPI", width=10),
        Column("値", "right", 4.2),
        Column("県の中央値", "right", 4.6),
        Column("団体数", "right", 2.6),
    )
    left = len(rows) - len(lines)
    notes = ["中央値は、値のある団体によるもの(少ないときは示さない)。"] if lines else []
    if left > 0:
        notes.append(f"ほか{left}件。")
    if hidden := [r["kpi_id"] for r in found if r["is_suppressed"]]:
        notes.append(f"{SUPPRESSED}: {'、'.join(hidden)}({REASON})。")
    return Table(
        "karte_figures",
        "この団体の値",
        columns,
        lines,
        "".join(notes),
        width="half",
        empty_reason="該当なし。この年度の値がまだありません。",
    )


def _middle(row: Row) -> Cell:
    if row["is_middle_suppressed"]:
        return Cell(SUPPRESSED, mark="none")
    if row["bodies"] < _FEWEST:
        return Cell(NO_VALUE)
    return number_cell(row["middle"], _decimals(row), minus=minus_of(row["unit"]))


def _decimals(row: Row) -> int:
    """A median of counts may lie between two of them; yen are whole."""
    return int(row["decimals"]) if row["unit"] == "円" else max(int(row["decimals"]), 1)
