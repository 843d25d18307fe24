"""The national award file has no headings. Read in the wrong order, ministries become bidding methods."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables

AWARDS = [
    (
        "0000000001",
        "庁舎清掃業務",
        "2026-05-11",
        "1234567",
        "8010",
        "8002010",
        "㈱髙﨑システム",
        "4000020300004",
    ),
    (
        "0000000002",
        "サーバー, 賃貸借",
        "2026-05-12",
        "7654321",
        "0321",
        "8004020",
        "黒潮ワークス",
        "4000020300004",
    ),
]


@pytest.fixture
def award_zip(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: Sequence[Sequence[str]], tail: str = "", name: str = "successful_bid_2026.csv") -> Path:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
        path = tmp_path / "awards.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, (text.getvalue() + tail).encode("utf-8-sig"))
        return path

    return write


def swapped(row: Sequence[str]) -> list[str]:
    return [*row[:4], row[5], row[4], *row[6:]]


def conformed(path: Path) -> FileOutcome:
    return conform_file(FileJob("a" * 64, "procurement", path, path.name, sample_key()))


def test_columns_five_and_six_are_told_apart_by_what_stands_in_them(award_zip: Callable[..., Path]) -> None:
    rows = []
    for arranged in (AWARDS, [swapped(r) for r in AWARDS]):
        outcome = conformed(award_zip(arranged))
        assert outcome.findings == []
        rows.append(
            [(r["ministry_code"], r["method_code"]) for r in outcome.rows["procurement__national_awards"]]
        )
    assert rows[0] == rows[1] == [("8010", "8002010"), ("0321", "8004020")]


@pytest.mark.parametrize("codes", [("8010", "0321"), ("8002010", "8002010"), ("", "")])
def test_columns_that_fit_neither_order_are_refused(
    award_zip: Callable[..., Path], codes: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as caught:
        read_tables(award_zip([[*row[:4], *codes, *row[6:]] for row in AWARDS]))
    assert caught.value.rule == "unknown_award_columns"


@pytest.mark.parametrize("change", [lambda r: r[:7], lambda r: (*r, "")])
def test_another_number_of_columns_is_refused(
    award_zip: Callable[..., Path], change: Callable[[Sequence[str]], Sequence[str]]
) -> None:
    with pytest.raises(Refused):
        read_tables(award_zip([AWARDS[0], change(AWARDS[1])]))


def test_every_award_lands_with_its_line_and_a_wrong_corporate_number_is_found_at_its_cell(
    award_zip: Callable[..., Path],
) -> None:
    wrong = (*AWARDS[1][:7], "4000020300005")
    outcome = conformed(award_zip([AWARDS[0], wrong], tail="\r\n"))
    assert [r["_row"] for r in outcome.rows["procurement__national_awards"]] == [1, 2]
    (finding,) = outcome.findings
    assert (finding.cell, finding.rule, finding.sheet) == (
        "H2",
        "wrong_check_digit",
        "successful_bid_2026.csv",
    )
    assert finding.typed_text == "4000020300005"


def test_a_file_without_an_award_is_no_evidence_of_none(award_zip: Callable[..., Path]) -> None:
    outcome = conformed(award_zip([]))
    assert (outcome.status, [f.rule for f in outcome.findings]) == ("refused", ["unknown_header"])


def test_the_file_is_read_outside_its_zip_and_beside_others_as_well(
    award_zip: Callable[..., Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(award_zip(AWARDS), "a") as archive:
        whole = archive.read(archive.namelist()[0])
        archive.writestr("5月/successful_bid_05.csv", whole)
    bare = tmp_path / "successful_bid.csv"
    bare.write_bytes(whole)
    sheets = [[(g.sheet, len(g.rows)) for g in read_tables(p).grids] for p in (bare, tmp_path / "awards.zip")]
    assert sheets == [
        [("CSV", 3)],
        [("5月/successful_bid_05.csv", 3), ("successful_bid_2026.csv", 3)],
    ]
