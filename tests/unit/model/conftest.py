"""The sample night's candidate once more, as a folder dbt may write in, and the project as dbt reads it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.model.dbt import close_connections, parse
from pipelines.settings import Settings
from tests.conftest import AS_OF, SAMPLE


def as_candidate(released_home: Path, home: Path) -> Settings:
    """Put the warehouse and the control tables of a release where a run would build them."""
    settings = Settings(SAMPLE, home, 2026, AS_OF)
    settings.candidate.mkdir(parents=True)
    release = released_home / "current"
    shutil.copy(release / "warehouse.duckdb", settings.candidate)
    shutil.copytree(release / "control", settings.candidate / "control")
    settings.landed.symlink_to(released_home / "landed")
    return settings


@pytest.fixture(scope="session")
def candidate(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A candidate of its own for dbt; what dbt sets in the environment is taken back afterwards."""
    before = dict(os.environ)
    yield as_candidate(sample_home, tmp_path_factory.mktemp("model") / "home")
    close_connections()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def manifest(candidate: Settings) -> Any:
    """The project as dbt understands it."""
    return parse(candidate)


@pytest.fixture(scope="session")
def released(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The released sample warehouse, read-only."""
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        yield con
