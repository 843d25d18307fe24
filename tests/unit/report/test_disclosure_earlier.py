"""An edition is held against those before it: what they have shown can be subtracted from what it shows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.report.content import build_report
from pipelines.report.disclosure.audit import write_record
from pipelines.report.disclosure.cells import Key
from pipelines.report.disclosure.earlier import RECORD
from pipelines.report.document import Table
from pipelines.report.edition import EditionTitle, PreviousEdition
from pipelines.report.facts import Facts
from tests.unit.report.surveyed import YEAR, survey

pytestmark = pytest.mark.slow

A, B, C = "302015", "302023", "302058"
BEFORE = {("K602", YEAR): {A: (20, 9), B: (20, 11), C: (20, 10)}}
LATE = {("K602", YEAR): {A: (20, 9), B: (21, 12), C: (20, 10)}}
MANY = {("K602", YEAR): {A: (20, 9), B: (35, 18), C: (20, 10)}}


@pytest.fixture(scope="module")
def before(release: Path, tmp_path_factory: pytest.TempPathFactory) -> PreviousEdition:
    """An edition that showed the figures of all three municipalities and the prefecture's."""
    folder = survey(release, tmp_path_factory.mktemp("before") / "R8-暫定-01", BEFORE)
    facts = Facts(folder, EditionTitle("暫定版 第1号"))
    assert not facts.disclosure.suppressed
    write_record(facts.disclosure, folder)
    facts.close()
    return PreviousEdition("暫定版 第1号", date(2026, 11, 1), folder)


def facts_after(before: PreviousEdition, folder: Path) -> Facts:
    return Facts(folder, EditionTitle("確定版 第1号", before, (before,)))


def test_one_late_answer_hides_what_it_would_be_told_by(
    release: Path, before: PreviousEdition, tmp_path: Path
) -> None:
    facts = facts_after(before, survey(release, tmp_path / "late", LATE))
    reasons = {d.cell.key.municipality_code: d.reason for d in facts.disclosure.suppressed}
    assert reasons == {None: "few_changed", B: "few_changed"}
    assert facts.disclosure.editions == ("暫定版 第1号",)
    report = build_report(facts)
    facts.close()
    words = repr(report.sections)
    tables = {b.key: b for s in report.sections for b in s.blocks if isinstance(b, Table)}
    assert "K602" not in {row[0].text for row in tables["changed_kpis"].rows}, "not even that it changed"
    assert "暫定版 第1号" in words
    assert "52.459" not in words
    assert "50.8" not in words


def test_many_late_answers_hide_nothing(release: Path, before: PreviousEdition, tmp_path: Path) -> None:
    facts = facts_after(before, survey(release, tmp_path / "many", MANY))
    assert not facts.disclosure.suppressed
    report = build_report(facts)
    facts.close()
    tables = {b.key: b for s in report.sections for b in s.blocks if isinstance(b, Table)}
    row = next(r for r in tables["changed_kpis"].rows if r[0].text == "K602")
    assert [cell.text for cell in row[2:5]] == ["50.0", "49.3", "−0.7"]


def test_what_the_edition_before_suppressed_is_not_told_as_its_old_value(
    release: Path, before: PreviousEdition, tmp_path: Path
) -> None:
    few = survey(release, tmp_path / "few", {("K602", YEAR): {A: (3, 2), B: (4, 2)}})
    facts = Facts(few, EditionTitle("暫定版 第1号"))
    write_record(facts.disclosure, few)
    facts.close()
    old = PreviousEdition("暫定版 第1号", date(2026, 11, 1), few)
    facts = facts_after(old, survey(release, tmp_path / "now", BEFORE))
    assert not facts.kpi("K602").is_suppressed
    found = facts.difference
    facts.close()
    assert found is not None
    assert found.is_comparable
    assert "K602" not in {row["kpi_id"] for row in found.kpis}
    assert "D6" not in {row["id"] for row in found.criteria}


def test_an_edition_without_a_record_showed_the_prefecture_and_one_without_counts_is_named(
    release: Path, before: PreviousEdition, tmp_path: Path
) -> None:
    old = survey(release, tmp_path / "old", BEFORE)
    assert not (old / RECORD).exists()
    edition = PreviousEdition("暫定版 第1号", date(2026, 11, 1), old)
    facts = facts_after(edition, survey(release, tmp_path / "late", LATE))
    assert facts.disclosure.decisions[Key("K602", YEAR, None)].reason == "few_changed"
    facts.close()
    with duckdb.connect(str(old / "warehouse.duckdb")) as con:
        con.execute("alter table mart_kpi drop column respondent_count")
    facts = facts_after(edition, tmp_path / "late")
    assert facts.disclosure.unread == ("暫定版 第1号",)
    words = repr(build_report(facts).sections[-1])
    facts.close()
    assert "回答者数を記録しないプログラムで作られたため、差を確かめていません: 暫定版 第1号" in words
