"""The marts as sections may read them: a suppressed figure is not there, whoever asks.

Views of the connection's own stand before the warehouse's tables of the same name. So no section can forget to
suppress, and none can show what was not decided about: tables of single answers raise an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report.disclosure.wording import NOT_JUDGED, REASON, SUPPRESSED

if TYPE_CHECKING:
    import duckdb

    from pipelines.report.disclosure.plan import Plan

# Of people's answers in detail; documents have no place for them, so nothing was decided about them.
_CLOSED = ("mart_transfer", "fct_survey_answer", "mart_kpi_change")
_IS_SHOWN = """
exists (select 1 from shown_answers s where s.kpi_id = {row}.kpi_id and s.fiscal_year = {year}
    and s.municipality_code is not distinct from {row}.municipality_code)
"""
_KPI = """
create temp view mart_kpi as
with judged as (
    select k.*, r.kpi_id is not null and k.value is not null and not {shown} as is_suppressed,
        r.kpi_id is not null and k.previous_value is not null and not {shown_before} as is_previous_suppressed
    from {marts}.mart_kpi k left join respondent_kpis r on r.kpi_id = k.kpi_id
)
select * replace (
    case when not is_suppressed then numerator end as numerator,
    case when not is_suppressed then denominator end as denominator,
    case when not is_suppressed then respondent_count end as respondent_count,
    case when not is_suppressed then value end as value,
    case when not is_previous_suppressed then previous_value end as previous_value,
    case when is_suppressed then '{word}' else status end as status,
    case when is_suppressed then '{reason}' else reason end as reason
) from judged
"""
# Which rows added to a numerator is what each respondent answered: all of them are rows that were looked at.
_EVIDENCE = """
create temp view mart_kpi_evidence as
select e.* from {marts}.mart_kpi_evidence e
where e.kpi_id not in (select kpi_id from respondent_kpis)
union all
select distinct e.* replace ('answer' as role) from {marts}.mart_kpi_evidence e
where e.kpi_id in (select kpi_id from respondent_kpis) and {shown}
"""
_DECISION = """
create temp view mart_decision as
with judged as (
    select d.*, d.measured is not null and k.is_suppressed is true as is_suppressed
    from {marts}.mart_decision d
    left join mart_kpi k on k.kpi_id = d.kpi_id and k.fiscal_year = d.fiscal_year and k.municipality_code is null
)
select * replace (
    case when not is_suppressed then measured end as measured,
    case when not is_suppressed then numerator end as numerator,
    case when not is_suppressed then denominator end as denominator,
    case when is_suppressed then 'suppressed' else verdict end as verdict,
    case when is_suppressed then 'suppressed' else verdict_reason end as verdict_reason,
    case when not is_suppressed then would_hold_now end as would_hold_now,
    case when is_suppressed then '{reason}。{not_judged}' else reason_ja end as reason_ja,
    case when is_suppressed then '{word}' else what_would_change_ja end as what_would_change_ja
) from judged
"""


def draw_curtain(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Put the suppressed marts before the warehouse's own, on this connection alone."""
    name = con.execute("select current_database()").fetchone()
    assert name is not None
    marts = f'"{name[0]}".main'
    con.execute("create temp table respondent_kpis (kpi_id varchar)")
    con.execute(
        "create temp table shown_answers (kpi_id varchar, fiscal_year integer, municipality_code varchar)"
    )
    for kpi_id in sorted(plan.kpis):
        con.execute("insert into respondent_kpis values (?)", [kpi_id])
    for key in plan.shown:
        con.execute("insert into shown_answers values (?, ?, ?)", list(key))
    words = {"marts": marts, "word": SUPPRESSED, "reason": REASON, "not_judged": NOT_JUDGED}
    shown = _IS_SHOWN.format(row="k", year="k.fiscal_year")
    before = _IS_SHOWN.format(row="k", year="k.fiscal_year - 1")
    con.execute(_KPI.format(shown=shown, shown_before=before, **words))
    con.execute(_EVIDENCE.format(shown=_IS_SHOWN.format(row="e", year="e.fiscal_year"), **words))
    con.execute(_DECISION.format(**words))
    for table in _CLOSED:
        con.execute(
            f"create temp view {table} as select * from {marts}.{table} "
            f"where error('{table} をそのまま報告書に出すことはできません。秘匿の計画(report/disclosure)に加えてください。') is not null"
        )
