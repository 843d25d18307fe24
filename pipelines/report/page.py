"""The report as one HTML file: opens from a file share, without network, with evidence behind every figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.report.document import Report
from pipelines.report.page_evidence import by_role, by_role_and_file
from pipelines.report.page_references import References
from pipelines.report.wording import wareki
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    import jinja2

TEMPLATES = CHECKOUT / "reports" / "templates"


def write_page(report: Report, path: Path) -> Path:
    """Write the page. Nothing in it loads from anywhere, and no script runs."""
    environment = page_environment()
    references = References(evidence.subject_id for evidence in report.evidence)
    environment.filters.update(
        words=references.words,
        cell=references.cell,
        drawing=references.drawing,
        by_role=by_role,
        by_role_and_file=by_role_and_file,
    )
    environment.tests["half"] = lambda block: getattr(block, "width", "full") == "half"
    context: dict[str, Any] = {
        "report": report,
        "as_of": wareki(report.as_of),
        "css": (TEMPLATES / "annual_evaluation.css").read_text(encoding="utf-8"),
        "references": references,
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
