"""The comparison must see a single cell: it is all that holds the two engines together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.spark.compare import Difference, Same, judge

COLUMNS = [("kpi_id", "string"), ("value", "decimal(18,4)"), ("missing", "array<string>")]
ROWS: list[tuple[Any, ...]] = [("K101", Decimal("1.5000"), ["判断"]), ("K102", None, []), ("K102", None, [])]


def test_the_same_rows_in_another_order_are_the_same_table() -> None:
    assert judge("main.mart_kpi", (COLUMNS, ROWS), (COLUMNS, ROWS[::-1])) == Same("main.mart_kpi", 3)


@pytest.mark.parametrize(
    ("position", "row"),
    [
        (0, ("K101", Decimal("1.5001"), ["判断"])),
        (0, ("K101", Decimal("1.5000"), [])),
        (1, ("K102", Decimal("0.0000"), [])),
        (1, ("K101", Decimal("1.5000"), ["判断"])),
    ],
    ids=["one digit", "a list", "null is not zero", "twice instead of once"],
)
def test_one_cell_makes_a_difference(position: int, row: tuple[Any, ...]) -> None:
    changed = [*ROWS[:position], row, *ROWS[position + 1 :]]
    found = judge("main.mart_kpi", (COLUMNS, ROWS), (COLUMNS, changed))
    assert isinstance(found, Difference)
    assert "DuckDBだけ1行、Sparkだけ1行" in found.how


def test_a_missing_column_and_a_type_that_was_promised_make_a_difference() -> None:
    narrower = [("kpi_id", "string"), ("value", "decimal(10,4)"), ("missing", "array<string>")]
    assert isinstance(judge("main.mart_kpi", (COLUMNS, ROWS), (narrower, ROWS)), Difference)
    assert isinstance(judge("intermediate.int_x", (COLUMNS, ROWS), (narrower, ROWS)), Same)
    assert isinstance(judge("intermediate.int_x", (COLUMNS, ROWS), (COLUMNS[:2], ROWS)), Difference)
