"""The decision under other policy values: the release's own rules, run in memory. Nothing is stored, nothing released is touched.

Example:
    >>> outcome = what_if(settings, ["O2.month_count=6"])
    >>> [(c.key, c.before["cost_jpy"], c.after["cost_jpy"]) for c in outcome.costs]
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.model.recompute import CHANGEABLE, read_rules
from pipelines.model.rows import Row, quoted, rows_of
from pipelines.serve.connection import warehouse_of
from pipelines.serve.whatif_levers import HOURLY_COST, Lever, Value, levers, parse_changes
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb

_DECISION_KEY = ("criterion_id",)
_COST_KEY = ("option_id", "scenario_id", "cost_item", "payer", "municipality_code")


@dataclass(frozen=True)
class Difference:
    """A row of a mart in the release and under the changed values; None where it is not."""

    key: tuple[Any, ...]
    before: Row | None
    after: Row | None

    @property
    def is_change(self) -> bool:
        """Whether anything of it differs."""
        return self.before != self.after


@dataclass(frozen=True)
class Outcome:
    """What changed, and everything the decision's marts say before and after."""

    fiscal_year: int
    is_sample: bool
    release_id: str
    changes: tuple[tuple[Lever, Lever], ...]
    decisions: tuple[Difference, ...]
    costs: tuple[Difference, ...]


def list_levers(settings: Settings) -> tuple[bool, list[Lever]]:
    """Whether the data are fictional, and everything that may be changed with its present value."""
    with _opened(settings) as (con, _):
        fiscal_year, is_sample = _run(con)
        return is_sample, list(levers(con, fiscal_year).values())


def what_if(settings: Settings, texts: list[str]) -> Outcome:
    """Recompute the decision of the current release.

    Args:
        settings: whose home holds the release.
        texts: NAME=VALUE each.

    Raises:
        KyosoError: a name or a value cannot be used (exit code 2), or there is no release.
    """
    with _opened(settings) as (con, release):
        fiscal_year, is_sample = _run(con)
        known = levers(con, fiscal_year)
        before = _rows(con, "released.main", fiscal_year)
        for lever, value in parse_changes(known, texts):
            _apply(con, lever, value, fiscal_year)
        changed = {name: lever for name, lever in levers(con, fiscal_year).items() if lever != known[name]}
        for model in read_rules(release)["models"]:
            con.execute(f'create table warehouse."{model["schema"]}"."{model["name"]}" as {model["sql"]}')
        after = _rows(con, "warehouse.main", fiscal_year)
        return Outcome(
            fiscal_year,
            is_sample,
            release.name,
            tuple((known[name], lever) for name, lever in changed.items()),
            _compared(before[0], after[0], _DECISION_KEY),
            _compared(before[1], after[1], _COST_KEY),
        )


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A warehouse in memory with what the rules read: views on the release, copies of what may be changed."""
    import duckdb

    release = warehouse_of(settings).parent
    rules = read_rules(release)
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as con:
        # The name under which the night's SQL knows its own warehouse.
        con.execute("attach ':memory:' as warehouse")
        con.execute(f"attach '{quoted(release / 'warehouse.duckdb')}' as released (read_only)")
        con.execute("use warehouse")
        for schema in ("staging", "intermediate", "control"):
            con.execute(f"create schema warehouse.{schema}")
        for schema, name in rules["inputs"]:
            kind = "table" if name in CHANGEABLE else "view"
            con.execute(f'create {kind} "{schema}"."{name}" as from released."{schema}"."{name}"')
        for path in sorted((release / "control").glob("*.parquet")):
            con.execute(f"create view control.{path.stem} as from read_parquet('{quoted(path)}')")
        yield con, release


def _run(con: duckdb.DuckDBPyConnection) -> tuple[int, bool]:
    row = con.execute("select fiscal_year, is_sample from control.run").fetchone()
    assert row is not None
    return int(row[0]), bool(row[1])


def _apply(con: duckdb.DuckDBPyConnection, lever: Lever, value: Value, fiscal_year: int) -> None:
    schema = "staging" if lever.name == HOURLY_COST else "intermediate"
    where = " and ".join(f"{column} = ?" for column, _ in lever.key)
    key = [part for _, part in lever.key]
    if lever.name == HOURLY_COST:
        if lever.value is None:
            con.execute(
                f"insert into {schema}.{lever.table} (name, value, valid_from) values (?, ?, date '1900-01-01')", [*key, value]
            )  # fmt: skip
        else:
            con.execute(f"update {schema}.{lever.table} set value = ? where {where}", [value, *key])
        return
    also = ", prefecture_share_pct = 100 - ?" if lever.column == "municipality_share_pct" else ""
    con.execute(
        f"update {schema}.{lever.table} set {lever.column} = ?{also} where fiscal_year = ? and {where}",
        [value, *([value] if also else []), fiscal_year, *key],
    )


def _rows(con: duckdb.DuckDBPyConnection, place: str, fiscal_year: int) -> tuple[list[Row], list[Row]]:
    found = []
    for table, key in (("mart_decision", _DECISION_KEY), ("mart_r9_cost", _COST_KEY)):
        cursor = con.execute(
            f"select * from {place}.{table} where fiscal_year = ? order by {', '.join(key)}", [fiscal_year]
        )
        found.append(rows_of(cursor))
    return found[0], found[1]


def _compared(before: list[Row], after: list[Row], key: tuple[str, ...]) -> tuple[Difference, ...]:
    old = {tuple(row[k] for k in key): row for row in before}
    new = {tuple(row[k] for k in key): row for row in after}
    order = list(old) + [k for k in new if k not in old]
    return tuple(Difference(k, old.get(k), new.get(k)) for k in order)
