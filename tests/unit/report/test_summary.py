"""Page one. A target called missed before its day has come turns a report into an accusation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.model.effect.reading import VERDICTS
from pipelines.report.facts import Kpi
from pipelines.report.sections import summary
from pipelines.report.sections.kpi_table import standing


def kpi(status: str, value: int | None, target: int = 10, direction: str = "up") -> Kpi:
    measured = None if value is None else Decimal(value)
    return Kpi(
        "K000", "stage", "試験", "アウトカム", "団体", 0, measured, None, measured, Decimal(target), None,
        status, direction, None, "", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "value", "direction", "shown"),
    [
        ("現時点", 9, "up", "途中"),
        ("現時点", 10, "up", "到達"),
        ("現時点", 11, "down", "途中"),
        ("未達", 9, "up", "未達"),
        ("達成", 10, "up", "達成"),
        ("値なし", None, "up", "値なし"),
    ],
)
def test_a_target_is_missed_only_after_its_day(
    status: str, value: int | None, direction: str, shown: str
) -> None:
    assert standing(kpi(status, value, direction=direction)).text == shown


def test_every_branch_of_the_verdict_with_an_estimate_has_its_clause() -> None:
    without_estimate = {"no_outcome", "no_units", "cannot_estimate"}
    assert set(summary._WHYS) == set(VERDICTS) - without_estimate
