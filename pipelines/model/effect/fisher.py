"""Fisher's exact test of a two-by-two table, in whole numbers and fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist

from pipelines.model.effect.refusals import EmptyGroup, MissingValue, NoVariation


@dataclass(frozen=True)
class FisherTest:
    """Counts of the treated and the untreated who reached the goal, with p-values given all margins.

    Attributes:
        greater: chance of at least as many treated successes.
        two_sided: chance of every table no more likely than the one found (Freeman & Halton 1951; what
            R's fisher.test does). Doubling the one-sided value is another convention, not used here.
        mid_two_sided: the same with half of the weight of tables exactly as likely (Lancaster 1961): less
            conservative, but no longer guaranteed to hold its level; shown, never decided by.
        smallest: the smallest two-sided value these margins can give.
        assignment_count: number of ways to choose who reached the goal.
    """

    treated_reached: int
    treated: int
    untreated_reached: int
    untreated: int
    greater: Fraction
    two_sided: Fraction
    mid_two_sided: Fraction
    smallest: Fraction
    assignment_count: int

    @property
    def difference(self) -> float:
        """Share of the treated minus share of the untreated."""
        return self.treated_reached / self.treated - self.untreated_reached / self.untreated


def fisher_exact(treated_reached: int, treated: int, untreated_reached: int, untreated: int) -> FisherTest:
    """Fisher (1935, The Design of Experiments, ch. 2): the hypergeometric distribution of one cell.

    Assumes that, without an effect, every way of choosing the treated was as likely (or that the
    successes are independent with one common chance).

    Raises:
        MissingValue: counts that are negative or exceed their group.
        EmptyGroup: a group without units.
        NoVariation: all or none reached the goal; the table then says nothing.
    """
    if not (0 <= treated_reached <= max(treated, 0) and 0 <= untreated_reached <= max(untreated, 0)):
        raise MissingValue("団体数の内訳が合いません。", todo="システム担当者に知らせてください。")
    if treated == 0 or untreated == 0:
        raise EmptyGroup(
            "一方の群に団体がないため、割合を比べられません。",
            todo="分析計画の対象の定義を確かめてください。",
        )
    reached, total = treated_reached + untreated_reached, treated + untreated
    if reached in (0, total):
        raise NoVariation(
            "到達した団体が全部か、1つもないため、割合の差を検定できません。",
            todo="次の調査の結果を待ってください。",
        )
    cells = range(max(0, reached - untreated), min(reached, treated) + 1)
    ways = {k: comb(treated, k) * comb(untreated, reached - k) for k in cells}
    every, found = comb(total, reached), ways[treated_reached]
    as_likely = sum(w for w in ways.values() if w == found)
    rarer = sum(w for w in ways.values() if w < found)
    rarest = min(ways.values())
    return FisherTest(
        treated_reached,
        treated,
        untreated_reached,
        untreated,
        greater=Fraction(sum(w for k, w in ways.items() if k >= treated_reached), every),
        two_sided=Fraction(rarer + as_likely, every),
        mid_two_sided=Fraction(2 * rarer + as_likely, 2 * every),
        smallest=Fraction(sum(w for w in ways.values() if w == rarest), every),
        assignment_count=every,
    )


def newcombe_interval(
    treated_reached: int, treated: int, untreated_reached: int, untreated: int, alpha: float
) -> tuple[float, float]:
    """Interval of the difference of two shares (Newcombe 1998, Stat Med 17:873–890, method 10).

    From Wilson's intervals of both shares; keeps within −1 … 1 and has an extent even at 0 or 1. Its
    coverage is approximate, so it can differ from Fisher's test at the border.
    """
    one = _wilson(treated_reached, treated, alpha)
    other = _wilson(untreated_reached, untreated, alpha)
    p, q = treated_reached / treated, untreated_reached / untreated
    return (
        p - q - sqrt((p - one[0]) ** 2 + (other[1] - q) ** 2),
        p - q + sqrt((one[1] - p) ** 2 + (q - other[0]) ** 2),
    )


def _wilson(reached: int, total: int, alpha: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(1 - alpha / 2)
    middle = (2 * reached + z**2) / (2 * (total + z**2))
    half = z * sqrt(z**2 + 4 * reached * (1 - reached / total)) / (2 * (total + z**2))
    return middle - half, middle + half
