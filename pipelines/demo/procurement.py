"""Joint procurement and joint use, municipal award lists (CP932), the national award file, public statistics."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.demo.files import Sheet, write_csv, write_workbook, write_zip
from pipelines.demo.world import World
from pipelines.fiscal_year import short_label
from pipelines.ingest.municipalities import check_digit

Rows = list[dict[str, Any]]
# case, name, fiscal year, contract date, WG, participants, stand-alone cost each, share each, evidence
_CASES: tuple[tuple[Any, ...], ...] = (
    (
        "J7-01",
        "電子契約サービスの共同調達",
        2025,
        date(2026, 1, 20),
        "WG01",
        6,
        1_450_000,
        980_000,
        "measured",
    ),
    (
        "J7-02",
        "AI議事録作成サービスの共同調達",
        2025,
        date(2026, 2, 16),
        None,
        5,
        620_000,
        450_000,
        "self_reported",
    ),
    (
        "J8-01",
        "電子契約サービスの共同調達(第2次)",
        2026,
        date(2026, 7, 10),
        "WG01",
        9,
        1_480_000,
        910_000,
        "measured",
    ),
    (
        "J8-02",
        "生成AI利用環境の共同調達",
        2026,
        date(2026, 8, 21),
        "WG02",
        11,
        1_160_000,
        640_000,
        "measured",
    ),
    (
        "J8-03",
        "オンライン申請様式の共同作成",
        2026,
        date(2026, 9, 15),
        "WG03",
        8,
        900_000,
        380_000,
        "self_reported",
    ),
    (
        "J8-04",
        "RPAライセンスの共同調達",
        2026,
        date(2026, 10, 30),
        "WG04",
        7,
        2_100_000,
        1_250_000,
        "estimated",
    ),
    (
        "J8-05",
        "セキュリティ研修教材の共同調達",
        2026,
        date(2026, 10, 5),
        None,
        10,
        2_900_000,
        400_000,
        "estimated",
    ),
)
_SYSTEMS = (
    ("S01", "自治体クラウド(基幹系)", "municipal_cloud", 9, 21_000_000, 16_400_000),
    ("S02", "自治体情報セキュリティクラウド", "security_cloud", 30, 3_100_000, 2_350_000),
    ("S03", "ガバメントクラウド接続", "government_cloud", 12, 2_800_000, 2_650_000),
    ("S04", "電子申請共同利用", "shared_system", 24, 980_000, 610_000),
)


def write_procurement(world: World, out: Path) -> int:
    """Write ledgers, award lists and the national file; returns the number of files."""
    count = 0
    for fiscal_year, days in ((2025, (date(2026, 4, 10),)), (2026, (date(2026, 11, 6), date(2027, 4, 9)))):
        if fiscal_year < world.first_year:
            continue
        for revision, day in enumerate(days):
            sheets = [
                Sheet(
                    "procurement__joint_cases",
                    _everywhere(world, _cases, fiscal_year),
                    {"fiscal_year": fiscal_year},
                ),
                Sheet(
                    "procurement__joint_case_participants",
                    _everywhere(world, _participants, fiscal_year),
                    {"fiscal_year": fiscal_year},
                    total_of=("standalone_cost_jpy", "share_amount_jpy"),
                ),
                Sheet(
                    "procurement__joint_use",
                    _everywhere(world, _joint_use, fiscal_year),
                    {"fiscal_year": fiscal_year},
                ),
            ]
            name = f"共同調達・共同利用台帳_{short_label(fiscal_year)}{'_改訂版' if revision else ''}.xlsx"
            write_workbook(
                out / short_label(fiscal_year) / "procurement" / day.isoformat() / name,
                sheets,
                world.rng(f"ledger/{fiscal_year}/{revision}"),
                world.mess,
            )
            count += 1
    for town in (leader for prefecture in world.prefectures for leader in prefecture.leaders):
        rows = _awards(world, town.code)
        folder = out / "R8" / "procurement" / "2026-10-16"
        write_csv(
            folder / f"{town.label}_落札一覧_R8上半期.csv",
            "procurement__municipal_awards",
            rows,
            world.rng(f"award/{town.code}"),
            world.mess,
        )
        count += 1
    _write_national(world, out / "R8" / "procurement" / "2026-10-20" / "successful_bid_202609.zip")
    return count + 1


def _everywhere(world: World, rows_of: Callable[[World, int], Rows], fiscal_year: int) -> Rows:
    return [row for prefecture in world.prefectures for row in rows_of(prefecture, fiscal_year)]


def _members(world: World, case: tuple[Any, ...]) -> list[str]:
    willing = [t.code for t in world.towns if not t.is_stuck]
    return sorted(world.rng(f"case/{case[0]}").sample(willing, min(case[5], len(willing))))


def _cases(world: World, fiscal_year: int) -> Rows:
    rows: Rows = []
    for number, case in enumerate(c for c in _CASES if c[2] == fiscal_year):
        firm = world.firms[number % len(world.firms)]
        members = _members(world, case)
        leader = next((t.code for t in world.leaders if t.code in members), members[0])
        rows.append(
            {
                "case_id": case[0] + world.mark,
                "name": case[1],
                "method": "proposal" if number % 2 else "open_bid",
                "lead_municipality_code": leader,
                "wg_id": case[4] and case[4] + world.mark,
                "contract_date": case[3],
                "contract_amount_jpy": case[7] * len(members),
                "vendor_name": firm.name,
                "vendor_corporate_number": firm.number,
            }
        )
    return rows


def _participants(world: World, fiscal_year: int) -> Rows:
    rows: Rows = []
    for case in (c for c in _CASES if c[2] == fiscal_year):
        for number, code in enumerate(_members(world, case)):
            rng = world.rng(f"share/{case[0]}/{code}")
            later = timedelta(days=45) if number == 1 else timedelta(0)
            rows.append(
                {
                    "case_id": case[0] + world.mark,
                    "municipality_code": code,
                    "joined_date": case[3] + later,
                    "evidence_class": case[8],
                    "standalone_cost_jpy": round(case[6] * rng.uniform(0.85, 1.2) / 1000) * 1000,
                    "share_amount_jpy": round(case[7] * rng.uniform(0.95, 1.05) / 1000) * 1000,
                }
            )
    return rows


def _joint_use(world: World, fiscal_year: int) -> Rows:
    rows: Rows = []
    for system, name, kind, count, before, after in _SYSTEMS:
        codes = sorted(
            world.rng(f"use/{system}").sample([t.code for t in world.towns], min(count, len(world.towns)))
        )
        for number, code in enumerate(codes):
            is_late = kind == "shared_system" and number % 4 == 0
            if fiscal_year == 2025 and is_late:
                continue
            factor = world.rng(f"use/{system}/{code}").uniform(0.7, 1.3)
            rows.append(
                {
                    "system_id": system + world.mark,
                    "system_name": name,
                    "kind": kind,
                    "municipality_code": code,
                    "start_date": date(2026, 7, 1) if is_late else date(2022, 4, 1),
                    "cost_before_jpy": round(before * factor / 1000) * 1000,
                    "cost_after_jpy": round(after * factor / 1000) * 1000,
                }
            )
    return rows


def _awards(world: World, code: str) -> Rows:
    rng = world.rng(f"awards/{code}")
    rows: Rows = []
    for number, name in enumerate(
        (
            "庁内端末の賃貸借",
            "電子契約サービス利用",
            "ネットワーク保守",
            "ホームページ改修業務",
            "文書管理システム更新",
        )
    ):
        firm = rng.choice(world.firms)
        rows.append(
            {
                "municipality_code": code,
                "fiscal_year": 2026,
                "awarded_date": date(2026, 4, 10) + timedelta(days=rng.randint(0, 150)),
                "case_name": f"{name}①" if number == 0 else name,
                "method": rng.choice(["open_bid", "designated_bid", "negotiated"]),
                "amount_jpy": rng.randint(400, 9000) * 1000,
                "vendor_name": firm.name,
                "vendor_corporate_number": firm.number,
            }
        )
    return rows


def _write_national(world: World, path: Path) -> None:
    rng = world.rng("national")
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for number in range(1, 61):
        firm = rng.choice(world.firms)
        writer.writerow(
            [
                f"00000000000005{number:05d}",
                f"架空の調達案件 第{number}号",
                (date(2026, 9, 1) + timedelta(days=rng.randint(0, 28))).isoformat(),
                f"{rng.randint(100, 90000) * 1000}.0",
                f"{rng.choice(['8002010', '8002040', '8004020'])}",
                rng.choice(["A1", "E1", "G1"]),
                firm.name,
                firm.number,
            ]
        )
    write_zip(
        path, {"successful_bid_record_info_diff_202609.csv": b"\xef\xbb\xbf" + text.getvalue().encode()}
    )


_INDICATORS = (
    ("online_rate", "行政手続のオンライン申請率", "%", 22.0, 6.5),
    ("has_organisation", "DX推進体制の有無(1=あり)", "", 0.3, 0.2),
    ("external_talent", "外部デジタル人材の活用(1=あり)", "", 0.1, 0.12),
)
# Municipalities of neighbouring prefectures, by five-digit code: the comparison outside the prefecture.
_OUTSIDE = (
    "24209",
    "24210",
    "24212",
    "24324",
    "24343",
    "29207",
    "29208",
    "29322",
    "29441",
    "29446",
    "29449",
    "29452",
    "36206",
    "36301",
    "36341",
    "36342",
)


def write_statistics(world: World, out: Path) -> int:
    """Write the published indicators of three years as one CSV per year."""
    for year in (2023, 2024, 2025):
        if year + 1 < world.first_year:
            continue
        rows: Rows = []
        levels = {t.code: t.level for t in world.towns} | {
            f"{five}{check_digit(five)}": world.rng(f"outside/{five}").gauss(0, 0.6) for five in _OUTSIDE
        }
        for code, level in levels.items():
            for indicator, name, unit, base, growth in _INDICATORS:
                rng = world.rng(f"statistic/{code}/{indicator}")
                value = base + growth * (year - 2022) + level * base * 0.35 + rng.gauss(0, base * 0.2)
                number: float = float(value > 0.55) if not unit else round(min(98.0, max(1.0, value)), 1)
                rows.append(
                    {
                        "area_code": code,
                        "indicator_code": indicator,
                        "indicator_name": name,
                        "statistics_year": year,
                        "value": number,
                        "unit": unit or None,
                        "source": "架空の公的統計",
                    }
                )
        folder = out / short_label(year + 1) / "public_statistics" / f"{year + 1}-08-28"
        write_csv(
            folder / f"市町村別指標_{year}.csv",
            "public_statistics__indicators",
            rows,
            world.rng(f"statistics/{year}"),
            0,
            encoding="utf-8-sig",
        )
    return 3
