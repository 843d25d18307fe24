"""Posts in a table (CSV or Excel) of any chat tool, read by a mapping.

Example:
    >>> from pipelines.ingest.read.chat_mapping import ChatMapping
    >>> from pipelines.ingest.read.chat_table import ChatTableReader
    >>> reader = ChatTableReader(pseudonym=lambda identifier: "p")
    >>> reader.take(fitting([ChatMapping("LoGoチャット", "送信日時", "送信者メール")], grid), grid)
    >>> reader.export().rows.num_rows
    2
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.chat_export import (
    NOT_A_MEMBERS_POST,
    PRIVATE,
    ChatExport,
    Collector,
    Remark,
    Rule,
    message_schema,
)
from pipelines.ingest.read.chat_mapping import Fit
from pipelines.ingest.read.chat_time import instant_reader
from pipelines.ingest.read.grid import CellValue, Grid, Unvalued

_MAIL = re.compile(r"[^\s()<>()[\]、,;:]+@[^\s()<>()[\]、,;:]+")
_LIST = re.compile(r"[、,;\n]")

_SUGGESTION = "この行を元のツールで確かめ、必要なら書き出し直してください。"
NO_TIME = Rule(
    "not_a_timestamp",
    "投稿日時を読めない行",
    "対応表の書式どおりの日時",
    "2026-06-01 09:30:00",
    "日時の書き方が違う場合は、チャット対応表の「日時の書式」に書いてください(例: yyyy/MM/dd HH:mm)。",
)
NOBODY = Rule(
    "unknown_member", "投稿者が空欄の行", "投稿者のメールアドレスか番号", "taro@example.lg.jp", _SUGGESTION
)
NO_ROOM = Rule("unknown_channel", "ルームが空欄の行", "ルームの名前か番号", "よろず相談", _SUGGESTION)
NO_ID = Rule("no_message_id", "投稿番号が空欄の行", "投稿ごとに異なる番号", "1001", _SUGGESTION)
TWICE = Rule("duplicate_key", "同じ投稿番号の2行目以降", "投稿ごとに異なる番号", "1001", _SUGGESTION)


def identifier_of(cell: CellValue) -> str:
    """Who a cell names: its mail address where it holds exactly one (`名(mail)`), else its whole text."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None or isinstance(cell, Unvalued) else str(cell).strip()
    mails = {mail.lower() for mail in _MAIL.findall(text)}
    return mails.pop() if len(mails) == 1 else text


class ChatTableReader:
    """Reads one or more tables into one export.

    Args:
        pseudonym: turns an identifier into a pseudonym; names and texts do not leave this class.
        private_rooms: rooms whose posts are only counted.
    """

    def __init__(self, pseudonym: Callable[[str], str], private_rooms: frozenset[str] = frozenset()) -> None:
        self._pseudonym = pseudonym
        self._private = private_rooms
        self._collector = Collector(message_schema())
        self._seen: set[str] = set()
        self._has_threads = True

    def take(self, fit: Fit, grid: Grid, room: str = "") -> None:
        """Read one table.

        Args:
            fit: the mapping that fits it.
            grid: the table.
            room: the room where the table itself has no column for it.

        Raises:
            Refused: the mapping names an unknown time zone.
        """
        mapping = fit.mapping
        read_time = instant_reader(mapping.time_format, mapping.time_zone)
        ignored = {fold(part) for part in _LIST.split(mapping.ignored_senders) if part.strip()}
        self._has_threads = self._has_threads and bool(mapping.parent_column)
        for index in range(fit.first_index, len(grid.rows)):
            row = grid.rows[index]
            if all(cell is None or cell == "" for cell in row):
                continue
            cells = {role: row[place] if place < len(row) else None for role, place in fit.columns.items()}
            number = grid.physical_row(index)
            sender = identifier_of(cells["sender"])
            is_deleted = (
                bool(mapping.deleted_text) and str(cells.get("text") or "").strip() == mapping.deleted_text
            )
            if is_deleted or fold(sender) in ignored or fold(str(cells["sender"] or "")) in ignored:
                self._collector.left_out[NOT_A_MEMBERS_POST] += 1
                continue
            found = self._values(fit, cells, sender, read_time(cells["time"]), room)
            if isinstance(found, Rule):
                self._collector.set_aside(found, grid.sheet, number)
            elif found["channel"] in self._private:
                self._collector.left_out[PRIVATE] += 1
            else:
                self._collector.land(grid.sheet, number, **found)
        self._say_what_lies_above(fit, grid)

    def _values(
        self, fit: Fit, cells: dict[str, CellValue], sender: str, posted_at: datetime | None, room: str
    ) -> dict[str, Any] | Rule:
        channel = identifier_of(cells["room"]) if "room" in cells else room or fit.mapping.tool_name
        number = identifier_of(cells.get("message_id"))
        member = self._pseudonym(sender) if sender else ""
        key = f"{fit.mapping.tool_name}/{channel}/" + (number or f"{posted_at}/{member}")
        checks = (
            (NO_TIME, posted_at is None),
            (NOBODY, not sender),
            (NO_ROOM, not channel),
            (NO_ID, "message_id" in cells and not number),
            (TWICE, bool(number) and key in self._seen),
        )
        broken = next((rule for rule, is_broken in checks if is_broken), None)
        if broken:
            return broken
        self._seen.add(key)
        parent = identifier_of(cells.get("parent"))
        return {
            "channel": channel,
            "message_key": key,
            "thread_key": f"{fit.mapping.tool_name}/{channel}/{parent or number}" if number else None,
            "member": member,
            "posted_at": posted_at,
            "is_reply": bool(parent) and parent != number,
        }

    def _say_what_lies_above(self, fit: Fit, grid: Grid) -> None:
        """A mapping by letters knows no heading: what lies above the first time is said, not swallowed."""
        named = fit.mapping.named.values()
        rows = [
            grid.physical_row(i)
            for i in range(fit.first_index)
            if any(c not in (None, "") for c in grid.rows[i])
        ]
        if rows and all(re.fullmatch(r"[A-ZA-Z]{1,3}列", name.strip(), re.IGNORECASE) for name in named):
            text = f"{rows[0]}行目から{rows[-1]}行目までは、日時がないため見出しとして読み飛ばしました。"
            self._collector.remarks.append(Remark("info", "rows_above_were_skipped", text, grid.sheet))

    def say(self, remark: Remark) -> None:
        """Add a remark about the export."""
        self._collector.remarks.append(remark)

    def export(self) -> ChatExport:
        """Everything read so far."""
        if not self._has_threads:
            text = "返信先の列がないため、返信の数と、回答までの時間には入りません。投稿の数と投稿者の数には入ります。"
            self.say(Remark("info", "no_thread_information", text))
        return self._collector.export()
