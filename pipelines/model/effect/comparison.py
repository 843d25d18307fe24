"""What is compared: outcome, who was treated, strata and covariates, checked once and then trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.model.effect.refusals import (
    EmptyGroup,
    MissingValue,
    NoContrast,
    NoVariation,
    ShapesDiffer,
    TooFewUnits,
)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Below this share of the outcome's own size, what is left of it is rounding error.
_NOTHING = 1e-12


@dataclass(frozen=True)
class Comparison:
    """Units of two groups, ready for the tests; made by `compare`, which refuses bad input.

    Attributes:
        outcome: n values, in the outcome's own unit.
        is_treated: n flags.
        strata: n numbers from 0; units are re-assigned within a stratum only.
        covariates: n × k values fixed before the treatment; the strata's own levels are added by `design`.
        names: n names, to say which unit an estimate hangs on.
    """

    outcome: Floats
    is_treated: Flags
    strata: npt.NDArray[np.int64]
    covariates: Floats
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.outcome)

    @property
    def treated_count(self) -> int:
        """Number of treated units."""
        return int(self.is_treated.sum())

    @property
    def design(self) -> Floats:
        """One column per stratum (an intercept when there is but one), then the covariates."""
        levels = (self.strata[:, None] == np.arange(self.strata.max() + 1)).astype(float)
        return np.hstack([levels, self.covariates])

    def kept(self, keep: Flags) -> Comparison:
        """The same comparison over some of its units, checked again.

        Raises:
            CannotEstimate: what is left cannot be compared.
        """
        names = tuple(name for name, is_kept in zip(self.names, keep, strict=True) if is_kept)
        _, strata = np.unique(self.strata[keep], return_inverse=True)
        smaller = replace(
            self,
            outcome=self.outcome[keep],
            is_treated=self.is_treated[keep],
            strata=strata.astype(np.int64),
            covariates=self.covariates[keep],
            names=names,
        )
        return _checked(smaller)


def compare(
    outcome: Sequence[float] | Floats,
    is_treated: Sequence[bool] | Flags,
    *,
    strata: Sequence[str | int | None] | None = None,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    names: Sequence[str] | None = None,
) -> Comparison:
    """Check the units of a comparison.

    Args:
        outcome: n values.
        is_treated: n flags.
        strata: n labels, none of them missing; one stratum by default.
        covariates: n rows of k values.
        names: n names; their numbers by default.

    Raises:
        ShapesDiffer: columns of different length.
        MissingValue: a missing or infinite number, or a missing stratum. A unit without its outcome
            must be left out by the caller, who then owes the reader a worst case (`sensitivity`).
        EmptyGroup: nobody treated, or nobody untreated.
        NoContrast: no stratum with both.
        TooFewUnits: no unit to spare beyond the coefficients.
        NoVariation: nothing of the outcome is left to compare.
    """
    n = len(outcome)
    labels: list[str | int | None] = [0] * n if strata is None else list(strata)
    extra = np.empty((n, 0)) if covariates is None else np.asarray(covariates, dtype=float).reshape(n, -1)
    named = tuple(map(str, range(n))) if names is None else tuple(names)
    if {len(is_treated), len(labels), len(extra), len(named)} != {n}:
        raise ShapesDiffer(
            "効果の推定に使う列の長さが揃っていません。", todo="システム担当者に知らせてください。"
        )
    if any(label is None or label != label for label in labels):  # noqa: PLR0124 - NaN
        raise MissingValue(
            "層の分からない団体があるため、層の中での比較ができません。",
            where="、".join(name for name, label in zip(named, labels, strict=True) if label is None),
            todo="分析計画の「層」に使う項目を、全団体について提出してください。",
        )
    order = {label: number for number, label in enumerate(sorted(set(map(str, labels))))}
    return _checked(
        Comparison(
            np.asarray(outcome, dtype=float),
            np.asarray(is_treated, dtype=bool),
            np.array([order[str(label)] for label in labels], dtype=np.int64),
            extra,
            named,
        )
    )


@dataclass(frozen=True)
class ResidualMaker:
    """What takes a design out of columns (`maker @ columns`) or rows (`rows @ maker`).

    It is the n × n matrix I − BB′, never written down: with 1,741 units each re-assignment would cost n² instead of n.

    Attributes:
        basis: an orthonormal basis of the design (n × its rank).
    """

    basis: Floats
    # Lets this class answer where an array stands on the left.
    __array_ufunc__ = None

    def __matmul__(self, columns: Floats) -> Floats:
        return np.asarray(columns - self.basis @ (self.basis.T @ columns))

    def __rmatmul__(self, rows: Floats) -> Floats:
        return np.asarray(rows - (rows @ self.basis) @ self.basis.T)


def residual_maker(design: Floats) -> tuple[ResidualMaker, Floats]:
    """What takes the design out of a column, and each unit's leverage (n).

    Raises:
        TooFewUnits: no unit is left to judge the scatter by.
    """
    basis, scale, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, scale > scale.max() * 1e-10]
    if len(design) - basis.shape[1] < 2:
        raise TooFewUnits(
            f"比べる団体が{len(design)}しかなく、推定に足りません。",
            todo="分析計画の層か共変量を減らすか、対象の団体を増やしてください。",
        )
    return ResidualMaker(basis), np.asarray((basis**2).sum(axis=1))


def _checked(made: Comparison) -> Comparison:
    if not (np.isfinite(made.outcome).all() and np.isfinite(made.covariates).all()):
        lost = ~np.isfinite(made.outcome) | ~np.isfinite(made.covariates).all(axis=1)
        raise MissingValue(
            "評点のない団体が混じっているため、推定できません。",
            where="、".join(np.array(made.names)[lost]),
            todo="調査票の提出を待つか、その団体を除いて推定してください。",
        )
    if made.treated_count in (0, made.size):
        which = "派遣を受けた団体" if made.treated_count == 0 else "比べる相手の団体"
        raise EmptyGroup(
            f"{which}が1つもないため、比べられません。", todo="分析計画の対象の定義を確かめてください。"
        )
    per_stratum = [made.is_treated[made.strata == s] for s in range(made.strata.max() + 1)]
    if not any(0 < flags.sum() < len(flags) for flags in per_stratum):
        raise NoContrast(
            "どの層にも、派遣を受けた団体と受けていない団体の両方がそろっていません。",
            todo="分析計画の「層」をまとめてください。",
        )
    maker, _ = residual_maker(made.design)
    if np.abs(maker @ made.outcome).max() <= _NOTHING * max(1.0, np.abs(made.outcome).max()):
        raise NoVariation(
            "どの団体も同じ値(または基準時だけで決まる値)なので、差の大きさを測れません。",
            todo="評点が正しく提出されているか確かめてください。",
        )
    return made
