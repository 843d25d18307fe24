"""The audit log of LINE WORKS: names with addresses, newlines in texts, and downloads that stopped half-way."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.lineworks import is_lineworks, read_lineworks
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.workbook import read_workbook
from tests.unit.ingest.read.chat_files import (
    LINE_WORKS_HEADINGS,
    MAIL,
    as_csv,
    as_xlsx,
    aside,
    plain,
    remarks,
    rows_of,
    talk,
)


def log(*rows: list[str], encoding: str = "utf-8-sig") -> Any:
    return read_delimited(as_csv([LINE_WORKS_HEADINGS, *rows], encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_line_is_who_where_when_and_the_sender_is_the_address(encoding: str) -> None:
    grid = log(talk(), talk("2026-06-01 08:31:05", sender="次郎(jiro@a.example)"), encoding=encoding)
    assert is_lineworks(grid)
    first, second = rows_of(read_lineworks([grid], plain))
    assert first == {
        "channel": "21228435",
        "message_key": f"LINE WORKS/21228435/2026-06-01 08:30:00/<{MAIL}>",
        "thread_key": None,
        "member": f"<{MAIL}>",
        "posted_at": datetime(2026, 6, 1, 8, 30),
        "is_reply": False,
        "_sheet": "CSV",
        "_row": 2,
    }
    assert (second["member"], second["_row"]) == ("<jiro@a.example>", 4), (
        "a text of two lines takes two lines"
    )


def test_a_table_pasted_into_a_talk_does_not_make_a_file_of_tabs() -> None:
    pasted = "\n".join(f"項目{n}\t{n}\t円" for n in range(40))
    found = rows_of(read_lineworks([log(talk(text=pasted), talk(text=pasted))], plain))
    assert [r["_row"] for r in found] == [2, 42]


def test_two_posts_of_one_second_by_one_person_stay_two() -> None:
    found = rows_of(read_lineworks([log(talk(), talk(text="b"), talk(text="c"))], plain))
    assert len({r["message_key"] for r in found}) == 3


def test_talks_of_two_people_are_counted_and_nothing_more() -> None:
    pair = {"receivers": "次郎(jiro@a.example)", "room": "1"}
    answer = {"sender": "次郎(jiro@a.example)", "receivers": f"花子({MAIL})", "room": "1"}
    export = read_lineworks([log(talk(), talk(**pair), talk(**answer))], plain)
    assert [r["channel"] for r in rows_of(export)] == ["21228435"]
    assert [r.message for r in export.remarks if r.rule == "private_conversation"] == [
        "1対1などの非公開の会話の投稿2件は数えていません。"
    ]


def test_a_room_whose_rows_name_one_receiver_each_is_still_a_room_of_many() -> None:
    rows = [talk(receivers=f"{n}(m{n}@a.example)", room="7") for n in range(3)]
    assert read_lineworks([log(*rows)], plain).rows.num_rows == 3


def test_the_log_cannot_tell_answers_and_says_so() -> None:
    assert "no_thread_information" in remarks(read_lineworks([log(talk())], plain))


@pytest.mark.parametrize("tail", ["", ": timeout", "\r\n" + "java.net.SocketTimeoutException " * 20])
def test_a_download_that_stopped_half_way_is_refused_as_incomplete(tail: str) -> None:
    data = as_csv([LINE_WORKS_HEADINGS, talk()]) + f"downloadLogs error{tail}\r\n".encode()
    with pytest.raises(Refused) as caught:
        read_delimited(data)
    assert caught.value.rule == "incomplete_download"


def test_a_talk_that_mentions_the_words_is_no_stopped_download() -> None:
    assert len(rows_of(read_lineworks([log(talk(text="これは downloadLogs error ですか"))], plain))) == 1


def test_a_log_saved_as_a_workbook_is_read_alike(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "log.xlsx", [LINE_WORKS_HEADINGS, talk()])
    (row,) = rows_of(read_lineworks(read_workbook(path), plain))
    assert (row["member"], row["posted_at"]) == (f"<{MAIL}>", datetime(2026, 6, 1, 8, 30))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (talk("きのう"), "not_a_timestamp"),
        (talk(sender=""), "unknown_member"),
        (talk(room=""), "unknown_channel"),
        (["2026-06-01 08:30:00"], "unknown_member"),
    ],
)
def test_a_line_that_cannot_be_attributed_is_set_aside_with_its_row(row: list[str], rule: str) -> None:
    found = read_lineworks([log(row, talk())], plain)
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, "CSV", (2,), 1)])


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(
    posts=st.lists(st.tuples(st.integers(0, 10**8), st.sampled_from("abc"), _TEXT), min_size=1, max_size=9)
)
def test_what_was_said_when_is_read_back_whatever_was_said(posts: list[tuple[int, str, str]]) -> None:
    start = datetime(2024, 1, 1)
    rows = [
        talk(str(start + timedelta(seconds=s)), sender=f"名({who}@a.jp)", text=text) for s, who, text in posts
    ]
    found = rows_of(read_lineworks([log(*rows)], plain))
    assert [(r["posted_at"], r["member"]) for r in found] == [
        (start + timedelta(seconds=s), f"<{who}@a.jp>") for s, who, _ in posts
    ]


@given(rows=st.lists(st.lists(_TEXT, max_size=6), max_size=5))
def test_every_line_lands_or_is_accounted_for(rows: list[list[str]]) -> None:
    cells = [tuple(text or None for text in row) for row in ([*talk()], *rows)]
    grid = Grid("CSV", (tuple(LINE_WORKS_HEADINGS), *cells))
    export = read_lineworks([grid], plain)
    filled = sum(1 for row in grid.rows[1:] if any(cell is not None for cell in row))
    private = [r.message for r in export.remarks if r.rule == "private_conversation"]
    count = int("".join(c for c in private[0].replace("1対1", "") if c.isdigit())) if private else 0
    assert export.rows.num_rows + export.set_aside_count + count == filled
