"""Which figures rest on too few answers to be shown: the primary rule."""

from __future__ import annotations

from pipelines.report.disclosure.cells import SurveyCell
from pipelines.report.disclosure.policy import Policy

FEW_RESPONDENTS = "few_respondents"
FEW_PER_ANSWER = "few_per_answer"
FEW_CHANGED = "few_changed"
UNKNOWN_RESPONDENTS = "unknown_respondents"
SAME_QUESTION = "same_question"
KEPT_SECRET = "kept_secret"
COMPLEMENTARY = "complementary"
PRIMARY = (UNKNOWN_RESPONDENTS, FEW_RESPONDENTS, FEW_PER_ANSWER, FEW_CHANGED)


def too_few(cell: SurveyCell, policy: Policy) -> str | None:
    """Why a cell may not be shown, looked at alone; None when it may."""
    if cell.respondents is None:
        return UNKNOWN_RESPONDENTS
    if cell.respondents < policy.respondents:
        return FEW_RESPONDENTS
    if cell.is_share and cell.amount is not None and few_per_answer(cell.amount, cell.base, policy):
        return FEW_PER_ANSWER
    return None


def few_per_answer(amount: float, base: float, policy: Policy) -> bool:
    """Whether one of the two answers of a share was given by too few, or by nobody."""
    return min(amount, base - amount) < policy.per_answer


def few_changed(changed: int, policy: Policy) -> bool:
    """Whether the difference of two published figures would tell about a few people."""
    return 0 < changed < policy.respondents
