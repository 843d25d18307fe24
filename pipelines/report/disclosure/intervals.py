"""How closely a reader can compute a figure that is not shown: its feasibility interval.

The prefecture's amount is the sum of its municipalities', in this edition and in every earlier one. A reader is taken
to know all of that, every shown amount, how many people answered everywhere, and what answers are possible at all.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

Name = Hashable
Interval = tuple[float, float]
_CLOSE = 1e-6


@dataclass(frozen=True)
class Variable:
    """An amount.

    Attributes:
        value: what it really is.
        lowest: the least it can be whatever people answer.
        highest: the most it can be.
        is_whole: whether it counts people.
    """

    value: float
    lowest: float
    highest: float
    is_whole: bool


@dataclass(frozen=True)
class Sum:
    """`total` is the sum of `parts`; the names of variables."""

    total: Name
    parts: tuple[Name, ...]

    @property
    def names(self) -> tuple[Name, ...]:
        """All of them."""
        return (self.total, *self.parts)

    def sign(self, name: Name) -> float:
        """With these signs everything adds up to zero."""
        return -1.0 if name == self.total else 1.0


class Reader:
    """Somebody who knows some amounts and what adds up, and computes the others as closely as can be."""

    def __init__(
        self, variables: Mapping[Name, Variable], sums: Sequence[Sum], known: Collection[Name]
    ) -> None:
        self._variables, self._known = variables, frozenset(known)
        unlike = {frozenset(s.names) - self._known: s for s in sums}
        self._of: dict[Name, list[Sum]] = {}
        for hidden, relation in unlike.items():
            together = [relation]
            for name in hidden:
                together += [s for s in self._of.get(name, ()) if s not in together]
            for name in {n for s in together for n in s.names} - self._known:
                self._of[name] = together
        self._ranges: dict[Sum, _Range] = {}

    def interval(self, target: Name, own: Collection[Name] = ()) -> Interval:
        """Between what an amount must lie, for somebody who knows the amounts `own` besides.

        Returns:
            Lower and upper end, −inf and inf where nothing limits it.
        """
        variable, own = self._variables[target], set(own) - self._known
        if target in self._known or target in own:
            return variable.value, variable.value
        found = self._of.get(target)
        if not found:
            return variable.lowest, variable.highest
        if len(found) > 1:
            return _by_all(target, self._variables, found, self._known | own)
        return self._range(found[0]).interval(target, own & set(found[0].names))

    def at_worst(self, target: Name) -> Interval | None:
        """An interval no wider than anybody's who knows one more amount; None where that takes looking at each."""
        found = self._of.get(target, [])
        return self._range(found[0]).at_worst(target) if len(found) == 1 else None

    def _range(self, relation: Sum) -> _Range:
        if relation not in self._ranges:
            self._ranges[relation] = _Range(self._variables, relation, self._known)
        return self._ranges[relation]


class _Range:
    """One sum: the ends are plain, everything else as small, or as large, as it can be."""

    def __init__(self, variables: Mapping[Name, Variable], relation: Sum, known: Collection[Name]) -> None:
        self._variables, self._relation = variables, relation
        self._ends: dict[Name, Interval] = {}
        for name in relation.names:
            v = variables[name]
            low, high = (v.value, v.value) if name in known else (v.lowest, v.highest)
            self._ends[name] = (low, high) if relation.sign(name) > 0 else (-high, -low)
        self._low = _total(low for low, _ in self._ends.values())
        self._high = _total(high for _, high in self._ends.values())
        values = {name: relation.sign(name) * variables[name].value for name in relation.names}
        self._most_up = max(values[name] - low for name, (low, _) in self._ends.items())
        self._most_down = max(high - values[name] for name, (_, high) in self._ends.items())

    def interval(self, target: Name, own: Collection[Name]) -> Interval:
        low, high = _without(self._low, self._ends[target][0]), _without(self._high, self._ends[target][1])
        for name in own:
            value = self._relation.sign(name) * self._variables[name].value
            low = _with(_without(low, self._ends[name][0]), value)
            high = _with(_without(high, self._ends[name][1]), value)
        return self._of(target, -inf if low[1] else low[0], inf if high[1] else high[0])

    def at_worst(self, target: Name) -> Interval | None:
        low, high = _without(self._low, self._ends[target][0]), _without(self._high, self._ends[target][1])
        if 1 in (low[1], high[1]):
            return None
        rest_low = -inf if low[1] else low[0] + self._most_up
        return self._of(target, rest_low, inf if high[1] else high[0] - self._most_down)

    def _of(self, target: Name, rest_low: float, rest_high: float) -> Interval:
        """What remains for the target between the ends of everything else."""
        variable = self._variables[target]
        is_part = self._relation.sign(target) > 0
        ends = (-rest_high, -rest_low) if is_part else (rest_low, rest_high)
        return max(ends[0], variable.lowest), min(ends[1], variable.highest)


# A sum with the number of its infinite terms kept apart, so that one of them can be taken out again.
_Total = tuple[float, int]


def _total(terms: Iterable[float]) -> _Total:
    found: _Total = (0.0, 0)
    for term in terms:
        found = _with(found, term)
    return found


def _with(total: _Total, term: float) -> _Total:
    return (total[0], total[1] + 1) if abs(term) == inf else (total[0] + term, total[1])


def _without(total: _Total, term: float) -> _Total:
    return (total[0], total[1] - 1) if abs(term) == inf else (total[0] - term, total[1])


def _by_all(
    target: Name, variables: Mapping[Name, Variable], sums: Sequence[Sum], known: Collection[Name]
) -> Interval:
    """Of several sums that share hidden amounts: by integer programming, loaded only when editions differ so."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = sorted({n for s in sums for n in s.names if n not in known}, key=repr)
    place = {name: i for i, name in enumerate(names)}
    matrix, right = np.zeros((len(sums), len(names))), np.zeros(len(sums))
    for row, relation in enumerate(sums):
        for name in relation.names:
            if name in known:
                right[row] -= relation.sign(name) * variables[name].value
            else:
                matrix[row, place[name]] = relation.sign(name)
    own = variables[target]
    ends = []
    for sign, limit in ((1.0, own.lowest), (-1.0, own.highest)):
        aim = np.zeros(len(names))
        aim[place[target]] = sign
        found = milp(
            aim,
            constraints=LinearConstraint(matrix, right - _CLOSE, right + _CLOSE),
            integrality=[int(variables[n].is_whole) for n in names],
            bounds=Bounds([variables[n].lowest for n in names], [variables[n].highest for n in names]),
        )
        ends.append(float(found.x[place[target]]) if found.success else limit)
    return ends[0], ends[1]


def is_wide(found: Interval, variable: Variable, needed: float) -> bool:
    """Whether an interval keeps an amount secret.

    A count needs two whole numbers in it, any other amount `needed` between its ends.
    """
    low, high = found
    return high - low >= (1.0 if variable.is_whole else needed) - _CLOSE
