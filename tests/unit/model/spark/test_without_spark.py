"""What stops a build before Spark has touched anything; none of it needs Spark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.errors import KyosoError
from pipelines.model.dbt import DbtBuild, DbtNode, DbtResult, build
from pipelines.model.spark import compute
from pipelines.model.spark.schemas import empty_schemas
from pipelines.model.spark.session import session
from pipelines.settings import CHECKOUT, Settings
from tests.conftest import AS_OF, SAMPLE


class Metastore:
    """Schemas and their places, as a session tells them; it notes what it is asked to do."""

    def __init__(self, **places: str) -> None:
        self.places = places
        self.said: list[str] = []
        self.catalog: Any = SimpleNamespace(
            databaseExists=lambda name: name in places,
            getDatabase=lambda name: SimpleNamespace(locationUri=places[name]),
        )

    def sql(self, text: str) -> None:
        self.said.append(text)


def test_own_schemas_are_made_anew_and_half_written_files_go(tmp_path: Path) -> None:
    tables = tmp_path / "computed"
    half = tables / "staging.db" / "stg_x" / "part-0.parquet"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half a file")
    spark = Metastore(main=f"file:{tables}/main.db")
    empty_schemas(spark, {"staging", "main"}, tables)
    assert spark.said == [
        "drop schema main cascade",
        f"create schema main location '{tables}/main.db'",
        f"create schema staging location '{tables}/staging.db'",
    ]
    assert not half.exists()
    assert tables.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "place", ["hdfs://nn/warehouse/main.db", "file:/mnt/other/computed/main.db", "file:/"]
)
def test_a_schema_of_somebody_else_is_left_alone_and_so_are_the_others(place: str, tmp_path: Path) -> None:
    spark = Metastore(control=f"file:{tmp_path}/control.db", main=place)
    with pytest.raises(KyosoError, match="この保管場所のものではない") as told:
        empty_schemas(spark, {"control", "main"}, tmp_path)
    assert place in told.value.where
    assert spark.said == []


def test_a_home_with_a_space_and_japanese_is_its_own(tmp_path: Path) -> None:
    home = tmp_path / "保管 場所"
    spark = Metastore(main=(home / "main.db").as_uri())
    empty_schemas(spark, {"main"}, home)
    assert "drop schema main cascade" in spark.said


def test_without_pyspark_the_operator_reads_what_to_install() -> None:
    with pytest.raises(KyosoError, match="pyspark") as told, session():
        pass
    assert told.value.exit_code == 2
    assert "make spark-setup" in told.value.todo


def test_a_table_that_spark_could_not_build_ends_the_build_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = DbtNode("model.kyoso.mart_kpi", "mart_kpi", "model", "", {}, "")
    broken = DbtResult(about, "error", None, "[DIVIDE_BY_ZERO]", 0.1)
    monkeypatch.setattr(compute, "compute", lambda settings: [broken])
    settings = Settings(SAMPLE, tmp_path, 2026, AS_OF, engine="spark")
    assert build(settings) == DbtBuild([broken], {})
    assert list(tmp_path.iterdir()) == []


def test_a_night_on_duckdb_never_imports_pyspark() -> None:
    code = (
        "import sys\n"
        "import pipelines.cli, pipelines.night, pipelines.model.dbt, pipelines.definitions, pipelines.serve.release\n"
        "sys.exit('pyspark' in sys.modules or 'pipelines.model.spark.compute' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0
