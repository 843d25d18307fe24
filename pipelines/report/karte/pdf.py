"""The kartes as PDF: all of them in one file, and a file for each municipality that goes to it alone."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from pipelines.report.document import Report
from pipelines.report.pdf import content_of
from pipelines.report.typesetting import Typesetter
from pipelines.report.wording import year_label

_TEMPLATE = "karte.typ"
# Typst works outside of Python's lock: two typesetters share the pages of the municipalities.
_TYPESETTERS = 2
# Typst keeps what it has set, some fifteen megabytes a page, for as long as its process lives.
_PAGES_PER_PROCESS = 40


def write_kartes(report: Report, path: Path) -> Path:
    """Write `karte.pdf` and, in the folder `karte` beside it, `<municipality_code>.pdf` each."""
    pages = replace(report, title=f"{year_label(report.fiscal_year)} 市町村別カルテ", sections=report.kartes)
    pages = replace(pages, kartes=(), evidence=())
    singles = path.with_suffix("")
    singles.mkdir(exist_ok=True)
    if len(pages.sections) <= _PAGES_PER_PROCESS:
        _write_whole(pages, path)
        with ThreadPoolExecutor(_TYPESETTERS) as pool:
            list(pool.map(partial(_write_singles, singles), _dealt(pages, _TYPESETTERS)))
        return path
    count = -(-len(pages.sections) // _PAGES_PER_PROCESS)
    with ProcessPoolExecutor(_TYPESETTERS, get_context("spawn"), max_tasks_per_child=1) as pool:
        whole = pool.submit(_write_whole, pages, path)
        list(pool.map(partial(_write_singles, singles), _dealt(pages, count)))
        whole.result()
    return path


def _dealt(pages: Report, count: int) -> list[Report]:
    return [replace(pages, sections=pages.sections[start::count]) for start in range(count)]


def _write_whole(pages: Report, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write_content(pages, Path(folder))
        path.write_bytes(Typesetter(Path(folder), _TEMPLATE).pdf(pages.as_of))


def _write_singles(singles: Path, pages: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        setter = Typesetter(Path(folder), _TEMPLATE)
        for section in pages.sections:
            # Its own content alone: a nation's would be read again for each of its pages.
            _write_content(replace(pages, sections=(section,)), Path(folder))
            (singles / f"{section.key}.pdf").write_bytes(setter.pdf(pages.as_of, {"only": section.key}))


def _write_content(pages: Report, root: Path) -> None:
    content = json.dumps(content_of(pages, root), ensure_ascii=False)
    (root / "content.json").write_text(content, encoding="utf-8")
