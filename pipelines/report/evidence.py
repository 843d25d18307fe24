"""What stands behind each figure: definition, numerator, denominator and the rows by file, sheet and cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from pipelines.report.document import Evidence
from pipelines.report.evidence_rows import Rows, Subject, evidence_rows
from pipelines.report.evidence_statements import statements
from pipelines.report.facts import Facts, Kpi
from pipelines.report.wording import NO_VALUE

# A page with so many rows stays well under 15 MB.
ROOM = 80_000
_OF_MUNICIPALITIES = """
select k.municipality_code as code, m.name, k.kpi_id, k.kpi_group, k.name_ja, k.kind, k.unit, d.decimals, k.numerator,
    k.denominator, k.value, k.target, k.previous_value, k.status, k.direction, k.reason, d.formula_ja, d.source_ja
from mart_kpi k
inner join kpi_definitions d on d.kpi_id = k.kpi_id
inner join dim_municipality m on m.municipality_code = k.municipality_code
where k.fiscal_year = ? and k.value is not null
order by k.kpi_id, k.municipality_code
"""


def gather(facts: Facts, room: int = ROOM) -> tuple[Evidence, ...]:
    """Evidence of every KPI, then of every analysis, criterion, option and scenario.

    Args:
        facts: the judged rows.
        room: rows in all; where there are more, only as many of each figure, and no municipality's.
    """
    found, has_parts = evidence_rows(facts, room)
    parts = _parts(facts, found) if has_parts else {}
    kpis = [_with(_of_kpi(facts, kpi), kpi.kpi_id, found) for kpi in facts.kpis.values()]
    return (
        *(replace(e, parts=tuple(parts.get(e.subject_id, ()))) for e in kpis),
        *(_with(e, e.subject_id, found) for e in statements(facts)),
    )


def _with(evidence: Evidence, subject: str, found: Mapping[Subject, Rows], code: str = "") -> Evidence:
    rows = found.get((subject, code), Rows())
    return replace(evidence, rows=rows.rows, row_count=rows.row_count, file_count=rows.file_count)


def _of_kpi(facts: Facts, kpi: Kpi) -> Evidence:
    value = "値なし" if kpi.text == NO_VALUE else kpi.text
    part = kpi.numerator_text if kpi.denominator is None else f"{kpi.numerator_text} / {kpi.denominator_text}"
    reason = kpi.reason or "" if kpi.value is None else ""
    sources = facts.sources(kpi)
    return Evidence(
        kpi.kpi_id,
        kpi.name_ja,
        kpi.formula_ja,
        sources,
        value,
        part,
        reason=reason,
        is_suppressed=kpi.is_suppressed,
    )


def _parts(facts: Facts, found: Mapping[Subject, Rows]) -> dict[str, list[Evidence]]:
    """The figures of single municipalities, by KPI; none that rests on what a few people answered there."""
    parts: dict[str, list[Evidence]] = defaultdict(list)
    for row in facts.rows(_OF_MUNICIPALITIES, facts.fiscal_year):
        code, name = row.pop("code"), row.pop("name")
        rows = found.get((row["kpi_id"], code), Rows())
        if rows.is_of_people:
            continue
        about = replace(_of_kpi(facts, Kpi(**row)), subject_id=f"{row['kpi_id']}-{code}", name=name)
        parts[row["kpi_id"]].append(_with(about, row["kpi_id"], found, code))
    return parts
