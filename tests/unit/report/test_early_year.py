"""A real night in the first days of a year, before anything of that year has arrived. It must not crash, nor claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.report.content import build_report
from pipelines.report.facts import Facts
from pipelines.report.figures import draw
from pipelines.report.page import write_page
from pipelines.report.pdf import write_pdf
from pipelines.report.workbook import write_workbook
from tests.conftest import run_night

pytestmark = pytest.mark.slow


def test_a_night_in_april_releases_and_says_that_nothing_can_be_said_yet(tmp_path: Path) -> None:
    """What is not due closes no gate: it would stay closed for half of every year."""
    ran = run_night(tmp_path / "home", "--as-of", "2026-04-10")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    facts = Facts(tmp_path / "home" / "current")
    try:
        report = draw(build_report(facts))
    finally:
        facts.close()
    for write, name in ((write_pdf, "r.pdf"), (write_page, "r.html"), (write_workbook, "r.xlsx")):
        assert write(report, tmp_path / name).exists()
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "段階も、まだ示せません" in re.sub(r"<[^>]+>", "", text)
    assert text.count("該当なし。") >= 8
