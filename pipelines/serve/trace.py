"""From a figure to the cells it was computed from: `mart_kpi` → `mart_kpi_evidence` → file, sheet, cell, text.

Example:
    >>> traced = trace(settings, Question("K203", municipality="海南市"), limit=20)
    >>> traced.figure.value, [(cell.path, cell.sheet, cell.cell, cell.text) for cell in traced.cells]
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KyosoError
from pipelines.fiscal_year import short_label
from pipelines.ingest.japanese.reading import Unreadable, fold
from pipelines.ingest.municipalities import municipalities, parse_municipality
from pipelines.model.rows import quoted
from pipelines.report.evidence_cells import EvidenceCell, cells_of, kpi_cells
from pipelines.serve.connection import warehouse_of
from pipelines.serve.register import use_released_municipalities
from pipelines.serve.trace_statement import Statement, statement
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

USAGE = 2
_CONTROL = ("files", "submissions", "in_force", "bindings", "datasets")
_FIGURE = """
select k.kpi_id, k.name_ja as name, k.kind, k.unit, d.formula_ja as formula, d.source_ja as sources, k.fiscal_year,
    k.municipality_code, k.numerator, k.denominator, k.value, k.target, k.previous_value, k.status, k.reason
from mart_kpi k inner join kpi_definitions d using (kpi_id)
where k.kpi_id = ? and k.fiscal_year = ? and k.municipality_code is not distinct from ?
"""
# What was there to be examined, by source: a KPI without a value names it too.
_EXAMINED = """
select f.source, any_value(d.source_label) as label, count(distinct f.file_id) as files,
    count(distinct f.file_id) filter (where f.status <> 'landed') as refused,
    count(distinct i.file_id) as in_force, max(f.received_date) as last_received
from files f
left join in_force i on i.file_id = f.file_id
left join (select distinct source, source_label from datasets) d on d.source = f.source
where list_contains(?, f.source)
group by f.source order by f.source
"""


@dataclass(frozen=True)
class Question:
    """What somebody asks about, as typed.

    Attributes:
        kpi: id or full name of a KPI, or the number of an analysis or a criterion.
        municipality: code or name; None for the prefecture.
        fiscal_year: starting year; None for the year of the release.
    """

    kpi: str
    municipality: str | None = None
    fiscal_year: int | None = None


@dataclass(frozen=True)
class Figure:
    """One row of `mart_kpi` with its definition; `value` is None with a `reason`."""

    kpi_id: str
    name: str
    kind: str
    unit: str
    formula: str
    sources: str
    fiscal_year: int
    municipality_code: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    target: Decimal | None
    previous_value: Decimal | None
    status: str
    reason: str | None


@dataclass(frozen=True)
class Examined:
    """What one source had sent by the as-of date: files in all, those refused, those that count."""

    source: str
    label: str
    files: int
    refused: int
    in_force: int
    last_received: Any


@dataclass(frozen=True)
class Traced:
    """A figure, or what is said of an analysis or a criterion, and where it comes from.

    Attributes:
        figure: of a KPI, or the statement asked about.
        cells: the first ones of each role, in a fixed order.
        counts: how many cells each role has in all.
        examined: what the KPI's sources had sent.
        release: folder of the release that was asked.
    """

    figure: Figure | Statement
    cells: tuple[EvidenceCell, ...]
    counts: dict[str, int]
    examined: tuple[Examined, ...]
    release: Path
    is_sample: bool

    @property
    def subject_id(self) -> str:
        """The KPI's id, or the number of the analysis or criterion."""
        return self.figure.kpi_id if isinstance(self.figure, Figure) else self.figure.subject_id


def trace(settings: Settings, question: Question, limit: int | None = None) -> Traced:
    """Walk from a figure to its cells.

    Args:
        settings: the home whose current release is asked.
        question: which figure.
        limit: cells of each role at most; None for all.

    Raises:
        KyosoError: there is no release, or no such KPI, municipality or year (exit code 2).
    """
    with open_release(settings) as (con, folder):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        use_released_municipalities(con)
        code = _known_municipality(question.municipality)
        year = question.fiscal_year if question.fiscal_year is not None else int(manifest["fiscal_year"])
        figure: Figure | Statement | None = statement(con, question.kpi, year, code)
        if isinstance(figure, Statement):
            asked, sources = figure.cells, list(figure.sources)
        else:
            figure = _figure(con, _known_kpi(con, question.kpi), year, code)
            asked, sources = kpi_cells(figure.kpi_id, year, code), figure.sources.split("・")
        cells = cells_of(con, asked, limit)
        counts = dict(
            con.execute(f"select role, count(*) from ({asked[0]}) group by role", asked[1]).fetchall()
        )
        examined = con.execute(_EXAMINED, [sources]).fetchall()
        return Traced(
            figure,
            tuple(cells),
            counts,
            tuple(Examined(*row) for row in examined),
            folder,
            bool(manifest.get("is_sample")),
        )


@contextmanager
def open_release(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """The current release with its control tables, read-only; the same one to the end, whatever is published."""
    import duckdb

    warehouse = warehouse_of(settings)
    folder = warehouse.parent
    with duckdb.connect() as con:
        for name in _CONTROL:
            con.execute(
                f"create table {name} as from read_parquet('{quoted(folder / 'control' / name)}.parquet')"
            )
        con.execute(f"attach '{quoted(warehouse)}' as released (read_only)")
        con.execute("set search_path = 'memory.main,released.main,released.staging'")
        yield con, folder


def _known_kpi(con: duckdb.DuckDBPyConnection, typed: str) -> str:
    names: dict[str, str] = dict(con.execute("select kpi_id, name_ja from kpi_definitions").fetchall())
    text = fold(typed)
    by_text = {fold(name): kpi_id for kpi_id, name in names.items()} | {kpi_id: kpi_id for kpi_id in names}
    if found := by_text.get(text) or by_text.get(text.upper()):
        return found
    near = difflib.get_close_matches(text.upper(), list(by_text), n=3, cutoff=0.5)
    shown = "、".join(dict.fromkeys(f"{by_text[n]}({names[by_text[n]]})" for n in near))
    raise KyosoError(
        f"KPI「{typed}」はありません。{f'もしかして: {shown}' if shown else ''}",
        todo='一覧は kyoso sql "select kpi_id, name_ja from kpi_definitions" で見られます。例: kyoso trace K203。'
        "分析や判断基準は、報告書にある番号で指定してください。例: kyoso trace A1",
        exit_code=USAGE,
    )


def _known_municipality(typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        code = parse_municipality(typed).value
    except Unreadable as error:
        guess = f"もしかして: {error.suggestion}" if error.suggestion else ""
        raise KyosoError(
            f"--municipality「{typed}」: {error.message}{guess}",
            todo="市町村の名前か団体コードを書いてください。例: 海南市、302023",
            exit_code=USAGE,
        ) from None
    if code is None:
        raise KyosoError("--municipality が空です。", todo="例: --municipality 海南市", exit_code=USAGE)
    return str(code)


def _figure(con: duckdb.DuckDBPyConnection, kpi_id: str, year: int, code: str | None) -> Figure:
    row = con.execute(_FIGURE, [kpi_id, year, code]).fetchone()
    if row is not None:
        return Figure(*row)
    years = con.execute("select distinct fiscal_year from mart_kpi order by 1").fetchall()
    if (year,) not in years:
        raise KyosoError(
            f"{short_label(year)}年度のKPIは、この公開版にありません。",
            todo=f"--fiscal-year に次のいずれかを書いてください: {'、'.join(short_label(y) for (y,) in years)}",
            exit_code=USAGE,
        )
    name, has_rows = con.execute(
        "select name_ja, has_municipality_rows from kpi_definitions where kpi_id = ?", [kpi_id]
    ).fetchall()[0]
    assert code is not None
    if not has_rows:
        raise KyosoError(
            f"{kpi_id}({name})は県全体のKPIで、団体ごとの値はありません。",
            todo=f"kyoso trace {kpi_id} で県全体の値の根拠を見てください。",
            exit_code=USAGE,
        )
    whole = con.execute(_FIGURE, [kpi_id, year, None]).fetchall()[0]
    return _without_value(Figure(*whole), code)


def _without_value(whole: Figure, code: str) -> Figure:
    """What is said of a municipality that no row of the year speaks of."""
    name = municipalities()[code].name
    reason = whole.reason or f"{name}について、この年度に数える行が、受領した資料にないため"
    values = vars(whole) | {"municipality_code": code, "status": "値なし", "reason": reason}
    for field in ("numerator", "denominator", "value", "target", "previous_value"):
        values[field] = None
    return Figure(**values)
