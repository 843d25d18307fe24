"""The mart's weighted κ is the one that the statistics module computes from the landed scores."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.model.effect.agreement import Weighting, counts_of, weighted_kappa
from tests.recomputation.landed import Landed

Pair = tuple[int, int]


@pytest.fixture(scope="module")
def pairs(sample_home: Path) -> dict[tuple[str, str], list[Pair]]:
    """Scores of items that two scorers of one kind scored, by wave and group of items."""
    landed = Landed(sample_home / "landed", sample_home / "current" / "control")
    capability = {(i["wave"], i["item_no"]): i["capability"] for i in landed.rows("policy__assessment_items")}
    scored: dict[tuple[str, str, str, str], dict[int, int]] = defaultdict(dict)
    for answer in landed.rows("assessment__answers"):
        sheet = (answer["wave"], answer["municipality_code"], answer["assessor_kind"], answer["item_no"])
        scored[sheet][int(answer["scorer_no"] or 1)] = int(answer["score"])
    found: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for (wave, _, _, item), by_scorer in scored.items():
        if len(by_scorer) > 1:
            pair = (by_scorer[1], by_scorer[2])
            found[wave, "all"].append(pair)
            found[wave, capability[wave, item]].append(pair)
    return found


@pytest.mark.parametrize(
    ("column", "weighting"), [("quadratic_kappa", "quadratic"), ("linear_kappa", "linear")]
)
def test_kappa_is_the_statistics_modules(
    sample_home: Path, pairs: dict[tuple[str, str], list[Pair]], column: str, weighting: Weighting
) -> None:
    with duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True) as con:
        rows = con.execute(
            f"select wave, item_group, pair_count, equal_count, {column} from mart_assessment_agreement"
        ).fetchall()
    published = {(wave, group): (n, equal, kappa) for wave, group, n, equal, kappa in rows if n}
    assert published.keys() == pairs.keys()
    assert len(published) == 5
    for place, (n, equal, kappa) in published.items():
        first, second = zip(*pairs[place], strict=True)
        expected = weighted_kappa(counts_of(first, second, 5), weighting)
        assert (n, equal) == (len(first), sum(a == b for a, b in pairs[place]))
        assert kappa == round(Decimal(expected), 4)
