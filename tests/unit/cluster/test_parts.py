"""Whatever is missing is named with the package that brings it, before anything is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.cluster import parts
from pipelines.errors import KyosoError


def program(folder: Path, name: str, says: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    path.chmod(0o755)
    return path


def test_the_java_that_java_home_names_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = program(tmp_path / "jdk" / "bin", "java", 'openjdk version "21.0.1" 2023-10-17')
    program(tmp_path / "path", "java", 'openjdk version "17.0.9"')
    monkeypatch.setenv("PATH", str(tmp_path / "path"), prepend=os.pathsep)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert parts._java() == wanted


@pytest.mark.parametrize("says", ['openjdk version "11.0.2"', 'java version "1.8.0_291"', ""])
def test_an_old_java_is_refused_by_name(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = program(tmp_path / "bin", "java", says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(KyosoError, match="Javaが古く") as told:
        parts._java()
    assert told.value.where == str(found)
    assert "openjdk-17-jre-headless" in told.value.todo
    assert told.value.exit_code == 2


def test_no_java_no_postgres_no_driver_are_told_with_their_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KYOSO_JDBC", str(tmp_path / "none.jar"))
    monkeypatch.setattr(parts, "_DEBIANS_POSTGRES", tmp_path)
    for look, name in ((parts._java, "Java"), (parts.find_postgres, "PostgreSQL"), (parts._jdbc, "none.jar")):
        with pytest.raises(KyosoError) as told:
            look()
        assert name in told.value.what
        assert "libpostgresql-jdbc-java" in told.value.todo


def test_the_newest_postgres_that_is_whole_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(parts, "_DEBIANS_POSTGRES", tmp_path)
    for version, names in (("9", "all"), ("15", "all"), ("17", "postgres")):
        for name in ("postgres", "initdb", "pg_isready") if names == "all" else (names,):
            program(tmp_path / version / "bin", name)
    assert parts.find_postgres() == tmp_path / "15" / "bin"


def test_without_pyspark_the_extra_is_named() -> None:
    # The suite's own environment is the one without it.
    with pytest.raises(KyosoError, match="pyspark") as told:
        parts._spark()
    assert "make spark-setup" in told.value.todo
