"""A week in which much goes wrong, told in the order of an officer's days.

Nothing new arrives; then a mistyped price and a heap of spoiled files; then the corrected file, while
others read and somebody starts a second run. If one of these days damages the release or says nothing,
the officer stops trusting every other day as well.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.settings import CHECKOUT
from tests.conftest import AS_OF, SAMPLE, run_kyoso, run_night
from tests.faults.spoiled import IGNORED, edited, spoil

PLAN = "R8/register/2026-11-13/事業台帳_派遣_R8_改訂2.xlsx"
SHEET, PRICE = "派遣計画", "J6"
CLOSES = "Q-DISPATCH-06"
_NIGHT_AND_MODULES = """
import sys
from pipelines.cli import main
try:
    main()
except SystemExit as ended:
    print("modules", *sorted({name.split(".")[0] for name in sys.modules}))
    sys.exit(ended.code)
"""
_PANDAS = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
print(len(con.sql("select * from mart_stage").df()))
"""

pytestmark = pytest.mark.slow


@dataclass
class Day:
    """What one run left behind."""

    ran: subprocess.CompletedProcess[str]
    seconds: float
    latest: dict[str, Any]
    page: str
    release: str
    bytes_of_releases: dict[str, str]
    findings: list[dict[str, str]]


@dataclass
class Week:
    """The home, and its days."""

    home: Path
    raw: Path
    first_release: str
    bytes_before: dict[str, str]
    spoiled: dict[str, str] = field(default_factory=dict)
    days: dict[str, Day] = field(default_factory=dict)
    meanwhile: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    rows_of_old_reader: list[int] = field(default_factory=list)
    raw_before: dict[str, str] = field(default_factory=dict)


def bytes_below(folder: Path) -> dict[str, str]:
    return {
        repr(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def seen(week: Week, ran: subprocess.CompletedProcess[str], started: float) -> Day:
    status = week.home / "status"
    with (status / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        findings = list(csv.DictReader(stream))
    return Day(
        ran,
        time.monotonic() - started,
        json.loads((status / "latest.json").read_text(encoding="utf-8")),
        (status / "index.html").read_text(encoding="utf-8"),
        (week.home / "current").resolve().name,
        bytes_below(week.home / "releases"),
        findings,
    )


def spend_a_night(week: Week, name: str) -> None:
    started = time.monotonic()
    ran = run_night(week.home, raw=week.raw)
    week.days[name] = seen(week, ran, started)


def spend_a_quiet_night(week: Week, name: str) -> None:
    command = ["nightly", "--raw", week.raw, "--home", week.home, "--as-of", AS_OF.isoformat()]
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", _NIGHT_AND_MODULES, *map(str, command)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=False,
    )
    week.days[name] = seen(week, ran, started)


def spend_a_busy_night(week: Week, name: str) -> None:
    """The same as any night, with readers and a second operator around."""
    command = ["nightly", "--raw", week.raw, "--home", week.home, "--as-of", AS_OF.isoformat()]
    text = "select stage, count(*) from mart_stage where fiscal_year = 2026 group by 1"
    started = time.monotonic()
    with duckdb.connect(str((week.home / "warehouse.duckdb").resolve()), read_only=True) as reader:
        night = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *map(str, command)],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while str(night.pid) not in (week.home / "lock").read_text(encoding="utf-8"):
            assert night.poll() is None
            time.sleep(0.05)
        week.meanwhile = {
            "second run": run_night(week.home, raw=week.raw),
            "sql": run_kyoso("sql", text, "--home", week.home, "--csv"),
            "status": run_kyoso("status", "--home", week.home),
            "releases": run_kyoso("releases", "--home", week.home),
            "restore": run_kyoso("releases", "restore", week.first_release, "--home", week.home),
            "pandas": subprocess.run(
                [sys.executable, "-c", _PANDAS, str(week.home / "warehouse.duckdb")],
                capture_output=True,
                text=True,
                check=False,
            ),
        }
        assert night.poll() is None, "the night was over before its readers came"
        out, err = night.communicate()
        week.rows_of_old_reader = [
            reader.sql(f"select count(*) from {table}").fetchone()[0] for table in ("mart_stage", "mart_kpi")
        ]
    ran = subprocess.CompletedProcess(command, night.returncode, out, err)
    week.days[name] = seen(week, ran, started)


@pytest.fixture(scope="module")
def week(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    root = tmp_path_factory.mktemp("week")
    home, raw = root / "home", root / "raw"
    shutil.copytree(sample_home, home, symlinks=True)
    shutil.copytree(SAMPLE, raw)
    made = Week(home, raw, (home / "current").resolve().name, bytes_below(home / "releases"))
    spend_a_quiet_night(made, "monday")
    made.spoiled = spoil(raw)
    edited(raw / PLAN, raw / "R8/register/2026-11-18/事業台帳_派遣_R8_改訂2の2.xlsx", {PRICE: 55}, SHEET)
    made.raw_before = bytes_below(raw)
    spend_a_night(made, "tuesday")
    edited(raw / PLAN, raw / "R8/register/2026-11-19/事業台帳_派遣_R8_改訂2の3.xlsx", {PRICE: 55_500}, SHEET)
    spend_a_busy_night(made, "wednesday")
    spend_a_quiet_night(made, "thursday")
    yield made
    shutil.rmtree(root)


@pytest.mark.parametrize("name", ["monday", "thursday"])
def test_a_night_without_new_files_says_so_and_does_no_work(week: Week, name: str) -> None:
    """On Thursday as well: files that can never be read are no reason to work every night."""
    day = week.days[name]
    assert day.ran.returncode == 0, day.ran.stderr
    assert "新しいものはありません。公開版はそのままです。" in day.ran.stdout
    modules = set(day.ran.stdout.splitlines()[-1].split())
    assert modules & {"duckdb", "pipelines"}
    assert not modules & {"dagster", "dbt", "great_expectations", "pandas", "pyarrow", "altair", "typst"}


def test_a_night_without_new_files_changes_no_release_and_renews_the_status(week: Week) -> None:
    day = week.days["monday"]
    assert (day.release, day.bytes_of_releases) == (week.first_release, week.bytes_before)
    assert day.latest["outcome"] == "nothing_new"
    assert day.latest["finished_at"] > day.latest["released_at"]
    assert "新しい資料はありません" in day.page


def test_a_mistyped_price_closes_the_gate_with_its_own_code_and_no_trace_on_the_screen(week: Week) -> None:
    day = week.days["tuesday"]
    assert day.ran.returncode == 3
    assert "検査: 不合格。公開していません。" in day.ran.stdout
    assert f"  {CLOSES} " in day.ran.stdout
    assert "和歌山市(55)" in day.ran.stdout
    assert "    すること: 契約書の単価と" in day.ran.stdout
    assert day.ran.stderr == ""


def test_a_closed_gate_leaves_the_last_release_as_it_was_to_the_byte(week: Week) -> None:
    day = week.days["tuesday"]
    assert (day.release, day.bytes_of_releases) == (week.first_release, week.bytes_before)


def test_the_status_page_says_why_the_gate_is_closed_and_what_to_do(week: Week) -> None:
    day = week.days["tuesday"]
    assert day.latest["outcome"] == "gate_closed"
    assert [reason["id"] for reason in day.latest["reasons"]] == [CLOSES]
    assert "公開を見送りました" in day.page
    assert "契約書の単価と、様式の単位(円・千円)を確かめてください。" in day.page
    assert "前回の公開版をそのままお使いください。" in day.page


def test_every_spoiled_file_is_named_with_what_is_wrong_and_what_to_do(week: Week) -> None:
    by_path: dict[str, list[dict[str, str]]] = {}
    for finding in week.days["tuesday"].findings:
        by_path.setdefault(finding["path"], []).append(finding)
    for path, rule in week.spoiled.items():
        found = [finding for finding in by_path.get(path, []) if finding["rule"] == rule]
        assert found, (path, rule, by_path.get(path))
        assert found[0]["message"]
        assert found[0]["suggestion"] or found[0]["expected"]
        assert path.rsplit("/", 1)[-1] in week.days["tuesday"].page


def test_what_desktops_leave_behind_is_no_finding(week: Week) -> None:
    named = {finding["path"].rsplit("/", 1)[-1] for finding in week.days["tuesday"].findings}
    assert not named & set(IGNORED)


def test_nothing_is_ever_written_where_files_are_received(week: Week) -> None:
    left = bytes_below(week.raw)
    assert {path: left.get(path) for path in week.raw_before} == week.raw_before
    assert len(left) == len(week.raw_before) + 1


def test_only_the_corrected_file_is_read_and_the_gate_opens_again(week: Week) -> None:
    day = week.days["wednesday"]
    assert day.ran.returncode == 0, day.ran.stdout + day.ran.stderr
    assert "今回読んだファイル: 1件: 事業台帳_派遣_R8_改訂2の3.xlsx\n" in day.ran.stdout
    assert "検査: 合格" in day.ran.stdout
    assert (day.latest["outcome"], day.latest["reasons"]) == ("released", [])


def test_the_corrected_file_gives_a_new_release_and_the_old_one_is_kept(week: Week) -> None:
    day = week.days["wednesday"]
    assert day.release != week.first_release
    assert day.bytes_of_releases.items() >= week.bytes_before.items()
    current = week.home / "current"
    with open_candidate(current.resolve() / "warehouse.duckdb", current / "control") as con:
        assert Verdict.read(current / "verdict.json").covers(con) == []
        found = con.sql(
            "select unit_price_jpy from mart_dispatch_utilisation "
            "where municipality_name = '和歌山市' and fiscal_year = 2026"
        ).fetchall()
    assert [int(price) for (price,) in found] == [55_500]


def test_the_summary_is_one_line_per_source_with_the_real_time_it_took(week: Week) -> None:
    day = week.days["wednesday"]
    assert day.ran.stdout.startswith("【架空データ】\n")
    assert re.search(r"^派遣実施報告書・相談記録 +\d+ ", day.ran.stdout, re.MULTILINE)
    match = re.search(r"^公開: [0-9a-f]{16}\((\d+\.\d)秒\)$", day.ran.stdout, re.MULTILINE)
    assert match
    assert float(match[1]) == pytest.approx(day.seconds, rel=0.25, abs=5)


def test_a_second_run_at_the_same_time_is_told_who_is_working_and_ends_with_4(week: Week) -> None:
    for name in ("second run", "restore"):
        ran = week.meanwhile[name]
        assert ran.returncode == 4, ran.stdout + ran.stderr
        assert re.search(r"別の処理が動いています\(PID \d+、", ran.stderr)
        assert "待って" in ran.stderr


def test_readers_work_on_while_a_night_is_running(week: Week) -> None:
    sql = week.meanwhile["sql"]
    assert sql.returncode == 0, sql.stderr
    assert sum(int(line.rsplit(",", 1)[1]) for line in sql.stdout.splitlines()[1:]) == 30
    assert week.meanwhile["status"].returncode == 0
    assert week.first_release in week.meanwhile["releases"].stdout
    assert int(week.meanwhile["pandas"].stdout) >= 30


def test_a_reader_from_before_the_switch_keeps_its_rows(week: Week) -> None:
    assert all(count > 0 for count in week.rows_of_old_reader)
