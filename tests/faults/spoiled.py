"""Files as they really arrive when something went wrong, made from files of the sample."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

VISITS = "R8/visit_log/2026-08-04/九度山町_派遣実施報告書_R8.7月.xlsx"
DAY = "2026-11-17"
IGNORED = ("~$報告書.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "報告書.xlsx.tmp", "~WRL0001.tmp")


def edited(source: Path, target: Path, cells: Mapping[str, Any], sheet: str | None = None) -> Path:
    """A copy of a workbook with some cells of a sheet, by default the first, typed over."""
    book = openpyxl.load_workbook(source)
    for address, value in cells.items():
        book[sheet or book.sheetnames[0]][address] = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def spoil(raw: Path) -> dict[str, str]:
    """Put one file of each kind of trouble into `raw`; path as shown to people, and the rule that must name it."""
    visits = raw / VISITS
    folder = raw / "R8" / "visit_log" / DAY
    folder.mkdir(parents=True)
    month = {"B4": "令和8年10月"}
    made: dict[str, tuple[str, Callable[[Path], object]]] = {
        "九度山町_日付の誤り.xlsx": (
            "impossible_day",
            lambda path: edited(visits, path, month | {"D9": "R8.2.31", "A9": "X-1"}),
        ),
        "知らない町_派遣実施報告書.xlsx": (
            "unknown_municipality",
            lambda path: edited(visits, path, month | {"B3": "知らない町"}),
        ),
        "新しい様式_派遣実施報告書.xlsx": (
            "missing_column",
            lambda path: edited(visits, path, month | {"D8": "訪問した年月日時"}),
        ),
        "九度山町_列が足された.xlsx": (
            "unknown_column",
            lambda path: edited(visits, path, {"B4": "令和8年11月", "T8": "満足度", "T9": 5, "A9": "X-2"}),
        ),
        "写しかけの報告書.xlsx": (
            "broken_file",
            lambda path: path.write_bytes(visits.read_bytes()[: visits.stat().st_size // 2]),
        ),
        "ただの文章.xlsx": ("unknown_header", lambda path: path.write_text("こんにちは", encoding="utf-8")),
        "空のファイル.xlsx": ("not_a_table", lambda path: path.write_bytes(b"")),
        "長い名前" * 20 + ".xlsx": ("unknown_header", lambda path: path.write_text("長い", encoding="utf-8")),
        "近道.xlsx": ("unreadable_path", lambda path: path.symlink_to(visits)),
        "行き先のない近道.xlsx": ("unreadable_path", lambda path: path.symlink_to(raw / "nowhere")),
        "管.xlsx": ("unreadable_path", os.mkfifo),
    }
    expected = {}
    for name, (rule, make) in made.items():
        make(folder / name)
        expected[f"R8/visit_log/{DAY}/{name}"] = rule
    foreign = os.fsencode(folder) + b"/" + "報告書".encode("cp932") + b".xlsx"
    Path(os.fsdecode(foreign)).write_bytes(b"x")
    expected[f"R8/visit_log/{DAY}/報告書.xlsx"] = "unknown_header"
    strange = os.fsencode(folder) + b"/\x81.xlsx"
    Path(os.fsdecode(strange)).write_bytes(b"y")
    expected[f"R8/visit_log/{DAY}/\\x81.xlsx"] = "unknown_header"
    wrong_room = raw / "R8" / "assessment" / DAY / "九度山町_派遣実施報告書.xlsx"
    edited(visits, wrong_room, {"B4": "令和8年9月"})
    expected[wrong_room.relative_to(raw).as_posix()] = "wrong_source"
    nowhere = raw / "R8" / DAY / "届いたもの.xlsx"
    edited(visits, nowhere, {"B4": "令和8年8月"})
    expected[nowhere.relative_to(raw).as_posix()] = "misplaced_file"
    for name in IGNORED:
        (folder / name).write_bytes(b"not for us")
    return expected
