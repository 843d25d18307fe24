"""Where measurements are kept. A section that is doubled, or swallows the next, makes every figure doubtful."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.growth import Grown, Measured, exponent, tables
from tests.benchmarks.plot import growth_plot
from tests.benchmarks.results import record, table

BEFORE = "# Measured\n\nWritten by hand.\n\n## One\n`old`\n\nold figures\n\n## Two\nkept\n"


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text(BEFORE, "utf-8")
    for _ in range(2):
        record("One", "python -m one", table(["what", "s"], [["a", "1.0"]]), file=file)
    text = file.read_text("utf-8")
    assert text.startswith("# Measured\n\nWritten by hand.\n\n## One\n`python -m one`, commit ")
    assert "old" not in text
    assert text.count("## One") == 1
    assert "| what | s |\n| --- | ---: |\n| a | 1.0 |\n\n## Two\nkept\n" in text


def test_a_new_section_goes_to_the_end(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text(BEFORE, "utf-8")
    record("Three", "python -m three", "figures", file=file)
    text = file.read_text("utf-8")
    assert text.startswith(BEFORE.rstrip())
    assert text.endswith("figures\n")


def grown(seconds: float, files: int) -> Grown:
    runs = {
        kind: Measured(seconds, 2 * seconds, 100.0, {"集計": seconds})
        for kind in ("demo", "cold", "nothing new", "one file", "trace")
    }
    return Grown(files, 1.0, 2.0, 1.0, runs)


def test_an_exponent_of_one_is_growth_like_the_municipalities() -> None:
    found = {30: grown(10, 300), 300: grown(100, 300), 3000: grown(10_000, 3_000)}
    assert exponent(lambda g: g.runs["cold"].wall, found) == ["–", "1.00", "2.00"]
    assert exponent(lambda g: g.files, found) == ["–", "0.00", "1.00"]
    assert "| cold night, wall s | 10.0 | 100.0 | 1.00 | 10,000.0 | 2.00 |" in tables(found)
    assert "| 集計 | 10.0 | 100.0 | 1.00 | 10,000.0 | 2.00 |" in tables(found)


def test_a_curve_that_grows_linearly_lies_on_the_dashed_line() -> None:
    svg = growth_plot({"even": {30: 10.0, 300: 100.0}, "flat": {30: 20.0, 300: 20.0}}, "s", "n", "t")
    root = ET.fromstring(svg)
    lines = [e.attrib for e in root.iter() if e.tag.endswith("line")]
    (dashed,) = [line for line in lines if "stroke-dasharray" in line]
    (even,) = [line for line in lines if "stroke-dasharray" not in line and _ends(line) == _ends(dashed)]
    assert float(even["y2"]) < float(even["y1"])
    assert {e.text for e in root.iter() if e.tag.endswith("text")} >= {"even", "flat", "30", "300", "linear"}


def _ends(line: dict[str, str]) -> list[float]:
    return [pytest.approx(float(line[k]), abs=0.02) for k in ("x1", "y1", "x2", "y2")]
