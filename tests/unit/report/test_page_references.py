"""Links from figures to their evidence, whatever stands around them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from pipelines.report.document import EvidenceRow
from pipelines.report.page_evidence import by_role
from pipelines.report.page_references import References

SUBJECTS = ("K101", "K203", "A4", "D1", "計画 2/A1", '"><script>')


@pytest.fixture
def references() -> References:
    made = References(SUBJECTS)
    made.enter("summary", "1 要約")
    return made


def hrefs(markup: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', markup)


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("実施率は69.6%(K203)です。", ["#evidence-K203"]),
        ("K101・K203", ["#evidence-K101", "#evidence-K203"]),
        ("K999は定義がない", []),
        ("分析A4と判断基準D1", ["#evidence-A4", "#evidence-D1"]),
        ("A4 主要", ["#evidence-A4"]),
        ("印刷はA4で", []),
        ("XK101、K1012、K101-1", []),
    ],
)
def test_a_number_becomes_a_link_where_it_names_a_figure(
    references: References, text: str, linked: list[str]
) -> None:
    assert hrefs(references.words(text)) == linked
    assert hrefs(references.cell(text)) == linked


def test_a_figure_and_its_unit_stay_on_one_line(references: References) -> None:
    assert '<span class="tied">29団体</span>' in references.words("評価のある29団体のうち")


@given(st.text(alphabet="K1023A4<>&\"'団体、 \u202e", max_size=30))
def test_whatever_stands_there_is_read_as_it_was_written(text: str) -> None:
    references = References(SUBJECTS)
    for written in (references.words(text), references.cell(text)):
        bare = re.sub(r"</?(?:a|span)(?: [a-z-]+=\"[^\"<>]*\")*>", "", written)
        assert bare == escape(unescape(bare))
        assert unescape(bare) == text


def test_a_number_an_officer_chose_can_be_linked_whatever_it_is(references: References) -> None:
    names = [references.target(subject) for subject in SUBJECTS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[\w-]+", name) for name in names)
    assert hrefs(references.cell('"><script>')) == [f"#{names[-1]}"]
    assert "<script" not in references.cell('"><script>')


def test_the_way_back_is_the_first_mention_in_each_section(references: References) -> None:
    first = references.words("K101とK101")
    references.enter("outcomes", "6 KPIの一覧")
    references.cell("K101")
    assert references.places["K101"] == [("at-K101-summary", "1 要約"), ("at-K101-outcomes", "6 KPIの一覧")]
    assert first.count("id=") == 1


def test_a_drawing_with_links_is_a_group_and_one_without_stays_a_picture(references: References) -> None:
    picture = '<svg role="img"><title>図</title><text x="1">K101</text></svg>'
    linked = references.drawing(picture)
    assert 'role="group"' in linked
    assert hrefs(linked) == ["#evidence-K101"]
    assert references.drawing('<svg role="img"><text x="1">K999</text></svg>') == (
        '<svg role="img"><text x="1">K999</text></svg>'
    )


def test_rows_are_found_by_role_file_and_cell() -> None:
    cells = ("B10", "B9", "AA1", "A10", "12行目")
    rows = [EvidenceRow("判定に使った行", "b.xlsx", "表", cell, "") for cell in cells]
    rows += [EvidenceRow("分子", "z.csv", "CSV", "C2", ""), EvidenceRow("分子", "a.csv", "CSV", "C2", "")]
    found = by_role(rows)
    assert [role for role, _ in found] == ["分子", "判定に使った行"]
    assert [path for path, _ in found[0][1]] == ["a.csv", "z.csv"]
    assert [row.cell for row in found[1][1][0][1]] == ["AA1", "B9", "A10", "B10", "12行目"]
