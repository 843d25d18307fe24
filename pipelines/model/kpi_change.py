"""The figures that differ between any two releases, by the very rule of the mart `mart_kpi_change`.

The night compares with what was published and issued before; documents and `kyoso releases diff` may ask
about any two. So that the rule stands in one place, the mart's own SQL is run here, on the two releases.

Example:
    >>> changes(Basis("前の発行版", issued / "R8-暫定-01"), releases / "673f659de2f5e040")
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError
from pipelines.model.previous import Basis, create_previous, load_previous
from pipelines.model.rows import Row, quoted, rows_of
from pipelines.settings import CHECKOUT

_PROJECT = CHECKOUT / "dbt_project"
_MART = _PROJECT / "models" / "marts" / "mart_kpi_change.sql"
_MACROS = _PROJECT / "macros" / "numbers.sql"
_PREVIOUS = ("previous_kpi", "previous_kpi_files")
_ORDER = "order by compared_with, kpi_id, fiscal_year, municipality_code nulls first"


def changes(before: Basis, after: Path) -> list[Row]:
    """Rows of `mart_kpi_change`: every figure of `after` that differs from `before`, and the files behind it.

    Args:
        before: the release or edition to compare with.
        after: folder of the other.

    Raises:
        KyosoError: one of them was made by a program that kept other tables.
    """
    import duckdb

    with duckdb.connect() as con:
        create_previous(con)
        try:
            manifest = json.loads((after / "manifest.json").read_text(encoding="utf-8"))
            load_previous(con, before, manifest["code_version"])
            con.execute(f"attach '{quoted(after / 'warehouse.duckdb')}' as released (read_only)")
            return rows_of(con.execute(f"select * from ({_rule(after)}) {_ORDER}"))
        except (duckdb.Error, OSError, ValueError, KeyError) as error:
            raise KyosoError(
                f"2つの版を比べられません({str(error).splitlines()[0]})。",
                where=f"{before.folder}\n{after}",
                todo="表の形が違う古いプログラムの版とは比べられません。同じ基準日で kyoso nightly を実行し直した版と比べてください。",
            ) from error


def _rule(after: Path) -> str:
    """The mart's SQL over the attached release, as dbt would compile it."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals |= {
        "ref": lambda name: f"released.main.{name}",
        "source": lambda _, name: _source(name, after),
        "return": lambda value: value,
        "adapter": _Adapter(environment),
    }
    macros = environment.from_string(_MACROS.read_text(encoding="utf-8")).module
    public = {name: value for name, value in vars(macros).items() if callable(value)}
    environment.globals |= public
    return environment.from_string(_MART.read_text(encoding="utf-8")).render()


class _Adapter:
    """Chooses a macro's form for DuckDB, as dbt's adapter does."""

    def __init__(self, environment: Any) -> None:
        self._globals = environment.globals

    def dispatch(self, name: str) -> Any:
        """DuckDB's own form of a macro, or the default one."""
        return self._globals.get(f"duckdb__{name}") or self._globals[f"default__{name}"]


def _source(name: str, after: Path) -> str:
    return name if name in _PREVIOUS else f"read_parquet('{quoted(after / 'control' / name)}.parquet')"
