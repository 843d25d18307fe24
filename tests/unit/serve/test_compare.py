"""Two releases side by side. A figure that moved without a name beside it starts the questions nobody can answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import KyosoError
from pipelines.serve.compare import compare
from pipelines.serve.issue import issue
from pipelines.settings import Settings
from tests.unit.serve.issuing import TODAY, make_release, one_line


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(tmp_path / "raw", tmp_path / "home", 2026, date(2026, 11, 20))
    make_release(made, "aaa1", "2026-11-20", value=5)
    issue(made, "暫定", TODAY, one_line)
    make_release(made, "aab2", "2026-12-01", value=8)
    return made


@pytest.mark.parametrize("before", ["R8-暫定-01", "R8", "aaa1", "aaa"])
@pytest.mark.parametrize("after", ["現在", "aab2", "aab"])
def test_releases_and_editions_are_compared_by_their_numbers_or_how_these_begin(
    settings: Settings, before: str, after: str
) -> None:
    (row,) = compare(settings, before, after).rows
    assert (row["kpi_id"], row["before_value"], row["after_value"], row["change"]) == ("K1", 5, 8, 3)
    assert (row["files_in"], row["files_out"]) == ("R8/aab2.xlsx", "R8/aaa1.xlsx")


def test_the_other_way_round_gives_the_other_sign(settings: Settings) -> None:
    assert [row["change"] for row in compare(settings, "現在", "aaa1").rows] == [-3]


def test_both_are_named_as_people_know_them(settings: Settings) -> None:
    found = compare(settings, "R8-暫定-01")
    assert found.before == "令和8年度 暫定版 第1号(基準日 2026-11-20)"
    assert found.after == "公開版 aab2(基準日 2026-12-01)"


@pytest.mark.parametrize(
    ("typed", "words"), [("zzz", "はありません"), ("aa", "2つあります: aaa1、aab2"), ("", "はありません")]
)
def test_what_is_not_there_or_not_clear_is_asked_for(settings: Settings, typed: str, words: str) -> None:
    with pytest.raises(KyosoError, match=words) as caught:
        compare(settings, typed)
    assert caught.value.exit_code == 2


def test_a_release_with_other_tables_is_not_compared(settings: Settings) -> None:
    with duckdb.connect(str(settings.releases / "aaa1" / "warehouse.duckdb")) as con:
        con.execute("alter table mart_kpi drop column status")
    with pytest.raises(KyosoError, match="比べられません"):
        compare(settings, "aaa1")
