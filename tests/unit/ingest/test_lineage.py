"""Is this file a re-sending of that one? Taking a second form for a correction would close what nobody corrected."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.lineage import lineage

SENT = "海南市_派遣実施報告書_R8.6月.xlsx"


@pytest.mark.parametrize(
    "again",
    [
        "海南市_派遣実施報告書_R8.6月.xls",
        "海南市_派遣実施報告書_R8.6月_再提出.xlsx",
        "【訂正】海南市_派遣実施報告書_R8.6月.xlsx",
        "海南市_派遣実施報告書_R8.6月(修正版2).xlsx",
        "海南市_派遣実施報告書訂正_R8.6月.xlsx",
        "海南市_派遣実施報告書_R8.6月_改訂1.xlsm",
        "海南市_派遣実施報告書_R8.6月 - コピー.xlsx",
        "海南市_派遣実施報告書_R8.6月 (1).xlsx",
        "海南市＿派遣実施報告書＿Ｒ８.６月.xlsx",
        "派遣実施報告書(海南市)R8.6月.xlsx",
        "海南市_派遣実施報告書_R8.6月.xlsx.zip",
        "海南市_派遣実施報告書_R8.6月.xlsx_再提出.xlsx",
        "海南市_派遣実施報告書_R8.6月.XLSX_修正",
    ],
)
def test_a_name_that_only_says_that_it_is_sent_again_is_the_same(again: str) -> None:
    assert lineage(again) == lineage(SENT)


@pytest.mark.parametrize(
    "other",
    [
        "海南市_派遣実施報告書_R8.7月.xlsx",
        "有田市_派遣実施報告書_R8.6月.xlsx",
        "海南市_よろず相談記録_R8.6月.xlsx",
        "海南市_派遣実施報告書_R8.6月_採点2.xlsx",
        "海南市_派遣実施報告書_R8.6月_2.xlsx",
        "海南市_派遣実施報告書_R8.6月(2).xlsx",
        "海南市_派遣実施報告書.xlsx",
        "新宮市_派遣実施報告書_R8.6月.xlsx",
    ],
)
def test_a_name_that_says_anything_else_is_another_file(other: str) -> None:
    assert lineage(other) != lineage(SENT)


def test_a_name_of_nothing_but_such_words_stays_a_name() -> None:
    assert lineage("訂正.xlsx") == "訂正"
    assert lineage("再提出.xlsx") != lineage("訂正.xlsx")


@given(st.text(max_size=60))
def test_any_name_has_a_lineage_and_keeps_it_when_sent_again(name: str) -> None:
    again = lineage(f"{name}_再提出")
    assert lineage(name) in (again, again.removesuffix(" 再提出")) or not re.sub(r"[\W_]", "", lineage(name))
