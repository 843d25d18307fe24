"""Rules of the models, each broken in one place: what the SQL says, and what a mistake would make it say."""

from __future__ import annotations

from tests.unit.model.rule_mutations_decision import DECISION

# model, what stands there, what a mistake would write
MUTATIONS: tuple[tuple[str, str, str], ...] = (
    # stage
    (
        "int_stage__scores",
        "when 'prefecture' then 1 when 'vendor' then 2",
        "when 'vendor' then 1 when 'prefecture' then 2",
    ),
    ("int_stage__scores", "max(waves.wave_order) desc", "max(waves.wave_order) asc"),
    ("int_stage__scores", " and items.common_item_id is not null", ""),
    ("int_stage__capabilities", "as has_events", "as has_no_events, true as has_events"),
    (
        "int_stage__capabilities",
        "mean_scores.score >= schemes.score_threshold, false) as has_score",
        "mean_scores.score > schemes.score_threshold, false) as has_score",
    ),
    ("int_stage__capabilities", "possible.event_count is not null", "true"),
    ("int_stage__events", " and coalesce(is_from_dispatch, false) = false", ""),
    ("int_stage__events", "where events.event_date <= run.as_of", ""),
    ("int_stage__events", "where wave = 'before' and", "where"),
    ("int_stage__schemes", "where not exists (select 1 from received)", ""),
    ("mart_stage_history", "or coalesce(ranked.published_rank, 0) > ranked.stage_rank", ""),
    (
        "mart_stage_history",
        "bool_and(holds) filter (where is_collaboration) as is_collaboration",
        "bool_or(holds) as is_collaboration",
    ),
    (
        "mart_stage_history",
        "when rolled_up.wave is null then null\n            when rolled_up.is_co_creation",
        "when rolled_up.is_co_creation",
    ),
    ("mart_stage_history", "rolled_up.fiscal_year >= published.fiscal_year", "true"),
    ("mart_stage_history", "where published.published_date <= run.as_of", ""),
    ("mart_stage_history", "when sheets.municipality_code is null then", "when true then"),
    (
        "mart_stage_transition",
        "earlier.is_comparable and later.is_comparable as is_comparable",
        "later.is_comparable",
    ),
    ("mart_stage_transition", "and later.scheme_version = earlier.scheme_version", ""),
    (
        "mart_stage_transition",
        "is_comparable and recency = 1 as is_latest_comparable",
        "recency = 1 as is_latest_comparable",
    ),
    ("int_assessment__double_scorings", "and first_scorer.assessor_kind = second_scorer.assessor_kind", ""),
    (
        "int_assessment__double_scorings",
        "first_scorer.scorer_order = 1 and second_scorer.scorer_order = 2",
        "true",
    ),
    (
        "mart_assessment_agreement",
        "sum((first_score - second_score) * (first_score - second_score))",
        "sum(abs(first_score - second_score))",
    ),
    ("mart_stage_history", "ranked.is_comparable and ranked.wave is not null", "ranked.wave is not null"),
    (
        "mart_stage",
        "< make_date(history.fiscal_year + 1, 4, 1)",
        "<= make_date(history.fiscal_year + 1, 4, 1)",
    ),
    ("mart_stage", "history.scheme_valid_from <= run.as_of", "true"),
    ("int_kpi_rows__stage", "where is_latest_comparable", ""),
    # dispatch
    ("int_dispatch__plan_months", "plans.effective_month <= months.month", "true"),
    ("int_dispatch__plan_months", "'least(last_covered_day, as_of)'", "'last_covered_day'"),
    (
        "int_dispatch__plan_months",
        "planned_visit_count * counted.covered_day_count",
        "planned_visit_count * counted.day_count",
    ),
    (
        "int_dispatch__plan_months",
        "support_days.supported_day_count = counted.day_count",
        "counted.covered_day_count = counted.day_count",
    ),
    ("int_dispatch__visits", "is_delivered and is_in_period as is_counted", "is_delivered as is_counted"),
    (
        "int_dispatch__visits",
        "partition by municipality_code, visit_date, is_delivered and is_in_period",
        "partition by visit_id",
    ),
    (
        "int_dispatch__visits",
        "coalesce(matched.own_price_jpy, round(matched.mean_price_jpy))",
        "round(matched.mean_price_jpy)",
    ),
    ("int_dispatch__visits", " and visits.sheet = matched.sheet and visits.row = matched.row", ""),
    ("mart_dispatch_month", "filter (where is_counted and order_of_day = 1)", "filter (where is_counted)"),
    (
        "mart_dispatch_month",
        "plan_months.is_full_month and plan_months.is_elapsed\n",
        "plan_months.is_full_month\n",
    ),
    (
        "mart_dispatch_month",
        "filter (where status = 'cancelled_by_talent')",
        "filter (where status like 'cancelled%')",
    ),
    (
        "mart_dispatch_utilisation",
        "ratio('months.delivered_visit_count', 'months.due_visit_count', 100)",
        "ratio('months.delivered_visit_count', 'months.planned_visit_count', 100)",
    ),
    (
        "mart_dispatch_utilisation",
        "is_counted and order_of_year = 1 and is_on_site",
        "is_counted and is_on_site",
    ),
    (
        "mart_dispatch_utilisation",
        "filter (where is_full_month and is_elapsed)",
        "filter (where is_full_month)",
    ),
    (
        "mart_dispatch_utilisation",
        "ratio('visits.cost_jpy', 'months.onsite_day_count')",
        "ratio('visits.cost_jpy', 'months.onsite_visit_count')",
    ),
    (
        "int_kpi_rows__dispatch",
        "case when order_of_month = 1 and has_onsite_visit",
        "case when has_onsite_visit",
    ),
    (
        "mart_output",
        "case when deliverables.approved_date <= run.as_of then deliverables.approved_date end",
        "deliverables.approved_date",
    ),
    # wg
    ("mart_wg_outcome", "where outcomes.reached_date <= run.as_of", ""),
    ("mart_wg_outcome", "in ('implemented', 'operating')", "in ('implemented', 'operating', 'ended')"),
    ("mart_wg_outcome", "count(*) = 3 and ", ""),
    ("mart_wg_outcome", "not in ('prefecture', 'producer')", "not in ('prefecture')"),
    ("mart_wg_outcome", "where recency <= 3", ""),
    ("mart_wg_participation", "where attendance.headcount > 0", ""),
    ("int_kpi_rows__wg", "case when order_of_municipality = 1 then 1 else 0 end", "1"),
    # procurement
    (
        "int_procurement__shares",
        "and coalesce(participants.joined_date, cases.contract_date) <= run.as_of",
        "",
    ),
    ("int_kpi_rows__procurement", "where evidence_class = '{{ evidence_class }}' and", "where"),
    (
        "mart_joint_procurement",
        "group by fiscal_year, case_id, evidence_class",
        "group by fiscal_year, case_id, evidence_class, saving_jpy",
    ),
    ("mart_joint_use", "where joint_use.start_date <= run.as_of", ""),
    # community
    ("int_chat__messages", "order by members.fiscal_year desc,", "order by members.fiscal_year asc,"),
    (
        "int_chat__messages",
        "case when members.affiliation_kind = 'municipality' then members.municipality_code end",
        "members.municipality_code",
    ),
    (
        "int_chat__messages",
        "(members.valid_to is null or cast(messages.posted_at as date) <= members.valid_to)",
        "true",
    ),
    ("int_chat__messages", "where instants.file_id is null", ""),
    ("int_chat__messages", "and received.channel = instants.channel", ""),
    ("int_chat__messages", "order by is_of_earlier_key asc", "order by is_of_earlier_key desc"),
    ("int_chat__messages", "on received.is_of_earlier_key\n", "on true\n"),
    ("int_chat__messages", "kept_municipality_code as municipality_code", "null as municipality_code"),
    ("int_chat__first_answers", " and member <> thread_member", ""),
    (
        "int_chat__first_answers",
        "where questions.municipality_code is not null and not questions.is_reply",
        "",
    ),
    (
        "int_kpi_rows__community",
        "where is_reply and municipality_code <> thread_municipality_code",
        "where is_reply",
    ),
    (
        "int_kpi_rows__community",
        "when section_kind = 'line_section' then 1",
        "when section_kind = 'dx_section' then 1",
    ),
    (
        "mart_community",
        "where recency = 1 and affiliation_kind = 'municipality'",
        "where affiliation_kind = 'municipality'",
    ),
    ("mart_community", "median(working_minute_count)", "avg(working_minute_count)"),
    ("mart_community", "count(distinct is_of_earlier_key) > 1", "count(distinct is_of_earlier_key) > 0"),
    # transfer, residents, cost, talent, combination
    ("int_transfer__answers", "when wave = 'six_months_after' then 1", "when wave = 'never' then 1"),
    ("int_kpi_rows__transfer", "where respondent_kind <> 'dispatched'", ""),
    ("int_kpi_rows__transfer", "before_means.hours_count)', 4", "before_means.hours_count)', 1"),
    ("mart_transfer", "'count(answers.can_do)'", "'count(*) + 1'"),
    (
        "mart_residents",
        "indicators.statistics_year - 1 = previous.statistics_year",
        "indicators.statistics_year > previous.statistics_year",
    ),
    ("mart_residents", "where municipalities.municipality_code is null", ""),
    ("int_kpi_rows__residents", "and change is not null", ""),
    ("mart_programme_cost", "coalesce(costs.actual_jpy, costs.forecast_jpy)", "costs.forecast_jpy"),
    ("mart_programme_cost", "parameters.valid_from < make_date", "parameters.valid_from <= make_date"),
    ("int_kpi_rows__cost", "case when fund_source = 'general' then", "case when fund_source <> 'x' then"),
    (
        "mart_talent",
        "filter (where recruitments.decided_date <= run.as_of)",
        "filter (where recruitments.decided_date is not null)",
    ),
    (
        "int_kpi_rows__talent",
        "recruitments.start_date is not null and recruitments.start_date <= run.as_of",
        "recruitments.start_date is not null",
    ),
    ("int_kpi_rows__combination", "case when measure_count = 4 then", "case when measure_count >= 1 then"),
    # kpi and what came in
    (
        "mart_kpi",
        "when 'percent' then {{ ratio('spine.numerator', 'spine.denominator', 100) }}",
        "when 'percent' then {{ ratio('spine.numerator', 'spine.denominator') }}",
    ),
    (
        "mart_kpi",
        "definitions.direction = 'down' and compared.value <= compared.target",
        "definitions.direction = 'down' and compared.value >= compared.target",
    ),
    (
        "mart_kpi",
        "make_date(measured.fiscal_year + 1, 3, 31) <= run.as_of",
        "make_date(measured.fiscal_year + 1, 3, 31) < run.as_of",
    ),
    ("mart_kpi", "when not compared.is_target_date_past then '現時点'", ""),
    (
        "mart_kpi",
        "measured.fiscal_year - 1 = previous.fiscal_year",
        "measured.fiscal_year > previous.fiscal_year",
    ),
    (
        "mart_kpi",
        "case when definitions.target_fiscal_year = measured.fiscal_year then definitions.target end",
        "definitions.target",
    ),
    ("mart_kpi", "    union\n    select fiscal_year from run\n", ""),
    ("mart_kpi_evidence", "when kpi_rows.numerator = 0 then 'population'", ""),
    ("mart_kpi_evidence", "split_part(kpi_rows.field, ',', numbers.place_no) as field", "kpi_rows.field"),
    (
        "int_effect__plans",
        "plan_sights.seen_date > outcome_sights.seen_date",
        "plan_sights.seen_date >= outcome_sights.seen_date",
    ),
    ("mart_kpi_change", "on compared.compared_with = previous.compared_with", "on true"),
    ("mart_kpi_change", "where present_files.file_id is null or previous_files.file_id is null", ""),
    ("mart_kpi_change", "on changed.compared_with = responsible.compared_with", "on true"),
    ("mart_kpi_change", "when not bases.is_same_program then 'プログラム'", ""),
    ("int_stage__event_rows", "attendance.fiscal_year = meetings.fiscal_year and ", ""),
    ("int_stage__event_rows", "shares.fiscal_year = cases.fiscal_year and ", ""),
    ("int_kpi_rows__community", "where examined.is_opening", ""),
    ("int_kpi_rows__stage", "where shown.municipality_code = shown.first_municipality_code", ""),
    ("int_kpi_rows__wg", "wgs.fiscal_year >= outcomes.fiscal_year", "wgs.fiscal_year = outcomes.fiscal_year"),
    ("int_kpi_rows__combination", "where counted.measure_count < 4", ""),
    ("mart_submission", "expected.due_date >= run.as_of", "expected.due_date > run.as_of"),
    (
        "mart_submission",
        "newest.first_date > expected.due_date",
        "newest.first_date >= expected.due_date",
    ),
    (
        "mart_data_quality",
        "counts.rows_in = counts.rows_landed + counts.rows_set_aside",
        "counts.rows_in >= counts.rows_landed",
    ),
    *DECISION,
)


def rounds() -> list[list[tuple[str, str, str]]]:
    """Mutations that can be tried together: at most one for each model, for unit tests look at one model only."""
    waiting, tried = list(MUTATIONS), []
    while waiting:
        together = {model: (model, old, new) for model, old, new in reversed(waiting)}
        tried.append(list(together.values()))
        waiting = [mutation for mutation in waiting if mutation not in together.values()]
    return tried
