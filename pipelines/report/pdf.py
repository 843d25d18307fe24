"""The report as PDF/UA and PDF/A, set by Typst from the template in reports/templates."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.report.column_widths import with_room
from pipelines.report.document import Report
from pipelines.report.on_paper import on_paper
from pipelines.report.typesetting import Typesetter
from pipelines.report.wording import MEASURE, wareki

TEMPLATE = "annual_evaluation.typ"


def write_pdf(report: Report, path: Path) -> Path:
    """Write the PDF. The same report gives the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        content = json.dumps(content_of(with_room(on_paper(report)), root), ensure_ascii=False)
        (root / "content.json").write_text(content, encoding="utf-8")
        path.write_bytes(Typesetter(root, TEMPLATE).pdf(report.as_of))
    return path


def content_of(report: Report, root: Path, *, is_one_page: bool = False) -> dict[str, Any]:
    """What a template prints, as plain data; drawings are written into the folder and named.

    Args:
        report: what is printed.
        root: the folder of template and drawings.
        is_one_page: whether each section is set on one page, however full.
    """
    sections = []
    for section in report.sections:
        blocks = []
        for block in section.blocks:
            item: dict[str, Any] = {"kind": type(block).__name__.lower(), **asdict(block)}
            if item.get("svg"):
                name = f"{section.key}_{item['key']}.svg"
                (root / name).write_text(item.pop("svg"), encoding="utf-8")
                item["image"] = name
            blocks.append(item)
        sections.append({"key": section.key, "title": section.title, "blocks": blocks})
    content: dict[str, Any] = json.loads(
        json.dumps(
            {
                "measure": MEASURE.pattern,
                "title": report.title,
                "area": report.area,
                "edition": report.edition,
                "edition_note": report.edition_note,
                "as_of": wareki(report.as_of),
                "release_id": report.release_id,
                "code_version": report.code_version,
                "verdict": report.verdict_text,
                "is_sample": report.is_sample,
                "is_one_page": is_one_page,
                "sections": sections,
            },
            ensure_ascii=False,
            default=str,
        )
    )
    return content
