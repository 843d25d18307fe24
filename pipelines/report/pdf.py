"""The report as PDF/UA, set by Typst from the template in reports/templates."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.report.document import Report
from pipelines.report.wording import MEASURE, wareki
from pipelines.settings import CHECKOUT

TEMPLATES = CHECKOUT / "reports" / "templates"
TEMPLATE = "annual_evaluation.typ"


def write_pdf(report: Report, path: Path) -> Path:
    """Write the PDF. The same report gives the same bytes: no clock, only the embedded fonts."""
    import noto_cjk_sans_jp_bold as bold
    import noto_cjk_sans_jp_regular as regular
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(TEMPLATES / TEMPLATE, root / TEMPLATE)
        (root / "content.json").write_text(
            json.dumps(_content(report, root), ensure_ascii=False), encoding="utf-8"
        )
        data = typst.compile(
            str(root / TEMPLATE),
            root=str(root),
            font_paths=[str(Path(regular.__file__).parent), str(Path(bold.__file__).parent)],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(
                datetime(report.as_of.year, report.as_of.month, report.as_of.day, tzinfo=UTC).timestamp()
            ),
        )
    path.write_bytes(data)
    return path


def _content(report: Report, root: Path) -> dict[str, Any]:
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
                "edition": report.edition,
                "edition_note": report.edition_note,
                "as_of": wareki(report.as_of),
                "release_id": report.release_id,
                "code_version": report.code_version,
                "verdict": report.verdict_text,
                "is_sample": report.is_sample,
                "sections": sections,
            },
            ensure_ascii=False,
            default=str,
        )
    )
    return content
