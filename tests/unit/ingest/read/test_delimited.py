"""Text tables from form tools and accounting systems. A wrong encoding turns 髙﨑 into rubbish or into nobody."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.refusal import Refused

ROWS = (("番号", "業者名", "内容"), ("①", "㈱髙﨑システム", "面積 30㎡"), ("②", "黒潮～ワークス", "〜−‖"))


def as_csv(rows: tuple[tuple[str, ...], ...], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
def test_unicode_is_read_with_and_without_its_mark(encoding: str) -> None:
    marks = {"utf-16-le-bom": (b"\xff\xfe", "utf-16-le"), "utf-16-be-bom": (b"\xfe\xff", "utf-16-be")}
    mark, name = marks.get(encoding, (b"", encoding))
    assert read_delimited(mark + as_csv(ROWS).encode(name)).rows == ROWS


def test_windows_japanese_keeps_the_characters_that_shift_jis_lacks() -> None:
    rows = tuple(tuple(cell.replace("〜−‖", "①") for cell in row) for row in ROWS)
    data = as_csv(rows).encode("cp932")
    with pytest.raises(UnicodeDecodeError):
        data.decode("shift_jis")
    assert read_delimited(data).rows == rows


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_that_gives_columns(delimiter: str) -> None:
    rows = (
        ("団体名", "回答", "金額"),
        ("海南市", "A", "1,200"),
        ("橋本市", "B", "3,400"),
        ("有田市", "", "5"),
    )
    assert read_delimited(as_csv(rows, delimiter).encode()).rows == tuple(
        tuple(cell or None for cell in row) for row in rows
    )


def test_answers_joined_by_semicolons_do_not_make_a_semicolon_file() -> None:
    rows = (
        ("番号", "選択"),
        ("1", "共同調達;生成AI;人材育成;標準化"),
        ("2", "標準化;セキュリティ;業務改革"),
        ("3", "なし"),
    )
    assert read_delimited(as_csv(rows).encode()).rows == rows


def test_newlines_in_quotes_keep_the_line_number_a_person_sees() -> None:
    data = 'id,自由記述\r\n1,"一行目\r\n二行目\n三行目"\r\n2,次\r\n'.encode()
    grid = read_delimited(data)
    assert grid.rows[1][1] == "一行目\r\n二行目\n三行目"
    assert [grid.address(i, 0) for i in range(3)] == ["A1", "A2", "A5"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'a,b\r\n1,"2\r\n3,4\r\n', "broken_quotes"),
        (b"a,b\r\n\x00\x00,1", "nul_bytes"),
        (b"\x81\xff\xfe\xfd", "unknown_encoding"),
        (b"\xff\xfe\x00", "unknown_encoding"),
        (
            "日時,送信者,受信者,トークルームID,トーク\r\n2026-06-01 09:30:00,a,b,1,x\r\ndownloadLogs error".encode(),
            "incomplete_download",
        ),
    ],
)
def test_a_damaged_or_incomplete_file_is_refused_in_japanese(data: bytes, rule: str) -> None:
    with pytest.raises(Refused) as caught:
        read_delimited(data)
    assert caught.value.rule == rule
    assert any("ぁ" <= c <= "ん" for c in caught.value.message + caught.value.suggestion)


def test_utf8_with_a_damaged_character_is_not_read_as_rubbish_in_another_encoding() -> None:
    """Most bytes of Japanese in UTF-8 are characters of CP932 too: 海南市 would be 豬ｷ蜊怜ｸ?."""
    text = "団体名,実施日,内容\r\n" + "海南市,R8.6.1,研修会の開催\r\n" * 20
    data = text.encode()
    place = data.index("研修".encode()) + 1
    for damaged in (data[:place] + data[place + 1 :], data[:place] + b"\xff" + data[place + 1 :]):
        with pytest.raises(Refused) as caught:
            read_delimited(damaged)
        assert caught.value.rule == "damaged_characters"
        assert "2行目" in caught.value.message


@given(st.text("亜海南市研修会①髙㈱、アイウｱﾃｽﾄﾞ", min_size=1, max_size=60))
def test_text_in_windows_japanese_is_never_taken_for_damaged_utf8(text: str) -> None:
    assert read_delimited(f"番号,内容\r\n1,{text}\r\n".encode("cp932")).rows[1] == ("1", text)


def test_the_line_of_the_open_quote_is_named() -> None:
    with pytest.raises(Refused) as caught:
        read_delimited(b'a,b\r\n1,2\r\n3,"4\r\n5,6\r\n')
    assert "3行目" in caught.value.message


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=6))
def test_whatever_a_csv_writer_quotes_reads_back(rows: list[tuple[str, str, str]]) -> None:
    written = (("甲", "乙", "丙"), *rows)
    read = read_delimited(as_csv(written).encode("utf-8-sig")).rows
    assert read == tuple(tuple(cell or None for cell in row) for row in written)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_table_or_a_refusal(data: bytes) -> None:
    try:
        grid = read_delimited(data)
    except Refused:
        return
    assert len(grid.rows) == len(grid.row_numbers)


def test_published_files_of_the_state_are_read(real_files: Path) -> None:
    dashboard = read_delimited((real_files / "都道府県のDX進捗状況_都道府県比較.csv").read_bytes())
    assert dashboard.rows[0][2] == "北海道"
    cards = read_delimited((real_files / "mynumber_card_20170308" / "all_localgovs.csv").read_bytes())
    assert cards.rows[1][2] == "札幌市"
    assert len({len(row) for row in cards.rows}) == 1
