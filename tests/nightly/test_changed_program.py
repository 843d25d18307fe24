"""A contract reads a word otherwise. Figures move though nobody sent anything: a person must see it before readers do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import CHECKOUT
from tests.conftest import AS_OF, SAMPLE

pytestmark = pytest.mark.slow


def test_a_changed_contract_reads_everything_again_and_waits_for_approval(home: Path, tmp_path: Path) -> None:
    program = tmp_path / "新しいプログラム"
    for name in ("pipelines", "dbt_project", "reports/templates"):
        skipped = shutil.ignore_patterns("__pycache__", "target")
        shutil.copytree(CHECKOUT / name, program / name, ignore=skipped)
    shutil.copy(CHECKOUT / "requirements.lock", program)
    books = program / "pipelines" / "ingest" / "contracts" / "codebooks.yaml"
    text = books.read_text(encoding="utf-8")
    # Calls count as visits: everything about visits on site moves.
    changed = re.sub(
        r"  on_site: \[(.*)\]\n  online: \[(.*)\]", r"  on_site: [\1, \2]\n  online: [電話]", text
    )
    assert changed != text
    books.write_text(changed, encoding="utf-8")

    def kyoso(*arguments: str) -> str:
        command = [sys.executable, "-m", "pipelines.cli", *arguments, "--home", str(home)]
        if arguments[0] == "nightly":
            command += ["--raw", str(SAMPLE), "--as-of", AS_OF.isoformat()]
        ran = subprocess.run(
            command, cwd=program, env=os.environ, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    before = (home / "current").resolve()
    said = kyoso("nightly", "--dry-run")
    assert int(re.findall(r"今回読んだファイル: (\d+)件", said)[0]) > 100, "everything was read again"
    assert "様式・読取り・集計の規則の変更" in said
    assert re.search(r"K205 .*県全体", said), said
    assert "このまま実行すると、プログラム(様式・読取り・集計の規則)の変更でKPIの値が" in said
    assert (home / "current").resolve() == before
    approved = kyoso("releases", "approve", "--reason", "電話も訪問に数えることにした", "--by", "県 花江")
    assert "プログラムの変更の承認" in approved
    said = kyoso("nightly")
    assert "公開: " in said
    assert (home / "current").resolve() != before
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        moved = con.execute(
            "select kpi_id, cause from mart_kpi_change where municipality_code is null"
        ).fetchall()
    assert ("K205", "プログラム") in moved
