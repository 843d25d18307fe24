"""Everything again from the backup alone: no landed rows, no releases, no raw files. If that fails, the backup is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.settings import SAMPLE_MARKER
from tests.conftest import SAMPLE, run_kyoso, run_night
from tests.nightly.test_same_again import assert_same_release

pytestmark = pytest.mark.slow


def test_a_home_made_from_its_backup_on_another_machine_gives_the_same_release(
    sample_home: Path, tmp_path: Path
) -> None:
    """The archive and the ledgers are enough, as the manual says it: copy, doctor, nightly."""
    folder, home, raw = tmp_path / "控え", tmp_path / "新しい 機械" / "var", tmp_path / "raw"
    ran = run_kyoso("backup", folder, "--home", sample_home, "--raw", SAMPLE, "--verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    home.mkdir(parents=True, mode=0o750)
    for name in ("archive", "issued", "operations.jsonl"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, home / name)
        elif (folder / name).exists():
            shutil.copyfile(folder / name, home / name)
    raw.mkdir()
    (raw / SAMPLE_MARKER).touch()
    checked = run_kyoso("doctor", "--home", home, "--raw", raw)
    assert "× 受領ファイルの控え" not in checked.stdout
    assert "× 台帳" not in checked.stdout
    ran = run_night(home, raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert_same_release(home, sample_home)
    again = run_kyoso("backup", folder, "--home", home, "--raw", raw)
    assert "写した 0件" in again.stdout, again.stdout + again.stderr
