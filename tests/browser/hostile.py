"""Pages in which everything that comes from outside tries to be more than text."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.quality.verdict import Offender, Result, Verdict
from pipelines.report.document import (
    Answer,
    Bullets,
    Card,
    Cards,
    Cell,
    Column,
    Evidence,
    EvidenceRow,
    Figure,
    Paragraph,
    Report,
    Section,
    Table,
)
from pipelines.report.figures.tile_map import draw_tile_map
from pipelines.report.page import write_page
from pipelines.report.status import Attempt, write_status
from pipelines.settings import TOKYO

# Markup, a quotation that would end an attribute, a template's own braces, letters that turn the line round, a word
# without an end, a picture of several letters, and a control character that a form let through.
SCRIPT = '"\'><script>document.title="hit"</script><img src=x onerror=alert(1)>'
HOSTILE = (
    SCRIPT,
    "{{ 7*7 }}{% raw %}&amp;&#39;",
    "村\u202eし返り裏町",
    "とても長い名前の" * 12,
    "W" * 120,
    "👩‍👩‍👧‍👦団体",
)


def hostile_report(release: Path, folder: Path) -> Path:
    """The report's own blocks, each filled with every hostile text."""
    columns = tuple(Column(text) for text in HOSTILE[:3])
    rows = tuple((Cell(text), Cell(text), Cell(text, 1, mark="good")) for text in HOSTILE)
    table = Table("t", SCRIPT, columns, rows, SCRIPT, (SCRIPT,) * len(rows), HOSTILE, empty_reason=SCRIPT)
    plain = replace(table, key="u", kpi_ids=(), groups=())
    tiles = Table(
        "tile_map",
        "地図",
        tuple(Column(name) for name in ("団体", "列", "行", "段階", "要確認", "派遣")),
        tuple(
            (Cell(text), Cell(str(i), i), Cell("1", 1), Cell("共創"), Cell(""), Cell("○"))
            for i, text in enumerate(HOSTILE, start=1)
        ),
        empty_reason=SCRIPT,
    )
    figure = Figure("tile_map", SCRIPT, SCRIPT, tiles, SCRIPT)
    section = Section(
        "s",
        SCRIPT,
        (
            Answer(HOSTILE[3], SCRIPT),
            *(Paragraph(text) for text in HOSTILE),
            Paragraph(SCRIPT, "opinion"),
            Paragraph(SCRIPT, "heading"),
            Bullets("b", SCRIPT, HOSTILE),
            Cards((Card(SCRIPT, SCRIPT, HOSTILE[3][:20], SCRIPT, SCRIPT),)),
            table,
            plain,
            replace(figure, svg=draw_tile_map(figure).svg(figure.title, figure.alt)),
            Table("e", SCRIPT, columns, (), empty_reason=SCRIPT),
        ),
    )
    cells = tuple(EvidenceRow("分子", f"R8/{text}.xlsx", text, "A1", text, text) for text in HOSTILE)
    part = Evidence(f"{SCRIPT}-1", SCRIPT, SCRIPT, SCRIPT, SCRIPT, SCRIPT, 6, 6, cells)
    evidence = replace(part, subject_id=SCRIPT, parts=(part,), reason=SCRIPT)
    report = Report(
        SCRIPT, SCRIPT, 2026, date(2026, 11, 20), SCRIPT, SCRIPT, True, SCRIPT, (section,), (evidence,), (), SCRIPT, area=SCRIPT
    )  # fmt: skip
    return write_page(report, folder / "hostile.html")


def hostile_status(release: Path, folder: Path) -> Path:
    """A closed gate over findings whose every text is hostile."""
    control = folder / "control"
    shutil.copytree(release / "control", control)
    names = ("typed_text", "message", "example", "suggestion", "sheet", "field_label", "expected")
    texts = ", ".join("'" + text.replace("'", "''") + "'" for text in HOSTILE)
    with duckdb.connect() as con:
        con.execute(f"create table f as select * from '{control}/findings.parquet'")
        for name in names:
            con.execute(
                f"update f set {name} = list_extract([{texts}], (rowid % {len(HOSTILE)} + 1)::bigint)"
            )
        con.execute(f"copy f to '{control}/findings.parquet' (format parquet)")
    reason = Result(
        "Q-X-01", "gx", "mart_stage", SCRIPT, SCRIPT, SCRIPT, "error", "failed", 1, SCRIPT,
        tuple(Offender(text, text, text) for text in HOSTILE),
    )  # fmt: skip
    verdict = Verdict.read(release / "verdict.json")
    moment = datetime(2026, 11, 21, 2, 0, tzinfo=TOKYO)
    attempt = Attempt(
        "20261121-020000",
        "gate_closed",
        moment,
        moment,
        date(2026, 11, 20),
        2026,
        True,
        verdict=replace(verdict, is_open=False, results=(*verdict.results, reason)),
        warehouse=release / "warehouse.duckdb",
        control=control,
        steps=((SCRIPT, 1.0),),
    )
    write_status(folder / "out", attempt)
    return folder / "out" / "index.html"
