"""The same inputs give the same release, anywhere and again. If not, no figure once published can be defended."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import CHECKOUT
from tests.conftest import AS_OF, SAMPLE, run_kyoso, run_night
from tests.faults.sandbox import in_japanese, no_network, no_privileges
from tests.faults.spoiled import edited
from tests.faults.test_kill import assert_release_is_whole
from tests.nightly.test_bad_week import PLAN, PRICE, SHEET

pytestmark = pytest.mark.slow
ELSEWHERE = {
    "TZ": "America/New_York",
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "12345",
    "KYOSO_THREADS": "1",
}


def assert_same_release(home: Path, other: Path) -> None:
    """Same id, same rows (the verdict holds their fingerprints), same bytes of every document."""
    assert assert_release_is_whole(home) == assert_release_is_whole(other)
    names = sorted(path.relative_to(home / "current") for path in (home / "current" / "reports").rglob("*"))
    assert len(names) >= 3
    for name in [Path("manifest.json"), Path("verdict.json"), *names]:
        one, two = home / "current" / name, other / "current" / name
        assert one.is_dir() or one.read_bytes() == two.read_bytes(), name


def test_another_place_clock_language_umask_user_and_number_of_threads_give_the_same_release(
    sample_home: Path, tmp_path: Path
) -> None:
    """The program itself lies in a folder with Japanese characters and a space in its name, too; nobody has privileges."""
    home, raw, program = (tmp_path / "別の 場所" / name for name in ("home", "受領 資料", "共創 プログラム"))
    home.parent.mkdir()
    shutil.copytree(SAMPLE, raw)
    for name in ("pipelines", "dbt_project", "reports/templates"):
        shutil.copytree(
            CHECKOUT / name, program / name, ignore=shutil.ignore_patterns("__pycache__", "target")
        )
    shutil.copy(CHECKOUT / "requirements.lock", program)
    command = [
        *no_privileges(),
        sys.executable,
        "-m",
        "pipelines.cli",
        "nightly",
        "--raw",
        raw,
        "--home",
        home,
    ]
    ran = subprocess.run(
        [*map(str, command), "--as-of", AS_OF.isoformat()],
        cwd=program,
        env=os.environ | ELSEWHERE,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert_same_release(home, sample_home)
    assert (home / "current" / "warehouse.duckdb").stat().st_mode & 0o077 == 0o040
    assert (home / "archive").stat().st_mode & 0o077 == 0


def test_a_day_of_the_past_is_rebuilt_to_the_byte_after_newer_files_came(
    sample_home: Path, home: Path, raw: Path
) -> None:
    """Also when the old release itself is no longer kept."""
    edited(raw / PLAN, raw / "R8/register/2026-11-25/事業台帳_派遣_R8_改訂9.xlsx", {PRICE: 54_500}, SHEET)
    ran = run_night(home, "--as-of", "2026-11-26", raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    old = (sample_home / "current").resolve().name
    assert (home / "current").resolve().name != old
    shutil.rmtree(home / "releases" / old)
    ran = run_night(home, raw=raw)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "今回読んだファイル: 0件" in ran.stdout
    assert_same_release(home, sample_home)


def test_the_night_needs_no_network_and_no_other_language(sample_home: Path, tmp_path: Path) -> None:
    command = [*no_network(), sys.executable, "-m", "pipelines.cli", "nightly", "--raw", str(SAMPLE)]
    ran = subprocess.run(
        [*command, "--home", str(tmp_path / "home"), "--as-of", AS_OF.isoformat()],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
        env=os.environ | in_japanese(tmp_path),
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    assert_same_release(tmp_path / "home", sample_home)


@pytest.fixture
def real_raw(tmp_path: Path) -> Iterator[Path]:
    """The sample's files without the mark of fictional data: what a prefecture's own folder looks like."""
    raw = tmp_path / "raw"
    for source in ("register", "visit_log"):
        shutil.copytree(SAMPLE / "R8" / source, raw / "R8" / source)
    yield raw
    shutil.rmtree(raw)


def test_the_first_night_of_a_prefecture_without_policy_or_assessment_explains_itself(
    tmp_path: Path, real_raw: Path
) -> None:
    """It makes its own secret key and says which papers are missing; it does not break down."""
    key = tmp_path / "config" / "key"
    ran = run_night(tmp_path / "home", raw=real_raw, KYOSO_KEY_FILE=str(key))
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stderr == ""
    assert "架空データ" not in ran.stdout
    assert "Q-STAGE-05" in ran.stdout
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    page = (tmp_path / "home" / "status" / "index.html").read_text(encoding="utf-8")
    assert "公開版はまだありません。" in page
    mixed = run_kyoso("nightly", "--raw", SAMPLE, "--home", tmp_path / "home")
    assert mixed.returncode == 1
    assert "混ぜることはできません" in mixed.stderr


def test_the_first_days_of_a_fiscal_year_close_the_gate_with_reasons_and_break_nothing(
    tmp_path: Path,
) -> None:
    ran = run_night(tmp_path / "home", "--as-of", "2026-04-10")
    assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    assert ran.stderr == ""


def test_the_final_edition_is_released(tmp_path: Path) -> None:
    ran = run_night(tmp_path / "home", "--as-of", "2027-06-30", "--fiscal-year", "R8")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert_release_is_whole(tmp_path / "home")
