"""Analysts and reports read labels and descriptions from the warehouse: an undocumented column is a guess."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest

from pipelines.settings import CHECKOUT

# 「WG」「KPI」 are what people here say.
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]|^WG$|^KPI$")


@pytest.fixture(scope="module")
def documented(manifest: Any) -> dict[str, dict[str, Any]]:
    """Marts and the KPI catalogue: columns by table."""
    nodes = manifest.nodes.values()
    return {
        n.name: dict(n.columns) for n in nodes if n.schema == "main" and n.resource_type in ("model", "seed")
    }


def label(column: Any) -> str:
    return str((column.meta or column.config.meta or {}).get("label_ja") or "")


def test_every_column_has_a_label_and_a_description_in_japanese(
    documented: dict[str, dict[str, Any]],
) -> None:
    assert len(documented) >= 22
    columns = [(t, c) for t, columns in documented.items() for c in columns.values()]
    assert [(t, c.name) for t, c in columns if not _JAPANESE.search(label(c))] == []
    assert [(t, c.name) for t, c in columns if not _JAPANESE.search(c.description)] == []


def test_every_mart_states_its_grain_and_enforces_its_types(manifest: Any) -> None:
    marts = [n for n in manifest.nodes.values() if n.resource_type == "model" and n.schema == "main"]
    assert [n.name for n in marts if not n.config.meta.get("grain_ja") or "1行=" not in n.description] == []
    assert [n.name for n in marts if not n.contract.enforced] == []
    assert [(n.name, c.name) for n in marts for c in n.columns.values() if not c.data_type] == []


def test_actual_columns_equal_documented_ones(
    documented: dict[str, dict[str, Any]], released: duckdb.DuckDBPyConnection
) -> None:
    rows = released.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns()"
        " where schema_name = 'main' and not internal group by 1"
    ).fetchall()
    assert dict(rows) == {table: list(columns) for table, columns in documented.items()}


def test_labels_and_descriptions_are_comments_in_the_released_warehouse(
    documented: dict[str, dict[str, Any]], released: duckdb.DuckDBPyConnection
) -> None:
    rows = released.execute(
        "select table_name, column_name, comment from duckdb_columns() where schema_name = 'main' and not internal"
    ).fetchall()
    wanted = {
        (t, c.name): f"{label(c)}: {c.description}"
        for t, columns in documented.items()
        for c in columns.values()
    }
    assert {(t, c): comment for t, c, comment in rows} == wanted
    tables = released.execute(
        "select table_name, comment from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert [table for table, comment in tables if not comment] == []


def test_every_kpi_appears_for_the_prefecture_in_every_year(released: duckdb.DuckDBPyConnection) -> None:
    missing = released.execute(
        """
        select d.kpi_id, y.fiscal_year
        from kpi_definitions d
        cross join (select distinct fiscal_year from mart_kpi) y
        left join mart_kpi k
            on k.kpi_id = d.kpi_id and k.fiscal_year = y.fiscal_year and k.municipality_code is null
        where k.kpi_id is null or (k.value is null and k.reason is null)
        """
    ).fetchall()
    assert missing == []
    years = released.execute(
        "select list(distinct fiscal_year order by fiscal_year) from mart_kpi"
    ).fetchone()
    assert years is not None
    assert years[0] == [2023, 2024, 2025, 2026]


def test_every_kpi_definition_is_one_the_marts_understand(released: duckdb.DuckDBPyConnection) -> None:
    odd = released.execute(
        """
        select kpi_id from kpi_definitions
        where aggregation not in ('sum', 'mean', 'percent', 'median') or direction not in ('up', 'down')
            or kind not in ('活動', 'アウトプット', 'アウトカム') or no_value_reason_ja is null
            or (target is null) <> (target_fiscal_year is null)
        """
    ).fetchall()
    assert odd == []


def test_exposures_name_what_the_reports_read(manifest: Any) -> None:
    read = set()
    for path in (CHECKOUT / "pipelines" / "report").rglob("*.py"):
        if not path.name.startswith(("status", "correction")):
            text = path.read_text(encoding="utf-8")
            read |= set(re.findall(r"(?:from|join)\s+((?:mart|dim)_\w+|kpi_definitions)\b", text))
    exposures = {
        e.name: {n.rsplit(".", 1)[-1] for n in e.depends_on.nodes} for e in manifest.exposures.values()
    }
    assert exposures == {f"annual_evaluation_{kind}": read for kind in ("pdf", "xlsx", "html", "docx")}
