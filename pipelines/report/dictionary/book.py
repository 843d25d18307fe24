"""The dictionary as a workbook: what the page says, as lists to filter and to join."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.contracts import code_books
from pipelines.report.dictionary.catalogue import catalogue
from pipelines.report.dictionary.lineage_pictures import FAMILIES, family_of
from pipelines.report.dictionary.queries import kept_queries
from pipelines.report.dictionary.wording import CLASSIFICATIONS, codes_text, kind_of
from pipelines.report.document import Report
from pipelines.report.workbook.archive import reproducible_bytes
from pipelines.report.workbook.list_sheet import add_list_sheet

Rows = Iterator[Sequence[Any]]


def write_dictionary_book(report: Report, path: Path) -> Path:
    """Write the workbook. It says nothing about one night: the same program gives the same bytes."""
    path.write_bytes(dictionary_book())
    return path


@cache
def dictionary_book() -> bytes:
    """The workbook's file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, (headings, rows) in _SHEETS.items():
        add_list_sheet(book, title, headings.split(), rows())
    return reproducible_bytes(book)


def _tables() -> Rows:
    known = catalogue()
    for t in known.tables:
        datasets = known.lineage.datasets_of(t.name)
        family = FAMILIES[family_of(known, t.name)]
        yield (
            t.name,
            t.label,
            t.kind,
            family,
            t.grain,
            "、".join(t.key),
            t.nuance,
            t.question,
            "、".join(datasets),
        )


def _columns() -> Rows:
    for t in catalogue().tables:
        for c in t.columns:
            key = "○" if c.is_key else None
            codes = codes_text(c.codes) or None
            yield (
                t.name,
                t.label,
                c.name,
                c.label,
                c.data_type,
                c.unit or None,
                key,
                c.description,
                codes,
                c.deprecated or None,
            )


def _kpis() -> Rows:
    for k in catalogue().kpis:
        of_group = FAMILIES[k.kpi_group]
        yield (
            k.kpi_id, k.name_ja, of_group, k.kind, k.unit, k.formula_ja, k.no_value_reason_ja,
            "、".join(k.tables), "、".join(k.datasets),
        )  # fmt: skip


def _fields() -> Rows:
    for contract in catalogue().contracts.values():
        for d in contract.datasets.values():
            for f in d.fields:
                yield (
                    contract.label, d.name, d.label, f.name, f.label, kind_of(f.parser), f.unit or None, f.codebook or None,
                    "○" if f.is_required else None, "○" if f.is_key else None, CLASSIFICATIONS[f.classification],
                    f.description or None, f.example or None,
                )  # fmt: skip


def _codes() -> Rows:
    for book, codes in code_books().items():
        for code, texts in codes.items():
            yield book, code, texts[0], "、".join(texts[1:]) or None


def _queries() -> Rows:
    for q in kept_queries():
        yield q.number, q.name, q.title, q.note, q.text


_SHEETS: dict[str, tuple[str, Callable[[], Rows]]] = {
    "表": ("表 名前 種類 分野 1行の単位 キー 意味と注意 答える問い もとの様式", _tables),
    "列": ("表 表の名前 列 名前 型 単位 キー 説明 コード 非推奨", _columns),
    "KPI": ("KPI 名称 分野 種類 単位 計算 値のないとき 内訳の表 もとの様式", _kpis),
    "資料の項目": ("資料 様式 様式の名前 項目 見出し 書くもの 単位 コード表 必須 キー 区分 説明 例", _fields),
    "コード": ("コード表 コード 名称 読み替える書き方", _codes),
    "問い合わせ": ("番号 名前 問い 答えの読み方 SQL", _queries),
}
