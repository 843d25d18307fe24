"""Chatwork's log export: folders `members/` and `rooms/xx/<room id>/`. Its columns come from a mapping.

Example:
    >>> from pipelines.ingest.read.chat_mapping import ChatMapping
    >>> from pipelines.ingest.read.chatwork import read_chatwork
    >>> mapping = ChatMapping("Chatwork", "日時", "アカウントID", text_column="本文", deleted_text="[delete]")
    >>> export = read_chatwork(Path("chatwork.zip"), [mapping], pseudonym=lambda identifier: "p")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from pipelines.ingest.read.chat_export import ChatExport, Remark
from pipelines.ingest.read.chat_mapping import ChatMapping, fitting, no_mapping
from pipelines.ingest.read.chat_table import ChatTableReader
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables

_ROOM = re.compile(r"(?:^|/)rooms/[^/]+/(?P<room>[^/]+)/")


def is_chatwork(names: Iterable[str]) -> bool:
    """Whether these names in a ZIP are a Chatwork export's."""
    return any(_ROOM.search(name) for name in names)


def read_chatwork(path: Path, mappings: Iterable[ChatMapping], pseudonym: Callable[[str], str]) -> ChatExport:
    """Read the messages of every room; the room is the folder's id.

    Rooms without a member of the own organisation are not in the export at all, so nothing here can
    count them. Member lists are not read.

    Raises:
        Refused: not one table of messages, or no mapping fits them.
    """
    tables = read_tables(path)
    rooms = [(match["room"], grid) for grid in tables.grids if (match := _ROOM.search(grid.sheet))]
    if not rooms:
        raise Refused(
            "unknown_chat_export",
            "Chatworkの書き出しですが、rooms/ の下に読めるCSVがありません。",
            "CSV形式で書き出したChatworkのログ",
            "Chatworkの管理者設定で、形式にCSVを選んで書き出し直してください。",
        )
    reader = ChatTableReader(pseudonym)
    mappings, strangers = list(mappings), []
    for room, grid in rooms:
        fit = fitting(mappings, grid)
        if fit:
            reader.take(fit, grid, room)
        elif not grid.is_empty:
            strangers.append(grid)
    if len(strangers) == len(rooms):
        raise no_mapping(strangers)
    for grid in strangers:
        reader.say(_not_read(grid.sheet))
    for name, refused in tables.refused:
        if name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx")):
            reader.say(
                Remark("error", refused.rule, refused.message, name, refused.expected, "", refused.suggestion)
            )
    return reader.export()


def _not_read(sheet: str) -> Remark:
    return Remark(
        "error",
        "unknown_header",
        f"{sheet} の見出しがチャット対応表と合わないため、読み取っていません。",
        sheet,
        "チャット対応表に書かれた列",
        "",
        "ほかのルームと同じ形で書き出し直すか、チャット対応表に行を足してください。",
    )
