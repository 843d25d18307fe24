"""The dispatch of experts in R8: applications, recruitment, plans, visits, goals and deliverables."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from pipelines.demo.world import Town, World, working_days

FISCAL_YEAR = 2026
MONTHS = [date(2026, m, 1) for m in range(6, 13)] + [date(2027, 1, 1), date(2027, 2, 1)]
_ACTIVITIES = {
    "dx_plan": "DX推進計画の骨子の検討",
    "generative_ai": "生成AIの利用手引きの作成支援",
    "standardization": "標準化に向けた業務の洗い出し",
    "online_procedures": "申請手続のオンライン化の設計",
    "bpr": "窓口業務の流れの見直し",
    "data_use": "統計データの整備と可視化",
    "security": "情報資産台帳の点検",
    "human_resources": "職員研修の計画と試行",
}
_PRODUCTS = {
    "dx_plan": "DX推進計画(案)",
    "generative_ai": "生成AI利用の手引き",
    "standardization": "業務フロー図",
    "online_procedures": "オンライン申請様式",
    "bpr": "窓口業務の改善手順書",
    "data_use": "人口動態ダッシュボード",
    "security": "情報資産台帳",
    "human_resources": "研修計画書",
}


def product_name(theme: str) -> str:
    """What work on a theme usually delivers."""
    return _PRODUCTS[theme]


def applications(world: World) -> list[dict[str, Any]]:
    """One row per applicant; one of those not selected withdrew."""
    rng = world.rng("applications")
    rows = []
    for town in (t for t in world.towns if t.has_applied):
        rows.append(
            {
                "municipality_code": town.code,
                "applied_date": date(2026, 4, rng.randint(6, 24)),
                "is_selected": town.is_dispatched,
                "has_prior_support": town.has_prior_support,
                "theme": town.theme,
                "cancelled_date": None,
                "cancel_reason": None,
            }
        )
    refused = next((r for r in rows if not r["is_selected"]), None)
    if refused:
        refused |= {"cancelled_date": date(2026, 5, 11), "cancel_reason": "庁内の体制が整わないため"}
    return rows


def recruitments(world: World) -> list[dict[str, Any]]:
    """One posting per dispatched town, one of them replaced in September, one never filled at first."""
    rng = world.rng("recruitments")
    rows = []
    for number, town in enumerate(world.dispatched, start=1):
        posted = date(2026, 4, 20) + timedelta(days=rng.randint(0, 10))
        firm = rng.choice(world.firms[:4])
        interviews = rng.randint(1, 3)
        rows.append(
            {
                "posting_id": f"B{number:02d}",
                "municipality_code": town.code,
                "theme": town.theme,
                "requirements_date": posted - timedelta(days=5),
                "posted_date": posted,
                "applicant_count": rng.randint(2, 9),
                "interview_count": interviews,
                "joint_interview_count": rng.randint(1, interviews),
                "decided_date": posted + timedelta(days=rng.randint(14, 25)),
                "start_date": plan_of(world, town)["start_date"],
                "supplier_name": firm.name,
                "supplier_corporate_number": firm.number,
                "is_side_job": rng.random() < 0.8,
                "pool_count": rng.randint(12, 30),
                "end_date": None,
                "end_kind": None,
            }
        )
    if len(rows) > 2:
        rows[2] |= {"end_date": date(2026, 9, 14), "end_kind": "replaced"}
        again = dict(rows[2]) | {
            "posting_id": "B02-2",
            "posted_date": date(2026, 9, 15),
            "requirements_date": date(2026, 9, 15),
            "decided_date": date(2026, 9, 28),
            "start_date": date(2026, 10, 1),
            "end_date": None,
            "end_kind": None,
        }
        rows.append(again)
        rows.append(
            dict(rows[0])
            | {
                "posting_id": f"B{max(99, len(rows) + 1)}",
                "applicant_count": 0,
                "interview_count": 0,
                "joint_interview_count": 0,
                "decided_date": None,
                "start_date": None,
                "supplier_name": None,
                "supplier_corporate_number": None,
            }
        )
    return rows


def plan_of(world: World, town: Town) -> dict[str, Any]:
    """The first version of a town's dispatch plan."""
    rng = world.rng(f"plan/{town.code}")
    order = world.order_of(town)
    start = {0: date(2026, 6, 1), 1: date(2026, 6, 16), 2: date(2026, 7, 1)}.get(order % 5, date(2026, 6, 1))
    end = date(2027, 2, 26) if order % 3 else date(2026, 12, 25)
    return {
        "plan_id": f"P8-{order + 1:02d}",
        "plan_version": 1,
        "municipality_code": town.code,
        "theme": town.theme,
        "person": f"expert{order + 1:02d}@example.jp",
        "effective_month": start.replace(day=1),
        "start_date": start,
        "end_date": end,
        "planned_visit_count": 4,
        "unit_price_jpy": rng.choice([52_000, 55_000, 58_000]),
    }


def plans(world: World) -> list[dict[str, Any]]:
    """Every version of every plan; one town asked for fewer visits from October, one for more."""
    rows = [plan_of(world, town) for town in world.dispatched]
    for order, count in ((3, 3), (6, 5)):
        if order < len(rows):
            rows.append(
                rows[order]
                | {"plan_version": 2, "planned_visit_count": count, "effective_month": date(2026, 10, 1)}
            )
    return rows


def visits(world: World, town: Town, month: date) -> list[dict[str, Any]]:
    """The person-visits a town reports for a month: mostly as planned, some missed, cancelled or postponed."""
    plan = plan_of(world, town)
    rng = world.rng(f"visits/{town.code}/{month}")
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = working_days(max(month, plan["start_date"]), min(last, plan["end_date"]))
    if not days:
        return []
    order = world.order_of(town)
    planned = 4 if month < date(2026, 10, 1) else {3: 3, 6: 5}.get(order, 4)
    planned = min(planned, max(1, len(days) // 5))
    lazy = 0.35 if town.is_stuck else 0.12
    rows = []
    for number, day in enumerate(sorted(rng.sample(days, min(planned, len(days)))), start=1):
        status = "delivered"
        if rng.random() < lazy:
            status = rng.choice(["cancelled_by_municipality", "cancelled_by_talent", "postponed", "absent"])
        if status == "absent":
            continue
        rows.append(_visit(world, rng, town, month, day, number, status))
    is_remote_month = (order, month.month) in {(1, 8), (4, 10), (4, 8)}
    for row in rows:
        row["mode"] = "online" if is_remote_month else row["mode"]
    if rows and not is_remote_month:
        rows[0]["mode"] = "on_site"
    if month == plan["start_date"].replace(day=1) and rows:
        rows[0] |= {
            "is_first_visit": True,
            "status": "delivered",
            "mode": "online" if order == 7 else "on_site",
        }
    if order == 5 and month.month == 9 and rows:
        rows.append(
            dict(rows[0]) | {"visit_id": rows[0]["visit_id"] + "-B", "person": _substitute(world, 90)}
        )
    if order == 2 and month.month == 7:
        rows.append(_visit(world, rng, town, month, date(2026, 6, 26), 9, "delivered"))
    return rows


def _visit(
    world: World, rng: random.Random, town: Town, month: date, day: date, number: int, status: str
) -> dict[str, Any]:
    start = rng.choice([540, 570, 600, 780, 810, 840])
    is_done = status == "delivered"
    order = world.order_of(town)
    replaced = order == 2 and day >= date(2026, 10, 1)
    return {
        "visit_id": f"V8-{order + 1:02d}-{month.month:02d}-{number}",
        "person": _substitute(world, 91) if replaced else f"expert{order + 1:02d}@example.jp",
        "talent_type": rng.choice(["ITコンサルタント", "プロジェクト管理", "業務改革"]),
        "visit_date": day,
        "start_minute": start,
        "end_minute": start + rng.choice([120, 150, 180, 240]),
        "mode": rng.choices(["on_site", "online"], [0.35, 0.65])[0],
        "status": status,
        "is_first_visit": False,
        "theme": town.theme,
        "section_name": rng.choice(["総務課", "企画課", "住民課", "福祉課", "DX推進室"]),
        "attendee_count": rng.randint(2, 8) if is_done else None,
        "activities": _ACTIVITIES[town.theme] if is_done else "日程の調整",
        "decision": rng.choice(["次回までに現状を整理する", "試行の範囲を決めた", None]) if is_done else None,
        "deliverable_name": _PRODUCTS[town.theme] if is_done and rng.random() < 0.15 else None,
        "next_action": rng.choice(["資料の更新", "関係課との調整", "試行の準備"]),
        "due_date": day + timedelta(days=14),
        "preparation_hours": rng.choice([1, 1.5, 2, 3]),
        "travel_cost_jpy": rng.choice([3_200, 5_800, 12_400]) if is_done else 0,
    }


def _substitute(world: World, number: int) -> str:
    """An expert beside those that the plans name."""
    return f"expert{number if len(world.dispatched) < number else 9000 + number}@example.jp"


def goals(world: World, upto: date) -> list[dict[str, Any]]:
    """Two goals per dispatched town, attained by some only late in the year."""
    rng = world.rng("goals")
    rows = []
    for order, town in enumerate(world.dispatched, start=1):
        for number, text in enumerate(
            (f"{_PRODUCTS[town.theme]}を完成し、決裁を得る", "支援なしで更新できる手順書を残す"), start=1
        ):
            attained = (
                date(2026, rng.choice([9, 10, 11, 12]), rng.randint(3, 27))
                if rng.random() < 0.75 - 0.4 * town.is_stuck
                else None
            )
            done = attained is not None and attained <= upto
            late = "not_attained" if upto >= date(2027, 3, 1) else "pending"
            rows.append(
                {
                    "goal_id": f"G8-{order:02d}-{number}",
                    "municipality_code": town.code,
                    "theme": town.theme,
                    "goal": text,
                    "attainment": "attained"
                    if done
                    else ("partly" if attained and late != "pending" else late),
                    "attained_date": attained if done else None,
                }
            )
    return rows


def deliverables(world: World, fiscal_year: int, upto: date) -> list[dict[str, Any]]:
    """What was completed, with and without outside support."""
    rng = world.rng(f"deliverables/{fiscal_year}")
    rows: list[dict[str, Any]] = []
    first = date(fiscal_year, 5, 10)
    for town in world.towns:
        own = 0 if town.is_stuck else max(0, min(2, round(town.level + rng.gauss(0.4, 0.5))))
        sent = 2 if town.is_dispatched and fiscal_year == FISCAL_YEAR else 0
        for number in range(own + sent):
            is_sent = number >= own
            completed = first + timedelta(days=rng.randint(110 if is_sent else 0, 270))
            approved = completed + timedelta(days=rng.randint(10, 40)) if rng.random() < 0.7 else None
            rows.append(
                {
                    "deliverable_id": f"D{fiscal_year - 2018}-{town.code[:5]}-{number + 1}",
                    "municipality_code": town.code,
                    "theme": town.theme,
                    "name": _PRODUCTS[town.theme]
                    if is_sent
                    else rng.choice(["庁内チャット運用手順", "オンライン申請の手引き", "データ公開一覧"]),
                    "completed_date": completed,
                    "approved_date": approved,
                    "has_outside_support": is_sent or rng.random() < 0.2,
                    "is_from_dispatch": is_sent,
                }
            )
    kept = [r for r in rows if r["completed_date"] <= upto]
    return [
        r
        | {"approved_date": r["approved_date"] if r["approved_date"] and r["approved_date"] <= upto else None}
        for r in kept
    ]
