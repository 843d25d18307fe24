"""The command around a cluster: what it reads, what it hands on, what it says."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.cluster import __main__ as command
from pipelines.cluster.configuration import Size, hive_site
from pipelines.cluster.standalone import _alone
from pipelines.errors import KyosoError


@contextmanager
def no_cluster(folder: Path, size: Size) -> Iterator[dict[str, str]]:
    (folder / "started").write_text(str(size))
    yield {"SPARK_CONF_DIR": str(folder / "conf")}
    (folder / "stopped").touch()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command, "cluster", no_cluster)
    monkeypatch.delenv("KYOSO_ENGINE", raising=False)
    return tmp_path


def test_the_command_runs_inside_and_its_exit_code_is_handed_on(folder: Path) -> None:
    code = (
        "import os, pathlib, sys\n"
        "pathlib.Path(sys.argv[1]).write_text(os.environ['KYOSO_ENGINE'] + os.environ['SPARK_CONF_DIR'])\n"
        "sys.exit(3)\n"
    )
    said = folder / "said"
    assert command.main(["--folder", str(folder), "--", sys.executable, "-c", code, str(said)]) == 3
    assert said.read_text() == f"spark{folder / 'conf'}"
    assert (folder / "stopped").exists()
    assert "KYOSO_ENGINE" not in os.environ


def test_a_command_that_is_not_there_is_told_and_the_cluster_stops(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--folder", str(folder), "--", str(folder / "none")]) == 2
    assert "コマンドを始められません" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--workers", "0"], ["--workers", "two"], ["--memory", "1"], ["--memory", "1gb"]]
)
def test_sizes_that_are_none_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        command.main([*words, "--", "true"])
    assert told.value.code == 2
    assert "例: " in capsys.readouterr().err


def test_a_folder_holds_one_cluster_at_a_time(tmp_path: Path) -> None:
    with _alone(tmp_path), pytest.raises(KyosoError, match="もう動いています") as told, _alone(tmp_path):
        pass
    assert told.value.exit_code == 4
    with _alone(tmp_path):
        pass


def test_settings_with_signs_of_xml_arrive_as_they_are() -> None:
    given = {"javax.jdo.option.ConnectionPassword": "a<b>&\"c'"}
    read = ET.fromstring(hive_site(given))
    assert {p.findtext("name"): p.findtext("value") for p in read} == given
