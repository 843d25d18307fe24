"""The rows behind each KPI of the prefecture, by file, sheet and cell."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.document import Evidence, EvidenceRow
from pipelines.report.facts import Facts, Row

ROLES = {
    "numerator": "分子",
    "denominator": "分母",
    "population": "調べた対象",
    "criterion": "判定に使った行",
}
_ROWS = """
with addressed as (
    select e.kpi_id, e.role, f.source, f.path, coalesce(e.sheet, '') as sheet, e.row, e.field,
        coalesce(nullif(b.preamble_cell, ''), b.cell_column || e.row, e.row || '行') as cell
    from mart_kpi_evidence e
    inner join (select file_id, min(source) as source, min(path) as path from files group by 1) f
        on f.file_id = e.file_id
    left join (
        select file_id, sheet, field, max(cell_column) as cell_column, max(preamble_cell) as preamble_cell
        from bindings group by all
    ) b
        on b.file_id = e.file_id and b.sheet = e.sheet and b.field = e.field
    where e.municipality_code is null and e.fiscal_year = ?
),
-- What is shown of a long list comes from every role and source in turn, not from the one that sorts first.
in_turn as (
    select *, row_number() over (partition by kpi_id, role, source order by path, sheet, row, field) as turn
    from addressed
),
ordered as (
    select *, row_number() over (
            partition by kpi_id
            order by role = 'numerator' desc, turn, role = 'criterion', role, source, path, sheet, row, field
        ) as position,
        count(*) over (partition by kpi_id) as row_count
    from in_turn
)
select o.*, c.file_count
from ordered o inner join (select kpi_id, count(distinct path) as file_count from addressed group by 1) c on c.kpi_id = o.kpi_id
where position <= ? order by kpi_id, position
"""


def gather(facts: Facts, limit: int) -> tuple[Evidence, ...]:
    """Evidence of every KPI, with its first `limit` rows."""
    labels = _field_labels()
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows(_ROWS, facts.fiscal_year, limit):
        rows[row["kpi_id"]].append(row)
    return tuple(
        Evidence(
            kpi.kpi_id,
            kpi.name_ja,
            kpi.formula_ja,
            facts.sources(kpi),
            kpi.text if kpi.value is not None else "値なし",
            kpi.numerator_text
            if kpi.denominator is None
            else f"{kpi.numerator_text} / {kpi.denominator_text}",
            rows[kpi.kpi_id][0]["row_count"] if rows[kpi.kpi_id] else 0,
            rows[kpi.kpi_id][0]["file_count"] if rows[kpi.kpi_id] else 0,
            tuple(
                EvidenceRow(
                    ROLES[r["role"]],
                    r["path"],
                    r["sheet"],
                    str(r["cell"]),
                    labels.get(r["field"]) or str(r["field"] or ""),
                )
                for r in rows[kpi.kpi_id]
            ),
        )
        for kpi in facts.kpis.values()
    )


def _field_labels() -> dict[str, str]:
    from pipelines.ingest.contracts import all_datasets

    return {f.name: f.label for d in all_datasets().values() for f in d.fields}
