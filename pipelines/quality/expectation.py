"""What one expectation is: the rows it judges, the Great Expectations check, why, and what to do.

A frame is a SELECT over the marts. Its first two columns are `scope` (what a waiver names) and
`label` (the same for people); the check looks at the others. SQL only lays the figures side by
side; whether they are acceptable is decided by Great Expectations alone. Frames may read `run`
(as_of, fiscal_year, …), `files` and other control tables by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.quality.limits import Limit
from pipelines.quality.verdict import Severity

CheckValue = str | int | float | bool | Limit | tuple[object, ...] | None


@dataclass(frozen=True)
class Check:
    """A Great Expectations class by name, with its arguments; limits are filled in when it runs."""

    kind: str
    arguments: Mapping[str, CheckValue]


@dataclass(frozen=True)
class Expectation:
    """One claim about figures that are fit to publish.

    Attributes:
        id: Q-<AREA>-<nn>, never reused, because waivers and old verdicts name it.
        table: the mart it protects.
        tables: further tables its frame reads.
        observed: the frame's column whose value is shown when the claim fails.
    """

    id: str
    table: str
    title_ja: str
    why_ja: str
    what_to_do_ja: str
    frame: str
    check: Check
    observed: str
    tables: tuple[str, ...] = ()
    severity: Severity = "error"


def is_due(source: str) -> str:
    """SQL: whether the reported year's first submission of a source should have come by the as-of date.

    A year begins with nothing received: asking sooner would close the gate for half of every year. Without a
    schedule of the year (提出期限) everything is due half a year after its first day.
    """
    return f"""(
        select coalesce(min(s.due_date), make_date(min(r.fiscal_year), 10, 1)) <= min(cast(r.as_of as date))
        from run r
        left join mart_submission s on s.fiscal_year = r.fiscal_year and s.source = '{source}'
    )"""


def between(column: str, low: float | Limit | None = None, high: float | Limit | None = None) -> Check:
    """Every value lies in a closed range; an open end is None."""
    return Check("ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high})


def in_set(column: str, *values: object) -> Check:
    """Every value is one of these."""
    return Check("ExpectColumnValuesToBeInSet", {"column": column, "value_set": values})


def filled(column: str) -> Check:
    """No value is missing."""
    return Check("ExpectColumnValuesToNotBeNull", {"column": column})


def at_least(column: str, other: str) -> Check:
    """In every row that has both values, the first is not smaller than the second."""
    return Check(
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": column,
            "column_B": other,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    )


def equal(column: str, other: str) -> Check:
    """In every row both values are the same; two missing values are the same too."""
    return Check(
        "ExpectColumnPairValuesToBeEqual",
        {"column_A": column, "column_B": other, "ignore_row_if": "both_values_are_missing"},
    )
