"""Resolved, still open or new. A finding that vanishes by itself is never corrected, one that stays is corrected twice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.unit.ingest.conform.forms import HEADING_ROW, PREAMBLE, heading, visit
from tests.unit.ingest.received import House, form

FOLDER = "R8/visit_log/{}/{}"
NAME = "海南市_派遣実施報告書_R8.6月.csv"


def wrong(number: int, **typed: Any) -> Sequence[Any]:
    return visit(number, **({"visit_date": "R8.2.31"} | typed))


class Sendings(House):
    def send(self, day: str, data: bytes, name: str = NAME, source: str = "visit_log") -> None:
        self.put(f"R8/{source}/{day}/{name}", data)

    def states(self) -> list[tuple[str, str, str]]:
        """State, what was typed (or the rule) and the file's day; in order."""
        self.night()
        control = self.control()
        findings = {f["finding_id"]: f for f in control["findings"] if f["severity"] != "info"}
        found = []
        for state in control["finding_states"]:
            if finding := findings.get(state["finding_id"]):
                said = finding["typed_text"] or finding["rule"]
                found.append((state["state"], said, str(finding["received_date"])))
        return sorted(found)


@pytest.fixture
def sendings(tmp_path: Path) -> Sendings:
    return Sendings(tmp_path)


def test_findings_of_a_first_file_are_new(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([visit(1), wrong(2)]))
    assert sendings.states() == [("new", "R8.2.31", "2026-07-03")]


def test_what_is_corrected_is_resolved_what_is_not_is_unresolved_and_what_is_added_is_new(
    sendings: Sendings,
) -> None:
    sendings.send("2026-07-03", form([wrong(1), wrong(2, visit_date="R8.2.30"), visit(3)]))
    sendings.send(
        "2026-08-03", form([visit(1), wrong(2, visit_date="R8.2.30"), wrong(3, visit_date="R8.4.31")])
    )
    assert sendings.states() == [
        ("new", "R8.4.31", "2026-08-03"),
        ("resolved", "R8.2.31", "2026-07-03"),
        ("unresolved", "R8.2.30", "2026-08-03"),
    ]


def test_rows_inserted_above_move_a_finding_and_do_not_renew_it(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([visit(1), wrong(2)]))
    sendings.send("2026-08-03", form([visit(8), visit(9), visit(1), wrong(2)]))
    assert sendings.states() == [("unresolved", "R8.2.31", "2026-08-03")]


def test_a_row_that_is_wrong_in_another_way_is_still_open(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([visit(1), wrong(2)]))
    sendings.send("2026-08-03", form([visit(1), wrong(2, visit_date="R8.2.30")]))
    assert sendings.states() == [("unresolved", "R8.2.30", "2026-08-03")]


def test_of_several_alike_the_row_that_was_corrected_is_the_resolved_one(sendings: Sendings) -> None:
    sendings.send(
        "2026-07-03", form([wrong(1, visit_date=""), wrong(2, visit_date=""), wrong(3, visit_date="")])
    )
    sendings.send("2026-08-03", form([wrong(1, visit_date=""), visit(2), wrong(3, visit_date="")]))
    sendings.night()
    control = sendings.control()
    rows = {f["finding_id"]: f["row"] for f in control["findings"]}
    states = sorted((s["state"], rows[s["finding_id"]]) for s in control["finding_states"])
    assert states == [("resolved", 9), ("unresolved", 8), ("unresolved", 10)]


def test_only_the_revision_in_force_is_compared_with_the_one_before_it(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([wrong(1)]))
    sendings.send("2026-08-03", form([visit(1), wrong(2)]))
    sendings.send("2026-09-03", form([visit(1), visit(2)]))
    assert sendings.states() == [("resolved", "R8.2.31", "2026-08-03")]


def test_a_deleted_row_takes_its_finding_with_it(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([visit(1), wrong(2)]))
    sendings.send("2026-08-03", form([visit(1)]))
    assert sendings.states() == [("resolved", "R8.2.31", "2026-07-03")]


@pytest.mark.parametrize("name", [NAME, NAME.replace(".csv", "_再提出.csv"), f"【訂正】{NAME}"])
def test_a_refused_file_is_resolved_by_one_that_can_be_read(sendings: Sendings, name: str) -> None:
    sendings.send("2026-07-03", b"<html></html>")
    assert sendings.states() == [("new", "not_a_table", "2026-07-03")]
    sendings.send("2026-08-03", form(), name=name)
    assert sendings.states() == [("resolved", "not_a_table", "2026-07-03")]


def test_a_refused_file_that_comes_again_as_bad_is_still_open(sendings: Sendings) -> None:
    sendings.send("2026-07-03", b"<html></html>")
    sendings.send("2026-08-03", b"<html><p></html>")
    assert sendings.states() == [("unresolved", "not_a_table", "2026-08-03")]


def test_the_next_months_report_does_not_resolve_a_refused_one(sendings: Sendings) -> None:
    sendings.send("2026-07-03", b"<html></html>")
    sendings.send("2026-08-03", form(month="R8.7"), name="海南市_派遣実施報告書_R8.7月.csv")
    assert sendings.states() == [("new", "not_a_table", "2026-07-03")]


def test_a_misplaced_file_is_resolved_when_it_is_put_where_it_belongs(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form(), source="memo")
    assert sendings.states() == [("new", "misplaced_file", "2026-07-03")]
    sendings.send("2026-07-03", form())
    assert sendings.states() == [("resolved", "misplaced_file", "2026-07-03")]


def test_another_municipalitys_file_changes_nothing(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([wrong(1)]))
    sendings.send("2026-08-03", form([visit(1)], town="橋本市"), name="橋本市_派遣実施報告書_R8.6月.csv")
    assert sendings.states() == [("new", "R8.2.31", "2026-07-03")]


def test_every_open_finding_has_one_state_and_no_closed_one_is_called_open(sendings: Sendings) -> None:
    sendings.send("2026-07-03", form([wrong(1), wrong(2), wrong(2)]))
    sendings.send("2026-08-03", form([wrong(1), wrong(2)]))
    sendings.send("2026-08-03", b"%PDF", name="ほか.csv")
    sendings.night()
    control = sendings.control()
    is_open = {f["finding_id"]: f["is_in_force"] for f in control["findings"]}
    states = [(s["finding_id"], s["state"]) for s in control["finding_states"]]
    assert sorted(i for i, state in states if state != "resolved") == sorted(
        i for i, o in is_open.items() if o
    )
    assert not any(is_open[i] for i, state in states if state == "resolved")
    assert len({i for i, _ in states}) == len(states)


def test_a_finding_about_no_row_goes_to_whom_the_form_names_and_not_to_whom_the_file_name_does(
    sendings: Sendings,
) -> None:
    book = Workbook()
    assert book.active is not None
    for row in [*PREAMBLE, heading(), visit(1), visit(2)]:
        book.active.append(list(row))
    book.active.row_dimensions[HEADING_ROW + 2].hidden = True
    data = io.BytesIO()
    book.save(data)
    sendings.send("2026-07-03", data.getvalue(), name="橋本市から預かった報告.xlsx")
    sendings.night()
    (finding,) = [f for f in sendings.control()["findings"] if f["severity"] == "warning"]
    assert (finding["rule"], finding["municipality_code"]) == ("hidden_cells_were_read", "302023")
