"""An answer in Excel: Japanese headings, numbers as numbers, text never as a formula, nothing overwritten."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pipelines.serve.answer_book as answers
from pipelines.errors import KyosoError
from pipelines.serve.answer_book import headings, write_answer
from pipelines.serve.connection import release_manifest
from pipelines.settings import Settings


@pytest.fixture(scope="module")
def settings(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A release of its own: other tests hold the sample's warehouse open in another way."""
    own = replace(sample_settings, home=tmp_path_factory.mktemp("answers"))
    release = own.home / "releases" / "one"
    release.mkdir(parents=True)
    for name in ("warehouse.duckdb", "manifest.json"):
        shutil.copy(sample_settings.current / name, release)
    own.current.symlink_to(release)
    own.warehouse.symlink_to(release / "warehouse.duckdb")
    return own


def written(
    settings: Settings, path: Path, names: list[str], rows: list[Any], query: str = "select 1"
) -> Any:
    from openpyxl import load_workbook

    return load_workbook(write_answer(settings, query, names, rows, path))


def test_values_keep_their_kind(settings: Settings, tmp_path: Path) -> None:
    row = (
        1_234_567,
        Decimal("41.5"),
        0.25,
        dt.date(2026, 10, 1),
        True,
        None,
        ["判断", "牽引"],
        "302015",
        10**20,
    )
    book = written(settings, tmp_path / "a.xlsx", list("abcdefghi"), [row])
    found = [cell.value for cell in book["結果"][2]]
    assert found == [
        1_234_567,
        41.5,
        0.25,
        dt.datetime(2026, 10, 1),
        True,
        None,
        "判断、牽引",
        "302015",
        str(10**20),
    ]
    assert book["結果"].freeze_panes == "A2"


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@SUM(A1)", "＝1", "\t=1"])
def test_text_is_no_formula(settings: Settings, tmp_path: Path, text: str) -> None:
    book = written(settings, tmp_path / "a.xlsx", [text], [(text,)], query=f"select '{text}'")
    for cell in (book["結果"]["A1"], book["結果"]["A2"]):
        assert (cell.data_type, cell.value) == ("s", text)
        assert cell.quotePrefix


def test_it_says_what_was_asked_of_which_release(settings: Settings, tmp_path: Path) -> None:
    book = written(settings, tmp_path / "a.xlsx", ["a"], [], query="select 1 as a where false")
    facts = dict(book["出典"].iter_rows(min_row=2, values_only=True))
    assert facts["注意"] == "架空データ"
    assert facts["基準日"] == "2026-11-20"
    assert facts["行"] == 0
    assert facts["問い合わせ"] == "select 1 as a where false"
    assert facts["版"] == release_manifest(settings)["release_id"]


def test_headings_are_labels_where_the_tables_agree_on_one(settings: Settings) -> None:
    query = "select municipality_name, stage, x from mart_stage join mart_wg_outcome using (fiscal_year)"
    assert headings(settings, query, ["municipality_name", "stage", "x"]) == [
        "団体名",
        "段階(裏付けあり)",
        "x",
    ]
    # 「団体名」 twice would be one column to whoever filters.
    assert headings(settings, "from mart_stage", ["municipality_name", "団体名"]) == [
        "団体名(municipality_name)",
        "団体名(団体名)",
    ]


def test_an_existing_file_is_never_overwritten(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"kept")
    with pytest.raises(KyosoError, match="同じ名前のファイルがあります") as caught:
        write_answer(settings, "q", ["a"], [(1,)], path)
    assert caught.value.exit_code == 2
    assert path.read_bytes() == b"kept"
    with pytest.raises(KyosoError, match="書き出せません"):
        write_answer(settings, "q", ["a"], [(1,)], tmp_path / "nowhere" / "a.xlsx")


def test_more_rows_than_a_sheet_holds_are_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_ROWS", 2)
    with pytest.raises(KyosoError, match="3行あり"):
        write_answer(settings, "q", ["a"], [(1,), (2,), (3,)], tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
