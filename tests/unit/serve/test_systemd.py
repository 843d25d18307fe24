"""The units as systemd reads them. A setting it does not know is ignored, and a night then runs without its fence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines import cli
from pipelines.cli.options import app
from pipelines.settings import CHECKOUT

UNITS = CHECKOUT / "pipelines" / "serve" / "systemd"
KYOSO = "/srv/kyoso/.venv/bin/kyoso"


def test_systemd_knows_every_setting_of_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    for unit in UNITS.glob("kyoso-*"):
        text = unit.read_text(encoding="utf-8").replace(KYOSO, shutil.which("true") or "/bin/true")
        (tmp_path / unit.name).write_text(
            text.replace("User=kyoso", "User=root").replace("Group=kyoso", "Group=root"), encoding="utf-8"
        )
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )
    ours = [line for line in ran.stderr.splitlines() if "kyoso" in line]
    assert ours == []


def test_every_unit_runs_a_command_that_there_is() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert cli.app is app
    called = [
        line.removeprefix(f"ExecStart={KYOSO} ").split()[0]
        for unit in UNITS.glob("*.service")
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert sorted(called) == ["backup", "nightly", "notify", "serve", "status"]
    assert set(called) <= known


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.stem)
def test_no_unit_may_gain_privileges_write_elsewhere_or_run_for_ever(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8").splitlines()
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "CapabilityBoundingSet="} <= set(
        text
    )
    assert any(line.startswith(("TimeoutStartSec=", "Restart=")) for line in text)


def test_a_missed_night_is_caught_up_once() -> None:
    for timer in UNITS.glob("*.timer"):
        assert "Persistent=true" in timer.read_text(encoding="utf-8")
        assert "Asia/Tokyo" in timer.read_text(encoding="utf-8")
