"""The kartes as PDF: all of them in one file, and a file for each municipality that goes to it alone."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipelines.report.document import Report
from pipelines.report.pdf import content_of
from pipelines.report.typesetting import Typesetter
from pipelines.report.wording import year_label

_TEMPLATE = "karte.typ"
# Typst works outside of Python's lock: two typesetters share the pages of the municipalities.
_THREADS = 2


def write_kartes(report: Report, path: Path) -> Path:
    """Write `karte.pdf` and, in the folder `karte` beside it, `<municipality_code>.pdf` each."""
    pages = replace(report, title=f"{year_label(report.fiscal_year)} 市町村別カルテ", sections=report.kartes)
    singles = path.with_suffix("")
    singles.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        content = json.dumps(content_of(pages, root), ensure_ascii=False)
        (root / "content.json").write_text(content, encoding="utf-8")
        setters = [Typesetter(root, _TEMPLATE) for _ in range(_THREADS)]
        path.write_bytes(setters[0].pdf(report.as_of))

        def set_every(start: int) -> None:
            for section in report.kartes[start::_THREADS]:
                single = setters[start].pdf(report.as_of, {"only": section.key})
                (singles / f"{section.key}.pdf").write_bytes(single)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(set_every, range(_THREADS)))
    return path
