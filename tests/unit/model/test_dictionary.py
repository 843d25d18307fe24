"""The dictionary reads YAML and SQL by itself: it must say what dbt and the released warehouse say."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from pipelines.report.dictionary.catalogue import GRAIN, Catalogue, catalogue


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue()


def of_kind(manifest: Any, *kinds: str) -> list[Any]:
    return [n for n in manifest.nodes.values() if n.resource_type in kinds]


def test_it_holds_every_released_table_with_its_actual_columns_and_types(
    known: Catalogue, released: duckdb.DuckDBPyConnection
) -> None:
    rows = released.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns()"
        " where schema_name = 'main' and not internal order by table_name, column_index"
    ).fetchall()
    said = [
        (t.name, c.name, c.data_type) for t in sorted(known.tables, key=lambda t: t.name) for c in t.columns
    ]
    assert said == rows


def test_every_table_says_what_a_row_is_what_tells_rows_apart_what_to_mind_and_what_it_answers(
    known: Catalogue,
) -> None:
    assert len(known.tables) > 40
    for table in known.tables:
        names = {column.name for column in table.columns}
        assert table.label, table.name
        assert table.grain, table.name
        assert table.key, table.name
        assert set(table.key) <= names, table.name
        # More than its label once again.
        assert len(table.nuance) >= 15, (table.name, table.nuance)
        assert not GRAIN.search(table.nuance), table.name
        assert table.question.endswith("か。"), table.name


def test_keys_tell_rows_apart(known: Catalogue, released: duckdb.DuckDBPyConnection) -> None:
    for table in known.tables:
        key = ", ".join(table.key)
        twice = released.execute(
            f"select count(*) from (select {key} from {table.name} group by {key} having count(*) > 1)"
        ).fetchone()
        assert twice == (0,), table.name


def test_lineage_is_the_one_dbt_resolves(known: Catalogue, manifest: Any) -> None:
    names = {n.unique_id: n.name for n in of_kind(manifest, "model", "seed")}
    names |= {s.unique_id: f"{s.source_name}.{s.name}" for s in manifest.sources.values()}
    resolved = {n.name: {names[parent] for parent in n.depends_on.nodes} for n in of_kind(manifest, "model")}
    assert {name: set(parents) for name, parents in known.lineage.parents.items()} == resolved


def test_every_value_of_a_column_with_codes_is_one_of_them(
    known: Catalogue, released: duckdb.DuckDBPyConnection
) -> None:
    coded = [(t.name, c) for t in known.tables for c in t.columns if c.codes]
    assert len(coded) > 60
    for table, column in coded:
        rows = released.execute(f"select distinct {column.name} from {table} where {column.name} is not null")
        assert {value for (value,) in rows.fetchall()} <= set(column.codes), (table, column.name)


def test_every_kpi_names_the_forms_it_comes_from_and_a_table_with_its_detail(known: Catalogue) -> None:
    assert len(known.kpis) >= 78
    assert [k.kpi_id for k in known.kpis if not k.tables or not k.datasets] == []
    assert set(next(k for k in known.kpis if k.kpi_id == "K203").tables) >= {
        "mart_dispatch_month",
        "mart_dispatch_utilisation",
    }
