"""Blank forms and contracts are one thing: whatever a form lets a clerk write correctly lands as written."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.errors import KyosoError
from pipelines.ingest.contracts import EXPORT, Dataset, all_datasets, load_contracts
from pipelines.report.form import form_bytes, forms_to_fill, write_forms
from pipelines.report.form.index import INDEX_NAME
from pipelines.report.form.plan import FORM_PROPERTY, VERSION_PROPERTY
from pipelines.report.form.side_sheets import EXAMPLE_SHEET, GUIDE_SHEET
from pipelines.report.form.table_sheet import example_value
from tests.unit.report.form_filling import YEAR, Entry, above, fill, filled_form, plan_of, read_back, rows

TABLES = sorted(name for name, d in all_datasets().items() if d.kind == "table")
VISITS = all_datasets()["visit_log__visits"]
each_table = pytest.mark.parametrize("name", TABLES)


@cache
def blank(name: str) -> bytes:
    """Every form once; filled in are copies."""
    return form_bytes(plan_of(all_datasets()[name]))


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(data))


def example_row(dataset: Dataset) -> tuple[dict[str, Entry], list[dict[str, Entry]]]:
    head = {f.name: Entry(example_value(f, YEAR), None) for f in dataset.preamble}
    return head, [{f.name: Entry(example_value(f, YEAR), None) for f in dataset.columns}]


@each_table
@settings(
    max_examples=2,
    # Without shrinking: a contract that fails is read as it is, and forty of them would take an hour.
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_form_filled_in_correctly_lands_whole_and_without_a_finding(
    name: str, data: Any, tmp_path: Path
) -> None:
    dataset = all_datasets()[name]
    head, lines = data.draw(above(dataset)), data.draw(rows(dataset))
    outcome = read_back(fill(blank(name), plan_of(dataset), head, lines), dataset, tmp_path)
    assert [(f.cell, f.rule, f.typed_text) for f in outcome.findings] == []
    assert len(outcome.rows[name]) == len(lines)
    for landed, line in zip(outcome.rows[name], lines, strict=True):
        for field in dataset.fields:
            entry = (head | line)[field.name]
            assert landed[field.name] == entry.value, (field.name, entry.typed)


@each_table
def test_the_example_of_a_form_is_correct_and_its_heading_is_the_newest_version(
    name: str, tmp_path: Path
) -> None:
    dataset = all_datasets()[name]
    outcome = read_back(fill(blank(name), plan_of(dataset), *example_row(dataset)), dataset, tmp_path)
    assert [(f.cell, f.rule, f.typed_text) for f in outcome.findings] == []
    assert len(outcome.rows[name]) == 1
    assert outcome.versions == f"{dataset.rows}:{dataset.versions[-1]}"
    assert {b.field for b in outcome.bindings} == {f.name for f in dataset.fields}


@each_table
def test_a_blank_form_holds_no_row_and_its_example_is_never_data(name: str, tmp_path: Path) -> None:
    dataset = all_datasets()[name]
    head, _ = example_row(dataset)
    outcome = read_back(fill(blank(name), plan_of(dataset), head, []), dataset, tmp_path)
    assert EXAMPLE_SHEET in opened(blank(name)).sheetnames
    assert outcome.rows == {}
    assert [(c.dataset, c.rows_in) for c in outcome.counts] == [(name, 0)]
    assert outcome.findings == []


@each_table
def test_a_form_says_which_form_it_is_in_its_properties_and_in_sight(name: str) -> None:
    book = opened(blank(name))
    found = {p.name: p.value for p in book.custom_doc_props.props}
    assert found == {FORM_PROPERTY: name, VERSION_PROPERTY: all_datasets()[name].versions[-1]}
    shown = [(row[0].value, row[1].value) for row in book.worksheets[0]["A3:B4"]]
    assert shown == [("様式の版", all_datasets()[name].versions[-1]), ("様式番号", name)]


def test_a_heading_that_was_changed_is_named_in_its_own_cell(tmp_path: Path) -> None:
    """Not in the row above it, where 必須 stands: the empty line between the two is there for that."""
    plan = plan_of(VISITS)
    book = opened(filled_form(plan, *example_row(VISITS)))
    book.worksheets[0].cell(plan.heading_row, 4).value = "訪問した年月日"
    stream = BytesIO()
    book.save(stream)
    found = {f.rule: (f.cell, f.typed_text) for f in read_back(stream.getvalue(), VISITS, tmp_path).findings}
    assert found["unknown_column"] == (f"D{plan.heading_row}", "訪問した年月日")
    assert found["missing_column"][0] == f"{plan.heading_row}:{plan.heading_row}"


def test_a_value_typed_into_the_example_is_named_because_it_is_not_read(tmp_path: Path) -> None:
    head, lines = example_row(VISITS)
    book = opened(filled_form(plan_of(VISITS), head, lines))
    book[EXAMPLE_SHEET].cell(plan_of(VISITS).first_row + 1, 1).value = "V002"
    stream = BytesIO()
    book.save(stream)
    outcome = read_back(stream.getvalue(), VISITS, tmp_path)
    assert [(f.sheet, f.rule, f.severity) for f in outcome.findings] == [
        (EXAMPLE_SHEET, "side_sheet_was_changed", "warning")
    ]
    assert len(outcome.rows[VISITS.name]) == 1


def test_a_file_with_nothing_but_its_side_sheets_is_refused(tmp_path: Path) -> None:
    book = opened(form_bytes(plan_of(VISITS)))
    del book[VISITS.label]
    stream = BytesIO()
    book.save(stream)
    outcome = read_back(stream.getvalue(), VISITS, tmp_path)
    assert outcome.status == "refused"


def test_the_same_form_is_the_same_bytes_and_another_municipalitys_is_not() -> None:
    one = form_bytes(plan_of(VISITS, municipality_code="302023"))
    assert one == form_bytes(plan_of(VISITS, municipality_code="302023"))
    assert one != form_bytes(plan_of(VISITS, municipality_code="302015"))


def test_what_is_known_beforehand_is_filled_in_and_read_as_meant(tmp_path: Path) -> None:
    from datetime import date

    plan = plan_of(VISITS, municipality_code="302023", month=date(2026, 10, 1))
    _, lines = example_row(VISITS)
    outcome = read_back(filled_form(plan, {"visit_kind": Entry("派遣", None)}, lines), VISITS, tmp_path)
    assert outcome.findings == []
    (row,) = outcome.rows[VISITS.name]
    assert (row["municipality_code"], row["report_month"]) == ("302023", date(2026, 10, 1))


def test_only_what_people_fill_in_has_a_form_and_everything_that_they_do() -> None:
    names = {d.name for d in forms_to_fill()}
    kinds = {d.name: (d.kind, d.filled_by) for d in all_datasets().values()}
    assert names == {n for n, (kind, who) in kinds.items() if kind == "table" and who != EXPORT}
    assert not names & {"survey__transfer_answers", "chat_activity__messages", "procurement__national_awards"}
    assert {d.name for d in load_contracts()["policy"].datasets.values()} <= names


def test_a_municipality_is_offered_only_the_forms_that_municipalities_fill_in() -> None:
    offered = {d.name for d in forms_to_fill(for_municipality=True)}
    assert offered >= {"assessment__answers", "procurement__municipal_awards", "visit_log__visits"}
    assert not [name for name in offered if name.startswith(("policy__", "register__"))]


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KyosoError) as refused:
        forms_to_fill(["visit_logs"])
    assert refused.value.exit_code == 2
    assert "visit_logs" in refused.value.what
    assert "visit_log" in refused.value.todo


def test_a_form_that_may_have_been_filled_in_is_not_overwritten_and_nothing_else_is_written(
    tmp_path: Path,
) -> None:
    plans = [plan_of(d) for d in forms_to_fill(["visit_log"])]
    (path,) = write_forms(tmp_path, plans)
    blank = path.read_bytes()
    assert write_forms(tmp_path, plans) == [path]
    path.write_bytes(fill(blank, plans[0], *example_row(VISITS)))
    filled, index = path.read_bytes(), (tmp_path / INDEX_NAME).read_bytes()
    with pytest.raises(KyosoError) as refused:
        write_forms(tmp_path, [*plans, plan_of(all_datasets()["assessment__answers"])])
    assert path.name in refused.value.where
    assert path.read_bytes() == filled
    assert (tmp_path / INDEX_NAME).read_bytes() == index
    assert not (tmp_path / "assessment").exists()


def test_the_guide_says_for_every_field_what_how_and_one_example() -> None:
    for name in TABLES:
        dataset = all_datasets()[name]
        table = [r[:5] for r in opened(blank(name))[GUIDE_SHEET].iter_rows(min_row=9, values_only=True)]
        assert [row[0] for row in table[1:]] == [plan_of(dataset).heading(f) for f in dataset.fields]
        assert all(all(row) for row in table), name
