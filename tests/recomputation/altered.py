"""Landed rows changed at random: other dates, codes, amounts and gaps, as another prefecture might send them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from tests.recomputation.landed import year_of

# What tells one row from another stays: two rows with one key are refused before they land.
_IDENTITY = {
    "fiscal_year",
    "plan_version",
    "effective_month",
    "meeting_no",
    "wave",
    "assessor_kind",
    "scorer_no",
    "item_no",
    "area_code",
    "statistics_year",
    "indicator_code",
    "member",
    "posted_at",
    "is_reply",
    "report_month",
}
# Also part of the key in these: who attended, took part or stated something.
_ONE_EACH = {
    "register__wg_attendance",
    "register__event_attendance",
    "register__published_stages",
    "register__expansions",
    "procurement__joint_case_participants",
    "procurement__joint_use",
    "assessment__answers",
    "visit_log__visits",
}
_NEVER_EMPTY = {
    "municipality_code",
    "visit_date",
    "visit_kind",
    "status",
    "mode",
    "score",
    "posted_date",
    "start_date",
    "end_date",
    "planned_visit_count",
    "unit_price_jpy",
    "headcount",
    "approved_date",
    "held_date",
    "reached_date",
    "outcome_stage",
    "facilitator_kind",
    "initiator_kind",
    "wg_type",
    "kind",
    "evidence_class",
    "requested_date",
    "published_date",
    "answered_date",
    "respondent_kind",
    "affiliation_kind",
    "valid_from",
    "fund_source",
    "programme",
    "budget_jpy",
    "stage",
    "section_kind",
    "person",
}
AS_OF = (
    date(2026, 4, 30),
    date(2026, 7, 15),
    date(2026, 9, 30),
    date(2026, 11, 20),
    date(2027, 3, 31),
    date(2028, 2, 29),
)


def restore(con: duckdb.DuckDBPyConnection) -> None:
    """The rows as landed."""
    for dataset in _datasets(con):
        con.execute(f"create or replace table whole.{dataset} as from untouched.{dataset}")


def alter(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Start again from the rows as landed, and change them, the as-of date and the scheme as this seed says."""
    rng = random.Random(seed)
    as_of = rng.choice(AS_OF)
    con.execute("update control.run set as_of = ?, fiscal_year = ?", [as_of, year_of(as_of)])
    restore(con)
    for dataset in _datasets(con):
        if dataset != "policy__stage_schemes":  # a version of the scheme lands whole or not at all
            con.execute(f"delete from whole.{dataset} where {_chosen('', seed, rng.choice([0, 0, 5, 30]))}")
        for column, kind in _columns(con, dataset):
            change = _change(con, dataset, column, kind, as_of, seed)
            if change:
                share = rng.choice([0, 3, 10])
                con.execute(
                    f"update whole.{dataset} set {column} = {change} where {_chosen(column, seed, share)}"
                )
            if column not in _NEVER_EMPTY and not dataset.startswith("policy__") and kind != "BOOLEAN":
                con.execute(
                    f"update whole.{dataset} set {column} = null"
                    f" where {_chosen(column + '?', seed, rng.choice([0, 4]))}"
                )
    con.execute(
        "update whole.policy__stage_schemes set score_threshold = ?, valid_from = ? where scheme_version = 'v2'",
        [
            rng.choice([1.5, 2.25, 2.5]),
            rng.choice([date(2023, 4, 1), date(2026, 4, 1), as_of, date(2027, 4, 1)]),
        ],
    )


def _datasets(con: duckdb.DuckDBPyConnection) -> list[str]:
    query = "select table_name from duckdb_tables() where schema_name = 'untouched' order by 1"
    return [name for (name,) in con.execute(query).fetchall()]


def _columns(con: duckdb.DuckDBPyConnection, dataset: str) -> Iterator[tuple[str, str]]:
    for column, kind in con.execute(
        f"select column_name, column_type from (describe whole.{dataset})"
    ).fetchall():
        is_key = column in _IDENTITY or column.endswith(("_id", "_key")) or column.startswith("_")
        if not is_key and not (column == "municipality_code" and dataset in _ONE_EACH):
            yield column, kind


def _chosen(salt: str, seed: int, percent: int) -> str:
    return f"hash(_file_id, _sheet, _row, '{salt}', {seed}) % 100 < {percent}"


def _change(
    con: duckdb.DuckDBPyConnection, dataset: str, column: str, kind: str, as_of: date, seed: int
) -> str | None:
    """Another value of the kind the column holds; dates like to lie around the as-of date and the year's ends."""
    dice = f"cast(hash(_row, '{column}', {seed}, 1) % 7 as integer)"
    if dataset.startswith("policy__"):
        return None
    if kind == "DATE" and column != "valid_to":
        near = [f"date '{as_of}'", f"date '{as_of}' + 1", "date '2026-03-31'", "date '2026-04-01'"]
        cases = " ".join(f"when {n} then {day}" for n, day in enumerate(near))
        return f"case {dice} {cases} else {column} + {dice} * 9 - 40 end"
    if kind == "BOOLEAN":
        return f"not {column}"
    if kind.startswith("DECIMAL") or kind in ("BIGINT", "INTEGER", "DOUBLE"):
        return _number(column, dice)
    if kind == "VARCHAR" and column not in ("person", "name", "title"):
        values = con.execute(
            f"select distinct {column} from untouched.{dataset} where {column} is not null order by 1 limit 12"
        ).fetchall()
        if 1 < len(values) < 12 or (len(values) == 12 and column.endswith("municipality_code")):
            cases = " ".join(f"when {n} then '{value}'" for n, (value,) in enumerate(values[:7]))
            return f"case {dice} {cases} else {column} end"
    return None


def _number(column: str, dice: str) -> str | None:
    if column in ("score",) or column.startswith("can_do_"):
        return f"{dice} % 5"
    if column in ("start_minute", "end_minute"):
        return None
    return f"case {dice} when 0 then 0 when 1 then {column} + 1 else {column} * {dice} end"


def write(con: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Path, Path]:
    """The altered rows and what the run knows, as the files that a night would leave."""
    landed, control = folder / "landed", folder / "control"
    control.mkdir(parents=True)
    for dataset in _datasets(con):
        (landed / dataset).mkdir(parents=True)
        con.execute(f"copy whole.{dataset} to '{landed / dataset / 'rows.parquet'}'")
    for table in ("in_force", "run", "municipalities", "calendar"):
        con.execute(f"copy control.{table} to '{control / table}.parquet'")
    return landed, control
