"""Who could have been treated: every re-assignment within strata, or a seeded sample of them.

Within each stratum as many units are treated as really were (a conditional randomisation test,
Fisher 1935; Edgington & Onghena 2007, ch. 3). That units of one stratum had the same chance is an
assumption here, because the municipalities applied; it is printed with every result.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
import numpy.typing as npt

from pipelines.model.effect.comparison import Flags

EXACT_LIMIT = 1_000_000
# Random numbers held at once, whatever the number of units.
_CHUNK_CELLS = 20_000_000


@dataclass(frozen=True)
class Assignments:
    """Re-assignments of the treatment.

    Attributes:
        flags: rows of n flags; all possible ones when `is_exact`, else random draws without the real one.
        possible_count: how many there are in all.
        is_exact: whether all are listed.
    """

    flags: Flags
    possible_count: int
    is_exact: bool


def possible_count(is_treated: Flags, strata: npt.NDArray[np.int64]) -> int:
    """Number of ways to treat as many units per stratum as were treated."""
    groups = [is_treated[strata == s] for s in range(int(strata.max()) + 1)]
    return prod(comb(len(flags), int(flags.sum())) for flags in groups)


def assignments(
    is_treated: Flags, strata: npt.NDArray[np.int64], *, draws: int, seed: int, limit: int = EXACT_LIMIT
) -> Assignments:
    """All re-assignments when they number at most `limit`, else `draws` random ones.

    Raises:
        ValueError: no draws are asked for where they are needed.
    """
    count = possible_count(is_treated, strata)
    if count <= limit:
        return Assignments(_all(is_treated, strata, count), count, is_exact=True)
    if draws < 1:
        raise ValueError("draws")
    return Assignments(_drawn(is_treated, strata, draws, np.random.default_rng(seed)), count, is_exact=False)


def _all(is_treated: Flags, strata: npt.NDArray[np.int64], count: int) -> Flags:
    flags = np.zeros((count, len(is_treated)), dtype=bool)
    repeat = count
    for stratum in range(int(strata.max()) + 1):
        places = np.flatnonzero(strata == stratum)
        chosen = int(is_treated[places].sum())
        ways = comb(len(places), chosen)
        repeat //= ways
        if not chosen:
            continue
        listed = np.fromiter(
            (place for way in combinations(places.tolist(), chosen) for place in way),
            dtype=np.int64,
            count=ways * chosen,
        ).reshape(ways, chosen)
        # Strata turn like the wheels of a counter: later ones faster.
        turn = np.repeat(np.arange(ways), repeat)
        np.put_along_axis(flags, listed[np.tile(turn, count // len(turn))], values=True, axis=1)
    return flags


def _drawn(is_treated: Flags, strata: npt.NDArray[np.int64], draws: int, rng: np.random.Generator) -> Flags:
    flags = np.zeros((draws, len(is_treated)), dtype=bool)
    for stratum in range(int(strata.max()) + 1):
        places = np.flatnonzero(strata == stratum)
        chosen = int(is_treated[places].sum())
        if chosen == len(places):
            flags[:, places] = True
        elif chosen:
            chunk = max(1, _CHUNK_CELLS // len(places))
            for start in range(0, draws, chunk):
                rows = min(chunk, draws - start)
                order = np.argpartition(rng.random((rows, len(places)), dtype=np.float32), chosen - 1, axis=1)
                block = flags[start : start + rows]
                np.put_along_axis(block, places[order[:, :chosen]], values=True, axis=1)
    return flags
