"""What counts on which day. A correction that does not replace, or a late file that counts early, changes the past."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.archive import Archive
from pipelines.ingest.control import in_force_hash
from pipelines.settings import Settings
from tests.unit.ingest.conform.forms import VISITS, visit
from tests.unit.ingest.received import LOG, House, form

BROKEN = "R8/visit_log/2026-08-03/壊れた報告書.csv"
JUNE, JULY, AUGUST, SEPTEMBER = (date(2026, month, 28) for month in (6, 7, 8, 9))


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A form, the same again, its correction, a broken file, a misplaced one, a set-aside row."""
    house = House(tmp_path_factory.mktemp("autumn"))
    house.put(LOG, form([visit(1), visit(2, visit_date="R8.2.31")]))
    house.put("R8/visit_log/2026-08-03/再送.csv", form([visit(1), visit(2, visit_date="R8.2.31")]))
    house.put("R8/visit_log/2026-09-01/海南市_改訂版.csv", form([visit(1), visit(2), visit(3)]))
    house.put("R8/visit_log/2026-08-03/橋本市.csv", form(town="橋本市"))
    house.put(BROKEN, b"<html></html>")
    house.put("R8/memo/2026-08-03/メモ.txt", b"x")
    house.night()
    return house


@pytest.fixture
def house(autumn: House, tmp_path: Path) -> House:
    shutil.copytree(autumn.folder, tmp_path, dirs_exist_ok=True)
    return House(tmp_path)


def kainan(control: dict[str, list[dict[str, Any]]]) -> list[tuple[int, bool]]:
    return [
        (s["revision"], s["is_in_force"])
        for s in control["submissions"]
        if s["submission_key"].startswith("302023")
    ]


def open_rules(control: dict[str, list[dict[str, Any]]]) -> set[tuple[str, str]]:
    return {(f["file_name"], f["rule"]) for f in control["findings"] if f["is_in_force"]}


def test_a_corrected_file_supersedes_by_what_it_is_about_and_both_stay_known(autumn: House) -> None:
    control = autumn.control()
    assert kainan(control) == [(1, False), (2, True)]
    first, second = (s for s in control["submissions"] if s["submission_key"].startswith("302023"))
    assert first["superseded_by"] == second["file_id"]
    assert [(f["dataset"], f["submission_key"], f["revision"]) for f in control["in_force"]] == [
        (VISITS, "302023/2026-06-01/dispatch", 2),
        (VISITS, "302031/2026-06-01/dispatch", 1),
    ]


@pytest.mark.parametrize(
    ("as_of", "revisions", "files"),
    [
        (JUNE, [], 0),
        (JULY, [(1, True)], 1),
        (AUGUST, [(1, True)], 4),
        (SEPTEMBER, [(1, False), (2, True)], 5),
    ],
)
def test_only_what_had_been_received_by_the_day_counts(
    autumn: House, as_of: date, revisions: list[tuple[int, bool]], files: int
) -> None:
    control = autumn.control(as_of)
    assert kainan(control) == revisions
    assert len(control["files"]) == files
    assert {r["as_of"] for r in control["run"]} == {as_of}


def test_the_same_file_sent_again_is_one_submission_with_two_receipts(autumn: House) -> None:
    (file,) = [f for f in autumn.control(AUGUST)["files"] if f["receipt_count"] == 2]
    assert (file["file_name"], file["received_date"]) == ("再送.csv", date(2026, 8, 3))
    assert (file["first_seen_seq"] < file["latest_seq"]) is True


def test_a_deleted_file_still_counts(house: House) -> None:
    before = house.control()
    shutil.rmtree(house.raw / "R8")
    house.night()
    assert house.control() == before


def test_findings_close_when_a_correction_arrives(autumn: House) -> None:
    assert ("再送.csv", "impossible_day") in open_rules(autumn.control(AUGUST))
    assert "impossible_day" not in {rule for _, rule in open_rules(autumn.control())}


def test_a_refused_file_stays_open_until_a_file_of_its_name_comes_again(house: House) -> None:
    assert ("壊れた報告書.csv", "not_a_table") in open_rules(house.control())
    house.put(BROKEN.replace("08-03", "10-01"), form(town="有田市"))
    house.night()
    control = house.control()
    assert open_rules(control) == {("メモ.txt", "misplaced_file")}
    assert "not_a_table" in {f["rule"] for f in control["findings"]}, "closed, not forgotten"


def test_a_misplaced_file_is_named_with_where_it_belongs(autumn: House) -> None:
    (finding,) = [f for f in autumn.control()["findings"] if f["rule"] == "misplaced_file"]
    assert finding["path"] == "R8/memo/2026-08-03/メモ.txt"
    assert "visit_log" in finding["suggestion"]


def test_a_finding_belongs_to_the_municipality_of_its_form_or_file_name(house: House) -> None:
    house.put("R8/visit_log/2026-10-01/日高川町_報告書.xlsx", b"PK broken")
    house.night()
    codes = {f["file_name"]: f["municipality_code"] for f in house.control()["findings"]}
    assert codes["日高川町_報告書.xlsx"] == "303925", "not 日高町"
    assert codes["再送.csv"] == "302023"


def test_rows_in_are_rows_landed_and_set_aside_in_every_table(autumn: House) -> None:
    control = autumn.control()
    counts = [(r["rows_in"], r["rows_landed"], r["rows_set_aside"]) for r in control["reconciliation"]]
    assert sorted(counts) == [(1, 1, 0), (2, 1, 1), (3, 3, 0)]
    assert sum(c[1] for c in counts) == len(autumn.landed())


def test_the_inputs_have_one_fingerprint_which_every_receipt_changes(house: House) -> None:
    def fingerprint(as_of: date = SEPTEMBER) -> str:
        settings = Settings(house.raw, house.settings.home, 2026, as_of)
        return in_force_hash(settings, Archive(settings))

    before = fingerprint()
    assert fingerprint() == before
    assert fingerprint(JULY) != before
    house.put("R8/visit_log/2026-10-01/遅い.csv", form(town="有田市"))
    house.receive()
    assert fingerprint() == before, "received after the day"
    assert fingerprint(date(2026, 10, 1)) != before
    house.put("R8/visit_log/2026-09-02/早い.csv", form(town="御坊市"))
    house.receive()
    assert fingerprint() != before


def test_an_empty_house_has_empty_typed_control_tables(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.night()
    control = house.control()
    assert control["files"] == control["findings"] == control["in_force"] == []
    assert len(control["municipalities"]) == 30
