"""What a form says of each field: required or not, what belongs there, how it is written, one example."""

from __future__ import annotations

from pipelines.fiscal_year import label
from pipelines.ingest.conform.cell import example_of
from pipelines.ingest.conform.preamble import OPTIONAL, REQUIRED
from pipelines.ingest.contracts import Field

DATES = "R8.6.1、令和8年6月1日、2026/6/1のどれか。年は元号か西暦4桁"
_WAYS = {
    "text": "文字",
    "person": "氏名などの文字",
    "date": DATES,
    "month": "R8.6、令和8年6月、2026-06のどれか",
    "time": "24時間の時刻。13:30の形",
    "timestamp": "2026-06-01 09:30:00の形",
    "municipality": "一覧から選ぶ",
    "area_code": "6桁の団体コード",
    "place_name": "市町村・郡・都道府県の名前",
    "corporate_number": "13桁の法人番号",
    "mark": "一覧から選ぶ",
    "boolean": "一覧から選ぶ",
    "category": "一覧から選ぶ",
}
_NUMBERS = {"integer": "整数を数字だけで", "money": "金額を数字だけで", "decimal": "数を数字だけで(小数可)"}


def requirement(field: Field) -> str:
    """A word, so that it is told without colour."""
    return REQUIRED if field.is_required else OPTIONAL


def content(field: Field) -> str:
    """What belongs in the field."""
    return field.description or field.label


def way(field: Field) -> str:
    """How it is written."""
    if field.parser == "score":
        return f"{field.minimum}から{field.maximum}の整数"
    if field.parser == "fiscal_year":
        return "一覧から選ぶ" if field.is_preamble else "令和8年度、R8、2026のどれか"
    if field.unit == "%":
        return "%を付けない数。50%は50"
    if field.parser in _NUMBERS:
        return _NUMBERS[field.parser] + (f"(単位: {field.unit})" if field.unit else "")
    return _WAYS[field.parser]


def example(field: Field, fiscal_year: int) -> str:
    """One correct entry, as typed."""
    if field.parser == "fiscal_year" and field.is_preamble:
        return label(fiscal_year)
    return example_of(field)


def prompt(field: Field, fiscal_year: int) -> str:
    """The message beside a cell that is about to be filled in."""
    return (
        f"【{requirement(field)}】{content(field)}。\n書き方: {way(field)}\n例: {example(field, fiscal_year)}"
    )
