"""Somebody who wants to know what few people answered, and computes it from what was published.

Written apart from the code that suppresses: it only knows equations between amounts, and what amounts can be at all.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

Name = Hashable
_CLOSE = 1e-6


@dataclass
class Attack:
    """What is known.

    Attributes:
        limits: between what each unknown amount lies anyhow, and whether it counts people.
        equations: amounts with their coefficients, and what they give together.
    """

    limits: dict[Name, tuple[float, float, bool]] = field(default_factory=dict)
    equations: list[tuple[Mapping[Name, float], float]] = field(default_factory=list)

    def unknown(self, name: Name, low: float, high: float, *, is_count: bool = True) -> None:
        """There is an amount."""
        self.limits[name] = (low, high, is_count)

    def learn(self, amounts: Mapping[Name, float], total: float) -> None:
        """What amounts give together."""
        self.equations.append((dict(amounts), total))

    def between(self, amounts: Mapping[Name, float] | Name) -> tuple[float, float]:
        """Smallest and largest that an amount, or a combination of amounts, can be."""
        wanted = amounts if isinstance(amounts, Mapping) else {amounts: 1.0}
        names = list(self.limits)
        place = {name: i for i, name in enumerate(names)}
        matrix = np.zeros((len(self.equations) + 1, len(names)))
        right = np.zeros(len(self.equations) + 1)
        for row, (parts, total) in enumerate(self.equations):
            for name, coefficient in parts.items():
                matrix[row, place[name]] += coefficient
            right[row] = total
        aim = np.zeros(len(names))
        for name, coefficient in wanted.items():
            aim[place[name]] = coefficient
        return self._end(aim, matrix, right, 1.0), self._end(aim, matrix, right, -1.0)

    def _end(self, aim: np.ndarray, matrix: np.ndarray, right: np.ndarray, sign: float) -> float:
        found = milp(
            sign * aim,
            constraints=LinearConstraint(matrix, right - _CLOSE, right + _CLOSE),
            integrality=[int(is_count) for _, _, is_count in self.limits.values()],
            bounds=Bounds(
                [low for low, _, _ in self.limits.values()], [high for _, high, _ in self.limits.values()]
            ),
        )
        # Unbounded is found too, as a status without a solution; what is impossible would be a mistake here.
        assert found.status in (0, 3, 4), found.message
        return float(aim @ found.x) if found.x is not None else -sign * float("inf")


def pinned(attack: Attack, names: Iterable[Name]) -> list[Name]:
    """Counts of which only one whole number is possible."""
    found = {name: attack.between(name) for name in names}
    return [name for name, (low, high) in found.items() if high - low < 1 - _CLOSE]
