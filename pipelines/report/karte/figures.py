"""A municipality's figures beside the prefecture's median."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Row
from pipelines.report.karte.towns import Towns
from pipelines.report.wording import NO_VALUE, minus_of, number_cell

# Answers of a few people are not printed beside a municipality's name; the stage has a table of its own.
_LEFT_OUT = ("transfer", "stage")
_SHOWN = 18
_FEWEST = 5

_QUERY = """
with chosen as (
    select k.kpi_id, k.municipality_code, k.value from mart_kpi k
    where k.fiscal_year = ? and k.municipality_code is not null and k.value is not null
), medians as (
    select kpi_id, median(value) as middle, count(*) as bodies from chosen group by kpi_id
)
select c.municipality_code, d.kpi_id, d.name_ja, d.unit, d.decimals, d.kpi_group, c.value, m.middle, m.bodies
from chosen c inner join medians m on m.kpi_id = c.kpi_id inner join kpi_definitions d on d.kpi_id = c.kpi_id
order by d.kpi_id
"""


def figures_table(towns: Towns, code: str) -> Table:
    """Every KPI the municipality has a value of, but those that rest on a few people's answers."""
    rows = [r for r in towns.of_year(code, _QUERY) if r["kpi_group"] not in _LEFT_OUT]
    lines = tuple(
        (
            Cell(r["kpi_id"]),
            Cell(f"{r['name_ja']}({r['unit']})"),
            number_cell(r["value"], r["decimals"], minus=minus_of(r["unit"])),
            number_cell(r["middle"], _decimals(r), minus=minus_of(r["unit"]))
            if r["bodies"] >= _FEWEST
            else Cell(NO_VALUE),
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
    notes = [
        "中央値は、値のある団体によるもの(少ないときは示さない)。アンケートによるKPIは、回答者が少ないため載せない。"
    ]
    if left > 0:
        notes.append(f"ほか{left}件。")
    return Table(
        "karte_figures",
        "この団体の値",
        columns,
        lines,
        "".join(notes) if lines else "",
        width="half",
        empty_reason="該当なし。この年度の値がまだありません。",
    )


def _decimals(row: Row) -> int:
    """A median of counts may lie between two of them; yen are whole."""
    return int(row["decimals"]) if row["unit"] == "円" else max(int(row["decimals"]), 1)
