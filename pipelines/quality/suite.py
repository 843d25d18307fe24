"""Runs the expectations with Great Expectations over a candidate, read-only.

Great Expectations takes seconds to import, so nothing here imports it at the top; `warm_up` does
it early in a process of its own while the night still reads files.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.model.rows import quoted
from pipelines.quality.expectation import CheckValue, Expectation
from pipelines.quality.limits import Limit, limits_in_force
from pipelines.quality.verdict import SHOWN_OFFENDERS, Offender, Result

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition


def warm_up() -> None:
    """Import what `run_expectations` needs. Great Expectations stays silent and sends nothing."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
    import great_expectations  # noqa: F401
    import pandas  # noqa: F401


def run_expectations(
    warehouse: Path, control: Path, expectations: Iterable[Expectation] | None = None
) -> list[Result]:
    """Judge every mart of a candidate.

    Args:
        warehouse: the candidate's DuckDB file, closed by its writer.
        control: folder with the run's control tables as Parquet.
        expectations: by default all of `pipelines.quality.expectations`.

    Returns:
        One result per expectation, sorted by id. A mart that is missing fails its expectations.
    """
    from pipelines.quality.expectations import ALL_EXPECTATIONS

    with open_candidate(warehouse, control) as con:
        return run_on(con, ALL_EXPECTATIONS if expectations is None else expectations)


def run_on(con: duckdb.DuckDBPyConnection, expectations: Iterable[Expectation]) -> list[Result]:
    """Judge the marts of an open candidate."""
    warm_up()
    limits = limits_in_force(con, run_row(con)["as_of"])
    batches = _batch_definition()
    return sorted((_judge(con, batches, e, limits) for e in expectations), key=lambda result: result.id)


def open_candidate(warehouse: Path, control: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the candidate with the control tables as temporary views.

    Raises:
        FileNotFoundError: the candidate or its run table does not exist.
    """
    import duckdb

    for needed in (warehouse, control / "run.parquet"):
        if not needed.exists():
            raise FileNotFoundError(needed)
    con = duckdb.connect(str(warehouse), read_only=True)
    attach_control(con, control)
    return con


def attach_control(con: duckdb.DuckDBPyConnection, control: Path) -> None:
    """Let frames read the control tables by their names."""
    for path in sorted(control.glob("*.parquet")):
        con.execute(
            f"create or replace temp view \"{path.stem}\" as select * from read_parquet('{quoted(path)}')"
        )


def run_row(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The run's one row, by column name: as_of, fiscal_year, is_sample and more."""
    cursor = con.execute("select * from run")
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    if row is None:
        raise LookupError("control.run")
    found: dict[str, Any] = dict(zip(names, row, strict=True))
    found["as_of"] = date.fromisoformat(str(found["as_of"])[:10])
    return found


@cache
def _batch_definition() -> BatchDefinition:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("candidate").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("all_rows")


def _judge(
    con: duckdb.DuckDBPyConnection,
    batches: BatchDefinition,
    expectation: Expectation,
    limits: Mapping[str, float],
) -> Result:
    import duckdb

    failed = partial(_result, expectation, passed=False)
    missing = _missing_tables(con, {expectation.table: None, **dict.fromkeys(expectation.tables)})
    if missing:
        return failed(rows=0, observed=f"表がありません: {'、'.join(missing)}")
    try:
        frame = con.execute(expectation.frame).df()
    except duckdb.Error as error:
        return failed(rows=0, observed=f"表を読めません: {str(error).splitlines()[0]}")
    arguments = {name: _filled_in(value, limits) for name, value in expectation.check.arguments.items()}
    outcome = _validate(batches, expectation.check.kind, arguments, frame)
    if outcome.success:
        return _result(expectation, passed=True, rows=len(frame), observed=f"{len(frame)}件を確認")
    positions = outcome.result.get("unexpected_index_list")
    if positions is None:
        return failed(rows=len(frame), observed="値の型が違うため、検査を実行できません")
    return failed(
        rows=len(frame),
        observed=f"{len(frame)}件のうち{len(positions)}件が該当",
        offenders=_offenders(frame.loc[positions], expectation.observed),
    )


def _validate(
    batches: BatchDefinition, kind: str, arguments: dict[str, object], frame: pd.DataFrame
) -> ExpectationValidationResult:
    import great_expectations as gx

    check = getattr(gx.expectations, kind)(**arguments)
    with warnings.catch_warnings():
        # GX still calls a pandas API that warns of its own removal; nothing a reader could act on.
        warnings.simplefilter("ignore")
        return batches.get_batch({"dataframe": frame}).validate(
            check, result_format={"result_format": "COMPLETE"}
        )


def _filled_in(value: CheckValue, limits: Mapping[str, float]) -> object:
    if isinstance(value, Limit):
        return limits[value.name]
    return list(value) if isinstance(value, tuple) else value


def _offenders(failed: pd.DataFrame, observed: str) -> tuple[Offender, ...]:
    rows = failed.drop_duplicates(["scope", "label"])[:SHOWN_OFFENDERS]
    found = [Offender(str(r["scope"]), str(r["label"]), _shown(r[observed])) for r in rows.to_dict("records")]
    return tuple(sorted(found, key=lambda offender: (offender.scope, offender.label)))


def _shown(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is the only value unequal to itself
        return "値なし"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def _missing_tables(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> list[str]:
    rows = con.execute("select table_name from information_schema.tables").fetchall()
    known = {name for (name,) in rows}
    return [name for name in names if name not in known]


def _result(
    expectation: Expectation,
    *,
    passed: bool,
    rows: int,
    observed: str,
    offenders: tuple[Offender, ...] = (),
) -> Result:
    return Result(
        id=expectation.id,
        origin="gx",
        table=expectation.table,
        title=expectation.title_ja,
        why=expectation.why_ja,
        what_to_do=expectation.what_to_do_ja,
        severity=expectation.severity,
        state="passed" if passed else "failed",
        judged_rows=rows,
        observed=observed,
        offenders=offenders,
    )
