"""What agrees on the sample agrees on other programmes: other seeds, sizes, mess and as-of dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run_kyoso, run_night
from tests.recomputation.catalogue import recomputed
from tests.recomputation.comparison import as_published, definitions, differences
from tests.recomputation.landed import Landed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("seed", "municipalities", "mess", "as_of"),
    [
        (7, 5, 0, "2026-09-30"),  # a month's last day, few bodies, before the chat of the year and any case
        (11, 30, 1, "2027-03-31"),  # the year's last day, every file untidy
        (3, 24, 0.5, "2028-02-29"),  # a leap day, two years on: the later surveys, nothing of the newest year
        (42, 12, 0, "2026-07-15"),  # the middle of a month, the middle of the first dispatch
    ],
)
def test_the_figures_of_another_programme_are_the_recomputed_ones(
    seed: int, municipalities: int, mess: float, as_of: str, tmp_path: Path
) -> None:
    """The gate may well be closed on such a programme: its candidate is compared all the same."""
    size = ["--municipalities", str(municipalities), "--mess", str(mess), "--seed", str(seed)]
    made = run_kyoso("demo", tmp_path / "raw", *size)
    assert made.returncode == 0, made.stdout
    ran = run_night(tmp_path / "home", "--as-of", as_of, raw=tmp_path / "raw")
    assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    release = tmp_path / "home" / ("current" if ran.returncode == 0 else "build/candidate")
    catalogue = definitions()
    landed = Landed(tmp_path / "home" / "landed", release / "control")
    assert landed.as_of.isoformat() == as_of
    ours = recomputed(landed, {kpi_id: row["aggregation"] for kpi_id, row in catalogue.items()})
    assert {kpi_id for kpi_id, _, _ in ours} > {"K101", "K202", "K501", "K701", "K901"}
    assert differences(as_published(release / "warehouse.duckdb"), ours, catalogue) == []
