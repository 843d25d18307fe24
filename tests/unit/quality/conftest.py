"""A good fictional candidate, built once, and copies of it to break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.quality.expectation import Expectation
from pipelines.quality.suite import attach_control, run_on
from pipelines.quality.verdict import Result
from tests.unit.quality.candidate import build_candidate

AS_OF = date(2026, 11, 20)
Break = Callable[..., tuple[Path, Path]]
Judged = Callable[..., list[Result]]


@pytest.fixture(scope="session")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Warehouse and control folder of a good night; never to be changed."""
    return build_candidate(tmp_path_factory.mktemp("candidate"), AS_OF)


@pytest.fixture
def broken(candidate: tuple[Path, Path], tmp_path: Path) -> Break:
    """Copies the good candidate and runs SQL in the copy's warehouse."""

    def _break(*statements: str) -> tuple[Path, Path]:
        warehouse, control = candidate
        copy = tmp_path / warehouse.name
        shutil.copy(warehouse, copy)
        with duckdb.connect(str(copy)) as con:
            for statement in statements:
                con.execute(statement)
        return copy, control

    return _break


@pytest.fixture(scope="session")
def _open_copy(
    candidate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the good candidate open for writing, with the control tables; whoever changes it rolls back."""
    warehouse, control = candidate
    copy = tmp_path_factory.mktemp("copy") / warehouse.name
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as con:
        attach_control(con, control)
        yield con


@pytest.fixture
def judged(_open_copy: duckdb.DuckDBPyConnection) -> Judged:
    """Runs SQL on the good candidate, judges it, and takes the SQL back: no file is copied per test."""

    def _judged(expectations: Iterable[Expectation], *statements: str) -> list[Result]:
        _open_copy.begin()
        try:
            for statement in statements:
                _open_copy.execute(statement)
            return run_on(_open_copy, expectations)
        finally:
            _open_copy.rollback()

    return _judged


def waiver(
    check: str,
    *,
    scope: str = "",
    name: str = "A8-01",
    expires: str = "2027-03-31",
    approved: str = "2026-11-01",
) -> str:
    """SQL that registers an approved exception as the policy sheet would."""
    return (
        "create table if not exists staging.stg_policy__waivers (waiver_id varchar, expectation_id varchar, "
        "scope varchar, reason varchar, approver varchar, approved_date date, expires_date date); "
        "insert into staging.stg_policy__waivers (waiver_id, expectation_id, scope, reason, approver, approved_date, "
        f"expires_date) values ('{name}', '{check}', nullif('{scope}', ''), "
        f"'県が別に確かめた', '課長', '{approved}', '{expires}')"
    )
