"""Evidence in documents: the cells of the mart, what another program reads in them, and nothing a person wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from string import ascii_uppercase
from types import SimpleNamespace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.ingest.contracts import all_datasets
from pipelines.quality.suite import open_candidate
from pipelines.report.document import Evidence, Report
from pipelines.report.evidence import ROOM, gather
from pipelines.report.evidence_rows import evidence_rows, level
from pipelines.report.facts import Facts
from pipelines.report.page import write_page
from tests.conftest import SAMPLE
from tests.unit.report.reading import Rows

SECRET = "山田太郎の答え"


def of(report: Report, subject: str) -> Evidence:
    return next(e for e in report.evidence if e.subject_id == subject)


def test_every_figure_has_the_cells_that_the_mart_has(report: Report, marts: Rows) -> None:
    expected = marts(
        "select kpi_id, count(*) as n from (select distinct kpi_id, file_id, role, sheet, row, field from mart_kpi_evidence "
        "where fiscal_year = 2026 and municipality_code is null) group by 1"
    )
    shown = {e.subject_id: len(e.rows) for e in report.evidence if e.rows and e.subject_id.startswith("K")}
    assert shown == {r["kpi_id"]: r["n"] for r in expected}
    assert all(e.row_count == len(e.rows) for e in report.evidence)


def test_a_municipalitys_value_stands_below_the_prefectures_with_its_own_cells(
    report: Report, marts: Rows
) -> None:
    expected = marts(
        "select municipality_code as code, numerator, denominator, (select count(*) from mart_kpi_evidence e where e.kpi_id = "
        "k.kpi_id and e.fiscal_year = 2026 and e.municipality_code = k.municipality_code) as n "
        "from mart_kpi k where kpi_id = 'K203' and fiscal_year = 2026 and municipality_code is not null order by 1"
    )
    parts = of(report, "K203").parts
    assert [(p.subject_id, p.numerator, len(p.rows)) for p in parts] == [
        (f"K203-{r['code']}", f"{r['numerator']:,.0f} / {r['denominator']:,.0f}", r["n"]) for r in expected
    ]


def test_the_text_shown_is_what_stands_in_the_received_file(report: Report) -> None:
    looked_at = 0
    for row in of(report, "K203").rows[::40]:
        if row.path.endswith(".xlsx") and row.cell[-1].isdigit():
            value = load_workbook(SAMPLE / row.path, data_only=True)[row.sheet][row.cell].value
            typed = value.date().isoformat() if hasattr(value, "date") else str(value).strip()
            assert row.text == typed
            looked_at += 1
    assert looked_at > 3


@pytest.mark.parametrize(
    ("subject", "roles"), [("A3", {"分析計画", "基準時の評点", "成果の評点"}), ("D4", {"判定に使った行"})]
)
def test_analyses_and_criteria_have_evidence_too(report: Report, subject: str, roles: set[str]) -> None:
    evidence = of(report, subject)
    assert {row.role for row in evidence.rows} == roles
    assert evidence.value not in ("", "値なし")


def test_every_option_rests_on_its_own_cells_and_on_what_an_hour_of_staff_costs(report: Report) -> None:
    options = [e for e in report.evidence if e.subject_id.startswith("O")]
    assert len(options) == 5
    assert len({frozenset(row.cell for row in e.rows if row.sheet == "選択肢") for e in options}) == 5
    assert all(any(row.sheet != "選択肢" for row in e.rows) for e in options)


@given(st.lists(st.integers(1, 500)), st.integers(0, 5_000))
def test_as_much_is_shown_as_there_is_room_for_and_no_more(counts: list[int], room: int) -> None:
    limit = level(counts, room)
    assert sum(min(count, limit) for count in counts) <= room
    if counts and limit < max(counts):
        assert sum(min(count, limit + 1) for count in counts) > room


def test_without_room_the_municipalities_go_first_and_every_figure_keeps_some_rows(release: Path) -> None:
    facts = Facts(release)
    try:
        evidence = gather(facts, room=2_000)
    finally:
        facts.close()
    assert sum(len(e.rows) for e in evidence) <= 2_000
    assert not any(e.parts for e in evidence)
    assert all(e.rows for e in evidence if e.row_count)
    assert any(len(e.rows) < e.row_count for e in evidence)


@dataclass
class Told:
    """A release in which people wrote a secret wherever the contracts let people write, and every cell of it counts."""

    facts: Facts
    fields: set[str]
    organisation: str


@pytest.fixture
def told(release: Path, tmp_path: Path) -> Iterator[Told]:
    folder = tmp_path / "release"
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    fields = set()
    with duckdb.connect(folder / "warehouse.duckdb") as con:
        code = "302015"
        for name, dataset in all_datasets().items():
            masked = [field for field in dataset.fields if field.is_masked]
            typed = json.dumps({field.name: SECRET for field in masked}, ensure_ascii=False)
            if masked:
                con.execute(f"update staging.stg_{name} set typed = ?", [typed])
            for field in masked:
                if con.execute(
                    f'select typeof("{field.name}") from staging.stg_{name} limit 1'
                ).fetchone() == ("VARCHAR",):
                    con.execute(f'update staging.stg_{name} set "{field.name}" = ?', [SECRET])
                for place in (None, code):
                    con.execute(
                        f"insert into mart_kpi_evidence by name select 'K203' as kpi_id, 2026 as fiscal_year, ? as municipality_code, "
                        f"case when row % 2 = 0 then 'numerator' else 'population' end as role, file_id, sheet, row, ? as field "
                        f"from staging.stg_{name} order by row, file_id limit 20",
                        [place, field.name],
                    )
                if con.execute(f"select count(*) from staging.stg_{name}").fetchone() != (0,):
                    fields.add(field.label)
        visits = "staging.stg_visit_log__visits"
        (shown,) = con.execute(f"select min(typed) from {visits}").fetchall()
        assert SECRET in shown[0]
    facts = Facts(folder)
    yield Told(facts, fields, code)
    facts.close()


def test_what_a_person_wrote_is_in_no_document_and_its_place_tells_nothing(
    told: Told, report: Report, tmp_path: Path
) -> None:
    folder = told.facts.candidate
    with open_candidate(folder / "warehouse.duckdb", folder / "control") as con:
        found, _ = evidence_rows(SimpleNamespace(con=con, fiscal_year=2026), ROOM)  # type: ignore[arg-type]
    masked = [row for row in found["K203", ""].rows if row.role == "回答"]
    assert {row.field_label for row in masked} == told.fields
    assert {row.text for row in masked} == {"非表示"}
    # Above or below the line is an answer in itself: neither a role nor the order tells.
    assert not any(row.text == "非表示" and row.role != "回答" for row in found["K203", ""].rows)
    places = [
        (row.path, int(row.cell.lstrip(ascii_uppercase)))
        for row in masked
        if row.field_label == "後任者の指名"
    ]
    assert len({path for path, _ in places}) > 1
    assert places == sorted(places)
    assert found["K203", told.organisation].is_of_people
    # The whole way, with what disclosure control takes out besides.
    evidence = gather(told.facts)
    assert not any(p.subject_id == f"K203-{told.organisation}" for e in evidence for p in e.parts)
    page = write_page(replace(report, evidence=evidence), tmp_path / "page.html").read_text(encoding="utf-8")
    assert SECRET not in page
    assert not any(SECRET in str(row) for rows in found.values() for row in rows.rows)


def test_of_a_chat_only_the_place_of_a_post_is_shown(report: Report) -> None:
    posts = [row for e in report.evidence for row in e.rows if "/chat_activity/" in row.path]
    assert len(posts) > 100
    assert {row.text for row in posts} == {"非表示"}
