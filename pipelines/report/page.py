"""The report as one HTML file: opens from a file share, without network, with evidence behind every figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.report.document import Report
from pipelines.report.wording import wareki
from pipelines.settings import CHECKOUT

TEMPLATES = CHECKOUT / "reports" / "templates"
EVIDENCE_SHOWN = 40


def write_page(report: Report, path: Path) -> Path:
    """Write the page. Nothing in it loads from anywhere, and no script runs."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["inline_svg"] = _inline_svg
    environment.tests["half"] = lambda block: getattr(block, "width", "full") == "half"
    context: dict[str, Any] = {
        "report": report,
        "as_of": wareki(report.as_of),
        "css": (TEMPLATES / "annual_evaluation.css").read_text(encoding="utf-8"),
        "evidence": {e.kpi_id: e for e in report.evidence},
        "shown": EVIDENCE_SHOWN,
    }
    path.write_text(environment.get_template("annual_evaluation.html.j2").render(context), encoding="utf-8")
    return path


def _inline_svg(svg: str, identity: str) -> str:
    """An SVG for use inside a page: no XML head, and ids that cannot meet those of another figure."""
    import re

    from markupsafe import Markup

    body = svg[svg.index("<svg") :]
    for name in set(re.findall(r'id="([^"]+)"', body)):
        body = body.replace(f'id="{name}"', f'id="{identity}-{name}"').replace(
            f"url(#{name})", f"url(#{identity}-{name})"
        )
    return Markup(re.sub(r"<svg ", '<svg aria-hidden="true" focusable="false" ', body, count=1))
