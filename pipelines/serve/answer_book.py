"""The answer to a query as a workbook, for people who have Excel and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError, reason
from pipelines.report.workbook.archive import reproducible_bytes
from pipelines.report.workbook.list_sheet import add_list_sheet
from pipelines.serve.connection import connect, release_manifest
from pipelines.settings import Settings

# What Excel can hold below the heading.
MOST_ROWS = 1_048_575


def write_answer(
    settings: Settings, query: str, names: Sequence[str], rows: Sequence[Sequence[Any]], path: Path
) -> Path:
    """Write the rows under Japanese headings, and on a second sheet what was asked of which release.

    Raises:
        KyosoError: the file exists or cannot be written, or Excel cannot hold the rows (exit code 2).
    """
    from openpyxl import Workbook

    if len(rows) > MOST_ROWS:
        raise KyosoError(
            f"{len(rows):,}行あり、Excelの1枚のシート({MOST_ROWS:,}行)に入りません。",
            todo="where で絞るか、--csv で書き出してください。",
            exit_code=2,
        )
    manifest = release_manifest(settings)
    book = Workbook()
    book.remove(book.worksheets[0])
    add_list_sheet(book, "結果", headings(settings, query, names), rows)
    facts = [
        ("版", manifest["release_id"]),
        ("基準日", manifest["as_of"]),
        ("行", len(rows)),
        ("問い合わせ", query),
    ]
    if manifest["is_sample"]:
        facts.insert(0, ("注意", "架空データ"))
    add_list_sheet(book, "出典", ("項目", "内容"), facts)
    try:
        with path.open("xb") as file:
            file.write(reproducible_bytes(book))
    except OSError as error:
        why = "同じ名前のファイルがあります" if path.exists() else reason(error)
        raise KyosoError(
            f"書き出せません({why})。",
            where=str(path),
            todo="別の名前か、書き込める場所を指定してください。",
            exit_code=2,
        ) from None
    return path


def headings(settings: Settings, query: str, names: Sequence[str]) -> list[str]:
    """The columns' labels where the tables in the query agree on one; no two headings alike."""
    words = set(re.findall(r"\w+", query))
    with connect(settings) as con:
        rows = con.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' and comment is not null"
        ).fetchall()
    labels: dict[str, set[str]] = {}
    for table, column, comment in rows:
        if table in words:
            labels.setdefault(column, set()).add(comment.split(": ", 1)[0])
    found = [next(iter(labels[name])) if len(labels.get(name, ())) == 1 else name for name in names]
    often = Counter(found)
    return [text if often[text] == 1 else f"{text}({name})" for text, name in zip(found, names, strict=True)]
