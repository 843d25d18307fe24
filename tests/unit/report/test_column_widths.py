"""A nation's numbers are longer than a prefecture's: on paper they ran into the next column, and nobody could read either."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.column_widths import columns_that_fit, fitted, needs_of
from pipelines.report.document import Cell, Column, Table
from pipelines.report.typesetting import compiler

ROOM = 493.0
TEXTS = (
    "1,470,001,000",
    "+395,326,000",
    "−2,010,796,000",
    "▲8",
    "WG01-62",
    "J8-01-62",
    "K312",
    "72.3%",
    "目標なし",
    "DX-GOALS",
)


def table(*rows: tuple[str, ...], labels: tuple[str, ...] = ()) -> Table:
    columns = tuple(Column(label) for label in labels or [""] * len(rows[0]))
    return Table("t", "題", columns, tuple(tuple(map(Cell, row)) for row in rows), empty_reason="該当なし。")


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_reckoned_is_what_the_typesetter_needs(text: str, tmp_path: Path) -> None:
    """Measured by Typst in the font that is printed; a little more is no harm."""
    source = tmp_path / "m.typ"
    source.write_text(
        f'#set text(font: "Noto Sans CJK JP", size: 8pt, number-width: "tabular", lang: "ja")\n'
        f'#context [#metadata(measure("{text}").width.pt()) <w>]',
        encoding="utf-8",
    )
    (found,) = json.loads(compiler(source).query("<w>", field="value"))
    (need,) = needs_of(table((text,)))
    assert found + 4.4 <= need + 0.5
    assert need <= 1.25 * (found + 4.4)


def test_a_column_takes_what_it_needs_from_columns_that_can_give() -> None:
    wide = fitted(table(("K310", "削減額(試算)の名前" * 3, *["1,470,001,000"] * 6, "目標なし")))
    widths, total = [c.width for c in wide.columns], sum(c.width for c in wide.columns)
    assert total == pytest.approx(ROOM, abs=1)
    assert all(width >= need - 0.1 for width, need in zip(widths, needs_of(wide), strict=True))
    assert widths[1] < ROOM / len(widths)


def test_a_table_whose_columns_are_wide_enough_stays_as_it_is() -> None:
    same = table(("K101", "協働以上の団体", "19", "30"))
    assert fitted(same) is same


def test_headings_count_too_and_what_no_page_bears_is_said() -> None:
    codes = tuple(f"WG01-{n}" for n in range(51, 71))
    matrix = table(tuple("" for _ in codes), labels=codes)
    assert 10 <= columns_that_fit(matrix) < len(codes)
    assert columns_that_fit(table(("x" * 500, "y"))) == 1


CELL = st.text(alphabet="0123456789,−▲WG市町村", max_size=14)


@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.tuples(*[CELL] * n), min_size=1, max_size=4)))
def test_no_number_leaves_its_column_where_there_is_room(rows: list[tuple[str, ...]]) -> None:
    one = fitted(table(*rows))
    needs, total = needs_of(one, 0.0), sum(c.width for c in one.columns)
    if sum(needs) < ROOM:
        for column, need in zip(one.columns, needs, strict=True):
            assert column.width / total * ROOM >= need - 0.5
