"""What is said under a number that is no KPI's: analyses, criteria, options, scenarios; their rows are gathered elsewhere."""

from __future__ import annotations

from collections import Counter

from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.document import Evidence
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import ROLES, VERDICTS, amount
from pipelines.report.sections.r9_costs import shares
from pipelines.report.sections.r9_tables import judged, threshold_text, value_text
from pipelines.report.wording import number_text

_DECIDED = "設定"
_DECISION_AND_PLAN = "設定、アセスメント調査票"


def statements(facts: Facts) -> tuple[Evidence, ...]:
    """Analyses, criteria, options and scenarios of the year, each under its printed number."""
    costs = shares(facts)
    return (
        *_analyses(facts),
        *(_criterion(facts, row) for row in judged(facts)),
        *{row["option_id"]: _option(facts, row) for row in costs}.values(),
        *{row["scenario_id"]: _scenario(row) for row in costs}.values(),
    )


def _analyses(facts: Facts) -> list[Evidence]:
    rows = facts.of_year("mart_effect", "plan_id, analysis_id")
    plans = Counter(r["analysis_id"] for r in rows)
    found = []
    for r in rows:
        number = f"{r['plan_id']}/{r['analysis_id']}" if plans[r["analysis_id"]] > 1 else r["analysis_id"]
        method = facts.label("effect_methods", r["method"])
        found.append(
            Evidence(
                number,
                f"{ROLES[r['role']]}の分析(計画 {r['plan_id']})、{facts.label('effect_outcomes', r['outcome'])}",
                f"{method}。{facts.label('assessment_waves', r['baseline_wave'])}から"
                f"{facts.label('assessment_waves', r['outcome_wave'])}まで。{r['reading_ja'] or ''}",
                _DECISION_AND_PLAN,
                "結果なし" if r["estimate"] is None else amount(r, r["estimate"]),
                f"派遣 {number_text(r['treated_count'])} / {number_text(r['unit_count'])}団体"
                if r["unit_count"]
                else "",
            )
        )
    return found


def _criterion(facts: Facts, row: Row) -> Evidence:
    behind = f"指標 {row['kpi_id']}" if row["kpi_id"] else f"分析{row['analysis_id']}"
    return Evidence(
        row["criterion_id"],
        row["statement"],
        f"{behind}を基準値({threshold_text(facts, row)})と比べる。{row['reason_ja']}",
        _DECIDED,
        f"{value_text(facts, row, row['measured'])} {VERDICTS.get(row['verdict'], SUPPRESSED)}",
        "",
    )


def _option(facts: Facts, row: Row) -> Evidence:
    return Evidence(
        row["option_id"],
        f"{facts.label('option_kinds', row['option_kind'])}({row['description']})",
        "派遣委託料 + 旅費 + 共通経費 + 職員人件費(試算)。単価の根拠は「費用の単価の根拠」の表。",
        _DECIDED,
        "計算できない" if row["unknown"] else f"{number_text(row['total'])}円",
        "",
    )


def _scenario(row: Row) -> Evidence:
    return Evidence(
        row["scenario_id"],
        row["scenario_name"],
        "費目ごとの割合・上限・特別交付税の措置率。「負担の案の割合・率・上限」の表。",
        _DECIDED,
        "負担の案",
        "",
    )
