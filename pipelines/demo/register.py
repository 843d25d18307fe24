"""The prefecture's register: four workbooks, sent again with every revision."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo import collaboration, dispatch
from pipelines.demo.files import Sheet, write_workbook
from pipelines.demo.world import World
from pipelines.fiscal_year import short_label

Rows = list[dict[str, Any]]
# fiscal year -> days on which the register was received; the last of a year closes its books.
RECEIVED = {
    2023: (date(2024, 4, 12),),
    2024: (date(2025, 4, 11),),
    2025: (date(2025, 10, 3), date(2026, 4, 10)),
    2026: (date(2026, 5, 29), date(2026, 9, 4), date(2026, 11, 13), date(2027, 4, 9), date(2027, 6, 11)),
}


def write_register(world: World, out: Path) -> int:
    """Write every revision of every year's register; returns the number of files."""
    count = 0
    for fiscal_year, days in RECEIVED.items():
        if fiscal_year < world.first_year:
            continue
        for revision, day in enumerate(days):
            suffix = "" if revision == 0 else f"_改訂{revision}"
            folder = out / short_label(fiscal_year) / "register" / day.isoformat()
            for name, sheets in _workbooks(world, fiscal_year, day).items():
                rng = world.rng(f"register/{fiscal_year}/{name}/{revision}")
                write_workbook(
                    folder / f"事業台帳_{name}_{short_label(fiscal_year)}{suffix}.xlsx",
                    sheets,
                    rng,
                    world.mess,
                )
                count += 1
    return count


def _workbooks(world: World, fiscal_year: int, day: date) -> dict[str, list[Sheet]]:
    upto = min(day, date(fiscal_year + 1, 3, 31))
    books: dict[str, list[Sheet]] = {}
    if fiscal_year == dispatch.FISCAL_YEAR:
        books["派遣"] = _sheets(
            fiscal_year,
            {
                "applications": dispatch.applications(world),
                "recruitments": _known(dispatch.recruitments(world), upto, "posted_date"),
                "dispatch_plans": _known(dispatch.plans(world), upto + timedelta(days=31), "effective_month"),
                "goals": dispatch.goals(world, upto),
            },
        )
    results = {
        "deliverables": dispatch.deliverables(world, fiscal_year, upto),
        "measures": measures(world, fiscal_year, upto),
    }
    books["成果・決裁"] = _sheets(fiscal_year, results)
    if fiscal_year >= 2025:
        books["WG"] = _sheets(fiscal_year, collaboration.wg_facts(world, fiscal_year, upto))
    exchange = collaboration.event_facts(world, fiscal_year, upto)
    if fiscal_year >= 2024:
        exchange["chat_members"] = collaboration.chat_members(world, fiscal_year, upto)
    books["交流"] = _sheets(fiscal_year, exchange)
    books["経費・公表"] = _sheets(
        fiscal_year,
        {
            "costs": costs(fiscal_year, day),
            "published_stages": published_stages(world, fiscal_year, day),
            "commentaries": commentaries(fiscal_year, day),
        },
    )
    return {name: sheets for name, sheets in books.items() if sheets}


def _sheets(fiscal_year: int, facts: dict[str, Rows]) -> list[Sheet]:
    totals = {"costs": ("budget_jpy", "forecast_jpy"), "event_attendance": ("headcount",)}
    groups = {
        "recruitments": (
            ("募集", "requirements_date", "posted_date"),
            ("供給", "supplier_name", "pool_count"),
        )
    }
    return [
        Sheet(
            f"register__{rows}",
            values,
            {"fiscal_year": fiscal_year},
            total_of=totals.get(rows, ()),
            groups=groups.get(rows, ()),
        )
        for rows, values in facts.items()
        if values
    ]


def _known(rows: Rows, upto: date, field: str) -> Rows:
    kept = [r for r in rows if r[field] <= upto]
    # What lies in the future is not yet written down.
    return [
        {
            k: None
            if isinstance(v, date)
            and k in ("end_date", "start_date", "decided_date")
            and v > upto
            and "plan_id" not in r
            else v
            for k, v in r.items()
        }
        | ({"end_kind": None} if r.get("end_date") and r["end_date"] > upto and "end_kind" in r else {})
        for r in kept
    ]


def measures(world: World, fiscal_year: int, upto: date) -> Rows:
    """Plans, organisations and measures approved; little of it in the towns that are stuck."""
    rng = world.rng(f"measures/{fiscal_year}")
    rows: Rows = []
    for town in world.towns:
        chance = (
            {2023: 0.15, 2024: 0.35, 2025: 0.6}.get(fiscal_year, 0.9)
            + 0.25 * town.level
            - 0.6 * town.is_stuck
        )
        kind = rng.choice(["dx_plan", "organisation", "measure", "measure"])
        approved = date(fiscal_year, 4, 20) + timedelta(days=rng.randint(0, 190))
        if rng.random() < chance and approved <= upto:
            name = {
                "dx_plan": "DX推進計画の策定",
                "organisation": "DX推進本部の設置",
                "measure": "オンライン申請の拡大",
            }[kind]
            rows.append(
                {
                    "measure_id": f"M{fiscal_year - 2018}-{town.code[:5]}",
                    "municipality_code": town.code,
                    "kind": kind,
                    "name": name,
                    "approved_date": approved,
                }
            )
    return rows


_ITEMS = (
    ("dispatch", "人材派遣委託料", "prefecture", 19_800_000, 0),
    ("dispatch", "人材派遣委託料", "national", 9_900_000, 0),
    ("dispatch", "派遣旅費", "general", 1_250_000, 0),
    ("dispatch", "派遣事務", "general", 120_000, 860),
    ("collaboration", "協働・共創自立支援業務委託料", "prefecture", 24_600_000, 0),
    ("collaboration", "チャットツール利用料", "general", 1_980_000, 0),
    ("collaboration", "合同研修・視察", "general", 1_400_000, 420),
    ("council", "協議会負担金", "other", 3_300_000, 240),
)


def costs(fiscal_year: int, day: date) -> Rows:
    """Budget, expected and actual spending; the actual only after the accounts close on 31 May."""
    rows: Rows = []
    is_closed = day >= date(fiscal_year + 1, 5, 31) or fiscal_year < 2025 or day.month == 4
    for number, (programme, item, fund, budget, hours) in enumerate(_ITEMS, start=1):
        if programme == "dispatch" and fiscal_year < 2026:
            continue
        scale = {2023: 0.4, 2024: 0.7, 2025: 0.9}.get(fiscal_year, 1.0)
        yen = round(budget * scale / 1000) * 1000
        rows.append(
            {
                "cost_id": f"C{fiscal_year - 2018}-{number:02d}",
                "programme": programme,
                "item": item,
                "fund_source": fund,
                "municipality_code": None,
                "budget_jpy": yen,
                "forecast_jpy": round(yen * 0.94 / 1000) * 1000,
                "actual_jpy": round(yen * 0.931 / 1000) * 1000
                if is_closed and (fiscal_year < 2026 or day.month == 6)
                else None,
                "staff_hours": round(hours * scale),
            }
        )
    return rows


def published_stages(world: World, fiscal_year: int, day: date) -> Rows:
    """What the prefecture has stated: by the end of R7 every body at 協働 or above."""
    if fiscal_year not in (2023, 2025) or day.month != 4:
        return []
    rows: Rows = []
    for town in world.towns:
        ahead = town in world.leaders
        stage = (
            ("collaboration" if ahead else "below")
            if fiscal_year == 2023
            else ("co_creation" if ahead else "collaboration")
        )
        rows.append(
            {"municipality_code": town.code, "stage": stage, "published_date": day - timedelta(days=12)}
        )
    return rows


def commentaries(fiscal_year: int, day: date) -> Rows:
    """The officer's remarks on some sections; others are left open."""
    if fiscal_year != 2026 or day < date(2026, 11, 1):
        return []
    texts = {
        2: "国の補助の内示が遅れ、募集開始が当初予定より約2週間遅れた。",
        4: "8月は市町村側の繁忙(防災訓練等)により訪問が減った。オンラインへの振替えを進める。",
        7: "要確認の団体については、裏付け資料の有無を個別に確認している。",
        8: "データ利活用WGは主担当団体が決まらず中止した。次年度は主担当を決めてから設置する。",
    }
    return [
        {
            "section_no": number,
            "body": text,
            "author_section": "デジタル社会推進課(架空)",
            "written_date": date(2026, 11, 12),
        }
        for number, text in texts.items()
    ]
