"""The ledger proves what was received and when. If it could be rewritten unseen, so could the evaluation's evidence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import KyosoError
from pipelines.ingest.ledger import GENESIS, Ledger, Receipt


def receipt(seq: int, path: str = "") -> Receipt:
    return Receipt(
        seq,
        path or f"R8/visit_log/2026-07-03/{seq}号.csv",
        f"{seq:064x}",
        "visit_log",
        date(2026, 7, 3),
        9,
        False,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "archive" / "ledger.jsonl")
    ledger.append([receipt(1), receipt(2)])
    ledger.append([receipt(3)])
    return ledger


def test_receipts_come_back_as_written_and_each_line_names_the_one_before(ledger: Ledger) -> None:
    again = Ledger(ledger.path)
    assert again.receipts == ledger.receipts == (receipt(1), receipt(2), receipt(3))
    assert again.head == ledger.head
    lines = [json.loads(line) for line in ledger.path.read_text(encoding="utf-8").splitlines()]
    assert [line["prev"] for line in lines] == [GENESIS, lines[0]["hash"], lines[1]["hash"]]
    assert again.receipts[0].name == "1号.csv"


def test_nothing_new_writes_nothing(ledger: Ledger) -> None:
    before = ledger.path.stat().st_mtime_ns
    ledger.append([])
    assert ledger.path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (lambda lines: [lines[0].replace("2026-07-03", "2026-06-03"), *lines[1:]], 1),
        (lambda lines: [lines[0], lines[1].replace('"size_bytes": 9', '"size_bytes": 8'), lines[2]], 2),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [lines[0], "garbage", *lines[1:]], 2),
        (lambda lines: [*lines[:2], "{}"], 3),
        (lambda lines: [*lines[:2], "5"], 3),
    ],
)
def test_a_changed_removed_moved_or_added_line_is_noticed_and_named(
    ledger: Ledger, tamper: object, line: int
) -> None:
    lines = ledger.path.read_text(encoding="utf-8").splitlines()
    ledger.path.write_text("\n".join(tamper(lines)) + "\n", encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(KyosoError) as caught:
        Ledger(ledger.path)
    assert f"受領台帳の{line}行目" in str(caught.value)
    assert "バックアップ" in caught.value.todo


def test_lines_cut_off_the_end_are_missed_by_whoever_wrote_down_the_head(ledger: Ledger) -> None:
    """A chain alone cannot show that: what is left of it is whole."""
    head = ledger.head
    ledger.need(3, head, "公開版 x")
    lines = ledger.path.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.path.write_text("".join(lines[:2]), encoding="utf-8")
    cut = Ledger(ledger.path)
    with pytest.raises(KyosoError, match="公開版 xの記録では3行") as caught:
        cut.need(3, head, "公開版 x")
    assert "バックアップ" in caught.value.todo
    cut.append([receipt(3, "another.csv")])
    with pytest.raises(KyosoError, match="失われています"):
        Ledger(ledger.path).need(3, head, "公開版 x")


def test_receipts_that_came_after_the_head_was_written_down_are_no_loss(ledger: Ledger) -> None:
    ledger.need(0, GENESIS, "公開版 x")
    head = ledger.head
    ledger.append([receipt(4)])
    Ledger(ledger.path).need(3, head, "公開版 x")


def test_bytes_that_are_no_text_are_noticed(ledger: Ledger) -> None:
    data = bytearray(ledger.path.read_bytes())
    data[20] = 0xFF
    ledger.path.write_bytes(bytes(data))
    with pytest.raises(KyosoError, match="1行目"):
        Ledger(ledger.path)


@given(st.integers(1, 400))
def test_half_a_line_left_by_a_crash_is_cut_off_by_the_next_writer(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        Ledger(path).append([receipt(1)])
        whole = path.stat().st_size
        Ledger(path).append([receipt(2)])
        path.write_bytes(path.read_bytes()[: max(whole, path.stat().st_size - cut)])
        after = Ledger(path)
        assert after.receipts == (receipt(1),)
        after.append([receipt(2), receipt(3)])
        assert Ledger(path).receipts == (receipt(1), receipt(2), receipt(3))


def test_a_reader_never_cuts_the_line_that_a_writer_is_writing(ledger: Ledger) -> None:
    """`kyoso status` runs while the night appends; had it truncated, it would have broken the chain."""
    with ledger.path.open("ab") as file:
        file.write(b'{"half": ')
    size = ledger.path.stat().st_size
    assert len(Ledger(ledger.path).receipts) == 3
    assert ledger.path.stat().st_size == size
