"""What R9 is judged by, what could follow, and who would pay: three sheets, decided before any outcome is known."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.demo.files import Sheet

Rows = list[dict[str, Any]]
_DECIDED = date(2026, 5, 14)
_NEXT_YEAR = date(2027, 4, 1)
_APPROVER = "デジタル社会推進課長(架空)"

# question, statement, KPI or analysis, comparator, threshold, evidence, when judged, why.
_CRITERIA = (
    ("necessity", "デジタル人材が不足していると答えた団体が半数以上ある", "K607", "at_least", 50, "self_reported", "as_of",
     "県全体の課題(架空)"),
    ("effectiveness", "派遣を受けた団体が、費用に見合う大きさで進んだ", "主要", None, None, "inferred", "year_end", "分析計画による"),
    ("effectiveness", "協働以上と裏付けられた団体が24団体以上ある", "K101", "at_least", 24, "corroborated", "year_end", "県内の8割(架空)"),
    ("efficiency", "1人回当たりの費用が65,000円以下である", "K213", "at_most", 65_000, "measured", "as_of", "過去の委託の単価(架空)"),
    ("self_reliance", "WGの半数以上が自走している", "K304", "at_least", 50, "measured", "as_of", "令和8年度の目標"),
    ("self_reliance", "後任者を指名した回答が半数以上ある", "K602", "at_least", 50, "self_reported", "year_end", "令和8年度の目標"),
    ("fairness", "WGに参加した団体が24団体以上ある", "K305", "at_least", 24, "measured", "as_of", "県内の8割(架空)"),
)  # fmt: skip

# kind, what, for whom, named, months, visits a month, price, travel, common cost, staff hours.
_OPTIONS = (
    ("expand", "すべての団体に派遣する", "all_municipalities", None, 8, 4, None, None, 1_200_000, 1400),
    ("continue", "今年度と同じ団体への派遣を続ける", "dispatched", None, 8, 4, None, None, 600_000, 860),
    ("revise", "協働未達の団体に、オンラインを中心に派遣する", "below_collaboration", None, 8, 3, 52_000, 3_000, 600_000, 700),
    ("reduce", "道半ばの団体だけに、引継ぎのための派遣をする", "named", 3, 4, 2, None, None, 200_000, 240),
    ("end", "派遣を終え、よろず相談で受ける", "none", None, 0, 0, None, None, 0, 300),
)  # fmt: skip

# name, share of the municipality, cap, rate and cap of the tax allocation, all by item.
_SCENARIOS: tuple[tuple[str, dict[str, tuple[int | None, ...]]], ...] = (
    ("県全額", {"dispatch": (0, None, None, None), "travel": (0, None, None, None)}),
    ("折半", {"dispatch": (50, None, 50, 500_000), "travel": (50, None, 50, None)}),
    ("市町村負担", {"dispatch": (100, None, 50, 1_000_000), "travel": (100, None, 50, None)}),
    ("市町村負担(上限あり)", {"dispatch": (100, 1_000_000, 50, 1_000_000), "travel": (0, None, None, None)}),
)  # fmt: skip


def decision_sheets(named: list[str], most: int) -> list[Sheet]:
    """The three sheets; `named` are the towns of the option that names some, `most` eight in ten of all."""
    return [
        Sheet("policy__decision_criteria", _criteria(most)),
        Sheet("policy__r9_options", _options(named), {"fiscal_year": 2027}),
        Sheet("policy__payer_scenarios", _scenarios()),
    ]


def _criteria(most: int) -> Rows:
    return [
        {
            "criterion_id": f"D{number}",
            "valid_from": _DECIDED,
            "question": question,
            "statement": statement.replace("24団体", f"{most:,}団体"),
            "kpi_id": basis if basis.startswith("K") else None,
            "analysis": None if basis.startswith("K") else basis,
            "comparator": comparator,
            "threshold": most if threshold == 24 else threshold,
            "required_evidence_class": evidence,
            "judged_at": judged_at,
            "approver": _APPROVER,
            "source": source,
        }
        for number, (question, statement, basis, comparator, threshold, evidence, judged_at, source) in enumerate(
            _CRITERIA, start=1
        )
    ]  # fmt: skip


def _options(named: list[str]) -> Rows:
    return [
        {
            "option_id": f"O{number}",
            "option_kind": kind,
            "description": description,
            "target": target,
            "named_municipalities": "、".join(named[:count]) if count else None,
            "month_count": months,
            "visits_per_month": visits,
            "unit_price_jpy": price,
            "travel_cost_per_visit_jpy": travel,
            "common_cost_jpy": common,
            "staff_hours": hours,
            "source": "架空の見積り",
        }
        for number, (kind, description, target, count, months, visits, price, travel, common, hours) in enumerate(
            _OPTIONS, start=1
        )
    ]  # fmt: skip


def _scenarios() -> Rows:
    return [
        {
            "scenario_id": f"S{number}",
            "valid_from": _NEXT_YEAR,
            "scenario_name": name,
            "cost_item": item,
            "prefecture_share_pct": 100 - (share or 0),
            "municipality_share_pct": share,
            "municipality_cap_jpy": cap,
            "tax_allocation_rate_pct": rate,
            "tax_allocation_cap_jpy": rate_cap,
            "source": "架空の率と上限",
            "source_date": _DECIDED,
        }
        for number, (name, items) in enumerate(_SCENARIOS, start=1)
        for item, (share, cap, rate, rate_cap) in items.items()
    ]
