"""The verdict is stored with the release for years. If it does not come back as it was written, nobody
can say later which rows were judged and who excused what.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.gate import judge
from pipelines.quality.suite import attach_control
from pipelines.quality.verdict import Offender, Result, Verdict, Waiver, results_from
from tests.unit.quality.conftest import Break

WORD = st.text(max_size=8)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
OFFENDERS = st.lists(st.builds(Offender, WORD, WORD, WORD), max_size=3).map(tuple)
RESULTS = st.builds(
    Result,
    WORD,
    st.sampled_from(["gx", "dbt", "gate"]),
    WORD,
    WORD,
    WORD,
    WORD,
    st.sampled_from(["error", "warning"]),
    st.sampled_from(["passed", "failed", "waived"]),
    st.integers(0, 10**9),
    WORD,
    OFFENDERS,
    st.lists(WORD, max_size=2).map(tuple),
)
WAIVERS = st.builds(Waiver, WORD, WORD, WORD, WORD, WORD, DAYS, DAYS, st.lists(WORD, max_size=2).map(tuple))
VERDICTS = st.builds(
    Verdict,
    st.booleans(),
    DAYS,
    st.integers(2020, 2040),
    st.booleans(),
    st.lists(RESULTS, max_size=3).map(tuple),
    st.lists(WAIVERS, max_size=2).map(tuple),
    st.dictionaries(WORD, WORD, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(verdict=VERDICTS)
def test_a_verdict_comes_back_as_it_was_written(verdict: Verdict) -> None:
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_a_verdict_in_another_format_is_refused(candidate: tuple[Path, Path]) -> None:
    text = judge(*candidate, (), []).to_json().replace('"format": 1', '"format": 2')
    with pytest.raises(ValueError, match="形式"):
        Verdict.from_json(text)


def test_a_verdict_on_disk_is_whole_or_absent(tmp_path: Path, candidate: tuple[Path, Path]) -> None:
    verdict = judge(*candidate, (), [])
    path = verdict.write(tmp_path / "deep" / "verdict.json")
    assert Verdict.read(path) == verdict
    assert [p.name for p in path.parent.iterdir()] == ["verdict.json"]


def test_the_verdict_covers_exactly_the_rows_it_judged(broken: Break) -> None:
    warehouse, control = broken()
    verdict = judge(warehouse, control, (), [])

    def uncovered(*statements: str) -> list[str]:
        with duckdb.connect(str(warehouse)) as con:
            attach_control(con, control)
            con.begin()
            for statement in statements:
                con.execute(statement)
            found = verdict.covers(con)
            con.rollback()
            return found

    one = "municipality_code = '302015'"
    assert uncovered() == []
    assert uncovered(f"update mart_dispatch_utilisation set unit_price_jpy = 80001 where {one}") == [
        "mart_dispatch_utilisation"
    ]
    assert uncovered(f"delete from mart_stage where {one}") == ["mart_stage"]
    assert uncovered("create table mart_new as select 1 as a") == ["mart_new"]
    assert uncovered("drop table mart_joint_use") == ["mart_joint_use"]
    assert uncovered("update mart_community set message_count = message_count") == []


def test_judged_rows_counts_every_row_of_the_published_tables(candidate: tuple[Path, Path]) -> None:
    verdict = judge(*candidate, (), [])
    with duckdb.connect(str(candidate[0]), read_only=True) as con:
        attach_control(con, candidate[1])
        names = [name.removeprefix("control.") for name in verdict.fingerprints]
        counts = [con.execute(f"select count(*) from {table}").fetchall()[0][0] for table in names]
    assert verdict.judged_rows == sum(counts) > 500


def test_results_of_another_step_come_back_from_json() -> None:
    item = {
        "id": "t", "origin": "dbt", "table": "x", "title": "題", "why": "y", "what_to_do": "z",
        "severity": "error", "state": "failed", "judged_rows": 0, "observed": "1行が該当",
        "offenders": [{"scope": "a", "label": "b", "observed": "c"}], "waived_by": [],
    }  # fmt: skip
    (result,) = results_from([item])
    assert result.offenders == (Offender("a", "b", "c"),)
    assert result.closes
