"""The policy sheets: stage scheme, item map, targets, analysis plan, decision, deadlines, aliases, waivers, parameters."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pipelines.demo.analysis_plan import plan_sheets
from pipelines.demo.assessments import ITEMS, item_numbers
from pipelines.demo.decision import decision_sheets
from pipelines.demo.files import Sheet, write_workbook
from pipelines.demo.nation import register_sheet
from pipelines.demo.world import World
from pipelines.fiscal_year import months, short_label

Rows = list[dict[str, Any]]
_CAPABILITIES = ("judge", "use_support", "solve", "lead")
_EVIDENCE = {
    "judge": ("measure_approved", "plan_or_organisation"),
    "use_support": ("consultation", "wg_participation", "joint_procurement", "joint_use"),
    "solve": ("unaided_deliverable", "unaided_task"),
    "lead": ("wg_lead", "procurement_lead", "cross_reply", "kb_article"),
}
# version, valid from, thresholds, required events; v2 is a draft for R9.
_SCHEMES = (
    ("v1", date(2023, 4, 1), (2.0, 2.0, 2.0, 2.0), (1, 2, 1, 1)),
    ("v2", date(2027, 4, 1), (2.5, 2.5, 2.5, 2.5), (1, 3, 2, 2)),
)
_TARGETS = {
    "K101": 30,
    "K104": 8,
    "K203": 95,
    "K206": 100,
    "K207": 10,
    "K211": 80,
    "K212": 10,
    "K303": 6,
    "K304": 50,
    "K306": 4,
    "K308": 10_000_000,
    "K401": 100,
    "K501": 25,
    "K601": 1,
    "K602": 50,
    "K701": 45,
}

# In the year of the programme most municipalities move: the gate asks, and the prefecture answers.
_WAIVERS: Rows = [
    {
        "waiver_id": "A8-01",
        "expectation_id": "Q-SUB-01",
        "scope": "アセスメント調査票",
        "reason": "1団体の未提出は、担当者不在のため県が代行して確認する",
        "approver": "デジタル社会推進課長(架空)",
        "approved_date": date(2026, 11, 2),
        "expires_date": date(2027, 3, 31),
    },
    {
        "waiver_id": "A8-02",
        "expectation_id": "Q-STAGE-06",
        "scope": "2026年度",
        "reason": "支援の初年度で、6割を超える団体の段階が動いた。様式と設問対応表に変更がないことを確かめた",
        "approver": "デジタル社会推進課長(架空)",
        "approved_date": date(2027, 6, 17),
        "expires_date": date(2027, 9, 30),
    },
]


def write_policy(world: World, out: Path) -> int:
    """Write the policy sheets of R7 to R9; returns the number of files."""
    folder = out / "R7" / "policy" / "2025-04-25"
    write_workbook(folder / "設定_段階の基準.xlsx", _stage_sheets(), world.rng("policy/stage"), 0)
    write_workbook(folder / "設定_KPI目標_R7.xlsx", [_targets(world, 2025)], world.rng("policy/targets7"), 0)
    folder = out / "R8" / "policy" / "2026-05-15"
    write_workbook(folder / "設定_KPI目標_R8.xlsx", [_targets(world, 2026)], world.rng("policy/targets8"), 0)
    sheets = [
        Sheet("policy__submission_deadlines", _deadlines(), {"fiscal_year": 2026}),
        Sheet(
            "policy__aliases",
            [
                {"alias": "紀ノ川市", "municipality_code": "302082"},
                {"alias": "かつらぎちょう", "municipality_code": "303411"},
                {"alias": "那智勝浦", "municipality_code": "304212"},
            ],
        ),
        Sheet("policy__waivers", _WAIVERS[:1]),
        Sheet(
            "policy__parameters",
            [
                {
                    "name": "staff_hourly_cost_jpy",
                    "value": 3600,
                    "unit": "円",
                    "valid_from": date(2026, 4, 1),
                    "source": "架空の人件費単価",
                },
                {
                    "name": "disclosure_minimum_public",
                    "value": 10,
                    "unit": "人",
                    "valid_from": date(2026, 4, 1),
                    "source": "県の取扱い(架空)",
                },
                {
                    "name": "disclosure_minimum_internal",
                    "value": 5,
                    "unit": "人",
                    "valid_from": date(2026, 4, 1),
                    "source": "県の取扱い(架空)",
                },
            ],
        ),
    ]
    write_workbook(folder / "設定_提出期限・別表記・例外.xlsx", sheets, world.rng("policy/other"), 0)
    write_workbook(folder / "設定_分析計画_R8.xlsx", plan_sheets(), world.rng("policy/analysis"), 0)
    decided = decision_sheets(
        [town.name for town in world.dispatched if town.label == town.name], _eight_in_ten(world)
    )
    write_workbook(folder / "設定_判断基準・選択肢・負担_R8.xlsx", decided, world.rng("policy/decision"), 0)
    folder = out / "R9" / "policy" / "2027-06-18"
    waivers = [Sheet("policy__waivers", _WAIVERS)]
    write_workbook(folder / "設定_例外承認.xlsx", waivers, world.rng("policy/waivers"), 0)
    if world.register:
        folder = out / short_label(world.first_year) / "policy" / f"{world.first_year}-04-03"
        sheet = register_sheet(world.register)
        write_workbook(folder / "設定_団体一覧.xlsx", [sheet], world.rng("policy/register"), 0)
    return 7 + bool(world.register)


def _stage_sheets() -> list[Sheet]:
    schemes = [
        {
            "scheme_version": version,
            "valid_from": valid,
            "capability": capability,
            "score_threshold": threshold,
            "event_count": events,
        }
        for version, valid, thresholds, counts in _SCHEMES
        for capability, threshold, events in zip(_CAPABILITIES, thresholds, counts, strict=True)
    ]
    evidence = [
        {"scheme_version": s[0], "capability": c, "event_kind": kind}
        for s in _SCHEMES
        for c in _CAPABILITIES
        for kind in _EVIDENCE[c]
    ]
    items = [
        {
            "wave": wave,
            "item_no": number,
            "capability": ITEMS[item][0],
            "common_item_id": item if ITEMS[item][1] else None,
        }
        for wave in ("R5", "R7", "R8_mid", "R8_end")
        for item, number in item_numbers(wave).items()
    ]
    return [
        Sheet("policy__stage_schemes", schemes),
        Sheet("policy__stage_evidence", evidence),
        Sheet("policy__assessment_items", items),
    ]


def _eight_in_ten(world: World) -> int:
    """Eight municipalities of ten in a programme of several prefectures; what the story says in one."""
    return len(world.towns) * 8 // 10 if world.register else 24


def _targets(world: World, fiscal_year: int) -> Sheet:
    of_all = {"K101": len(world.towns)} if world.register else {}
    rows = [{"kpi_id": kpi, "target": target} for kpi, target in (_TARGETS | of_all).items()]
    return Sheet("policy__kpi_targets", rows, {"fiscal_year": fiscal_year})


def _deadlines() -> Rows:
    rows: Rows = [
        {
            "dataset": "assessment__answers",
            "period": "R8中間",
            "scope": "all_municipalities",
            "due_date": date(2026, 10, 16),
        },
        {
            "dataset": "assessment__answers",
            "period": "R8末",
            "scope": "all_municipalities",
            "due_date": date(2027, 3, 19),
        },
        {
            "dataset": "survey__needs",
            "period": "R7",
            "scope": "all_municipalities",
            "due_date": date(2026, 2, 27),
        },
        {"dataset": "register__costs", "period": "R8", "scope": "prefecture", "due_date": date(2026, 5, 29)},
        {
            "dataset": "procurement__joint_cases",
            "period": "R8",
            "scope": "prefecture",
            "due_date": date(2026, 11, 10),
        },
    ]
    for month in months(2026)[2:11]:
        due = date(month.year + (month.month == 12), month.month % 12 + 1, 12)
        rows.append(
            {
                "dataset": "visit_log__visits",
                "period": f"{month:%Y-%m}",
                "scope": "dispatched",
                "due_date": due,
            }
        )
    return rows
