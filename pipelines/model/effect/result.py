"""One row of the results, whatever it is: an estimate, a check of it, or a line of the balance table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, Literal, get_type_hints

from pipelines.model.effect.permutation import Estimate
from pipelines.model.effect.verdict import Verdict

Kind = Literal["estimate", "check", "balance"]
# As many decimals as are stored; more would differ between machines.
_DECIMALS = 6


@dataclass(frozen=True)
class Result:
    """What one computation found.

    Attributes:
        item: the check or the covariate; empty for the estimate itself.
        subject: what exactly was done, where the check's name does not say it.
        low, high: None where the groups exclude no effect on that side.
        value: the number of a check that is not an estimate (a share, κ, a slope).
        reading: the finding in a sentence.
    """

    kind: Kind
    plan_id: str
    analysis_id: str
    item: str = ""
    position: int = 0
    subject: str = ""
    estimate: float | None = None
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    p_error: float | None = None
    smallest_p: float | None = None
    minimum_detectable_effect: float | None = None
    deviation: float | None = None
    value: float | None = None
    unit_count: int | None = None
    treated_count: int | None = None
    missing_count: int | None = None
    assignment_count: int | None = None
    is_exact: bool | None = None
    verdict: str | None = None
    verdict_reason: str | None = None
    treated_mean: float | None = None
    untreated_mean: float | None = None
    reading: str = ""

    def row(self) -> dict[str, Any]:
        """The same as plain values, rounded; infinite ends and counts beyond 64 bits as None."""
        return {name: _stored(value) for name, value in asdict(self).items()}


def columns() -> dict[str, type]:
    """Name and plain type of every column."""
    hints = get_type_hints(Result)
    plain = {bool: bool, int: int, float: float}
    return {
        f.name: next((t for t in plain if t in getattr(hints[f.name], "__args__", (hints[f.name],))), str)
        for f in fields(Result)
    }


def numbers(found: Estimate, verdict: Verdict | None) -> dict[str, Any]:
    """The fields of a result that an estimate and its verdict fill."""
    return {
        "estimate": found.estimate,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
        "p_value": found.p_value,
        "p_error": found.p_error,
        "smallest_p": found.smallest_p,
        "unit_count": found.unit_count,
        "treated_count": found.treated_count,
        "assignment_count": found.assignment_count,
        "is_exact": found.is_exact,
        "verdict": verdict.code if verdict else None,
        "verdict_reason": verdict.reason if verdict else None,
    }


_MOST = 2**63 - 1


def _stored(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0 if isfinite(value) else None
    # A hundred treated of three hundred can be chosen in more ways than a column can hold.
    if isinstance(value, int) and value > _MOST:
        return None
    return value
