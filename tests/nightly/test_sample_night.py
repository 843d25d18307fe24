"""The sample night as its user sees it. If this fails, nothing else matters."""

from __future__ import annotations

from pathlib import Path


def test_the_sample_night_leaves_a_whole_release(sample_home: Path) -> None:
    release = (sample_home / "current").resolve()
    assert {p.name for p in release.iterdir()} >= {
        "warehouse.duckdb",
        "verdict.json",
        "manifest.json",
        "reports",
    }
    assert {p.name for p in (release / "reports").iterdir()} == {
        "annual_evaluation.pdf",
        "annual_evaluation.xlsx",
        "annual_evaluation.docx",
        "karte.pdf",
        "karte",
        "annual_evaluation.html",
        "data_dictionary.html",
        "data_dictionary.xlsx",
    }
