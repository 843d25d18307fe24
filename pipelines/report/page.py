"""The report as one HTML file: opens from a file share, without network, with evidence behind every figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from pipelines.report.document import Report
from pipelines.report.wording import MEASURE, wareki
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    import jinja2

TEMPLATES = CHECKOUT / "reports" / "templates"
EVIDENCE_SHOWN = 40


def write_page(report: Report, path: Path) -> Path:
    """Write the page. Nothing in it loads from anywhere, and no script runs."""
    environment = page_environment()
    environment.filters["tied"] = _tied
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


def page_environment() -> jinja2.Environment:
    """Where pages come from: every text is escaped, and a name that nobody gave is an error."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _tied(text: str) -> Markup:
    """Text in which no line parts a figure from its unit."""
    return Markup(MEASURE.sub(lambda found: f'<span class="tied">{found[0]}</span>', str(escape(text))))
