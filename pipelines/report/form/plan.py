"""What one blank form holds and where: everything else in this package only draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.fiscal_year import date_label, label, short_label
from pipelines.ingest.contracts import Dataset, Field
from pipelines.ingest.municipalities import municipalities

FORM_PROPERTY, VERSION_PROPERTY = "kyoso_form", "kyoso_form_version"
# Above the heading: title, instruction, version, form id; what stands above the table; an empty line; which columns
# are required; an empty line. Without the last the reader would take the words for a heading's upper row.
_FIRST_PREAMBLE_ROW = 5
# Rows with rules and drop-downs; only the first of them are drawn, typing below is fine.
LAST_ROW = 2000
DRAWN_ROWS = 40


@dataclass(frozen=True)
class Prefill:
    """What is already known of the person who will fill in the form.

    Attributes:
        fiscal_year: starting year; the years to choose from lie around it.
        municipality_code: six digits, or empty.
        month: first day of the month reported on, or None.
    """

    fiscal_year: int
    municipality_code: str = ""
    month: date | None = None


@dataclass(frozen=True)
class FormPlan:
    """One dataset's newest form version as a sheet."""

    dataset: Dataset
    prefill: Prefill

    @property
    def version(self) -> str:
        """The newest version of the form."""
        return self.dataset.versions[-1]

    @property
    def requirement_row(self) -> int:
        """Where 必須 or 任意 stands above each heading."""
        return _FIRST_PREAMBLE_ROW + len(self.dataset.preamble) + 1

    @property
    def heading_row(self) -> int:
        """Where the table's heading stands."""
        return self.requirement_row + 2

    @property
    def first_row(self) -> int:
        """The first row to fill in."""
        return self.heading_row + 1

    def preamble_rows(self) -> list[tuple[int, Field]]:
        """Row of each field that stands above the table."""
        return list(enumerate(self.dataset.preamble, start=_FIRST_PREAMBLE_ROW))

    def heading(self, field: Field) -> str:
        """The heading as the contract says, with the unit behind it unless it stands there already."""
        text = field.header(self.version)
        return f"{text}({field.unit})" if field.unit and f"({field.unit})" not in text else text

    def prefilled(self, field: Field) -> str | None:
        """What can be filled in beforehand above the table, as a person would type it."""
        known = self.prefill
        if field.parser == "municipality" and known.municipality_code:
            return municipalities()[known.municipality_code].name
        if field.parser == "fiscal_year":
            return label(known.fiscal_year)
        if field.parser == "month" and known.month:
            return date_label(known.month).partition("月")[0] + "月"
        return None

    @property
    def file_name(self) -> str:
        """Name of the file below the folder: who, what and which month, as far as known."""
        parts = [self.dataset.label]
        if self.prefill.municipality_code:
            parts.insert(0, municipalities()[self.prefill.municipality_code].name)
        if self.prefill.month and any(f.parser == "month" for f in self.dataset.preamble):
            parts.append(f"{short_label(self.prefill.month.year)}.{self.prefill.month.month}月")
        return f"{self.dataset.source}/{'_'.join(parts)}.xlsx"
