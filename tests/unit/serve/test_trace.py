"""From a figure to its cells. If an address or a text is wrong, an auditor opens the file and loses trust in all of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.errors import KyosoError
from pipelines.ingest.archive import Archive
from pipelines.report.evidence_cells import CHAT, EvidenceCell, cells_of, kpi_cells, plain
from pipelines.serve.trace import Question, Traced, open_release, trace
from pipelines.serve.trace_open import DIFFERENT, GONE, SAME, open_cells
from pipelines.settings import TOKYO, Settings
from tests.conftest import AS_OF


@pytest.fixture(scope="module")
def dispatch(sample_settings: Settings) -> Traced:
    return trace(sample_settings, Question("K203", "海南市"))


@cache
def workbook(path: Path) -> Any:
    with path.open("rb") as file:
        return openpyxl.load_workbook(file, data_only=True)


def as_another_program_reads_it(settings: Settings, cell: EvidenceCell) -> str:
    """The cell of an xlsx file by a reader that this program does not use for reading."""
    sheet = workbook(Archive(settings).path_of(cell.file_id))[cell.sheet]
    for area in sheet.merged_cells.ranges:
        if cell.cell in area:
            return plain(sheet.cell(area.min_row, area.min_col).value).strip()
    return plain(sheet[cell.cell].value).strip()


def test_a_ratio_leads_to_its_definition_both_its_parts_and_their_cells(
    dispatch: Traced, sample_settings: Settings
) -> None:
    figure = dispatch.figure
    assert (figure.name, figure.unit, figure.municipality_code) == ("派遣実施率", "%", "302023")
    assert "÷" in figure.formula
    assert figure.numerator is not None
    assert figure.denominator is not None
    assert round(100 * figure.numerator / figure.denominator, 4) == figure.value
    visits = [c for c in dispatch.cells if c.role == "numerator" and c.field == "status"]
    assert len(visits) == figure.numerator
    assert {c.text for c in visits} == {"実施"}
    assert {c.field for c in dispatch.cells if c.role == "denominator"} == {
        "planned_visit_count",
        "start_date",
        "end_date",
    }
    for cell in dispatch.cells:
        assert cell.text == as_another_program_reads_it(sample_settings, cell), cell


def test_the_text_is_the_one_typed_and_not_the_value_read_from_it(sample_settings: Settings) -> None:
    """Amounts under a heading in thousands, and days in the Japanese calendar, stand as they were typed."""
    cells = trace(sample_settings, Question("K308")).cells
    amounts = [c for c in cells if c.field == "standalone_cost_jpy"]
    assert amounts
    for cell in amounts:
        assert cell.text == as_another_program_reads_it(sample_settings, cell)
    assert any(cell.text != cell.landed[0] for cell in amounts)


def test_the_prefectures_figure_is_made_of_the_municipalities_cells(sample_settings: Settings) -> None:
    whole = trace(sample_settings, Question("K202"))
    parts = trace(sample_settings, Question("K202", "海南市"))
    assert parts.cells
    assert set(parts.cells) < set(whole.cells)


def test_only_the_first_cells_of_each_role_are_read_and_all_are_counted(sample_settings: Settings) -> None:
    some = trace(sample_settings, Question("K203"), limit=3)
    whole = trace(sample_settings, Question("K203"))
    for role, count in some.counts.items():
        assert len([c for c in some.cells if c.role == role]) == min(3, count)
        assert len([c for c in whole.cells if c.role == role]) == count


def test_a_chat_shows_its_file_and_day_and_no_word(sample_settings: Settings) -> None:
    posts = [c for c in trace(sample_settings, Question("K504")).cells if c.source == CHAT]
    assert posts
    for cell in posts:
        assert date.fromisoformat(cell.text) <= AS_OF
        assert (cell.cell, cell.sheet[-5:]) == ("", ".json")
        path = Archive(sample_settings).path_of(cell.file_id)
        with zipfile.ZipFile(path) as archive:
            post = json.loads(archive.read(cell.sheet))[cell.row - 1]
        assert datetime.fromtimestamp(float(post["ts"]), TOKYO).date().isoformat() == cell.text


def test_what_respondents_wrote_is_an_address_only(sample_settings: Settings) -> None:
    masked = [
        c
        for c in trace(sample_settings, Question("K607", fiscal_year=2025)).cells
        if c.classification == "respondent"
    ]
    assert masked
    assert {c.text for c in masked} == {""}
    assert all(c.cell for c in masked)
    hidden = open_cells(sample_settings, masked)
    assert {o.text for o in hidden.values()} == {""}
    assert {o.result for o in hidden.values()} == {SAME}
    shown = open_cells(sample_settings, masked, shows_respondents=True)
    assert all(o.text for o in shown.values())


def test_no_personal_field_is_evidence_anywhere(sample_settings: Settings) -> None:
    with open_release(sample_settings) as (con, _):
        fields = {f for (f,) in con.execute("select distinct field from mart_kpi_evidence").fetchall()}
    assert fields & {"person", "member", "respondent", "attendees"} == set()


def test_a_figure_without_a_value_says_why_and_what_was_examined(sample_settings: Settings) -> None:
    traced = trace(sample_settings, Question("K601"))
    assert traced.figure.value is None
    assert traced.figure.reason == "派遣終了時の調査の期日前で、まだ受領していないため"
    assert [(e.source, e.files > 0) for e in traced.examined] == [("survey", True)]


def test_a_municipality_that_no_row_speaks_of_has_no_value_and_a_reason(sample_settings: Settings) -> None:
    with open_release(sample_settings) as (con, _):
        (code,) = con.execute("""
            select municipality_code from dim_municipality where municipality_code not in (
                select municipality_code from mart_kpi
                where kpi_id = 'K202' and fiscal_year = 2026 and municipality_code is not null
            ) order by 1 limit 1
        """).fetchall()[0]
    traced = trace(sample_settings, Question("K202", code))
    assert (traced.figure.value, traced.figure.status, traced.cells) == (None, "値なし", ())
    assert "数える行が、受領した資料にない" in (traced.figure.reason or "")
    assert traced.examined


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question("K999"), "KPI「K999」はありません"),
        (Question("派遣実施律"), "もしかして: K203(派遣実施率)"),
        (Question("K203", "海難市"), "もしかして: 海南市"),
        (Question("K301", "海南市"), "団体ごとの値はありません"),
        (Question("K203", None, 2019), "この公開版にありません"),
    ],
)
def test_what_does_not_exist_is_told_with_what_does(
    sample_settings: Settings, question: Question, said: str
) -> None:
    with pytest.raises(KyosoError) as told:
        trace(sample_settings, question)
    assert said in str(told.value)
    assert told.value.exit_code == 2
    assert told.value.todo


@pytest.mark.parametrize("typed", ["K203", "k203", "Ｋ２０３", "派遣実施率"])
def test_a_kpi_is_known_by_number_and_by_name(sample_settings: Settings, typed: str) -> None:
    assert trace(sample_settings, Question(typed), limit=1).figure.kpi_id == "K203"


def test_without_a_release_there_is_nothing_to_trace(tmp_path: Path) -> None:
    with pytest.raises(KyosoError, match="まだ公開版がありません"):
        trace(Settings(tmp_path, tmp_path / "home", 2026, AS_OF), Question("K203"))


@pytest.fixture
def spoiled(sample_settings: Settings, dispatch: Traced, tmp_path: Path) -> tuple[Settings, EvidenceCell]:
    """A home whose archive holds another text in one cell, which nobody may do."""
    cell = next(c for c in dispatch.cells if c.field == "status")
    home = tmp_path / "home"
    shutil.copytree(sample_settings.home, home, symlinks=True, ignore=shutil.ignore_patterns("releases"))
    settings = Settings(sample_settings.raw, home, 2026, AS_OF)
    path = Archive(settings).path_of(cell.file_id)
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file)
    book[cell.sheet][cell.cell] = "延期"
    path.unlink()
    book.save(path)
    return settings, cell


def test_a_cell_that_differs_from_what_landed_is_told(spoiled: tuple[Settings, EvidenceCell]) -> None:
    settings, cell = spoiled
    (found,) = open_cells(settings, [cell]).values()
    assert (found.result, found.text, found.note) == (DIFFERENT, "延期", "取込み時: 実施")


def test_a_file_that_is_gone_or_no_longer_readable_is_told(
    spoiled: tuple[Settings, EvidenceCell],
) -> None:
    settings, cell = spoiled
    path = Archive(settings).path_of(cell.file_id)
    path.write_bytes(b"no workbook")
    (found,) = open_cells(settings, [cell]).values()
    assert found.result == DIFFERENT
    path.unlink()
    (found,) = open_cells(settings, [cell]).values()
    assert found.result == GONE


@pytest.mark.slow
def test_every_cell_behind_every_figure_stands_in_the_archived_file(sample_settings: Settings) -> None:
    """The prefecture's figures hold the cells of all municipalities; `test_evidence.py` proves that."""
    cells: set[EvidenceCell] = set()
    with open_release(sample_settings) as (con, _):
        for kpi_id, year in con.execute(
            "select kpi_id, fiscal_year from mart_kpi where municipality_code is null and value is not null"
        ).fetchall():
            found = cells_of(con, kpi_cells(kpi_id, year, None), None)
            assert found, (kpi_id, year)
            cells |= set(found)
    assert len(cells) > 5_000
    assert [c for c in cells if not c.dataset] == []
    opened = open_cells(sample_settings, cells)
    assert [(c, o) for c, o in opened.items() if o.result != SAME] == []
    looked = 0
    for cell in cells:
        path = Archive(sample_settings).path_of(cell.file_id)
        if not cell.cell or cell.is_masked or not cell.path.endswith(".xlsx") or "・" in cell.cell:
            continue
        looked += 1
        text = as_another_program_reads_it(sample_settings, cell)
        is_ditto = text in ("〃", "同上", "々", "″", '"')
        assert is_ditto or cell.text == text or (":" in text and cell.text in text), (cell, text, path)
    assert looked > 3_000
