"""The analysis plan, registered before any outcome is known."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.demo.files import Sheet

_PREAMBLE = {
    "plan_id": "E8-01",
    "registered_date": date(2026, 5, 14),
    "approver": "デジタル社会推進課長(架空)",
}
_COMMON: dict[str, Any] = {
    "baseline_wave": "R7",
    "treated_definition": "dispatched",
    "comparison_group": "all_others",
    "strata": "population_half",
    "alpha": 0.05,
    "power": 0.8,
    "draws": 50_000,
    "seed": 20260515,
}
_SCORE = {
    "outcome": "common_score",
    "method": "ancova",
    "smallest_worthwhile": 0.11,
    "reason": "基準時の評点の差を調整するため。0.11点は、共通項目9問のうち1問が1段階上がることにあたる",
}
_REACHED = {
    "outcome": "collaboration_reached",
    "method": "fisher",
    "smallest_worthwhile": 0.25,
    "strata": "none",
    "reason": "県の目標(協働以上)に届いたかどうかで確かめるため",
}
_ANALYSES = (
    ("A1", "primary", "R8_end", _SCORE),
    ("A2", "secondary", "R8_end", _REACHED),
    ("A3", "interim", "R8_mid", _SCORE),
    ("A4", "interim", "R8_mid", _REACHED),
)
_CHECKS = (
    "did",
    "difference",
    "leave_one_out",
    "without_prior_support",
    "missing_worst",
    "missing_best",
    "confounding",
    "regression_to_mean",
    "spillover",
    "dose_response",
    "agreement_linear",
    "agreement_quadratic",
)


def plan_sheets() -> list[Sheet]:
    """The plan and its sensitivity list."""
    analyses = [
        _COMMON | kind | {"analysis_id": analysis, "role": role, "outcome_wave": wave}
        for analysis, role, wave, kind in _ANALYSES
    ]
    checks = [{"check_kind": kind} for kind in _CHECKS]
    return [
        Sheet("policy__analysis_plans", analyses, _PREAMBLE),
        Sheet("policy__analysis_checks", checks, {"plan_id": _PREAMBLE["plan_id"]}),
    ]
