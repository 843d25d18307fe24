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
from pipelines.report.disclosure.changes import may_show_change
from pipelines.report.disclosure.curtain import draw_curtain
from pipelines.report.disclosure.plan import Plan, make_plan
from pipelines.report.disclosure.policy import policy_in_force
from pipelines.report.disclosure.wording import SUPPRESSED
from pipelines.report.edition import EditionTitle
from pipelines.report.wording import NO_VALUE, minus_of, number_text

if TYPE_CHECKING:
    import duckdb

__all__ = ["Facts", "Kpi", "Row"]


@dataclass(frozen=True)
class Kpi:
    """One KPI of the prefecture in the reported year, with its definition.

    A suppressed one has a value that nobody may be shown: here it is None, and the texts say so.
    """

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
    is_suppressed: bool = False
    is_previous_suppressed: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether there is no value, not even one that may not be shown."""
        return self.value is None and not self.is_suppressed

    @property
    def text(self) -> str:
        """The value with its unit, or a dash."""
        if self.is_suppressed:
            return SUPPRESSED
        if self.value is None:
            return NO_VALUE
        return f"{number_text(self.value, self.decimals, minus_of(self.unit))}{self.unit}"

    @property
    def numerator_text(self) -> str:
        """The numerator; a median has none."""
        if self.is_suppressed:
            return SUPPRESSED
        if self.numerator is None:
            return NO_VALUE if self.denominator is None else "中央値"
        return _exact(self.numerator)

    @property
    def denominator_text(self) -> str:
        """The denominator; what is counted or summed has none."""
        if self.is_suppressed:
            return SUPPRESSED
        return NO_VALUE if self.denominator is None else _exact(self.denominator)

    @property
    def is_behind(self) -> bool:
        """Whether it has a target and has not reached it as things stand; without a value it has not.

        Of a suppressed one that would tell on which side of the target it lies.
        """
        if self.target is None or self.is_suppressed:
            return False
        if self.value is None:
            return True
        return self.value < self.target if self.direction == "up" else self.value > self.target


def _exact(value: Decimal) -> str:
    return number_text(value, 0 if value == value.to_integral_value() else 1)


class Facts:
    """Everything a report may say, read from a judged candidate.

    Attributes:
        judged: read-only connection with the control tables as views: the rows that the verdict covers.
        verdict: the verdict that covers these rows.
        manifest: the candidate's manifest.
        edition: what the documents are issued as; None for a working copy.
    """

    def __init__(self, candidate: Path, edition: EditionTitle | None = None) -> None:
        self.candidate = candidate
        self.edition = edition
        self.judged: duckdb.DuckDBPyConnection = self._open()
        self.verdict = Verdict.read(candidate / "verdict.json")
        self.manifest: Row = json.loads((candidate / "manifest.json").read_text(encoding="utf-8"))
        self.fiscal_year: int = self.verdict.fiscal_year
        self.as_of: date = self.verdict.as_of

    def close(self) -> None:
        """Let go of the warehouse."""
        self.judged.close()
        if "con" in self.__dict__:
            self.con.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        return open_candidate(self.candidate / "warehouse.duckdb", self.candidate / "control")

    @cached_property
    def disclosure(self) -> Plan:
        """What may be shown of people's answers: more in a working copy than in an issued edition."""
        policy = policy_in_force(self.judged, self.as_of, is_public=self.edition is not None)
        return make_plan(self.judged, self.fiscal_year, policy, self.edition.earlier if self.edition else ())

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection for everything that is printed: suppressed figures are not there."""
        con = self._open()
        draw_curtain(con, self.disclosure)
        return con

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
                k.target, k.previous_value, k.status, k.direction, k.reason, d.formula_ja, d.source_ja, k.is_suppressed,
                k.is_previous_suppressed
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
        may_show = may_show_change(self.disclosure, self.edition.previous)
        return difference(self.edition.previous, self.candidate, self.fiscal_year, may_show)

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """Printed name of every code, by code book and code."""
        return {(r["codebook"], r["code"]): r["label"] for r in self.rows("select * from code_labels")}

    def label(self, codebook: str, code: str | None) -> str:
        """Printed name of a code, or a dash."""
        return NO_VALUE if code is None else self.labels.get((codebook, code), code)

    @cached_property
    def source_labels(self) -> dict[str, str]:
        """Printed name of every source."""
        rows = self.rows("select distinct source, source_label from datasets")
        return {row["source"]: row["source_label"] for row in rows}

    def sources(self, kpi: Kpi) -> str:
        """Printed names of the sources a KPI is computed from."""
        return "、".join(self.source_labels.get(name, name) for name in kpi.source_ja.split("・"))

    def commentary(self) -> list[Row]:
        """The officer's opinions by the number of the chapter they are about, oldest first."""
        return self.rows(
            "select section_no, body, author_section, written_date from staging.stg_register__commentaries "
            "where fiscal_year = ? order by section_no, written_date, body",
            self.fiscal_year,
        )
