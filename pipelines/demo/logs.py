"""Visit logs: monthly dispatch reports, よろず相談, and the work of producers and advisers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo import dispatch
from pipelines.demo.files import Sheet, write_workbook
from pipelines.demo.world import Town, World, is_working_day, working_days
from pipelines.fiscal_year import fiscal_year_of, short_label

# For load: a consultation in every town and month of the five years that a programme can have.
_LOADED_MONTHS = (date(2022, 4, 1), date(2026, 10, 1))
_GROUPS = (("時刻", "start_minute", "end_minute"), ("次の行動", "next_action", "due_date"))


def write_logs(world: World, out: Path) -> int:
    """Write every report; returns the number of files."""
    count = 0
    for town in world.dispatched:
        for month in dispatch.MONTHS:
            rows = dispatch.visits(world, town, month)
            late = 12 if (world.order_of(town), month.month) == (4, 9) else 0
            if rows and not (world.order_of(town) == 8 and month.month == 10):
                count += _write(world, out, town, month, "dispatch", rows, late)
    count += write_consultations(world, out, _told(world))
    for number, town in enumerate(world.towns[::4]):
        kind = "producer" if number % 2 == 0 else "adviser"
        month = date(2026, 5 + number % 6, 1)
        count += _write(world, out, town, month, kind, [_support(world, town, month, kind)], 0)
    return count


def _write(
    world: World, out: Path, town: Town, month: date, kind: str, rows: list[dict[str, Any]], late_days: int
) -> int:
    received = (month + timedelta(days=31)).replace(day=1) + timedelta(days=3 + late_days)
    while not is_working_day(received):
        received += timedelta(days=1)
    label = {
        "dispatch": "派遣実施報告書",
        "consultation": "よろず相談記録",
        "producer": "プロデューサー支援記録",
        "adviser": "アドバイザー支援記録",
    }[kind]
    fiscal_year = fiscal_year_of(month)
    folder = out / short_label(fiscal_year) / "visit_log" / received.isoformat()
    preamble = {"municipality_code": town.code, "report_month": month, "visit_kind": kind}
    groups = _GROUPS if kind == "dispatch" else ()
    sheet = Sheet(
        "visit_log__visits",
        rows,
        preamble,
        title=label,
        groups=groups,
        sheet_name=label,
        total_of=("preparation_hours", "travel_cost_jpy") if kind == "dispatch" else (),
    )
    name = f"{town.label}_{label}_{short_label(month.year)}.{month.month}月.xlsx"
    write_workbook(folder / name, [sheet], world.rng(f"log/{kind}/{town.code}/{month}"), world.mess)
    return 1


def _consultations(world: World) -> list[tuple[Town, date]]:
    rng = world.rng("consultations")
    months = (
        [date(2024, m, 1) for m in (7, 10)]
        + [date(2025, m, 1) for m in (5, 8, 11)]
        + [date(2026, m, 1) for m in (2, 5, 6, 7, 9, 10)]
    )
    found = []
    for month in months:
        willing = [t for t in world.towns if not t.is_stuck]
        found += [
            (town, month)
            for town in rng.sample(willing, min(len(willing), 5 if month >= date(2026, 4, 1) else 3))
        ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].code))


def more_consultations(world: World) -> list[tuple[Town, date]]:
    """Where and when the story has no consultation, so that a load may have one: the newest month first."""
    story = {(town.code, month) for town, month in _told(world)}
    first = max(_LOADED_MONTHS[0], date(world.first_year, 4, 1))
    months = [
        date(n // 12, n % 12 + 1, 1)
        for n in range(_month_number(_LOADED_MONTHS[1]), _month_number(first) - 1, -1)
    ]
    return [(t, m) for m in months for t in world.towns if (t.code, m) not in story]


def write_consultations(world: World, out: Path, places: Iterable[tuple[Town, date]]) -> int:
    """Write a report of a consultation for each town and month; returns the number of files."""
    return sum(
        _write(world, out, town, month, "consultation", [_support(world, town, month, "consultation")], 0)
        for town, month in places
    )


def _month_number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _told(world: World) -> list[tuple[Town, date]]:
    return [
        (town, month)
        for prefecture in world.prefectures
        for town, month in _consultations(prefecture)
        if fiscal_year_of(month) >= world.first_year
    ]


def _support(world: World, town: Town, month: date, kind: str) -> dict[str, Any]:
    rng = world.rng(f"{kind}/{town.code}/{month}")
    day = rng.choice(working_days(month, month + timedelta(days=26)))
    return {
        "visit_id": f"{kind[0].upper()}{month:%y%m}-{town.code[:5]}",
        "person": f"{kind}1@example.jp",
        "talent_type": "DXアドバイザー",
        "visit_date": day,
        "start_minute": 600,
        "end_minute": 690,
        "mode": rng.choice(["online", "on_site"]),
        "status": "delivered",
        "is_first_visit": False,
        "theme": town.theme,
        "section_name": "企画課",
        "attendee_count": rng.randint(1, 4),
        "activities": "課題の整理と助言",
        "decision": None,
        "deliverable_name": None,
        "next_action": "庁内での検討",
        "due_date": None,
        "preparation_hours": 1,
        "travel_cost_jpy": 0,
    }
