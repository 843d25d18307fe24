"""K701-K703: what the state publishes about each municipality."""

from __future__ import annotations

from tests.recomputation.figures import Figures, exact
from tests.recomputation.landed import Landed


def add_residents(landed: Landed, figures: Figures) -> None:
    """Online applications and the organisation for DX, of this prefecture's municipalities."""
    values = {
        (row["indicator_code"], row["statistics_year"], row["area_code"]): exact(row["value"])
        for row in landed.rows("public_statistics__indicators")
        if row["value"] is not None and row["area_code"] in landed.population
    }
    for (indicator, year, code), value in values.items():
        if indicator == "online_rate":
            figures.add("K701", year, code, value, 1)
            before = values.get((indicator, year - 1, code))
            if before is not None:
                figures.add("K703", year, code, value - before, 1)
        if indicator == "has_organisation":
            figures.add("K702", year, code, int(value == 1), 1)
