"""Who attended which working group: as a matrix, and where groups are too many for one, group by group."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.report.document import Figure, Paragraph, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import collaboration
from tests.unit.report.reading import Rows

ATTENDED = (
    "select p.wg_id, m.name, p.is_lead, p.attended_meeting_count || '/' || p.meeting_count "
    "from mart_wg_participation p join dim_municipality m using (municipality_code) where p.fiscal_year = 2026"
)


def participation(release: Path) -> Table:
    facts = Facts(release)
    try:
        (figure,) = (b for b in collaboration.build(facts).blocks if isinstance(b, Figure))
    finally:
        facts.close()
    return figure.table


def expected(rows: Rows) -> set[tuple[str, str, str]]:
    return {
        (wg, name, f"{'◎' if leads else '○'}{meetings}")
        for wg, name, leads, meetings in map(dict.values, rows(ATTENDED))
    }


def test_the_matrix_has_every_attendance_of_the_mart(release: Path, marts: Rows) -> None:
    table = participation(release)
    shown = {
        (column.label, row[0].text, cell.text)
        for row in table.rows
        for column, cell in zip(table.columns[1:], row[1:], strict=True)
        if cell.text
    }
    assert shown == expected(marts)
    assert len(shown) > 20


def test_many_groups_are_listed_one_by_one_with_the_same_attendances_and_leads_first(
    release: Path, marts: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collaboration, "_MATRIX_GROUPS", 2)
    table = participation(release)
    names = {name for _, name, _ in expected(marts)}
    shown = set()
    for wg, _, count, text in table.rows:
        those = text.text.split("、") if text.text else []
        assert count.number == len(those)
        assert those == sorted(those, key=lambda said: "◎" not in said)
        for said in those:
            name = next(n for n in names if said.startswith((f"{n}◎", f"{n}○")))
            shown.add((wg.text, name, said.removeprefix(name)))
    assert shown == expected(marts)
    assert [row[0].text for row in table.rows] == [
        row["wg_id"] for row in marts("select wg_id from mart_wg_outcome where fiscal_year = 2026 order by 1")
    ]


def altered(release: Path, folder: Path, statement: str) -> Path:
    """A copy of the judged rows in which one statement has changed something."""
    shutil.copytree(release, folder, ignore=shutil.ignore_patterns("reports"))
    with duckdb.connect(folder / "warehouse.duckdb") as con:
        con.execute(statement)
    return folder


def test_two_municipalities_of_one_name_keep_a_row_each(release: Path, tmp_path: Path) -> None:
    folder = altered(release, tmp_path / "release", "update dim_municipality set name = '府中市'")
    assert len(participation(folder).rows) == len(participation(release).rows) > 10


def test_groups_that_were_cancelled_are_named_once_each_with_how_many(
    release: Path, tmp_path: Path, marts: Rows
) -> None:
    statement = (
        "update mart_wg_outcome set status = 'cancelled', wg_name = 'データ利活用WG' where fiscal_year = 2026"
    )
    facts = Facts(altered(release, tmp_path / "release", statement))
    try:
        texts = [b.text for b in collaboration.build(facts).blocks if isinstance(b, Paragraph)]
    finally:
        facts.close()
    (groups,) = marts("select count(*) as n from mart_wg_outcome where fiscal_year = 2026")
    assert f"中止したのは、データ利活用WG({groups['n']}件)です。" in texts
