"""From interval to verdict, by the rule that the plan registers; each of the three can occur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.model.effect.permutation import Estimate

Code = Literal["met", "not_met", "undecided"]
Reason = Literal[
    "worthwhile",
    "below_worthwhile",
    "harmful",
    "small_but_real",
    "too_few_treated",
    "too_coarse",
    "no_difference_shown",
    "difference_too_uncertain",
    "test_disagrees",
    "no_outcome",
    "no_units",
    "cannot_estimate",
]
MINIMUM_TREATED = 4


@dataclass(frozen=True)
class Verdict:
    """満たす, 満たさない or 判定不能, with the branch of the rule that decided."""

    code: Code
    reason: Reason


def judge(found: Estimate, smallest_worthwhile: float) -> Verdict:
    """Compare an interval with the smallest effect worth paying for.

    Interval wholly above zero and estimate at or above the smallest worthwhile effect: met. Interval
    wholly below it: not met. Anything else: undecided. Fewer than four treated units, or groups whose
    smallest attainable p exceeds the level: undecided, whatever the estimate. A difference counts as
    shown when interval and test both show it: they are one by inversion, but the interval of two shares
    (Newcombe) is approximate, and where it disagrees with Fisher's test the exact one has the say.

    Raises:
        ValueError: the smallest worthwhile effect is not positive; no interval could then fail it.
    """
    if not smallest_worthwhile > 0:
        raise ValueError("smallest_worthwhile")
    if found.treated_count < MINIMUM_TREATED:
        return Verdict("undecided", "too_few_treated")
    if found.smallest_p > 1 - found.level + 1e-12:
        return Verdict("undecided", "too_coarse")
    is_shown = found.p_value <= 1 - found.level + 1e-12
    if found.high < smallest_worthwhile:
        return Verdict("not_met", _below(found, is_shown=is_shown))
    if found.low <= 0:
        return Verdict("undecided", "no_difference_shown")
    if not is_shown:
        return Verdict("undecided", "test_disagrees")
    is_enough = found.estimate >= smallest_worthwhile
    return Verdict("met", "worthwhile") if is_enough else Verdict("undecided", "difference_too_uncertain")


def _below(found: Estimate, *, is_shown: bool) -> Reason:
    if is_shown and found.high < 0:
        return "harmful"
    return "small_but_real" if is_shown and found.low > 0 else "below_worthwhile"
