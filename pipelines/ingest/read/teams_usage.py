"""Teams usage per user and period (Microsoft Graph `getTeamsUserActivityUserDetail`), CSV or Excel.

Example:
    >>> from pipelines.ingest.read.delimited import read_delimited
    >>> from pipelines.ingest.read.teams_usage import read_teams_usage
    >>> export = read_teams_usage([read_delimited(Path("TeamsUserActivity.csv").read_bytes())], lambda i: "p")
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.chat_export import ChatExport, Collector, Remark, Rule, counts_only
from pipelines.ingest.read.grid import CellValue, Grid

if TYPE_CHECKING:
    import pyarrow as pa

_DATES = {"report_refresh_date": "Report Refresh Date", "last_activity_date": "Last Activity Date"}
_DATES |= {"deleted_date": "Deleted Date"}
_FLAGS = {"is_deleted": "Is Deleted", "is_licensed": "Is Licensed"}
_COUNTS = {
    "team_chat_message_count": "Team Chat Message Count",
    "private_chat_message_count": "Private Chat Message Count",
    "post_message_count": "Post Messages",
    "reply_message_count": "Reply Messages",
    "urgent_message_count": "Urgent Messages",
    "call_count": "Call Count",
    "meeting_count": "Meeting Count",
}
_USER, _ID, _PERIOD = "User Principal Name", "User Id", "Report Period"
# Reports before 2022 know fewer columns: these must be there.
_NEEDED = (_DATES["report_refresh_date"], _USER, _COUNTS["team_chat_message_count"], _PERIOD)
# An administrator may have names concealed: then a hash stands where the address would.
_CONCEALED = re.compile(r"[0-9A-Fa-f]{32}")
PERIODS = (7, 30, 90, 180)

_SUGGESTION = "Microsoft 365 管理センターから取得し直してください。"
BROKEN_ROW = Rule(
    "broken_row",
    "日付か件数を読めない行",
    "YYYY-MM-DDの日付と0以上の整数",
    "2026-06-01,…,12,…,30",
    _SUGGESTION,
)
NOBODY = Rule(
    "unknown_member",
    "利用者(User Principal Name)のない行",
    "メールアドレス",
    "taro@example.lg.jp",
    _SUGGESTION,
)
TWICE = Rule(
    "duplicate_key", "同じ利用者・同じ期間の2行目以降", "1人1期間1行", "taro@example.lg.jp", _SUGGESTION
)


def period_schema() -> pa.Schema:
    """Arrow schema: a person's counts in one report period."""
    import pyarrow as pa

    fields = [("report_refresh_date", pa.date32()), ("period_days", pa.int64()), ("member", pa.string())]
    fields += [("last_activity_date", pa.date32()), ("is_deleted", pa.bool_()), ("deleted_date", pa.date32())]
    fields += [("is_licensed", pa.bool_()), ("is_concealed", pa.bool_())]
    return pa.schema(
        fields + [(name, pa.int64()) for name in _COUNTS] + [("_sheet", pa.string()), ("_row", pa.int64())]
    )


def heading_of(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """Index of the heading row and of every column in it; None when the grid is no such report."""
    for index, row in enumerate(grid.rows[:20]):
        places = {fold(cell).lower(): place for place, cell in enumerate(row) if isinstance(cell, str)}
        if all(fold(name).lower() in places for name in _NEEDED):
            return index, places
    return None


def read_teams_usage(grids: list[Grid], pseudonym: Callable[[str], str]) -> ChatExport:
    """Read the report. Its days are UTC days; `period_days` is 7, 30, 90 or 180 days up to the refresh date.

    Args:
        grids: tables with the report's headings, by `heading_of`.
        pseudonym: turns a user principal name into a pseudonym.
    """
    collector = Collector(period_schema())
    seen: set[tuple[Any, ...]] = set()
    concealed = 0
    for grid in grids:
        heading = heading_of(grid)
        if not heading:
            continue
        first, places = heading
        for index in range(first + 1, len(grid.rows)):
            row, number = grid.rows[index], grid.physical_row(index)
            if all(cell is None or cell == "" for cell in row):
                continue
            values = _values(row, places, pseudonym)
            if isinstance(values, Rule):
                collector.set_aside(values, grid.sheet, number)
                continue
            key = (values["report_refresh_date"], values["period_days"], values["member"])
            if key in seen:
                collector.set_aside(TWICE, grid.sheet, number)
                continue
            seen.add(key)
            concealed += values["is_concealed"]
            collector.land(grid.sheet, number, **values)
    collector.remarks.append(counts_only("期間は暦の月ではありません"))
    if concealed:
        collector.remarks.append(_names_are_concealed(concealed))
    return collector.export()


def _values(
    row: tuple[CellValue, ...], places: dict[str, int], pseudonym: Callable[[str], str]
) -> dict[str, Any] | Rule:
    def cell(heading: str) -> CellValue:
        place = places.get(fold(heading).lower())
        return None if place is None or place >= len(row) else row[place]

    user = str(cell(_USER) or cell(_ID) or "").strip()
    if not user:
        return NOBODY
    try:
        dates = {name: _date(cell(heading)) for name, heading in _DATES.items()}
        counts = {name: _count(cell(heading)) for name, heading in _COUNTS.items()}
        flags = {name: _flag(cell(heading)) for name, heading in _FLAGS.items()}
        period = _count(str(cell(_PERIOD) or "").strip().upper().removeprefix("D"))
    except (ValueError, OverflowError):
        return BROKEN_ROW
    if dates["report_refresh_date"] is None or period not in PERIODS:
        return BROKEN_ROW
    return (
        {"period_days": period, "member": pseudonym(user), "is_concealed": bool(_CONCEALED.fullmatch(user))}
        | dates
        | counts
        | flags
    )


def _date(cell: CellValue) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date) or cell in (None, ""):
        return cell if isinstance(cell, date) else None
    return date.fromisoformat(str(cell).strip())


def _count(cell: CellValue) -> int | None:
    """A count; None where the report has no such column or leaves it empty."""
    if cell in (None, ""):
        return None
    if isinstance(cell, bool) or not re.fullmatch(r"\d{1,15}", str(cell).strip(), re.ASCII):
        raise ValueError(cell)
    return int(str(cell))


def _flag(cell: CellValue) -> bool | None:
    if isinstance(cell, bool) or cell in (None, ""):
        return cell if isinstance(cell, bool) else None
    known = {"true": True, "yes": True, "false": False, "no": False}
    found = known.get(str(cell).strip().lower())
    if found is None:
        raise ValueError(cell)
    return found


def _names_are_concealed(count: int) -> Remark:
    return Remark(
        "warning",
        "concealed_names",
        f"利用者名が伏せられている行が{count}件あります。件数は取り込みましたが、誰がどの団体の人かは分かりません。",
        "",
        "User Principal Nameにメールアドレスがあること",
        "taro@example.lg.jp",
        "Microsoft 365 管理センターの「設定>組織設定>レポート」で利用者名の表示を有効にし、取得し直してください。",
    )
