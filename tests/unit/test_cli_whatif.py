"""`kyoso whatif` as it is typed: what it prints must be read out in a meeting without a second look."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.conftest import run_kyoso


def test_without_changes_it_lists_what_can_be_changed_with_present_values(sample_home: Path) -> None:
    ran = run_kyoso("whatif", "--home", sample_home)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("【架空データ】")
    lines = {line.split()[0]: line for line in ran.stdout.splitlines() if line.strip()}
    assert lines["O2.month_count"].split()[1] == "8"
    assert lines["D5.threshold"].split()[1] == "50"
    assert "以上" in lines["D5.comparator"]
    assert lines["S2.dispatch.municipality_share_pct"].split()[1:3] == ["50", "%"]
    assert lines["O2.unit_price_jpy"].split()[1] == "空欄"
    assert lines["staff_hourly_cost_jpy"].split()[1] == "3,600"


def test_it_prints_before_and_after_and_that_nothing_is_stored(sample_home: Path) -> None:
    ran = run_kyoso(
        "whatif", "--home", sample_home, "--set", "D5.threshold=20", "--set", "staff_hourly_cost_jpy=7,200"
    )
    assert ran.returncode == 0, ran.stderr
    assert "D5.threshold(基準値): 50 → 20" in ran.stdout
    assert "判断基準: 7件のうち、変わるものは1件です。" in ran.stdout
    assert "満たさない → 満たす" in ran.stdout
    assert "24,063,680 → 27,159,680" in ran.stdout
    assert "何も保存していません" in ran.stdout
    assert "推薦しません" in ran.stdout


def test_values_that_change_nothing_say_so(sample_home: Path) -> None:
    ran = run_kyoso("whatif", "--home", sample_home, "--set", "O2.month_count=8")
    assert ran.returncode == 0, ran.stderr
    assert "変わるものはありません" in ran.stdout
    assert "変わるものは0件です" in ran.stdout


def test_the_changed_rows_come_as_csv(sample_home: Path) -> None:
    ran = run_kyoso("whatif", "--home", sample_home, "--set", "O4.common_cost_jpy=200001", "--csv")
    assert ran.returncode == 0, ran.stderr
    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    assert {(r["選択肢"], r["費目"], r["前"], r["後"]) for r in rows} == {
        ("O4", "common", "200000", "200001")
    }


def test_a_wrong_name_is_a_usage_error_in_japanese(sample_home: Path) -> None:
    ran = run_kyoso("whatif", "--home", sample_home, "--set", "O2.month=6")
    assert ran.returncode == 2
    assert "近い名前: O2.month_count" in ran.stderr
    assert "Traceback" not in ran.stderr
