"""Which column of a chat tool's table is the time, the sender, the room: told by a person, never guessed.

The mapping is one line of the policy sheet チャット対応表. A column is named by its heading, or by its letter
(`C列`) where the file has no headings.

    ツール名      日時の列    投稿者の列      ルームの列   投稿番号の列    返信先の列   本文の列  削除済みの表記
    LoGoチャット  送信日時    送信者メール    トークルーム メッセージID    返信元ID
    Chatwork      日時        アカウントID                 メッセージID                 本文      [delete]

Example:
    >>> from pipelines.ingest.read.chat_mapping import ChatMapping
    >>> mapping = ChatMapping("LoGoチャット", time_column="送信日時", sender_column="送信者メール")
    >>> mapping.named
    {'time': '送信日時', 'sender': '送信者メール'}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.ingest.japanese.reading import fold
from pipelines.ingest.read.chat_time import instant_reader
from pipelines.ingest.read.grid import CellValue, Grid, column_letter
from pipelines.ingest.read.refusal import Refused

ROLES = ("time", "sender", "room", "message_id", "parent", "text")
_LETTER = re.compile(r"([A-Z]{1,3})列", re.ASCII)
# A heading stands near the top; titles and notes may stand above it.
_ROWS_LOOKED_AT = 50


@dataclass(frozen=True)
class ChatMapping:
    """One tool's columns, as the officer wrote them; empty where the tool has none.

    Attributes:
        parent_column: the number of the post that is answered; needs `message_id_column`.
        deleted_text: what stands in `text_column` of a deleted post, such as `[delete]`.
        ignored_senders: senders that are no people (notices, bots), separated by 、.
        time_format: such as `yyyy/MM/dd HH:mm:ss`; empty for the usual forms.
        time_zone: 日本時間 when empty.
        encoding: found by itself when empty.
    """

    tool_name: str
    time_column: str
    sender_column: str
    room_column: str = ""
    message_id_column: str = ""
    parent_column: str = ""
    text_column: str = ""
    deleted_text: str = ""
    ignored_senders: str = ""
    time_format: str = ""
    time_zone: str = ""
    encoding: str = ""

    @property
    def named(self) -> dict[str, str]:
        """The columns that the mapping names, by role."""
        columns = {role: str(getattr(self, f"{role}_column")) for role in ROLES}
        return {role: column for role, column in columns.items() if column.strip()}


@dataclass(frozen=True)
class Fit:
    """A mapping that fits a grid: where the rows begin, and the index of each named column."""

    mapping: ChatMapping
    first_index: int
    columns: dict[str, int]


def fitting(mappings: Iterable[ChatMapping], grid: Grid) -> Fit | None:
    """The mapping all of whose columns the grid has; of several, the one that names most.

    Raises:
        Refused: the mapping that fits contradicts itself, or names an unknown time zone.
    """
    fits = [found for mapping in mappings if (found := _fit(mapping, grid))]
    if not fits:
        return None
    best = max(fits, key=lambda f: (len(f.columns), f.mapping.tool_name))
    if best.mapping.parent_column and not best.mapping.message_id_column:
        raise Refused(
            "mapping_without_message_id",
            f"チャット対応表の「{best.mapping.tool_name}」に「返信先の列」がありますが、「投稿番号の列」がありません。",
            "返信先の列を書くときは、投稿番号の列も",
            "チャット対応表に投稿番号の列を書き足すか、返信先の列を空にして、設定(policy)のフォルダに置き直してください。",
        )
    return best


def _fit(mapping: ChatMapping, grid: Grid) -> Fit | None:
    if not {"time", "sender"} <= mapping.named.keys():
        return None
    letters = {
        role: index for role, name in mapping.named.items() if (index := _by_letter(name, grid)) is not None
    }
    headings = {role: fold(name) for role, name in mapping.named.items() if role not in letters}
    if not headings:
        return _fit_by_letters(mapping, letters, grid)
    for index, row in enumerate(grid.rows[:_ROWS_LOOKED_AT]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                places.setdefault(fold(cell), place)
        if all(heading in places for heading in headings.values()):
            return Fit(mapping, index + 1, letters | {role: places[h] for role, h in headings.items()})
    return None


def _fit_by_letters(mapping: ChatMapping, letters: dict[str, int], grid: Grid) -> Fit | None:
    """Without headings: the rows begin where the time column first holds a time."""
    read = instant_reader(mapping.time_format, mapping.time_zone)
    for index, row in enumerate(grid.rows[:_ROWS_LOOKED_AT]):
        if letters["time"] < len(row) and read(row[letters["time"]]):
            return Fit(mapping, index, letters)
    return None


def _by_letter(name: str, grid: Grid) -> int | None:
    match = _LETTER.fullmatch(unicodedata.normalize("NFKC", name).strip().upper())
    if not match:
        return None
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    index = number - grid.first_column
    return index if index >= 0 else None


def no_mapping(grids: Iterable[Grid]) -> Refused:
    """The refusal of a table that no mapping fits: the columns it has, and the line to write."""
    grid = max(grids, key=lambda g: len(g.rows), default=Grid("", ()))
    headings = _headings(grid)
    if headings:
        columns = (
            "ファイルにある列: " + "、".join(headings[:20]) + ("など" if len(headings) > 20 else "") + "。"
        )
    else:
        width = max((len(row) for row in grid.rows[:_ROWS_LOOKED_AT]), default=0)
        last = column_letter(grid.first_column + width - 1) if width else "A"
        columns = f"見出しの行が見つかりません(A列から{last}列まで)。見出しのないファイルでは「A列」のように書きます。"
    time = _first_with(headings, "日時", "時刻", "date", "time") or "A列"
    sender = _first_with(headings, "メール", "mail", "送信者", "投稿者", "発言者", "sender", "user") or "B列"
    room = _first_with(headings, "ルーム", "チャンネル", "グループ", "room", "channel")
    return Refused(
        "unknown_chat_export",
        f"チャットの書き出しとして読めません。どの列が日時・投稿者かが分かりません。{columns}",
        "Slack・Teams・LINE WORKSの書き出し、またはチャット対応表に書かれた列のあるCSV・Excel",
        "設定(policy)の「チャット対応表」に1行書き足してください。"
        "見出し: ツール名,日時の列,投稿者の列,ルームの列,投稿番号の列,返信先の列,"
        "本文の列,削除済みの表記,数えない投稿者,日時の書式,時間帯,文字コード"
        f" 記入例: (ツールの名前),{time},{sender},{room},,,,,,,,",
    )


def _headings(grid: Grid) -> list[str]:
    """The cells of the row that looks like a heading; a row of data must not be shown, it holds texts."""
    read = instant_reader("", "")
    for row in grid.rows[:_ROWS_LOOKED_AT]:
        cells = [cell for cell in row if cell not in (None, "")]
        if any(read(cell) or "@" in str(cell) for cell in cells):
            return []
        if len(cells) >= 2 and all(map(_is_heading, cells)):
            return [str(cell).strip() for cell in cells]
    return []


def _is_heading(cell: CellValue) -> bool:
    return isinstance(cell, str) and len(cell) <= 20 and not re.search(r"[@@\n\d。、!?!?]", cell)


def _first_with(headings: list[str], *parts: str) -> str:
    return next((h for part in parts for h in headings if part in h.lower()), "")
