"""The circle: blank forms, filled in, damaged each in another way, judged, corrected by the workbook alone, closed.

If it breaks anywhere, a town hall is asked for something that it cannot do, or asked again for what it did.
The correction is made by `follow`, which knows only what the 修正依頼 workbook says: file, sheet, place,
the example and what to do. It knows no contract.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipelines.ingest.contracts import Field, all_datasets, code_books
from pipelines.ingest.municipalities import municipalities
from pipelines.report.form import FormPlan, Prefill, form_bytes
from pipelines.report.form.table_sheet import example_value
from tests.conftest import SAMPLE, run_night

pytestmark = pytest.mark.slow
# A year that the sample says nothing of: what is sent here takes the place of nothing.
YEAR = 2027
ROWS = 3
SENT, AGAIN = "2026-11-17", "2026-11-19"
TOWNS = list(municipalities())
ASKED = ("要修正", "要確認")
_HEADING = {"区分", "状態", "ファイル", "シート", "場所", "指摘", "例", "すること・候補"}


@dataclass(frozen=True)
class Damage:
    """One form and what is wrong with it.

    Attributes:
        dataset: the form.
        town: who fills it in, when the form says so above the table.
        rule: what must be found.
        spoil: spoils the sheet; returns the places that must be named, as cell addresses.
        column: the staging column to look at afterwards, in the row that was spoilt (the second).
        value: what must stand there once the workbook was followed.
        rows: how many rows must be in the staging table at the end.
    """

    dataset: str
    town: str
    rule: str
    spoil: Callable[[Any, FormPlan], set[str]]
    column: str
    value: Any
    rows: int = ROWS
    also: frozenset[str] = field(default_factory=frozenset)

    @property
    def plan(self) -> FormPlan:
        return FormPlan(all_datasets()[self.dataset], Prefill(YEAR, self.town, date(2026, 10, 1)))

    @property
    def name(self) -> str:
        town = municipalities()[self.town].name + "_" if self.town else ""
        return f"{town}{all_datasets()[self.dataset].label}_{self.rule}.xlsx"


def address(plan: FormPlan, name: str, row: int) -> str:
    column = [f.name for f in plan.dataset.columns].index(name) + 1
    return openpyxl.utils.get_column_letter(column) + str(row)


def typed(name: str, value: Any) -> Callable[[Any, FormPlan], set[str]]:
    """Type something wrong into a field of the second row."""

    def spoil(sheet: Any, plan: FormPlan) -> set[str]:
        place = address(plan, name, plan.first_row + 1)
        sheet[place] = value
        return {place}

    return spoil


def renamed(name: str, heading: str) -> Callable[[Any, FormPlan], set[str]]:
    def spoil(sheet: Any, plan: FormPlan) -> set[str]:
        place = address(plan, name, plan.heading_row)
        sheet[place] = heading
        return {place, f"{plan.heading_row}:{plan.heading_row}"}

    return spoil


def repeated(sheet: Any, plan: FormPlan) -> set[str]:
    """The third row once more has the key of the second."""
    for name in plan.dataset.key_fields:
        if not plan.dataset.field(name).is_preamble:
            sheet[address(plan, name, plan.first_row + 2)] = sheet[
                address(plan, name, plan.first_row + 1)
            ].value
    return {f"{plan.first_row + 2}:{plan.first_row + 2}"}


def hidden(sheet: Any, plan: FormPlan) -> set[str]:
    sheet.row_dimensions[plan.first_row + 1].hidden = True
    return {f"{plan.first_row + 1}:{plan.first_row + 1}"}


def totalled(name: str, value: Any) -> Callable[[Any, FormPlan], set[str]]:
    """A total below the rows that is not their sum."""

    def spoil(sheet: Any, plan: FormPlan) -> set[str]:
        row = plan.first_row + ROWS
        sheet.cell(row, 1).value = "計"
        sheet[address(plan, name, row)] = value
        return {address(plan, name, row)}

    return spoil


DAMAGES = [
    Damage("visit_log__visits", TOWNS[1], "impossible_day", typed("visit_date", "R8.10.32"), "visit_date", date(2026, 10, 31)),
    Damage("visit_log__visits", TOWNS[2], "approximate_number", typed("attendee_count", "約5名"), "attendee_count", 5),
    Damage("visit_log__visits", TOWNS[3], "unknown_column", renamed("visit_date", "訪問した日"), "visit_date", date(2026, 6, 1),
           also=frozenset({"missing_column"})),
    Damage("assessment__answers", TOWNS[4], "missing_value", typed("score", None), "score", 3),
    Damage("procurement__municipal_awards", TOWNS[5], "hidden_cells_were_read", hidden, "amount_jpy", 3_600_000),
    Damage("procurement__joint_cases", "", "unknown_unit", typed("contract_amount_jpy", "12,000ドル"), "contract_amount_jpy", 3_000),
    Damage("procurement__joint_use", "", "unknown_municipality", typed("municipality_code", "和歌山中央市"), "municipality_code", "302015"),
    Damage("register__recruitments", "", "wrong_check_digit", typed("supplier_corporate_number", "4000020300005"),
           "supplier_corporate_number", "4000020300004"),
    Damage("register__applications", "", "unknown_category", typed("theme", "生成ＡＩ活用の支援"), "theme", "generative_ai"),
    Damage("register__event_attendance", "", "duplicate_key", repeated, "headcount", 3, rows=ROWS - 1),
    Damage("register__costs", "", "total_differs", totalled("budget_jpy", 30_000), "budget_jpy", 12_000_000),
    Damage("register__deliverables", "", "not_a_date", typed("completed_date", "未定"), "completed_date", date(2026, 6, 1)),
    Damage("register__kb_articles", "", "year_without_era", typed("published_date", "8.6.1"), "published_date", date(2026, 6, 1)),
]  # fmt: skip
each_damage = pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.rule)


def correct_value(item: Field, number: int) -> Any:
    """The form's own example, with another key in each row."""
    if item.is_key and item.parser == "municipality":
        return municipalities()[TOWNS[number]].name
    if item.is_key and item.codebook:
        words = list(code_books()[item.codebook].values())
        return words[number % len(words)][0]
    value = example_value(item, YEAR)
    if not item.is_key:
        return value
    return int(value) + number if item.parser == "integer" else f"{value}-{number}"


def filled(damage: Damage) -> tuple[Any, Any]:
    """The blank form with three correct rows."""
    from io import BytesIO

    plan = damage.plan
    book = openpyxl.load_workbook(BytesIO(form_bytes(plan)))
    sheet = book[plan.dataset.label]
    for row, item in plan.preamble_rows():
        if sheet.cell(row, 3).value is None:
            sheet.cell(row, 3).value = _ABOVE.get(item.name, example_value(item, YEAR))
    for number in range(ROWS):
        for column, item in enumerate(plan.dataset.columns, start=1):
            value = _LABEL_OF_YEAR if item.parser == "fiscal_year" else correct_value(item, number)
            sheet.cell(plan.first_row + number, column).value = value
    return book, sheet


# Support by an adviser and a second scorer: no figure of the sample's year depends on them.
_ABOVE = {"visit_kind": "アドバイザー", "assessor_kind": "事業者", "scorer_no": 9, "wave": "R8中間"}
_LABEL_OF_YEAR = "令和9年度"


def place_of(raw: Path, damage: Damage, day: str) -> Path:
    source = damage.dataset.partition("__")[0]
    return raw / "R8" / source / day / damage.name


def lines_of(status: Path, sheet: str, needed: set[str]) -> list[dict[str, str]]:
    """Every line of a sheet in every 修正依頼 workbook, by the words of its heading."""
    lines: list[dict[str, str]] = []
    for path in sorted((status / "修正依頼").glob("*/修正依頼.xlsx")):
        book = openpyxl.load_workbook(path)
        if sheet in book.sheetnames:
            rows = book[sheet].iter_rows(values_only=True)
            heading = next(row for row in rows if set(row) >= needed)
            lines += [{str(k): str(v or "") for k, v in zip(heading, row, strict=True)} for row in rows]
    return [line for line in lines if line["区分"] in ASKED]


def overview_lines(home: Path) -> list[dict[str, str]]:
    return lines_of(home / "status", "修正依頼", _HEADING)


def follow(sheet: Any, line: dict[str, str]) -> None:
    """Do what one line of the workbook asks for, and nothing that it does not say."""
    place, todo, example = line["場所"], line["すること・候補"], line["例"]
    if re.fullmatch(r"[A-Z]+\d+", place):
        heading = re.search(r"見出しを「(.+?)」に", todo)
        is_value = todo and "。" not in todo
        sheet[place] = heading[1] if heading else (todo if is_value else example).split("、")[0]
        return
    row = int(place.removesuffix("行目"))
    if "再表示" in todo:
        sheet.row_dimensions[row].hidden = False
    elif "二重の行を削除" in todo:
        for cell in sheet[row]:
            cell.value = None


@dataclass
class Circle:
    """Two nights: what was found in the first, and what became of it in the second."""

    home: Path
    raw: Path
    expected: dict[str, set[str]]
    first: subprocess.CompletedProcess[str]
    first_findings: list[dict[str, str]]
    lines: list[dict[str, str]]
    second: subprocess.CompletedProcess[str]
    second_findings: list[dict[str, str]]
    second_lines: list[dict[str, str]]
    changes: list[dict[str, str]]


def findings_of(home: Path) -> list[dict[str, str]]:
    with (home / "status" / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def circle(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    root = tmp_path_factory.mktemp("circle")
    home, raw = root / "home", root / "raw"
    shutil.copytree(sample_home, home, symlinks=True)
    shutil.copytree(SAMPLE, raw)
    expected = {}
    for damage in DAMAGES:
        book, sheet = filled(damage)
        expected[damage.name] = damage.spoil(sheet, damage.plan)
        path = place_of(raw, damage, SENT)
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    first = run_night(home, raw=raw)
    first_findings, lines = findings_of(home), overview_lines(home)
    for damage in DAMAGES:
        book = openpyxl.load_workbook(place_of(raw, damage, SENT))
        for line in lines:
            if line["ファイル"] == damage.name:
                follow(book[line["シート"]], line)
        path = place_of(raw, damage, AGAIN)
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
    second = run_night(home, raw=raw)
    yield Circle(
        home, raw, expected, first, first_findings, lines, second, findings_of(home),
        overview_lines(home), lines_of(home / "status", "前回からの変化", {"状態", "指摘のあったファイル"}),
    )  # fmt: skip
    shutil.rmtree(root)


@each_damage
def test_the_workbook_names_exactly_the_damaged_cells(circle: Circle, damage: Damage) -> None:
    found = {(f["cell"], f["rule"]) for f in circle.first_findings if f["path"].endswith("/" + damage.name)}
    assert {cell for cell, _ in found} == circle.expected[damage.name]
    assert {rule for _, rule in found} == {damage.rule} | damage.also
    places = {line["場所"] for line in circle.lines if line["ファイル"] == damage.name}
    shown = {
        cell.partition(":")[0] + ("行目" if ":" in cell else "") for cell in circle.expected[damage.name]
    }
    assert places == shown


@each_damage
def test_every_line_says_what_was_expected_and_shows_one_example_or_what_to_do(
    circle: Circle, damage: Damage
) -> None:
    for line in circle.lines:
        if line["ファイル"] == damage.name:
            assert line["指摘"]
            assert line["例"] or line["すること・候補"]


@each_damage
def test_after_following_the_workbook_nothing_of_the_file_is_open(circle: Circle, damage: Damage) -> None:
    assert [f for f in circle.second_findings if f["path"].endswith("/" + damage.name)] == []
    assert [line for line in circle.second_lines if line["ファイル"] == damage.name] == []


@each_damage
def test_the_recipient_is_told_that_each_of_its_lines_is_resolved(circle: Circle, damage: Damage) -> None:
    asked = {line["場所"] for line in circle.lines if line["ファイル"] == damage.name}
    told = {
        line["場所"]
        for line in circle.changes
        if line["指摘のあったファイル"] == damage.name and line["状態"] == "解決済み"
    }
    assert told == asked


@each_damage
def test_the_corrected_values_are_in_the_warehouse(circle: Circle, damage: Damage) -> None:
    files = circle.home / "current" / "control" / "files.parquet"
    with duckdb.connect(str((circle.home / "warehouse.duckdb").resolve()), read_only=True) as con:
        rows = con.execute(
            f"select s.row, s.{damage.column}, f.received_date::varchar from staging.stg_{damage.dataset} s"
            f" join read_parquet('{files}') f on f.file_id = s.file_id where f.path like ? order by s.row",
            ["%/" + damage.name],
        ).fetchall()
    assert len(rows) == damage.rows
    assert {day for _, _, day in rows} == {AGAIN}
    values = {row: value for row, value, _ in rows}
    assert values[damage.plan.first_row + 1] == damage.value


def test_both_nights_published(circle: Circle) -> None:
    assert (circle.first.returncode, circle.second.returncode) == (0, 0), (
        circle.first.stdout + circle.second.stdout
    )


def test_no_other_file_got_a_finding_by_the_way(circle: Circle) -> None:
    def others(findings: list[dict[str, str]]) -> set[tuple[str, str, str]]:
        return {
            (f["path"], f["cell"], f["rule"])
            for f in findings
            if f["path"].rsplit("/", 1)[-1] not in circle.expected
        }

    assert others(circle.first_findings) == others(circle.second_findings)
