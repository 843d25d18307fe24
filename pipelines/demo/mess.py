"""What goes wrong on real nights: broken cells and broken files, planted at known places."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pipelines.demo import dispatch
from pipelines.demo.files import Sheet, write_csv, write_workbook
from pipelines.demo.world import World

# The town, in the order of dispatch, whose October report has the broken cells; `logs` leaves that report out.
_BROKEN_REPORT = 8


@dataclass(frozen=True)
class Planted:
    """One deliberate mistake and the rule that must find it."""

    path: str
    cell: str
    rule: str


def write_mess(world: World, out: Path) -> list[Planted]:
    """Plant mistakes; returns where they are. Does nothing when the programme is tidy, or too small for all of them."""
    if world.mess <= 0 or len(world.dispatched) <= _BROKEN_REPORT:
        return []
    return [*_broken_cells(world, out), *_broken_files(world, out), *_corrections(world, out)]


def _log(
    world: World,
    out: Path,
    name: str,
    day: str,
    order: int,
    month: date,
    overrides: dict[tuple[int, str], object],
) -> list[str]:
    town = world.dispatched[order]
    rows = dispatch.visits(world, town, month)
    preamble = {"municipality_code": town.code, "report_month": month, "visit_kind": "dispatch"}
    sheet = Sheet(
        "visit_log__visits",
        rows,
        preamble,
        title="派遣実施報告書",
        sheet_name="派遣実施報告書",
        overrides=overrides,
    )
    path = out / "R8" / "visit_log" / day / name.format(town=town.label)
    found = write_workbook(path, [sheet], world.rng(f"mess/{name}"), 0)
    return [path.relative_to(out).as_posix(), *(found["派遣実施報告書", f] for _, f in overrides)]


def _broken_cells(world: World, out: Path) -> list[Planted]:
    october = date(2026, 10, 1)
    path, first, second, third, fourth = _log(
        world,
        out,
        "{town}_派遣実施報告書_R8.10月.xlsx",
        "2026-11-05",
        _BROKEN_REPORT,
        october,
        {
            (0, "visit_date"): "R8.2.31",
            (1, "due_date"): "R9.2.31",
            (1, "attendee_count"): "約5名",
            (0, "preparation_hours"): "90分",
        },
    )
    planted = [
        Planted(path, first, "impossible_day"),
        Planted(path, second, "impossible_day"),
        Planted(path, third, "approximate_number"),
        Planted(path, fourth, "value_was_read_differently"),
    ]
    rows = [
        {
            "response_id": f"X{n}",
            "answered_date": date(2026, 2, 25),
            "municipality_code": world.towns[n].code,
            "theme_first": "security",
            "theme_second": None,
            "lacks_staff": True,
            "wg_interest": "③「人材、育成」",
        }
        for n in range(3)
    ]
    path_csv = out / "R7" / "survey" / "2026-02-27" / "LoGoフォーム_需要調査_追加.csv"
    write_csv(
        path_csv,
        "survey__needs",
        rows,
        world.rng("mess/needs"),
        0,
        overrides={(0, "municipality_code"): "和歌山中央市", (1, "lacks_staff"): "△"},
    )
    relative = path_csv.relative_to(out).as_posix()
    return [
        *planted,
        Planted(relative, "C2", "unknown_municipality"),
        Planted(relative, "F3", "unknown_category"),
    ]


def _broken_files(world: World, out: Path) -> list[Planted]:
    folder = out / "R8" / "visit_log" / "2026-11-09"
    whole = next((out / "R8" / "visit_log").rglob("*派遣実施報告書*.xlsx")).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "途中で切れた報告書.xlsx").write_bytes(whole[: len(whole) // 2])
    (folder / "報告書.xls").write_text(
        "<html><body><table><tr><td>団体名</td><td>海南市</td></tr></table></body></html>", encoding="utf-8"
    )
    sheet = Sheet(
        "survey__needs",
        [
            {
                "response_id": "W1",
                "answered_date": date(2026, 2, 25),
                "municipality_code": world.towns[0].code,
                "theme_first": "security",
                "lacks_staff": True,
            }
        ],
        sheet_name="Sheet1",
    )
    write_workbook(folder / "アンケート(置き場所違い).xlsx", [sheet], world.rng("mess/wrong"), 0)
    memo = out / "R8" / "memo"
    memo.mkdir(parents=True, exist_ok=True)
    (memo / "打合せメモ.txt").write_text("架空データの打合せメモ\n", encoding="utf-8")
    base = folder.relative_to(out).as_posix()
    return [
        Planted(f"{base}/途中で切れた報告書.xlsx", "", "broken_file"),
        Planted(f"{base}/報告書.xls", "", "not_a_table"),
        Planted(f"{base}/アンケート(置き場所違い).xlsx", "", "wrong_source"),
        Planted("R8/memo/打合せメモ.txt", "", "misplaced_file"),
    ]


def _corrections(world: World, out: Path) -> list[Planted]:
    """The same file twice, and a corrected file that supersedes."""
    logs = sorted((out / "R8" / "visit_log").rglob("*_派遣実施報告書_R8.7月.xlsx"))
    again = out / "R8" / "visit_log" / "2026-08-20" / f"【再送】{logs[0].name}"
    again.parent.mkdir(parents=True, exist_ok=True)
    again.write_bytes(logs[0].read_bytes())
    _log(world, out, "{town}_派遣実施報告書_R8.6月_改訂版.xlsx", "2026-07-21", 0, date(2026, 6, 1), {})
    return []


def write_planted(planted: list[Planted], path: Path) -> None:
    """Write the list of planted mistakes for tests to compare findings with."""
    path.write_text(
        json.dumps([asdict(p) for p in planted], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
