"""More visits, more change? Descriptive only: nobody drew lots over the number of visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.model.effect.comparison import Floats
from pipelines.model.effect.refusals import MissingValue, NoVariation, ShapesDiffer, TooFewUnits

_AT_LEAST = 3


@dataclass(frozen=True)
class DoseResponse:
    """Among the treated: least-squares slope per unit of dose, and Spearman's rank correlation."""

    slope: float
    rank_correlation: float
    unit_count: int


def dose_response(dose: Sequence[float] | Floats, change: Sequence[float] | Floats) -> DoseResponse:
    """Slope and rank correlation (Spearman 1904; ties get their mean rank). No p-value on purpose.

    Raises:
        ShapesDiffer, MissingValue: the columns do not fit.
        TooFewUnits: fewer than three treated units.
        NoVariation: the same dose or the same change everywhere.
    """
    x, y = np.asarray(dose, dtype=float), np.asarray(change, dtype=float)
    if x.shape != y.shape:
        raise ShapesDiffer(
            "派遣の回数と変化の数が揃っていません。", todo="システム担当者に知らせてください。"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise MissingValue(
            "派遣の回数か変化の値がない団体があります。", todo="派遣実施報告書と調査票を確かめてください。"
        )
    if len(x) < _AT_LEAST:
        raise TooFewUnits(
            f"派遣を受けた団体が{len(x)}しかなく、回数との関係を見られません。",
            todo="そのまま読んでください。",
        )
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise NoVariation(
            "派遣の回数か変化が全団体で同じなので、関係を見られません。", todo="そのまま読んでください。"
        )
    slope = float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
    return DoseResponse(slope, float(np.corrcoef(_ranks(x), _ranks(y))[0, 1]), len(x))


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2)[place], dtype=float)
