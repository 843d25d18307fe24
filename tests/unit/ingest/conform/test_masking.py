"""Findings travel to status pages and lists that many people read. A respondent's answer must not travel with them."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.contracts import all_datasets
from pipelines.ingest.findings import MASKED
from tests.unit.ingest.conform.forms import conformed, heading, visit, visits

ANSWERS = "survey__transfer_answers"
FIELDS = [f.name for f in all_datasets()[ANSWERS].columns]
MASKED_FIELDS = [f.name for f in all_datasets()[ANSWERS].columns if f.is_masked]


def answer(**typed: str) -> list[str]:
    correct = {
        "response_id": "G-1",
        "answered_date": "R8.5.20",
        "wave": "派遣前",
        "municipality_code": "海南市",
        "respondent_kind": "原課",
    }
    return [(correct | typed).get(name, "") for name in FIELDS]


def test_most_answers_of_a_survey_are_masked() -> None:
    assert {"answered_date", "can_do_planning", "response_id"} <= set(MASKED_FIELDS)


@given(
    st.dictionaries(
        st.sampled_from(MASKED_FIELDS),
        st.sampled_from(["R8.2.31", "97", "約73時間", "秘密の記入XYZ", "4.75", "①", "3〜5", "777泊"]),
        min_size=1,
        max_size=4,
    )
)
def test_nothing_typed_into_a_respondents_field_appears_in_any_finding(typed: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = conformed(Path(folder), [heading(ANSWERS), answer(**typed)], "survey")
    shown = " ".join(f.message + f.typed_text + f.suggestion for f in outcome.findings)
    for text in typed.values():
        assert text not in shown
        assert not any(part in shown for part in ("31日", "97", "73", "秘密", "4.75", "777"))
    for finding in outcome.findings:
        if finding.field in MASKED_FIELDS and finding.rule not in ("missing_value", "missing_column"):
            assert finding.typed_text == MASKED
            assert finding.suggestion == ""


def test_a_score_outside_its_scale_is_found_without_being_told(tmp_path: Path) -> None:
    outcome = conformed(tmp_path, [heading(ANSWERS), answer(can_do_planning="97")], "survey")
    (finding,) = outcome.findings
    assert finding.rule == "outside_scale"
    assert "97" not in finding.message + finding.typed_text + finding.suggestion
    assert "0から4" in finding.expected


def test_a_repeated_response_is_found_without_its_id(tmp_path: Path) -> None:
    rows = [heading(ANSWERS), answer(response_id="秘-77"), answer(response_id="秘-77")]
    (finding,) = conformed(tmp_path, rows, "survey").findings
    assert finding.rule == "renewed_row"
    assert "秘-77" not in str(asdict(finding))


def test_an_organisations_own_entry_is_shown_as_typed(tmp_path: Path) -> None:
    (finding,) = visits(tmp_path, [visit(1, visit_date="R8.6.31")]).findings
    assert (finding.typed_text, finding.suggestion) == ("R8.6.31", "R8.6.30")
    assert "6月31日" in finding.message


@pytest.mark.parametrize("dataset", sorted(all_datasets()))
def test_who_and_what_someone_answered_is_classified_in_every_contract(dataset: str) -> None:
    for field in all_datasets()[dataset].fields:
        assert field.classification in ("organisation", "personal", "respondent"), field.name
        assert (field.parser == "person") == (field.classification == "personal"), field.name
