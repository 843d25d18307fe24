"""Any chat tool through a mapping: what the officer wrote in チャット対応表 decides, nothing is guessed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.read.chat_export import ChatExport
from pipelines.ingest.read.chat_mapping import ChatMapping, fitting, no_mapping
from pipelines.ingest.read.chat_table import ChatTableReader, identifier_of
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.refusal import Refused
from tests.unit.ingest.read.chat_files import MAIL, NAME, SECRET, aside, plain, remarks, rows_of

# The worked example of the documentation.
LOGO = ChatMapping(
    "LoGoチャット",
    time_column="送信日時",
    sender_column="送信者メール",
    room_column="トークルーム",
    message_id_column="メッセージID",
    parent_column="返信元ID",
    ignored_senders="システム、お知らせボット",
    time_format="yyyy/MM/dd HH:mm",
)
HEADINGS = ("送信日時", "送信者", "送信者メール", "トークルーム", "メッセージID", "返信元ID", "本文")


def line(number: int = 1, **more: Any) -> tuple[Any, ...]:
    values = {
        "at": "2026/06/01 08:30",
        "name": NAME,
        "mail": MAIL,
        "room": "よろず相談",
        "id": number,
        "parent": None,
    }
    values |= {"text": SECRET} | more
    return tuple(values.values())


def grid(*rows: tuple[Any, ...], **more: Any) -> Grid:
    return Grid("Sheet1", rows, **more)


def read(mapping: ChatMapping, table: Grid) -> ChatExport:
    fit = fitting([mapping], table)
    assert fit, "the mapping fits"
    reader = ChatTableReader(plain)
    reader.take(fit, table)
    return reader.export()


def test_a_logochat_line_is_who_where_when_and_what_it_answers() -> None:
    table = grid(("エクスポート結果",), (), HEADINGS, line(1), line(2, mail="taro@a.example", parent=1))
    first, reply = rows_of(read(LOGO, table))
    assert first == {
        "channel": "よろず相談",
        "message_key": "LoGoチャット/よろず相談/1",
        "thread_key": "LoGoチャット/よろず相談/1",
        "member": f"<{MAIL}>",
        "posted_at": datetime(2026, 6, 1, 8, 30),
        "is_reply": False,
        "_sheet": "Sheet1",
        "_row": 4,
    }
    assert (reply["is_reply"], reply["thread_key"]) == (True, first["thread_key"])


def test_columns_are_found_wherever_they_stand_and_however_wide_they_are_typed() -> None:
    order = (6, 2, 5, 0, 4, 3, 1)
    table = grid(tuple(f" {HEADINGS[i]} " for i in order), tuple(line()[i] for i in order))
    assert rows_of(read(LOGO, table)) == [
        r | {"_row": 2} for r in rows_of(read(LOGO, grid(HEADINGS, line())))
    ]


def test_notices_and_deleted_posts_are_no_members_posts() -> None:
    mapping = ChatMapping(
        "Chatwork",
        "送信日時",
        "送信者",
        text_column="本文",
        deleted_text="[delete]",
        ignored_senders="システム",
    )
    found = read(mapping, grid(HEADINGS, line(1, text="[delete]"), line(2, name="システム"), line(3)))
    assert [r["_row"] for r in rows_of(found)] == [4]
    assert "2件" in next(r.message for r in found.remarks if r.rule == "not_a_member_post")


def test_a_file_without_headings_is_mapped_by_letters_and_its_title_is_said() -> None:
    mapping = ChatMapping("別のツール", "A列", "c列", room_column="D列")
    found = read(mapping, grid(("ログ",), line(), line()))
    assert [(r["channel"], r["member"], r["_row"]) for r in rows_of(found)] == [
        ("よろず相談", f"<{MAIL}>", n) for n in (2, 3)
    ]
    assert "rows_above_were_skipped" in remarks(found)
    assert "rows_above_were_skipped" not in remarks(read(mapping, grid(line())))
    shifted = grid(line(), first_column=2)
    assert fitting([mapping], shifted) is None, "letters are those of the sheet"


def test_without_a_room_column_the_tool_is_the_room_and_without_numbers_nothing_answers() -> None:
    found = read(ChatMapping("ツール", "送信日時", "送信者メール"), grid(HEADINGS, line(), line()))
    assert [r["channel"] for r in rows_of(found)] == ["ツール", "ツール"]
    assert len({r["message_key"] for r in rows_of(found)}) == 2
    assert "no_thread_information" in remarks(found)
    assert "no_thread_information" not in remarks(read(LOGO, grid(HEADINGS, line())))


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"at": "2026-06-01"}, "not_a_timestamp"),
        ({"at": None}, "not_a_timestamp"),
        ({"at": 46174}, "not_a_timestamp"),
        ({"mail": "  "}, "unknown_member"),
        ({"room": None}, "unknown_channel"),
        ({"id": None}, "no_message_id"),
        ({"id": 1}, "duplicate_key"),
    ],
)
def test_a_line_that_cannot_be_attributed_is_set_aside_with_its_row(more: dict[str, Any], rule: str) -> None:
    found = read(LOGO, grid(HEADINGS, line(1), line(2, **more)))
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, "Sheet1", (3,), 1)])


@pytest.mark.parametrize(
    ("cell", "identifier"),
    [
        (f"{NAME}({MAIL})", MAIL),
        (f"{NAME}({MAIL.upper()})", MAIL),
        (f"{NAME} <{MAIL}>", MAIL),
        (MAIL, MAIL),
        (NAME, NAME),
        (1234.0, "1234"),
        (1234, "1234"),
        ("a@b.jp、c@d.jp", "a@b.jp、c@d.jp"),
        (None, ""),
    ],
)
def test_a_person_is_the_one_address_in_the_cell_or_the_whole_cell(cell: Any, identifier: str) -> None:
    assert identifier_of(cell) == identifier


def test_the_mapping_that_names_most_columns_is_taken() -> None:
    poor, rich = ChatMapping("あ", "送信日時", "送信者"), LOGO
    fit = fitting([poor, rich], grid(HEADINGS, line()))
    assert fit
    assert fit.mapping is rich
    assert fitting([poor, rich], grid(("日付", "名前"), (1, 2))) is None


def test_answers_without_post_numbers_are_a_mistake_in_the_mapping_and_not_guessed() -> None:
    with pytest.raises(Refused) as caught:
        fitting(
            [ChatMapping("ツール", "送信日時", "送信者", parent_column="返信元ID")], grid(HEADINGS, line())
        )
    assert "投稿番号の列" in caught.value.message


def test_without_a_mapping_the_refusal_names_the_columns_and_gives_the_line_to_write() -> None:
    refused = no_mapping([grid(HEADINGS, line())])
    assert all(heading in refused.message for heading in HEADINGS)
    assert "チャット対応表" in refused.suggestion
    assert "(ツールの名前),送信日時,送信者メール,トークルーム," in refused.suggestion


@pytest.mark.parametrize(
    "rows", [(line(), line()), ((SECRET, NAME),), ((MAIL, "x"),), ((), (SECRET + "です。", "はい"))]
)
def test_a_refusal_never_shows_what_may_be_data(rows: tuple[tuple[Any, ...], ...]) -> None:
    refused = no_mapping([grid(*rows)])
    if rows != ((SECRET, NAME),):
        assert SECRET not in refused.message + refused.suggestion
    assert MAIL not in refused.message + refused.suggestion


def test_a_title_above_the_headings_does_not_hide_them() -> None:
    refused = no_mapping([grid(("出力日", "2026-06-01"), (), HEADINGS, line())])
    assert "送信者メール" in refused.message


def test_an_empty_file_is_refused_in_the_same_words() -> None:
    assert "チャット対応表" in no_mapping([]).suggestion


_CELL = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.datetimes(), st.booleans())


@given(rows=st.lists(st.lists(_CELL, max_size=8).map(tuple), max_size=6))
def test_every_line_lands_or_is_accounted_for(rows: list[tuple[Any, ...]]) -> None:
    found = read(LOGO, grid(HEADINGS, line(10**9), *rows))
    filled = 1 + sum(1 for row in rows if any(cell is not None and cell != "" for cell in row))
    assert "not_a_member_post" not in remarks(found)
    assert found.rows.num_rows + found.set_aside_count == filled


@given(
    rows=st.lists(st.lists(_CELL, max_size=5).map(tuple), max_size=5),
    columns=st.lists(st.text(max_size=4), min_size=2, max_size=2),
)
def test_no_mapping_and_no_grid_crash(rows: list[tuple[Any, ...]], columns: list[str]) -> None:
    table = grid(*rows)
    no_mapping([table])
    try:
        fit = fitting([ChatMapping("x", *columns)], table)
    except Refused:
        return
    if fit and {"time", "sender"} <= set(fit.columns):
        reader = ChatTableReader(plain)
        reader.take(fit, table)
        reader.export()
