"""One way to break a good candidate per expectation, and the unit the gate must then name.

Each mutation is what would happen in real life when the figure is unfit: a wrong unit, a lost file,
a count that exceeds its whole. SQL runs in the candidate's warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass

CODE = "302015"  # 和歌山市, the first of the municipalities dispatched to
YEAR = "2026"


@dataclass(frozen=True)
class Mutation:
    """What to do to a good candidate, and the scope of an offender that must be named."""

    sql: str
    scope: str


def _of(table: str, changes: str, where: str = f"municipality_code = '{CODE}' and fiscal_year = 2026") -> str:
    return f"update {table} set {changes} where {where}"


MUTATIONS = {
    "Q-RUN-01": Mutation(
        _of("mart_dispatch_utilisation", "fiscal_year = 2025", "true"), "mart_dispatch_utilisation"
    ),
    "Q-RUN-02": Mutation(
        _of("mart_data_quality", "received_date = date '2026-11-21'", "source = 'visit_log'"), "a" * 64
    ),
    "Q-RUN-03": Mutation("delete from mart_talent", "mart_talent"),
    "Q-STAGE-01": Mutation(f"delete from mart_stage where municipality_code = '{CODE}'", CODE),
    "Q-STAGE-02": Mutation(_of("mart_stage", "stage = null"), f"{CODE} {YEAR}"),
    "Q-STAGE-03": Mutation(_of("mart_stage", "claimed_stage = 'collaboration'"), f"{CODE} {YEAR}"),
    "Q-STAGE-04": Mutation(
        _of("mart_stage", "is_to_confirm = false", "is_to_confirm and municipality_code = '303925'"),
        f"303925 {YEAR}",
    ),
    "Q-STAGE-05": Mutation(_of("mart_stage", "wave = null", "fiscal_year = 2026 and stage <> 'below'"), YEAR),
    "Q-STAGE-06": Mutation(
        _of("mart_stage", "stage = 'below'", "fiscal_year = 2025 and stage <> 'below'"), YEAR
    ),
    "Q-STAGE-07": Mutation(_of("mart_stage", "lead_score = 3.3"), CODE),
    "Q-DISPATCHMONTH-01": Mutation(
        _of(
            "mart_dispatch_month",
            "delivered_visit_count = 1",
            f"municipality_code = '{CODE}' and month = '2027-01-01'",
        ),
        f"{CODE} 2027-01",
    ),
    "Q-DISPATCHMONTH-02": Mutation(
        _of(
            "mart_dispatch_month",
            "onsite_visit_count = 5",
            f"municipality_code = '{CODE}' and month = '2026-06-01'",
        ),
        f"{CODE} 2026-06",
    ),
    "Q-DISPATCHMONTH-03": Mutation(
        _of("mart_dispatch_month", "delivered_visit_count = 1", "month = '2026-10-01'"), "2026-10"
    ),
    "Q-DISPATCHMONTH-04": Mutation(
        f"delete from mart_dispatch_month where municipality_code = '{CODE}' and month = '2026-07-01'", CODE
    ),
    "Q-DISPATCH-01": Mutation(_of("mart_dispatch_utilisation", "utilisation_pct = 150.1"), CODE),
    "Q-DISPATCH-02": Mutation(_of("mart_dispatch_utilisation", "due_visit_count = 37"), CODE),
    "Q-DISPATCH-03": Mutation(
        "insert into fct_person_visit values (2026, '303925', 'dispatch', 'delivered')", "303925"
    ),
    "Q-DISPATCH-04": Mutation(_of("mart_dispatch_utilisation", "outside_period_visit_count = 4"), CODE),
    "Q-DISPATCH-05": Mutation(_of("mart_dispatch_utilisation", "support_hours = 60 * support_hours"), CODE),
    "Q-DISPATCH-06": Mutation(_of("mart_dispatch_utilisation", "unit_price_jpy = 80"), CODE),
    "Q-DISPATCH-07": Mutation(_of("mart_dispatch_utilisation", "attained_goal_count = 4"), CODE),
    "Q-EFFECT-01": Mutation("delete from mart_effect where analysis_id = 'A1'", "E8-01 A1"),
    "Q-EFFECT-02": Mutation(
        _of("mart_effect", "plan_hash = repeat('0', 64)", "analysis_id = 'A2'"), "E8-01 A2"
    ),
    "Q-EFFECT-03": Mutation(_of("mart_effect", "interval_high = 0.29", "analysis_id = 'A2'"), "E8-01 A2"),
    "Q-EFFECT-04": Mutation(
        _of("mart_effect", "plan_received_date = outcome_received_date", "analysis_id = 'A2'"), "E8-01 A2"
    ),
    "Q-EFFECT-05": Mutation(_of("mart_effect", "treated_count = 3", "analysis_id = 'A2'"), "E8-01 A2"),
    "Q-DECISION-01": Mutation("delete from mart_decision where criterion_id = 'D3'", "D3 2026"),
    "Q-DECISION-02": Mutation(
        _of(
            "mart_decision",
            "kpi_id = 'K999', measured = null, verdict_reason = 'unknown_basis'",
            "criterion_id = 'D1'",
        ),
        "D1",
    ),
    "Q-DECISION-03": Mutation(_of("mart_decision", "threshold = null", "criterion_id = 'D3'"), "D3"),
    "Q-DECISION-04": Mutation(_of("mart_decision", "threshold = 97.6", "criterion_id = 'D1'"), "D1 2026"),
    "Q-DECISION-05": Mutation(_of("mart_decision", "reason_ja = ''", "criterion_id = 'D2'"), "D2 2026"),
    "Q-DECISION-06": Mutation("delete from mart_decision_evidence where subject_id = 'D1'", "D1 2026"),
    "Q-R9COST-01": Mutation(
        _of(
            "intermediate.int_decision__scenarios",
            "municipality_share_pct = 49",
            "scenario_id = 'S2' and cost_item = 'travel'",
        ),
        "S2 travel",
    ),
    "Q-R9COST-02": Mutation(
        _of(
            "mart_r9_cost",
            "cost_jpy = 499",
            f"scenario_id = 'S2' and payer = 'prefecture' and municipality_code = '{CODE}'",
        ),
        "O1 S2",
    ),
    "Q-R9COST-03": Mutation(
        _of("intermediate.int_decision__options", "named_municipalities = '和歌山市、海南町'", "true"),
        "O1 海南町",
    ),
    "Q-R9COST-04": Mutation(
        "delete from intermediate.int_decision__scenarios where scenario_id = 'S1' and cost_item = 'travel'",
        "S1",
    ),
    "Q-R9COST-05": Mutation(
        _of(
            "mart_r9_cost",
            "tax_allocation_jpy = 501",
            f"scenario_id = 'S2' and payer = 'municipality' and municipality_code = '{CODE}'",
        ),
        f"O1 S2 {CODE}",
    ),
    "Q-TALENT-01": Mutation(_of("mart_talent", "secured_count = 3"), CODE),
    "Q-WG-01": Mutation(_of("mart_wg_outcome", "outcome_date = date '2026-11-21'", "wg_id = 'WG01'"), "WG01"),
    "Q-WG-02": Mutation("delete from mart_wg_outcome where fiscal_year = 2026 and wg_id > 'WG05'", YEAR),
    "Q-WG-03": Mutation(_of("mart_wg_participation", "attended_meeting_count = 6"), f"WG01 {CODE}"),
    "Q-PROC-01": Mutation(
        "insert into mart_joint_procurement by name "
        "select * replace ('estimated' as evidence_class) from mart_joint_procurement where case_id = 'JP1'",
        f"JP1 {YEAR}",
    ),
    "Q-PROC-02": Mutation(
        _of("mart_joint_procurement", "standalone_cost_jpy = 10000", "case_id = 'JP1'"), "JP1"
    ),
    "Q-PROC-03": Mutation(_of("mart_joint_procurement", "participant_count = 1", "case_id = 'JP1'"), "JP1"),
    "Q-PROC-04": Mutation(_of("mart_kpi", "value = 8000000", "kpi_id = 'K308'"), "K308"),
    "Q-USE-01": Mutation(_of("mart_joint_use", "cost_after_jpy = 40000", "true"), f"SYS1 {YEAR}"),
    "Q-COMM-01": Mutation(
        _of(
            "mart_community",
            "active_member_count = 7",
            f"municipality_code = '{CODE}' and month = '2026-09-01'",
        ),
        f"{CODE} 2026-09",
    ),
    "Q-COMM-02": Mutation(_of("mart_community", "message_count = 1", "month = '2026-10-01'"), "2026-10"),
    "Q-TRANSFER-01": Mutation(_of("mart_transfer", "can_do_mean = 4.5"), f"{CODE} task1 before"),
    "Q-TRANSFER-02": Mutation(_of("mart_transfer", "successor_count = 6"), f"{CODE} task1 before"),
    "Q-RES-01": Mutation(_of("mart_residents", "value = 4200"), f"{CODE} online_rate {YEAR}"),
    "Q-COST-01": Mutation(_of("mart_programme_cost", "budget_jpy = null", "fiscal_year = 2026"), YEAR),
    "Q-COST-02": Mutation(
        _of("mart_programme_cost", "forecast_jpy = 14200000", "fiscal_year = 2026"), f"dispatch {YEAR}"
    ),
    "Q-COST-03": Mutation(_of("mart_programme_cost", "budget_jpy = 11800", "fiscal_year = 2025"), YEAR),
    "Q-KPI-01": Mutation("delete from mart_kpi where kpi_id = 'K902'", "K902"),
    "Q-KPI-02": Mutation(_of("mart_kpi", "reason = null", "kpi_id = 'K902'"), "K902"),
    "Q-KPI-03": Mutation(_of("mart_kpi", "numerator = 235", "kpi_id = 'K205'"), "K205"),
    "Q-KPI-04": Mutation(_of("mart_kpi", "value = 51.30", "kpi_id = 'K205'"), "K205"),
    "Q-KPI-05": Mutation(_of("mart_kpi", "previous_value = 3", "kpi_id = 'K101'"), "K101"),
    "Q-KPI-06": Mutation(_of("mart_kpi", "numerator = 21", "kpi_id = 'K101'"), "K101"),
    "Q-EVID-01": Mutation("delete from mart_kpi_evidence where kpi_id = 'K203'", "K203"),
    "Q-EVID-02": Mutation(
        _of("mart_kpi_evidence", "file_id = repeat('f', 63) || '0'", "kpi_id = 'K203'"), "K203"
    ),
    "Q-SUB-01": Mutation(
        _of("mart_submission", "state = '未提出'", "source = 'assessment' and municipality_code < '303500'"),
        "assessment__answers",
    ),
    "Q-DQ-01": Mutation(_of("mart_data_quality", "rows_landed = 37", "source = 'visit_log'"), "a" * 64),
    "Q-DQ-02": Mutation(
        _of("mart_data_quality", "rows_landed = 30, rows_set_aside = 10", "source = 'visit_log'"), "visit_log"
    ),
    "Q-DQ-03": Mutation(_of("mart_data_quality", "error_count = 0", "source = 'visit_log'"), "a" * 64),
    "Q-DQ-04": Mutation(
        "insert into mart_data_quality (source, file_id, path, received_date, file_status, is_in_force) "
        "select 'survey', 'u' || n, 'R8/survey/' || n, date '2026-11-01', 'refused', false from range(10) t(n)",
        "survey",
    ),
}
