"""コード表: the words to choose from, on a sheet everybody can see; drop-downs point into it."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.fiscal_year import label
from pipelines.ingest.contracts import Field, code_books
from pipelines.ingest.municipalities import municipalities
from pipelines.report.form.plan import FormPlan

LIST_SHEET = "コード表"
HEADING_ROW = 4
_MUNICIPALITIES, _YEARS = "municipalities", "fiscal_years"


@dataclass(frozen=True)
class WordList:
    """The words of one list with their codes, and which headings use it."""

    title: str
    words: tuple[tuple[str, str], ...]


def list_name(field: Field) -> str:
    """The list that a field's words come from; empty when it has none."""
    if field.codebook:
        return field.codebook
    if field.parser in ("municipality", "area_code"):
        return _MUNICIPALITIES
    return _YEARS if field.parser == "fiscal_year" and field.is_preamble else ""


def lists_of(plan: FormPlan) -> dict[str, WordList]:
    """Every list that the form uses, in the order of its fields."""
    users: dict[str, list[str]] = {}
    for field in plan.dataset.fields:
        if name := list_name(field):
            users.setdefault(name, []).append(field.header(plan.version))
    return {name: WordList("、".join(titles), _words(name, plan)) for name, titles in users.items()}


def ranges_of(plan: FormPlan) -> dict[str, str]:
    """Where the words of each list stand, as a drop-down names it."""
    ranges: dict[str, str] = {}
    row = HEADING_ROW + 1
    for name, found in lists_of(plan).items():
        last = row + len(found.words) - 1
        ranges[name] = f"'{LIST_SHEET}'!$B${row}:$B${last}"
        row = last + 1
    return ranges


def _words(name: str, plan: FormPlan) -> tuple[tuple[str, str], ...]:
    if name == _MUNICIPALITIES:
        return tuple((m.name, m.code) for m in municipalities().values())
    if name == _YEARS:
        year = plan.prefill.fiscal_year
        return tuple((label(y), str(y)) for y in range(year - 3, year + 3))
    return tuple((texts[0], code) for code, texts in code_books()[name].items())
