"""The models as dbt compiled them, run again in memory over fewer landed rows: cheap enough for thousands of times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.model.dbt import close_connections, invoke
from pipelines.settings import Settings

Row = tuple[str, str, int]
Value = tuple[str, int, str | None]
Figures = tuple[Decimal | None, Decimal | None, Decimal | None]
_ROWS = "int_kpi_rows__"
_LANDED = re.compile(r"read_parquet\('[^']*/landed/(\w+)/\*\.parquet', union_by_name=true\)")
_CONTROL = re.compile(r"'[^']*/control/(\w+)\.parquet'")
_SEEDS = ("assessment_waves", "capabilities", "default_stage_evidence", "default_stage_schemes")


class Marts:
    """`mart_kpi` from any selection of the landed rows; everything else stays as the released night had it.

    Attributes:
        con: the database in memory; `whole` holds the landed rows in force, `control` what the run knows.
        rows: every landed row in force as (file_id, sheet, row), in a fixed order.
        groups: the KPI group of every KPI.
        released: numerator, denominator and value of every figure that has a value.
        evidence: the landed rows behind each of them, and of every other figure that has some.
    """

    def __init__(self, settings: Settings, manifest: Any) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute("attach ':memory:' as warehouse")
        self.con.execute("use warehouse")
        for schema in ("landed", "whole", "control", "staging", "intermediate"):
            self.con.execute(f"create schema {schema}")
        self._load_built(settings)
        self._models = self._compiled(settings, manifest)
        self.rows = self._load_landed(settings)
        for name in (n for n in self._models if n.startswith("stg_")):
            self._run(name, "view")

    def keep(self, rows: Iterable[Row]) -> None:
        """Let these landed rows be all there are."""
        columns = [list(column) for column in zip(*set(rows), strict=True)] or [[], [], []]
        self.con.execute("delete from landed.kept")
        self.con.execute(
            "insert into landed.kept select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::bigint[])",
            columns,
        )

    def rebuild(self, group: str | None = None) -> dict[Value, Figures]:
        """The figures that the rows kept give; of one KPI group alone, or of all."""
        all_rows = {name for name in self._models if name.startswith(_ROWS)}
        left_out = all_rows - {f"{_ROWS}{group}"} if group else set()
        for name in left_out:
            self.con.execute(f"create or replace table {self._models[name][0]} as from no_kpi_rows")
        for name in self._ordered("mart_kpi", left_out):
            self._run(name, "table")
        return self._figures("mart_kpi")

    def _figures(self, table: str) -> dict[Value, Figures]:
        query = f"select kpi_id, fiscal_year, municipality_code, numerator, denominator, value from {table}"
        return {
            (k, y, c): (n, d, v) for k, y, c, n, d, v in self.con.execute(query).fetchall() if v is not None
        }

    def _run(self, name: str, kind: str) -> None:
        relation, code, _ = self._models[name]
        self.con.execute(f"create or replace {kind} {relation} as {code}")

    def _ordered(self, wanted: str, left_out: set[str]) -> list[str]:
        found: list[str] = []

        def visit(name: str) -> None:
            if name in self._models and name not in found and name not in left_out and name[:4] != "stg_":
                for parent in self._models[name][2]:
                    visit(parent)
                found.append(name)

        visit(wanted)
        return found

    def _compiled(self, settings: Settings, manifest: Any) -> dict[str, tuple[str, str, list[str]]]:
        try:
            result = invoke(settings, ["compile", "--select", "resource_type:model"], manifest)
        finally:
            close_connections()
        models = {}
        for node in (r.node for r in result.results):
            code = _CONTROL.sub(r"control.\1", _LANDED.sub(r"landed.\1", node.compiled_code or ""))
            parents = [unique_id.rsplit(".", 1)[-1] for unique_id in node.depends_on.nodes]
            models[node.name] = (f'"{node.schema}"."{node.name}"', code, parents)
        return models

    def _load_built(self, settings: Settings) -> None:
        self.con.execute(f"attach '{settings.candidate / 'warehouse.duckdb'}' as built (read_only)")
        for name in _SEEDS:
            self.con.execute(f"create table intermediate.{name} as from built.intermediate.{name}")
        self.con.execute("create table main.kpi_definitions as from built.main.kpi_definitions")
        self.con.execute("create table no_kpi_rows as from built.intermediate.int_kpi_rows limit 0")
        self.groups = dict(self.con.execute("select kpi_id, kpi_group from kpi_definitions").fetchall())
        self.released = self._figures("built.main.mart_kpi")
        self.evidence: dict[Value, set[Row]] = {}
        for k, y, c, *row in self.con.execute(
            "select distinct kpi_id, fiscal_year, municipality_code, file_id, coalesce(sheet, ''), row "
            "from built.main.mart_kpi_evidence"
        ).fetchall():
            self.evidence.setdefault((k, y, c), set()).add((row[0], row[1], row[2]))
        self.con.execute("detach built")

    def _load_landed(self, settings: Settings) -> list[Row]:
        for path in (settings.candidate / "control").glob("*.parquet"):
            self.con.execute(f"create table control.{path.stem} as from read_parquet('{path}')")
        self.con.execute("create table landed.kept (file_id varchar, sheet varchar, row bigint)")
        names = sorted(p.name for p in settings.landed.iterdir() if p.is_dir() and p.name[0] != "_")
        for name in names:
            self.con.execute(
                f"create table whole.{name} as "
                f"select l.* from read_parquet('{settings.landed / name}/*.parquet', union_by_name=true) l "
                "semi join control.in_force f on f.file_id = l._file_id and f.submission_key = l._submission_key "
                f"and f.dataset = '{name}'"
            )
            self.con.execute(
                f"create view landed.{name} as select w.* from whole.{name} w semi join landed.kept k "
                "on k.file_id = w._file_id and k.sheet = coalesce(w._sheet, '') and k.row = w._row"
            )
        union = " union ".join(
            f"select _file_id, coalesce(_sheet, ''), _row from whole.{name}" for name in names
        )
        return [(f, s, r) for f, s, r in self.con.execute(f"{union} order by all").fetchall()]
