"""Rules of the decision, each broken in one place: verdicts, options and who pays."""

from __future__ import annotations

# model, what stands there, what a mistake would write
DECISION: tuple[tuple[str, str, str], ...] = (
    ("int_decision__criteria", "order by chosen.valid_from desc", "order by chosen.valid_from asc"),
    ("int_decision__criteria", "chosen.valid_from < make_date", "chosen.valid_from <= make_date"),
    ("int_decision__criteria", "where not exists (select 1 from received)", ""),
    ("int_decision__options", "offered.fiscal_year - 1", "offered.fiscal_year"),
    ("int_decision__options", "where chosen.fiscal_year <= run.fiscal_year", ""),
    ("int_decision__options", "where not exists (select 1 from received)", ""),
    ("int_decision__scenarios", " and chosen.valid_from = newest.valid_from", ""),
    ("int_decision__scenarios", "chosen.valid_from < make_date", "chosen.valid_from <= make_date"),
    ("int_decision__option_costs", "and dispatched.municipality_code is null", ""),
    ("int_decision__option_costs", "and staged.stage = 'below'", "and staged.stage is not null"),
    ("int_decision__option_costs", "and planned_years.fiscal_year is null", "and false"),
    ("int_decision__option_costs", "and assessed_years.fiscal_year is null", "and false"),
    ("int_decision__option_costs", "where unknown.option_id is null", "where true"),
    ("int_decision__option_costs", "parameters.valid_from < make_date", "parameters.valid_from <= make_date"),
    ("int_decision__option_costs", "parameters.name = 'staff_hourly_cost_jpy' and ", ""),
    ("int_decision__option_costs", "case when staff_hours = 0 then 0 else ", "case when false then 0 else "),
    ("int_decision__measures", "and accounts.is_open", "and false"),
    ("int_decision__measures", "and analyses.match_count = 1 and", "and"),
    ("int_decision__measures", "<= run.as_of as is_year_over", "< run.as_of as is_year_over"),
    ("int_decision__measures", "where municipality_code is null", ""),
    (
        "mart_decision",
        "then measures.measured >= measures.threshold",
        "then measures.measured > measures.threshold",
    ),
    (
        "mart_decision",
        "then measures.measured < measures.threshold",
        "then measures.measured <= measures.threshold",
    ),
    (
        "mart_decision",
        "when compared.judged_at = 'year_end' and not compared.is_year_over then 'not_yet'",
        "",
    ),
    ("mart_decision", "when compared.is_weaker then 'weak_evidence'", ""),
    ("mart_decision", "'not is_strict'", "'is_strict'"),
    ("mart_decision", "case when worded.is_post_hoc then '事後分析です。' else '' end", "''"),
    ("mart_r9_cost", "coalesce(terms.municipality_cap_jpy, costs.cost_jpy)", "costs.cost_jpy"),
    ("mart_r9_cost", "when divided.of_municipality_jpy = 0 then 0", "when false then 0"),
    ("mart_r9_cost", "floor(", "ceil("),
    (
        "mart_r9_cost",
        "when costs.cost_jpy is null or terms.municipality_share_pct is null then null",
        "",
    ),
    ("mart_decision_evidence", "where subjects.file_id is not null", ""),
)
