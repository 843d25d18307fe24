"""The dictionary as one HTML file: searched without a network, read with a keyboard, printed as it stands."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.ingest.contracts import all_datasets, code_books
from pipelines.report.dictionary.catalogue import catalogue
from pipelines.report.dictionary.lineage_pictures import FAMILIES, family_of, overview, picture_of
from pipelines.report.dictionary.queries import kept_queries
from pipelines.report.dictionary.wording import CLASSIFICATIONS, FILLED_BY, codes_text, kind_of, type_name
from pipelines.report.document import Report
from pipelines.report.page import TEMPLATES, page_environment


def write_dictionary_page(report: Report, path: Path) -> Path:
    """Write the page. It says nothing about one night: the same program gives the same bytes."""
    path.write_text(dictionary_page(report.code_version), encoding="utf-8")
    return path


@cache
def dictionary_page(code_version: str) -> str:
    """The page's text."""
    environment = page_environment()
    known = catalogue()
    script = (TEMPLATES / "data_dictionary.js").read_text(encoding="utf-8")
    css = [
        (TEMPLATES / f"{name}.css").read_text(encoding="utf-8")
        for name in ("annual_evaluation", "data_dictionary")
    ]
    families = {t.name: FAMILIES[family_of(known, t.name)] for t in known.tables}
    context: dict[str, Any] = {
        "labels": {name: d.label for name, d in all_datasets().items()},
        "code_version": code_version,
        "css": "\n".join(css),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "known": known,
        "families": families,
        "pictures": {t.name: picture_of(known, t.name) for t in known.tables},
        "overview": overview(known),
        "queries": kept_queries(),
        "books": code_books(),
        "kind_of": kind_of,
        "type_name": type_name,
        "codes_text": codes_text,
        "classifications": CLASSIFICATIONS,
        "filled_by": FILLED_BY,
    }
    return environment.get_template("data_dictionary.html.j2").render(context)
