"""Technical words of the dictionary as people here say them."""

from __future__ import annotations

from collections.abc import Mapping

CLASSIFICATIONS = {
    "organisation": "団体",
    "personal": "個人(仮名にする)",
    "respondent": "回答者",
}
FILLED_BY = {"municipality": "市町村が記入", "prefecture": "県が記入", "export": "書き出し"}
_KINDS = {
    "text": "文字",
    "integer": "整数",
    "decimal": "小数",
    "money": "金額(円)",
    "date": "日付",
    "month": "年月",
    "time": "時刻",
    "fiscal_year": "年度",
    "municipality": "団体名",
    "area_code": "地域コード",
    "place_name": "地名",
    "mark": "○×",
    "boolean": "はい・いいえ",
    "category": "選択肢",
    "corporate_number": "法人番号(13桁)",
    "person": "人(仮名にして取り込む)",
    "score": "評点",
    "timestamp": "日時",
}
_TYPES = {
    "varchar": "文字",
    "bigint": "整数",
    "integer": "整数",
    "boolean": "真偽",
    "date": "日付",
    "timestamp": "日時",
    "double": "小数",
}


def kind_of(parser: str) -> str:
    """What may be written in a field that this parser reads."""
    return _KINDS[parser]


def type_name(data_type: str) -> str:
    """A column's type in Japanese, with the database's own word."""
    base = data_type.lower()
    word = "一覧" if base.endswith("[]") else "小数" if base.startswith("decimal") else _TYPES[base]
    return f"{word}({base})"


def codes_text(codes: Mapping[str, str]) -> str:
    """code=label、…"""
    return "、".join(f"{code}={label}" for code, label in codes.items())
