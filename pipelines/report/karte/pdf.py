"""The kartes as PDF: all of a prefecture's in one file, and a file for each municipality that goes to it alone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from pipelines.report.document import Cell, Column, Karte, Report, Section, Table
from pipelines.report.pdf import content_of
from pipelines.report.typesetting import Typesetter
from pipelines.report.wording import number_cell, year_label

_TEMPLATE = "karte.typ"
# Typst works outside of Python's lock: two typesetters share the pages of the municipalities.
_TYPESETTERS = 2
# Typst keeps what it has set, some fifteen megabytes a page, for as long as its process lives.
_PAGES_PER_PROCESS = 40


def write_kartes(report: Report, path: Path) -> Path:
    """Write `karte.pdf` and, in the folder `karte` beside it, `<municipality_code>.pdf` each.

    Of several prefectures, `karte.pdf` says where to look, and the folder holds a file for each of them as well: nobody
    prints a nation's pages, and to set them at once takes ten megabytes a page.
    """
    title = f"{year_label(report.fiscal_year)} 市町村別カルテ"
    pages = replace(report, title=title, sections=report.kartes, kartes=(), evidence=())
    singles = path.with_suffix("")
    singles.mkdir(exist_ok=True)
    whole = _by_prefecture(report.kartes)
    books = [(pages, path)]
    if len(whole) > 1:
        names = {prefecture: f"{kartes[0].key[:2]}_{prefecture}.pdf" for prefecture, kartes in whole.items()}
        _write_whole(frozenset(), (replace(pages, sections=(_contents(whole, names),)), path))
        books = [(replace(pages, sections=whole[name]), singles / file) for name, file in names.items()]
    with _typesetters(len(pages.sections)) as pool:
        count = max(_TYPESETTERS, -(-len(pages.sections) // _PAGES_PER_PROCESS))
        dealt = [replace(pages, sections=pages.sections[start::count]) for start in range(count)]
        full = frozenset().union(*pool.map(partial(_write_singles, singles), dealt))
        list(pool.map(partial(_write_whole, full), books))
    return path


def _typesetters(page_count: int) -> Executor:
    if page_count <= _PAGES_PER_PROCESS:
        return ThreadPoolExecutor(_TYPESETTERS)
    return ProcessPoolExecutor(_TYPESETTERS, get_context("spawn"), max_tasks_per_child=1)


def _by_prefecture(kartes: tuple[Karte, ...]) -> dict[str, tuple[Karte, ...]]:
    """Pages by their prefecture, both in official order."""
    found: dict[str, list[Karte]] = {}
    for karte in kartes:
        found.setdefault(karte.prefecture_name, []).append(karte)
    return {prefecture: tuple(pages) for prefecture, pages in found.items()}


def _contents(whole: Mapping[str, tuple[Karte, ...]], names: Mapping[str, str]) -> Section:
    """Which file holds which prefecture's pages."""
    rows = tuple(
        (
            Cell(prefecture),
            number_cell(len(kartes)),
            Cell(f"{kartes[0].title} 〜 {kartes[-1].title}" if len(kartes) > 1 else kartes[0].title),
            Cell(f"karte/{names[prefecture]}"),
        )
        for prefecture, kartes in whole.items()
    )
    columns = (
        Column("都道府県", width=1.2),
        Column("団体", "right", 0.6),
        Column("はじめ 〜 おわり", width=3),
        Column("ファイル", width=2),
    )
    note = "1団体ずつのファイルは、karte フォルダの「団体コード.pdf」です。"
    table = Table("karte_files", "都道府県別のファイル", columns, rows, note, empty_reason="該当なし。")
    # No municipality, so no code to print beside the heading.
    return Section("", "カルテの所在", (table,))


def _write_whole(full: frozenset[str], book: tuple[Report, Path]) -> None:
    pages, path = book
    with tempfile.TemporaryDirectory() as folder:
        _write_content(pages, Path(folder))
        setter = Typesetter(Path(folder), _TEMPLATE)
        path.write_bytes(setter.pdf(pages.as_of, {"full": ",".join(sorted(full))}))


def _write_singles(singles: Path, pages: Report) -> set[str]:
    """A file for each municipality; returns those whose page is so full that it is set smaller."""
    full = set()
    with tempfile.TemporaryDirectory() as folder:
        setter = Typesetter(Path(folder), _TEMPLATE)
        for section in pages.sections:
            # Its own content alone: a nation's would be read again for each of its pages.
            _write_content(replace(pages, sections=(section,)), Path(folder))
            made = setter.pdf(pages.as_of, {"only": section.key})
            if setter.page_count() > 1:
                full.add(section.key)
                made = setter.pdf(pages.as_of, {"only": section.key, "full": section.key})
            (singles / f"{section.key}.pdf").write_bytes(made)
    return full


def _write_content(pages: Report, root: Path) -> None:
    content = json.dumps(content_of(pages, root, is_one_page=True), ensure_ascii=False)
    (root / "content.json").write_text(content, encoding="utf-8")
