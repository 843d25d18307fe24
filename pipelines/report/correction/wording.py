"""Words and colours that every correction request shares."""

from __future__ import annotations

from typing import Any

from pipelines.ingest.read.grid import MEMBER_MARK

Row = dict[str, Any]

FOLDER = "修正依頼"
OVERVIEW = "修正依頼.xlsx"
LIST_SHEET = "指摘一覧"
# With ※ it is a note to our readers, when the copy is corrected and sent back.
BACK = f"※ {LIST_SHEET}へ戻る"
SEVERITY_LABELS = {"error": "要修正", "warning": "要確認", "info": "参考"}
STATE_LABELS = {"new": "新規", "unresolved": "未解決", "resolved": "解決済み"}
# What a clerk has to look at; the rest is for the prefecture.
ASKED = ("error", "warning")
FILLS = {"error": "F4B6A6", "warning": "FBE3A3"}
INKS = {"error": "B3401F", "warning": "8A6100"}
MEANING = "「要修正」は直してから再提出してください。「要確認」は、正しければそのままで構いません。"


def is_asked(finding: Row) -> bool:
    """Whether the sender is asked to do something."""
    return finding["severity"] in ASKED


def member_and_sheet(finding: Row) -> tuple[str, str]:
    """The file inside a ZIP ('' for the file itself) and the sheet that a finding is about."""
    member, separator, sheet = str(finding["sheet"] or "").rpartition(MEMBER_MARK)
    return (member, sheet) if separator else ("", sheet)


def place(finding: Row) -> str:
    """Where in its sheet a finding is, in words."""
    cell = str(finding["cell"] or "")
    start, colon, end = cell.partition(":")
    if not colon:
        return cell or ("シート全体" if finding["sheet"] else "ファイル全体")
    unit = "行目" if start.isdigit() else "列"
    return f"{start}{unit}" if start == end else f"{start}〜{end}{unit}"
