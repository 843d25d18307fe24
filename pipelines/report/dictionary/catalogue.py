"""What the release holds, read where it is written down: dbt's YAML, the contracts, the KPI definitions.

Nothing is described here. A test holds all of it against dbt's own reading of the project.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.model.dbt import PROJECT
from pipelines.report.dictionary.codes import codes_of, unit_of
from pipelines.report.dictionary.lineage import Lineage, read_lineage

GRAIN = re.compile(r"1行=[^。]*。")
KINDS = {
    "mart": "マート",
    "fct": "ファクト",
    "dim": "ディメンション",
    "bridge": "ディメンション",
    "kpi": "定義",
}


@dataclass(frozen=True)
class Column:
    """One column of a table that analysts read."""

    name: str
    label: str
    data_type: str
    unit: str
    codes: Mapping[str, str]
    description: str
    is_key: bool
    deprecated: str

    @property
    def says_codes(self) -> bool:
        """Whether the description explains every code itself."""
        return all(code in self.description for code in self.codes)


@dataclass(frozen=True)
class Table:
    """One table that analysts read: what a row is, what tells rows apart, and what to mind."""

    name: str
    label: str
    kind: str
    grain: str
    key: tuple[str, ...]
    nuance: str
    question: str
    kpi_groups: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Kpi:
    """One KPI as it is defined, the tables that hold its detail, and the forms it comes from."""

    row: Mapping[str, str]
    tables: tuple[str, ...]
    datasets: tuple[str, ...]

    def __getattr__(self, name: str) -> str:
        """A column of the definitions."""
        try:
            return self.row[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class Catalogue:
    """Everything the dictionary says."""

    tables: tuple[Table, ...]
    kpis: tuple[Kpi, ...]
    contracts: Mapping[str, Contract]
    lineage: Lineage

    def table(self, name: str) -> Table:
        """The table of that name; KeyError when there is none."""
        return next(table for table in self.tables if table.name == name)


@cache
def catalogue(project: Path = PROJECT) -> Catalogue:
    """Read the project once per process."""
    lineage = read_lineage(project)
    order = list(KINDS)[::-1]
    models = [_table(model, lineage) for model in (*_models(project), *_seeds(project))]
    tables = tuple(sorted(models, key=lambda t: (-order.index(t.name.split("_")[0]), t.name)))
    return Catalogue(tables, _kpis(project, tables, lineage), load_contracts(), lineage)


def _models(project: Path) -> list[dict[str, Any]]:
    return [
        m for path in sorted((project / "models" / "marts").rglob("*.yml")) for m in _read(path, "models")
    ]


def _seeds(project: Path) -> list[dict[str, Any]]:
    """Seeds that are released: those that say what their columns are called."""
    seeds = [s for path in sorted((project / "seeds").glob("*.yml")) for s in _read(path, "seeds")]
    return [s for s in seeds if _config(s).get("group") == "warehouse"]


def _read(path: Path, what: str) -> list[dict[str, Any]]:
    if path.name.startswith("_unit_tests"):
        return []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load(path.read_text(encoding="utf-8"), Loader=loader).get(what) or ())


def _table(model: dict[str, Any], lineage: Lineage) -> Table:
    meta, name = _config(model).get("meta", {}), model["name"]
    key = _key(model)
    types = _config(model).get("column_types", {})
    columns = tuple(_column(c, c["name"] in key, types, name, lineage) for c in model["columns"])
    return Table(
        name=name,
        label=meta.get("label_ja", ""),
        kind=KINDS[name.split("_")[0]],
        grain=meta.get("grain_ja", ""),
        key=key,
        nuance=GRAIN.sub("", model["description"]).strip(),
        question=meta.get("question_ja", ""),
        kpi_groups=tuple(meta.get("kpi_groups", ())),
        columns=columns,
    )


def _key(model: dict[str, Any]) -> tuple[str, ...]:
    """The columns that a data test holds unique; where a test costs too much, those that `meta.key` names."""
    for test in model.get("data_tests", ()):
        if isinstance(test, dict) and "unique_grain" in test:
            return tuple(test["unique_grain"]["arguments"]["columns"])
    for column in model["columns"]:
        names = [t if isinstance(t, str) else next(iter(t)) for t in column.get("data_tests", ())]
        if "unique" in names:
            return (column["name"],)
    return tuple(_config(model).get("meta", {}).get("key", ()))


def _column(
    column: dict[str, Any], is_key: bool, types: dict[str, str], table: str, lineage: Lineage
) -> Column:
    meta, name = _config(column).get("meta", {}), column["name"]
    return Column(
        name=name,
        label=meta.get("label_ja", ""),
        # Seeds name their types in words that both engines know.
        data_type=str(
            column.get("data_type") or types.get(name, "string").replace("string", "varchar")
        ).replace(", ", ","),
        unit=meta.get("unit_ja") or unit_of(name),
        codes=codes_of(name, column["description"], lineage.datasets_of(table), meta.get("codebook", "")),
        description=column["description"],
        is_key=is_key,
        deprecated=deprecation(meta),
    )


def deprecation(meta: dict[str, Any]) -> str:
    """What to use instead of a column that will go, or ''."""
    entry = meta.get("deprecated")
    if not entry:
        return ""
    return f"版{entry['since']}から非推奨。{entry['replaced_by']}を使う。版{entry['removed_not_before']}より前には削除しない。"


def _config(node: dict[str, Any]) -> dict[str, Any]:
    return node.get("config") or {}


def _kpis(project: Path, tables: tuple[Table, ...], lineage: Lineage) -> tuple[Kpi, ...]:
    with (project / "seeds" / "kpi_definitions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Kpi(
            row,
            tuple(t.name for t in tables if row["kpi_group"] in t.kpi_groups),
            lineage.datasets_of(lineage.model_of_kpi(row["kpi_id"], row["kpi_group"])),
        )
        for row in rows
    )
