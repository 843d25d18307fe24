"""Files from outside: each is read with the values that stand in it, or refused in words. A new one must be listed here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.ingest.conform.outcome import FileJob
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.japanese.numbers import parse_decimal, parse_integer
from pipelines.ingest.japanese.reading import Unreadable, fold
from pipelines.ingest.municipalities import municipalities, parse_area_code
from pipelines.ingest.pseudonyms import sample_key
from pipelines.ingest.read.grid import CellValue, Grid
from pipelines.ingest.read.refusal import Refused
from pipelines.ingest.read.tables import read_tables
from pipelines.ingest.read.worker import ReadingWorkers
from tests.fuzz.judge import examine

# file: sheet, number of rows, and cells by their address
READ: dict[str, tuple[str, int, dict[str, CellValue]]] = {
    "000925835.xlsx": (
        "R6.1.1現在の団体",
        1795,
        {
            "A2": "010006",
            "B2": "北海道",
            "A3": "011002",
            "C3": "札幌市",
            "A1795": "473821",
            "C1795": "与那国町",
        },
    ),
    "date1904_DateFormatTests.xlsx": (
        "Tests",
        46,
        {"A2": "11-10-52", "C2": datetime(1952, 10, 11, 14, 35, 27)},
    ),
    "date_quoted_format.xlsx": ("Sheet1", 4, {"A1": date(2021, 1, 1), "A4": date(2021, 1, 1)}),
    "sheet_visibility.xlsx": ("Visible", 2, {"A1": "v", "G1": "e", "A2": 118}),
    "mynumber_card_20170308/all_localgovs.csv": (
        "CSV",
        1742,
        {
            "A1": "算出基準日",
            "C2": "札幌市",
            "D2": "1941832",
            "F2": "7.4",
            "I2": "11002",
            "C1742": "八重山郡与那国町",
        },
    ),
    "mynumber_card_20170308/summary_by_types.csv": (
        "CSV",
        6,
        {"B2": "全国", "C2": "128066211", "B5": "市（政令指定都市を除く）"},
    ),
    "都道府県のDX進捗状況_行政手続のオンライン申請率.csv": (
        "CSV",
        31,
        {"A1": "都道府県", "C1": "北海道", "B2": "図書館の図書貸出予約等", "C2": "12.6%", "E3": None},
    ),
    "都道府県のDX進捗状況_都道府県比較.csv": ("CSV", 14, {"C1": "北海道", "B2": "CIOの任命", "C2": "実施"}),
}
# file: rule
REFUSED = {
    "pass_protected.xlsx": "encrypted",
    "slack_export_testarchive.zip": "not_a_table",
    **{f"imi_date/{name}.json": "not_a_table" for name in ("001-io", "002-normalize", "003-misc")},
}


def names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "SOURCES.md":
            yield path.relative_to(folder).as_posix()


def cells(grid: Grid) -> dict[str, CellValue]:
    return {grid.address(i, c): value for i in range(len(grid.rows)) for c, value in grid.cells(i)}


def test_every_file_from_outside_is_one_that_somebody_looked_at(real_files: Path) -> None:
    assert set(names(real_files)) == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_a_table_from_outside_is_read_whole_with_the_values_that_stand_in_it(
    real_files: Path, name: str
) -> None:
    sheet, rows, expected = READ[name]
    grid = next(g for g in read_tables(real_files / name).grids if g.sheet == sheet)
    assert len(grid.rows) == rows
    found = cells(grid)
    assert {address: found.get(address) for address in expected} == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_in_words(real_files: Path, name: str) -> None:
    with pytest.raises(Refused) as caught:
        read_tables(real_files / name)
    assert caught.value.rule == REFUSED[name]
    for text in (caught.value.message, caught.value.expected, caught.value.suggestion):
        assert any("ぁ" <= c <= "ん" for c in text)


def test_no_file_from_outside_ends_in_a_traceback_or_loses_a_row_whatever_folder_it_lies_in(
    real_files: Path,
) -> None:
    jobs = [
        FileJob(f"{number:064d}", source, real_files / name, name, sample_key())
        for number, name in enumerate(names(real_files))
        for source in load_contracts()
    ]
    outcomes = [(job.name, job.source, told) for job, told in ReadingWorkers(examine, count=1).map(jobs)]
    assert len(outcomes) == len(jobs)
    wrong = [(name, source, told) for name, source, told in outcomes if isinstance(told, Refused) or told[1]]
    assert wrong == []
    landed = {
        (name, source)
        for name, source, told in outcomes
        if not isinstance(told, Refused) and told[0] == "landed"
    }
    assert landed == {("slack_export_testarchive.zip", "chat_activity")}


def test_every_code_of_the_national_list_is_read_as_itself(real_files: Path) -> None:
    grid = read_tables(real_files / "000925835.xlsx").grids[0]
    codes = [str(row[0]) for row in grid.rows[1:]]
    assert [parse_area_code(code).value for code in codes] == codes
    ours = {str(row[0]): str(row[2]) for row in grid.rows[1:] if row[1] == "和歌山県" and row[2]}
    assert ours == {town.code: fold(town.name) for town in municipalities().values()}


def test_codes_that_lost_their_zeros_are_those_of_the_national_list_or_refused(real_files: Path) -> None:
    known = {str(row[0]) for row in read_tables(real_files / "000925835.xlsx").grids[0].rows[1:]}
    rows = read_tables(real_files / "mynumber_card_20170308" / "all_localgovs.csv").grids[0].rows[1:]
    read, refused = set(), []
    for row in rows:
        try:
            read.add(parse_area_code(row[8]).value)
        except Unreadable as error:
            refused.append(error.rule)
    assert len(read) + len(refused) == len(rows) == 1741
    assert set(refused) <= {"ambiguous_code"}
    # Towns that changed their code or were merged between 2017 and 2024.
    assert len(read - known) <= 10


def test_every_number_of_a_published_table_is_read(real_files: Path) -> None:
    cards = read_tables(real_files / "mynumber_card_20170308" / "all_localgovs.csv").grids[0].rows[1:]
    assert all(isinstance(parse_integer(row[3], unit="人").value, int) for row in cards)
    shares = read_tables(real_files / "都道府県のDX進捗状況_行政手続のオンライン申請率.csv").grids[0].rows[1:]
    values = [parse_decimal(cell, unit="%").value for row in shares for cell in row[2:] if cell is not None]
    assert len(values) == sum(1 for row in shares for cell in row[2:] if cell) > 600
    assert all(0 <= value <= 100 for value in values)
