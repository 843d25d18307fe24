"""The rules by which what did not work is looked for, each with what it finds in the marts."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.facts import Facts, Row
from pipelines.report.sections.effect_tables import amount
from pipelines.report.sections.kpi_table import target_cell
from pipelines.report.wording import MONEY_MINUS, month_label, number_text, short_date, stage_label

# What or who, what happened, where it is recorded.
Case = tuple[str, str, str]
RULES = {
    "targets": ("目標に届いていないKPI", "目標のあるKPIのうち、いまの値が目標に届かないか、値のないもの"),
    "criteria": ("満たしていない判断基準", "判定が「満たさない」、または途中の値が基準を満たしていないもの"),
    "effects": ("見合う大きさでない効果", "登録された分析のうち、判定が「満たさない」のもの"),
    "stages": ("段階が下がった団体", "比べられる直前の年度より、裏付けのある段階が下がった団体"),
    "confirm": ("裏付けのない段階", "公表または評点の段階が、裏付けを上回る団体(要確認)"),
    "wgs": ("成果なく終わったWG", "終了または中止したWGのうち、「実施」に至らなかったもの"),
    "onsite": (
        "現地訪問のない月",
        "月初から月末まで支援し、基準日までに終わった月のうち、現地訪問のない団体と月",
    ),
    "goals": (
        "達成していない取組目標",
        "合意した取組目標のうち、基準日までに達成していないもの(取組中を含む)",
    ),
    "procurement": ("割高になった共同調達", "単独で調達した場合より、負担の額が大きい案件"),
    "talent": ("確保できなかった・続かなかった人材", "決定のない募集、途中終了、交代"),
}


def cases(facts: Facts) -> dict[str, list[Case]]:
    """Per rule: who or what, what happened, and where it is recorded."""
    finders = {
        "targets": _targets,
        "criteria": _criteria,
        "effects": _effects,
        "stages": _stages,
        "confirm": _to_confirm,
        "wgs": _wgs,
        "onsite": _onsite,
        "goals": _goals,
        "procurement": _procurement,
        "talent": _talent,
    }
    return {rule: finders[rule](facts) for rule in RULES}


def _targets(facts: Facts) -> list[Case]:
    return [
        (
            f"{k.kpi_id} {k.name_ja}",
            f"目標{target_cell(k).text}{k.unit}に対して{k.text}({k.status})"
            if k.value is not None
            else f"目標{target_cell(k).text}{k.unit}に対して値なし({k.reason})",
            k.kpi_id,
        )
        for k in facts.kpis.values()
        if k.is_behind
    ]


def _criteria(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select criterion_id, statement, reason_ja, kpi_id, analysis_id from mart_decision where fiscal_year = ? "
        "and (verdict = 'not_met' or (verdict_reason = 'not_yet' and not would_hold_now)) order by 1",
        facts.fiscal_year,
    )
    return [
        (f"{r['criterion_id']} {r['statement']}", r["reason_ja"], r["kpi_id"] or f"分析{r['analysis_id']}")
        for r in rows
    ]


def _effects(facts: Facts) -> list[Case]:
    rows = [r for r in facts.of_year("mart_effect", "plan_id, analysis_id") if r["verdict"] == "not_met"]
    return [
        (
            f"分析{r['analysis_id']} {facts.label('effect_outcomes', r['outcome'])}",
            f"推定{amount(r, r['estimate'])}。{r['reading_ja']}",
            f"分析計画{r['plan_id']}",
        )
        for r in rows
    ]


def _stages(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select t.municipality_name, t.from_stage, t.to_stage, s.missing_criteria_text from mart_stage_transition t "
        "inner join mart_stage s on s.municipality_code = t.municipality_code and s.fiscal_year = t.fiscal_year "
        "where t.fiscal_year = ? and t.is_latest_comparable and t.rank_change < 0 order by t.municipality_code",
        facts.fiscal_year,
    )
    return [
        (
            r["municipality_name"],
            f"{stage_label(r['from_stage'])}から{stage_label(r['to_stage'])}へ。足りないもの: {r['missing_criteria_text'] or 'なし'}",
            "段階の章",
        )
        for r in rows
    ]


def _to_confirm(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select municipality_name, stage, claimed_stage, published_stage from mart_stage where fiscal_year = ? "
        "and is_to_confirm order by municipality_code",
        facts.fiscal_year,
    )
    by: dict[str, list[str]] = defaultdict(list)
    for r in rows:
        text = f"裏付けは{stage_label(r['stage'])}、評点では{stage_label(r['claimed_stage'])}、公表では{stage_label(r['published_stage'])}"
        by[text].append(r["municipality_name"])
    return [("、".join(names), text, "K107") for text, names in by.items()]


def _wgs(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select * from mart_wg_outcome where fiscal_year = ? and status in ('finished', 'cancelled') "
        "and not has_concrete_outcome order by wg_id",
        facts.fiscal_year,
    )
    return [
        (
            r["wg_name"],
            f"{facts.label('wg_statuses', r['status'])}({short_date(r['end_date'])})。会議{number_text(r['meeting_count'])}回、"
            f"到達は{facts.label('outcome_stages', r['outcome_stage'])}",
            "事業台帳のWG",
        )
        for r in rows
    ]


def _onsite(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select municipality_name, municipality_code, month, delivered_visit_count from mart_dispatch_month where fiscal_year = ? "
        "and is_full_month and is_elapsed and not has_onsite_visit order by municipality_code, month",
        facts.fiscal_year,
    )
    return [
        (
            f"{r['municipality_name']} {month_label(r['month'])}",
            f"オンラインだけ{number_text(r['delivered_visit_count'])}人回" if r["delivered_visit_count"] else "派遣の実績なし",
            "K206",
        )
        for r in rows
    ]  # fmt: skip


def _goals(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select municipality_name, goal_count, attained_goal_count from mart_dispatch_utilisation where fiscal_year = ? "
        "and attained_goal_count < goal_count order by municipality_code",
        facts.fiscal_year,
    )
    return [
        (
            r["municipality_name"],
            f"取組目標{number_text(r['goal_count'])}件のうち、達成は{number_text(r['attained_goal_count'])}件",
            "K211",
        )
        for r in rows
    ]


def _procurement(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select * from mart_joint_procurement where fiscal_year = ? and saving_jpy < 0 order by case_id, evidence_class",
        facts.fiscal_year,
    )
    return [
        (
            f"{r['case_name']}({facts.label('evidence_classes', r['evidence_class'])})",
            f"単独{number_text(r['standalone_cost_jpy'])}円に対して負担{number_text(r['share_amount_jpy'])}円"
            f"(削減{number_text(r['saving_jpy'], minus=MONEY_MINUS)}円)",
            "共同調達台帳",
        )
        for r in rows
    ]


def _talent(facts: Facts) -> list[Case]:
    rows = facts.rows(
        "select * from mart_talent where fiscal_year = ? and (secured_count < posting_count or early_end_count > 0 "
        "or replacement_count > 0) order by municipality_code",
        facts.fiscal_year,
    )
    return [(r["municipality_name"], _talent_text(r), "K401、K405") for r in rows]


def _talent_text(row: Row) -> str:
    parts = (
        ("決定のない募集", row["posting_count"] - row["secured_count"]),
        ("途中終了", row["early_end_count"]),
        ("交代", row["replacement_count"]),
    )
    return "、".join(f"{name}{number_text(count)}件" for name, count in parts if count)
