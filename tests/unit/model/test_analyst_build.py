"""An analyst with a checkout builds the same tables alone: otherwise our figures can only be believed, not redone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.model.dbt import PROJECT

pytestmark = pytest.mark.slow


def test_dbt_build_alone_gives_the_released_figures(sample_home: Path, tmp_path: Path) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("KYOSO_", "DBT_"))}
    built = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build"],
        cwd=project,
        env=environment | {"KYOSO_HOME": str(sample_home), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-3000:]
    with duckdb.connect() as con:
        con.execute(f"attach '{project / 'target' / 'warehouse.duckdb'}' as own (read_only)")
        con.execute(f"attach '{(sample_home / 'warehouse.duckdb').resolve()}' as released (read_only)")
        for one, other in (("own", "released"), ("released", "own")):
            found = con.execute(
                f"select count(*) from (from {one}.main.mart_kpi except all from {other}.main.mart_kpi)"
            ).fetchone()
            assert found == (0,)
