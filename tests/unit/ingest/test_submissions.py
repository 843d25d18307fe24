"""Which sending of a submission counts: corrections, withdrawals, and a correction that is worse than what it corrects."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest.lineage import sending
from tests.unit.ingest.conform.forms import heading, visit
from tests.unit.ingest.received import House, form

Control = dict[str, list[dict[str, Any]]]
DAY = "R8/visit_log/2026-07-03"
BROKEN = [visit(1, visit_date="R8.2.31"), visit(2, mode="徒歩")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def withdrawal(file_name: str, day: str = "R8.8.1") -> bytes:
    text = io.StringIO()
    rows = [heading("policy__withdrawals"), ["T8-01", file_name, "誤って提出した", "海南市", day]]
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("cp932")


def sendings(control: Control, town: str = "302023") -> list[tuple[str, bool, bool, bool]]:
    """File name, in force, held, withdrawn of each sending, oldest first."""
    names = {f["file_id"]: f["file_name"] for f in control["files"]}
    return [
        (names[s["file_id"]], s["is_in_force"], s["is_held"], s["is_withdrawn"])
        for s in control["submissions"]
        if s["submission_key"].startswith(town)
    ]


def open_rules(control: Control) -> set[str]:
    return {f["rule"] for f in control["findings"] if f["is_in_force"]}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("海南市_報告書.xlsx", 0),
        ("(改訂版)海南市_報告書.xlsx", 1),
        ("海南市_報告書【修正】.xlsx", 1),
        ("海南市_報告書_第3版.xlsx", 3),
        ("海南市_報告書_v2.csv", 2),
        ("海南市_報告書_修正2.xlsx", 2),
        ("海南市_報告書_R8.6月.xlsx", 0),
        ("出版計画.xlsx", 0),
    ],
)
def test_a_name_says_which_sending_a_file_is(name: str, number: int) -> None:
    assert sending(name) == number


def test_of_two_files_of_one_day_the_one_called_a_correction_counts(house: House) -> None:
    house.put(f"{DAY}/(改訂版)海南市_報告書.csv", form([visit(1), visit(2)]))
    house.put(f"{DAY}/海南市_報告書.csv", form([visit(1)]))
    house.night()
    assert sendings(house.control()) == [
        ("海南市_報告書.csv", False, False, False),
        ("(改訂版)海南市_報告書.csv", True, False, False),
    ]


def test_two_municipalities_in_one_file_are_two_submissions_corrected_apart(house: House) -> None:
    house.put(f"{DAY}/二団体.csv", form(town="海南市") + form([visit(7)], town="橋本市"))
    house.put("R8/visit_log/2026-08-03/橋本市.csv", form([visit(8)], town="橋本市"))
    house.night()
    control = house.control()
    assert [(name, now) for name, now, _, _ in sendings(control)] == [("二団体.csv", True)]
    assert [(name, now) for name, now, _, _ in sendings(control, "302031")] == [
        ("二団体.csv", False),
        ("橋本市.csv", True),
    ]


def test_a_correction_of_which_every_row_is_set_aside_does_not_displace_what_it_corrects(
    house: House,
) -> None:
    house.put(f"{DAY}/海南市.csv", form([visit(1), visit(2)]))
    house.put("R8/visit_log/2026-08-03/海南市_改訂版.csv", form(BROKEN))
    house.night()
    control = house.control()
    assert sendings(control) == [
        ("海南市.csv", True, False, False),
        ("海南市_改訂版.csv", False, True, False),
    ]
    # The clerk must hear of it all the same.
    assert open_rules(control) == {"impossible_day", "unknown_category"}
    house.put("R8/visit_log/2026-09-01/海南市_改訂版2.csv", form([visit(1), visit(2), visit(3)]))
    house.night()
    control = house.control()
    assert [name for name, now, _, _ in sendings(control) if now] == ["海南市_改訂版2.csv"]
    assert open_rules(control) == set()


def test_a_withdrawn_file_gives_way_to_the_one_before_it_from_the_day_of_the_sheet(house: House) -> None:
    house.put(f"{DAY}/海南市.csv", form([visit(1)]))
    house.put("R8/visit_log/2026-07-20/海南市_訂正.csv", form([visit(1), visit(2, due_date="R8.2.31")]))
    house.put("R8/policy/2026-08-02/設定_取下げ.csv", withdrawal("海南市_訂正.csv"))
    house.night()
    before, after = house.control(date(2026, 8, 1)), house.control()
    assert [name for name, now, _, _ in sendings(before) if now] == ["海南市_訂正.csv"]
    assert sendings(after) == [
        ("海南市.csv", True, False, False),
        ("海南市_訂正.csv", False, False, True),
    ]
    assert open_rules(before) == {"impossible_day"}
    assert open_rules(after) == set()
    assert [(w["reason"], w["requested_by"]) for w in after["withdrawals"]] == [("誤って提出した", "海南市")]


def test_a_withdrawal_takes_nothing_back_that_comes_after_it(house: House) -> None:
    house.put(f"{DAY}/海南市.csv", form([visit(1)]))
    house.put("R8/policy/2026-07-10/設定_取下げ.csv", withdrawal(f"{DAY}/海南市.csv", "R8.7.10"))
    house.night()
    assert sendings(house.control()) == [("海南市.csv", False, False, True)]
    house.put("R8/visit_log/2026-08-03/海南市.csv", form([visit(1), visit(2)]))
    house.night()
    assert [now for _, now, _, _ in sendings(house.control())] == [False, True]


def test_a_refused_file_that_was_withdrawn_needs_no_correction(house: House) -> None:
    house.put(f"{DAY}/海南市.csv", b"<html></html>")
    house.put("R8/policy/2026-07-10/設定_取下げ.csv", withdrawal("海南市.csv"))
    house.night()
    assert open_rules(house.control(date(2026, 7, 5))) == {"not_a_table"}
    assert open_rules(house.control()) == set()


def test_a_withdrawal_of_a_file_nobody_received_says_so_at_its_row(house: House) -> None:
    house.put(f"{DAY}/海南市.csv", form([visit(1)]))
    house.put("R8/policy/2026-08-02/設定_取下げ.csv", withdrawal("海南市_報告.csv"))
    house.night()
    control = house.control()
    (finding,) = [f for f in control["findings"] if f["is_in_force"]]
    assert (finding["rule"], finding["cell"], finding["typed_text"]) == (
        "unknown_file_withdrawn",
        "2:2",
        "海南市_報告.csv",
    )
    assert [now for _, now, _, _ in sendings(control)] == [True]


def test_a_file_sent_again_keeps_the_day_on_which_it_first_came(house: House) -> None:
    content = form([visit(1)])
    house.put(f"{DAY}/海南市.csv", content)
    house.put("R8/visit_log/2026-09-01/海南市_控え.csv", content)
    house.night()
    (sent,) = house.control()["submissions"]
    assert (sent["first_received_date"], sent["received_date"]) == (date(2026, 7, 3), date(2026, 9, 1))


def test_two_files_of_one_day_that_do_not_say_which_is_newer_are_named(house: House) -> None:
    house.put(f"{DAY}/海南市_A課.csv", form([visit(1)]))
    house.put(f"{DAY}/海南市_B課.csv", form([visit(2)]))
    house.night()
    (finding,) = [f for f in house.control()["findings"] if f["is_in_force"]]
    assert (finding["rule"], finding["severity"]) == ("two_files_of_one_day", "warning")
    assert "「海南市_A課.csv」と「海南市_B課.csv」" in finding["message"]
    house.put("R8/visit_log/2026-08-03/海南市_改訂版.csv", form([visit(1), visit(2)]))
    house.night()
    assert open_rules(house.control()) == set()


def test_the_same_content_under_another_name_is_counted_once_and_said(house: House) -> None:
    house.put(f"{DAY}/海南市.csv", form([visit(1)]))
    house.put("R8/visit_log/2026-08-03/海南市_控え.csv", form([visit(1)]))
    house.night()
    control = house.control()
    (finding,) = control["findings"]
    assert (finding["rule"], finding["severity"], finding["file_name"]) == (
        "same_file_again",
        "info",
        "海南市_控え.csv",
    )
    assert len(control["submissions"]) == 1
