"""Why an effect cannot be estimated, in words for the officer who reads the report."""

from __future__ import annotations

from pipelines.errors import KyosoError


class CannotEstimate(KyosoError):
    """The data do not admit the estimate; guessing would be worse than saying so."""


class EmptyGroup(CannotEstimate):
    """One of the two groups has no unit."""


class NoVariation(CannotEstimate):
    """The outcome is the same for every unit once covariates and strata are accounted for."""


class MissingValue(CannotEstimate):
    """A value is absent or not a number where the method needs one."""


class NoContrast(CannotEstimate):
    """No stratum holds treated and untreated units, so nothing can be compared within strata."""


class TooFewUnits(CannotEstimate):
    """Fewer units than the model has coefficients, with at least one to spare."""


class ShapesDiffer(CannotEstimate):
    """The columns do not describe the same units."""
