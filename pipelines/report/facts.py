"""What the sections read: the judged marts, through one read-only connection, as plain rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.model.rows import Row, rows_of
from pipelines.quality.suite import open_candidate
from pipelines.quality.verdict import Verdict
from pipelines.report.difference import Difference, difference
from pipelines.report.edition import EditionTitle
from pipelines.report.wording import NO_VALUE, minus_of, number_text

if TYPE_CHECKING:
    import duckdb

__all__ = ["Facts", "Kpi", "Row"]


@dataclass(frozen=True)
class Kpi:
    """One KPI of the prefecture in the reported year, with its definition."""

    kpi_id: str
    kpi_group: str
    name_ja: str
    kind: str
    unit: str
    decimals: int
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    target: Decimal | None
    previous_value: Decimal | None
    status: str
    direction: str
    reason: str | None
    formula_ja: str
    source_ja: str

    @property
    def text(self) -> str:
        """The value with its unit, or a dash."""
        if self.value is None:
            return NO_VALUE
        return f"{number_text(self.value, self.decimals, minus_of(self.unit))}{self.unit}"

    @property
    def numerator_text(self) -> str:
        """The numerator; a median has none."""
        if self.numerator is None:
            return NO_VALUE if self.denominator is None else "中央値"
        return _exact(self.numerator)

    @property
    def denominator_text(self) -> str:
        """The denominator; what is counted or summed has none."""
        return NO_VALUE if self.denominator is None else _exact(self.denominator)

    @property
    def is_behind(self) -> bool:
        """Whether it has a target and has not reached it as things stand; without a value it has not."""
        if self.target is None:
            return False
        if self.value is None:
            return True
        return self.value < self.target if self.direction == "up" else self.value > self.target


def _exact(value: Decimal) -> str:
    return number_text(value, 0 if value == value.to_integral_value() else 1)


class Facts:
    """Everything a report may say, read from a judged candidate.

    Attributes:
        con: read-only connection with the control tables as views.
        verdict: the verdict that covers these rows.
        manifest: the candidate's manifest.
        edition: what the documents are issued as; None for a working copy.
    """

    def __init__(self, candidate: Path, edition: EditionTitle | None = None) -> None:
        self.candidate = candidate
        self.edition = edition
        self.con: duckdb.DuckDBPyConnection = open_candidate(
            candidate / "warehouse.duckdb", candidate / "control"
        )
        self.verdict = Verdict.read(candidate / "verdict.json")
        self.manifest: Row = json.loads((candidate / "manifest.json").read_text(encoding="utf-8"))
        self.fiscal_year: int = self.verdict.fiscal_year
        self.as_of: date = self.verdict.as_of

    def close(self) -> None:
        """Let go of the warehouse."""
        self.con.close()

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """The rows of a query as dictionaries."""
        return rows_of(self.con.execute(query, list(parameters)))

    def of_year(self, table: str, order: str) -> list[Row]:
        """A mart's rows of the reported year."""
        return self.rows(f"select * from {table} where fiscal_year = ? order by {order}", self.fiscal_year)

    @cached_property
    def kpis(self) -> dict[str, Kpi]:
        """Every KPI of the prefecture by id, in the order of the definitions."""
        rows = self.rows(
            """
            select k.kpi_id, k.kpi_group, k.name_ja, k.kind, k.unit, d.decimals, k.numerator, k.denominator, k.value,
                k.target, k.previous_value, k.status, k.direction, k.reason, d.formula_ja, d.source_ja
            from mart_kpi k inner join kpi_definitions d on d.kpi_id = k.kpi_id
            where k.municipality_code is null and k.fiscal_year = ? order by k.kpi_id
            """,
            self.fiscal_year,
        )
        return {row["kpi_id"]: Kpi(**row) for row in rows}

    def kpi(self, kpi_id: str) -> Kpi:
        """One KPI of the prefecture."""
        return self.kpis[kpi_id]

    @cached_property
    def difference(self) -> Difference | None:
        """What changed since the edition issued before; None where there is none."""
        if self.edition is None or self.edition.previous is None:
            return None
        return difference(self.edition.previous, self.candidate, self.fiscal_year)

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """Printed name of every code, by code book and code."""
        return {(r["codebook"], r["code"]): r["label"] for r in self.rows("select * from code_labels")}

    def label(self, codebook: str, code: str | None) -> str:
        """Printed name of a code, or a dash."""
        return NO_VALUE if code is None else self.labels.get((codebook, code), code)

    def sources(self, kpi: Kpi) -> str:
        """Printed names of the sources a KPI is computed from."""
        names = {
            r["source"]: r["source_label"]
            for r in self.rows("select distinct source, source_label from datasets")
        }
        return "、".join(names.get(name, name) for name in kpi.source_ja.split("・"))

    def commentary(self) -> list[Row]:
        """The officer's opinions by the number of the chapter they are about, oldest first."""
        return self.rows(
            "select section_no, body, author_section, written_date from staging.stg_register__commentaries "
            "where fiscal_year = ? order by section_no, written_date, body",
            self.fiscal_year,
        )
