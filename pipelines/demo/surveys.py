"""Survey exports of three form tools: needs before the dispatch, and the same items before, after and later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo.files import Sheet, write_csv, write_workbook
from pipelines.demo.world import THEMES, Town, World

_WAVES = {"before": date(2026, 5, 22), "end": date(2027, 3, 5), "six_months_after": date(2027, 8, 27)}
_GAIN = {"before": 0.0, "end": 0.9, "six_months_after": 0.7}
_FOLDERS = {"before": "R8", "end": "R8", "six_months_after": "R9"}


def write_surveys(world: World, out: Path) -> int:
    """Write the needs survey and each wave from the three tools; returns the number of files."""
    _write_needs(world, out)
    count = 1
    for wave, day in _WAVES.items():
        folder = out / _FOLDERS[wave] / "survey" / day.isoformat()
        line = [_answer(world, t, wave, "line_section", n) for t in world.dispatched for n in range(3)]
        dx = [_answer(world, t, wave, "dx_section", n) for t in world.dispatched for n in range(2)]
        sent = [_answer(world, t, wave, "dispatched", 0) for t in world.dispatched]
        rng = world.rng(f"survey/{wave}")
        write_csv(
            folder / f"Googleフォーム_原課アンケート_{wave}.csv",
            "survey__transfer_answers",
            line,
            rng,
            world.mess,
            version="G1",
            encoding="utf-8",
        )
        sheet = Sheet(
            "survey__transfer_answers", dx, version="M1", sheet_name="Sheet1", title="DX課アンケート"
        )
        write_workbook(folder / f"MicrosoftForms_DX課アンケート_{wave}.xlsx", [sheet], rng, 0)
        write_csv(
            folder / f"LoGoフォーム_派遣人材アンケート_{wave}.csv",
            "survey__transfer_answers",
            sent,
            rng,
            world.mess,
            version="L1",
            encoding="cp932",
        )
        count += 3
    return count


def _write_needs(world: World, out: Path) -> None:
    if world.first_year > 2025:
        return
    rng = world.rng("needs")
    rows = [
        {
            "response_id": f"N{number:03d}",
            "answered_date": date(2026, 2, 2) + timedelta(days=rng.randint(0, 14)),
            "municipality_code": town.code,
            "theme_first": town.theme,
            "theme_second": rng.choice(THEMES),
            "lacks_staff": rng.random() < 0.8,
            "wg_interest": rng.choice(["共同調達、生成AI", "人材育成", "オンライン申請、セキュリティ", None]),
        }
        for number, town in enumerate(world.towns, start=1)
    ]
    folder = out / "R7" / "survey" / "2026-02-20"
    write_csv(folder / "LoGoフォーム_支援メニュー需要調査.csv", "survey__needs", rows, rng, world.mess)


def _answer(world: World, town: Town, wave: str, kind: str, number: int) -> dict[str, Any]:
    own = world.rng(f"respondent/{town.code}/{kind}/{number}")
    rng = world.rng(f"respondent/{town.code}/{kind}/{number}/{wave}")
    row: dict[str, Any] = {
        "response_id": f"{kind[0].upper()}{wave[0].upper()}-{town.code[:5]}-{number + 1}",
        "answered_date": _WAVES[wave] - timedelta(days=rng.randint(1, 12)),
        "wave": wave,
        "municipality_code": town.code,
        "respondent_kind": kind,
    }
    for task in ("planning", "procurement", "operation", "data"):
        base = own.gauss(1.4 + 0.4 * town.level, 0.6)
        row[f"can_do_{task}"] = max(
            0, min(4, round(base + _GAIN[wave] * (0.3 if town.is_stuck else 1) + rng.gauss(0, 0.3)))
        )
        hours = own.uniform(6, 24)
        row[f"hours_{task}"] = round(max(1.0, hours * (1 - 0.15 * _GAIN[wave]) + rng.gauss(0, 0.8)) * 2) / 2
    later = wave != "before"
    row["has_successor"] = later and rng.random() < 0.55
    row["has_handover"] = later and rng.random() < 0.6
    row["willing_to_pay_pct"] = rng.choice([0, 0, 10, 20, 30, 50]) if later else None
    row["without_dispatch"] = (
        rng.choice(["着手が遅れていた", "別の委託で進めた", "変わらなかった"]) if later else None
    )
    return row
