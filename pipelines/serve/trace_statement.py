"""From a verdict to its cells: a registered analysis of the effect, or a criterion of the decision, by its printed number."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.errors import KyosoError
from pipelines.fiscal_year import label
from pipelines.ingest.contracts import code_books
from pipelines.model.rows import Row, rows_of
from pipelines.report.evidence_cells import Asked
from pipelines.report.sections.effect_tables import VERDICTS

if TYPE_CHECKING:
    import duckdb

_EFFECT_CELLS = """
select role, file_id, sheet, row, field from mart_effect_evidence
where fiscal_year = ? and plan_id = ? and analysis_id = ? and (municipality_code is null or ? is null or municipality_code = ?)
"""
_CRITERION_CELLS = """
select 'criterion' as role, file_id, sheet, row, field from mart_decision_evidence
where fiscal_year = ? and subject_kind = 'criterion' and subject_id = ?
"""


@dataclass(frozen=True)
class Statement:
    """What a document says under a number that is no KPI's.

    Attributes:
        subject_id: the number, as printed.
        municipality_code: of the one municipality asked about; None for all.
        lines: what is said, for people.
        sources: the kinds of files that it rests on.
        cells: query of its evidence, with what to ask it.
    """

    subject_id: str
    fiscal_year: int
    municipality_code: str | None
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    cells: Asked


def statement(con: duckdb.DuckDBPyConnection, typed: str, year: int, code: str | None) -> Statement | None:
    """The analysis or criterion of that number, or None when there is none.

    Args:
        con: an open release.
        typed: A1; E8-01/A1 where several plans have an A1; D2 for a criterion.
        year: the reported year.
        code: only the answers of this municipality.

    Raises:
        KyosoError: several plans have an analysis of that number (exit code 2).
    """
    found = _analyses(con, typed, year)
    if len(found) > 1:
        raise KyosoError(
            f"分析「{typed}」は、{len(found)}つの計画にあります。",
            todo=f"計画の番号を付けてください。例: kyoso trace {found[0]['plan_id']}/{found[0]['analysis_id']}",
            exit_code=2,
        )
    if found:
        return _analysis(found[0], code)
    criteria = _rows(
        con,
        "mart_decision",
        "select * from mart_decision where fiscal_year = ? and upper(criterion_id) = upper(?)",
        [year, typed.strip()],
    )
    return _criterion(criteria[0]) if criteria else None


def _analyses(con: duckdb.DuckDBPyConnection, typed: str, year: int) -> list[Row]:
    plan, _, analysis = re.sub(r"[\s/]+", "/", typed.strip()).rpartition("/")
    query = """
        select * from mart_effect
        where fiscal_year = ? and upper(analysis_id) = upper(?) and (? = '' or upper(plan_id) = upper(?))
        order by plan_id
    """
    return _rows(con, "mart_effect", query, [year, analysis, plan, plan])


def _analysis(row: Row, code: str | None) -> Statement:
    name = _names("effect_outcomes")(row["outcome"])
    waves = _names("assessment_waves")
    lines = [
        f"分析 {row['analysis_id']}(計画 {row['plan_id']})  {label(row['fiscal_year'])}  {_names('analysis_roles')(row['role'])}",
        f"  成果: {name}({waves(row['baseline_wave'])} → {waves(row['outcome_wave'])})  団体: {row['unit_count'] or 0}"
        f"(うち派遣 {row['treated_count'] or 0})",
        f"  推定: {_number(row['estimate'])}  信頼区間: {_number(row['interval_low'])} 〜 {_number(row['interval_high'])}"
        f"  p値: {_number(row['p_value'])}",
        f"  判定: {VERDICTS.get(row['verdict'], row['verdict'])}  費用に見合う最小の効果: {_number(row['smallest_worthwhile'])}"
        f"  {row['registration_ja']}",
        f"  読み方: {row['reading_ja']}",
    ]
    asked = (row["fiscal_year"], row["plan_id"], row["analysis_id"], code, code)
    return Statement(
        f"{row['plan_id']}/{row['analysis_id']}",
        row["fiscal_year"],
        code,
        tuple(lines),
        ("policy", "assessment"),
        (_EFFECT_CELLS, asked),
    )


def _criterion(row: Row) -> Statement:
    behind = row["kpi_id"] or f"{row['plan_id']}/{row['analysis_id']}"
    lines = (
        f"判断基準 {row['criterion_id']}  {label(row['fiscal_year'])}  {row['statement']}",
        f"  判定: {VERDICTS.get(row['verdict'], row['verdict'])}  測った値: {_number(row['measured'])}  基準: {_number(row['threshold'])}",
        f"  理由: {row['reason_ja']}",
        f"  測った値のもと: kyoso trace {behind}",
    )
    asked = (row["fiscal_year"], row["criterion_id"])
    return Statement(
        row["criterion_id"], row["fiscal_year"], None, lines, ("policy",), (_CRITERION_CELLS, asked)
    )


def _rows(con: duckdb.DuckDBPyConnection, mart: str, query: str, parameters: list[object]) -> list[Row]:
    """Rows of a mart; a release of an older program may not have it."""
    if con.execute("select count(*) from duckdb_tables() where table_name = ?", [mart]).fetchone() == (0,):
        return []
    return rows_of(con.execute(query, parameters))


def _names(book: str) -> Callable[[str], str]:
    codes = code_books().get(book, {})
    return lambda code: codes[code][0] if code in codes else code


def _number(value: Decimal | None) -> str:
    return "－" if value is None else f"{value.normalize():,f}"
