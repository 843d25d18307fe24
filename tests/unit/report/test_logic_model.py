"""The logic model leaves no KPI out, and its boxes hold what is written into them."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.report.facts import Facts, Kpi
from pipelines.report.figures.logic_model import KINDS, _wrapped, draw_logic_model
from pipelines.report.sections import logic_model
from pipelines.report.wording import NEVER_FIRST, NEVER_LAST
from tests.unit.report.reading import Rows

SVG = "{http://www.w3.org/2000/svg}"


def kpi(kpi_id: str, group: str, kind: str, name: str, value: Decimal | None) -> Kpi:
    return Kpi(
        kpi_id=kpi_id, kpi_group=group, kind=kind, name_ja=name, unit="円", decimals=0, numerator=value,
        denominator=None, value=value, target=None, previous_value=None, status="目標なし", direction="up",
        reason=None, formula_ja="", source_ja="",
    )  # fmt: skip


def boxes(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    return [
        (float(r.get("x", 0)), float(r.get("y", 0)), float(r.get("width", 0)), float(r.get("height", 0)))
        for r in svg.iter(f"{SVG}rect")
    ]


def is_inside(text: ET.Element, places: list[tuple[float, float, float, float]]) -> bool:
    size, words = float(text.get("font-size", 8)), text.text or ""
    # Half-width letters of the font are a little over half as wide as they are high.
    length = size * sum(0.5 if letter.isascii() else 1.0 for letter in words)
    left = (
        float(text.get("x", 0))
        - length * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor", "start")]
    )
    base = float(text.get("y", 0))
    return any(
        x <= left + 0.5 and left + length <= x + width + 0.5 and y < base <= y + height
        for x, y, width, height in places
    )


def test_every_kpi_is_in_the_picture_with_its_value(release: Path, marts: Rows) -> None:
    facts = Facts(release)
    try:
        figure = logic_model.figure(list(facts.kpis.values()))
    finally:
        facts.close()
    assert sorted(figure.table.kpi_ids) == sorted(k["kpi_id"] for k in marts.kpis())
    words = "".join(
        t.text or "" for t in ET.fromstring(draw_logic_model(figure).svg("題", "説明")).iter(f"{SVG}text")
    )
    for found in facts.kpis.values():
        assert found.kpi_id in words
        assert found.text in words


def test_the_picture_says_that_it_shows_no_causes(release: Path) -> None:
    facts = Facts(release)
    try:
        section = logic_model.build(facts)
    finally:
        facts.close()
    assert "因果を示した証拠ではありません" in section.blocks[0].text  # type: ignore[union-attr]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(logic_model.STRANDS)),
            st.sampled_from(KINDS),
            st.text("あア漢字(K12)-", min_size=1, max_size=60),
            st.none() | st.decimals(-(10**11), 10**11, places=0),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_no_word_leaves_its_box(found: list[tuple[str, str, str, Decimal | None]]) -> None:
    kpis = [kpi(f"K{n:03}", group, kind, name, value) for n, (group, kind, name, value) in enumerate(found)]
    drawing = draw_logic_model(logic_model.figure(kpis))
    svg = ET.fromstring(drawing.svg("題", "説明"))
    places = boxes(svg)
    assert [t.text for t in svg.iter(f"{SVG}text") if not is_inside(t, places)] == []
    assert max(y + height for _, y, _, height in places) <= drawing.height + 0.5


@pytest.mark.parametrize("count", [1, 3, 7])
def test_strands_that_only_hope_share_rows(count: int) -> None:
    groups = list(logic_model.STRANDS)[:count]
    kpis = [kpi(f"K{n:03}", group, KINDS[-1], "名", None) for n, group in enumerate(groups)]
    svg = ET.fromstring(draw_logic_model(logic_model.figure(kpis)).svg("題", "説明"))
    words = [t.text for t in svg.iter(f"{SVG}text")]
    assert all(logic_model.STRANDS[group] in words for group in groups)


@given(st.text("住民年間経費1人当たり(利用後)、。」「ーっ%", min_size=1, max_size=40), st.floats(30, 200))
def test_a_name_is_wrapped_whole_and_by_the_rules_of_line_breaking(text: str, room: float) -> None:
    pieces = _wrapped(text, room, 6.6)
    assert "".join(pieces) == text
    for before, after in pairwise(pieces):
        # Marks in a row longer than a line have nowhere to go.
        if set(before) <= set(NEVER_FIRST + NEVER_LAST) or len(before) == 1:
            continue
        assert after[0] not in NEVER_FIRST
        assert before[-1] not in NEVER_LAST
