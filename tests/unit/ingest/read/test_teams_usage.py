"""The Teams usage report of Microsoft Graph: counts per user and period, with all its oddities."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.read.delimited import read_delimited
from pipelines.ingest.read.grid import Grid
from pipelines.ingest.read.teams_usage import heading_of, read_teams_usage
from pipelines.ingest.read.workbook import read_workbook
from tests.unit.ingest.read.chat_files import (
    MAIL,
    USAGE_HEADINGS,
    as_csv,
    as_xlsx,
    aside,
    plain,
    remarks,
    rows_of,
    usage_row,
)


def report(*rows: list[Any]) -> Grid:
    return read_delimited(as_csv([USAGE_HEADINGS, *rows]))


def test_the_report_has_the_thirty_three_published_headings() -> None:
    assert len(USAGE_HEADINGS) == 33


def test_a_line_is_a_person_and_a_period_with_counts() -> None:
    (row,) = rows_of(read_teams_usage([report(usage_row())], plain))
    assert row == {
        "report_refresh_date": date(2026, 6, 8),
        "period_days": 30,
        "member": f"<{MAIL}>",
        "last_activity_date": date(2026, 6, 5),
        "is_deleted": False,
        "deleted_date": None,
        "is_licensed": True,
        "is_concealed": False,
        "team_chat_message_count": 4,
        "private_chat_message_count": 7,
        "post_message_count": 3,
        "reply_message_count": 1,
        "urgent_message_count": 0,
        "call_count": 1,
        "meeting_count": 2,
        "_sheet": "CSV",
        "_row": 2,
    }


def test_deleted_users_and_those_who_were_never_active_are_rows_too() -> None:
    gone = usage_row(Is_Deleted="True", Deleted_Date="2026-06-02", Last_Activity_Date="", Report_Period="D7")
    (row,) = rows_of(read_teams_usage([report(gone)], plain))
    assert (row["is_deleted"], row["deleted_date"], row["last_activity_date"]) == (
        True,
        date(2026, 6, 2),
        None,
    )
    assert row["period_days"] == 7


def test_concealed_names_are_read_and_said() -> None:
    export = read_teams_usage([report(usage_row(User_Principal_Name="0F5D" * 8), usage_row())], plain)
    assert [r["is_concealed"] for r in rows_of(export)] == [True, False]
    assert [r.severity for r in export.remarks if r.rule == "concealed_names" and "1件" in r.message] == [
        "warning"
    ]
    assert "concealed_names" not in remarks(read_teams_usage([report(usage_row())], plain))


def test_an_older_report_without_the_newer_columns_gives_no_numbers_it_does_not_hold() -> None:
    kept = [
        "Report Refresh Date",
        "User Principal Name",
        "Team Chat Message Count",
        "Call Count",
        "Report Period",
    ]
    values = dict(zip(USAGE_HEADINGS, usage_row(), strict=True))
    (row,) = rows_of(read_teams_usage([read_delimited(as_csv([kept, [values[k] for k in kept]]))], plain))
    assert (row["team_chat_message_count"], row["post_message_count"], row["is_licensed"]) == (4, None, None)


def test_the_same_report_saved_as_a_workbook_is_read_alike(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "usage.xlsx", [USAGE_HEADINGS, usage_row(Report_Refresh_Date=date(2026, 6, 8))])
    (row,) = rows_of(read_teams_usage(read_workbook(path), plain))
    (other,) = rows_of(read_teams_usage([report(usage_row())], plain))
    assert row | {"_sheet": ""} == other | {"_sheet": ""}


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"Team_Chat_Message_Count": "4.5"}, "broken_row"),
        ({"Team_Chat_Message_Count": "-1"}, "broken_row"),
        ({"Report_Refresh_Date": ""}, "broken_row"),
        ({"Report_Refresh_Date": "08/06/2026"}, "broken_row"),
        ({"Report_Period": "31"}, "broken_row"),
        ({"Is_Deleted": "maybe"}, "broken_row"),
        ({"User_Principal_Name": "", "User_Id": ""}, "unknown_member"),
        ({"User_Principal_Name": MAIL.upper()}, "duplicate_key"),
    ],
)
def test_a_line_that_cannot_be_read_is_set_aside_with_its_row(more: dict[str, Any], rule: str) -> None:
    found = read_teams_usage([report(usage_row(), usage_row(**more))], lambda i: plain(i.lower()))
    assert (found.rows.num_rows, aside(found)) == (1, [(rule, "CSV", (3,), 1)])


def test_other_tables_are_not_taken_for_the_report() -> None:
    assert heading_of(read_delimited(as_csv([["日時", "送信者"], ["a", "b"]]))) is None
    assert heading_of(Grid("", ())) is None


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 10**9),
            st.integers(0, 10**9),
            st.sampled_from([7, 30, 90, 180]),
            st.dates(date(2015, 1, 1)),
        ),
        max_size=8,
    )
)
def test_what_was_counted_is_read_back(rows: list[tuple[int, int, int, date]]) -> None:
    lines = [
        usage_row(
            User_Principal_Name=f"{n}@a",
            Call_Count=calls,
            Reply_Messages=replies,
            Report_Period=period,
            Last_Activity_Date=at,
        )
        for n, (calls, replies, period, at) in enumerate(rows)
    ]
    found = rows_of(read_teams_usage([report(*lines)], plain))
    assert [
        (r["call_count"], r["reply_message_count"], r["period_days"], r["last_activity_date"]) for r in found
    ] == rows


_CELL = st.one_of(st.none(), st.text(max_size=6), st.integers(), st.floats(), st.booleans(), st.dates())


@given(cells=st.lists(st.tuples(st.sampled_from(USAGE_HEADINGS), _CELL), max_size=6))
def test_no_cell_crashes_the_reader_and_every_row_is_accounted_for(cells: list[tuple[str, Any]]) -> None:
    row = usage_row(**dict(cells))
    found = read_teams_usage([Grid("x", (tuple(USAGE_HEADINGS), tuple(row)))], plain)
    assert found.rows.num_rows + found.set_aside_count == 1
