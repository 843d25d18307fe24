"""Programmes whose dispatch moved scores by a known amount: the registered analysis must say so, and the criteria must follow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.demo.programme import make_programme
from pipelines.model.dbt import close_connections, invoke, parse
from pipelines.night import Night
from pipelines.quality.gate import judge
from pipelines.report.document import Answer, Table
from pipelines.report.facts import Facts
from pipelines.report.sections import summary
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

# After the scores of March and the accounts of May.
AFTER = date(2027, 6, 20)
EFFECTS = (0.0, 0.5, 1.5)
# What the first sentence must name, by the branch of the rule that decided.
WHYS = {
    "worthwhile": "推定が費用に見合う大きさに達したので",
    "below_worthwhile": "信頼区間の全体が費用に見合う大きさを下回るため",
    "no_difference_shown": "信頼区間がゼロも費用に見合う大きさも含むため",
}


@dataclass(frozen=True)
class Evaluated:
    """What the evaluation of one programme says."""

    estimate: Decimal
    low: Decimal
    high: Decimal
    smallest_worthwhile: Decimal
    deviation: Decimal
    verdict: str
    reason: str
    reading: str
    criterion: tuple[str, Decimal, str]
    first_sentence: str
    shown_verdicts: list[str]


def evaluate(folder: Path, effect_sd: float) -> Evaluated:
    """Everything from received files to page one, without the documents."""
    make_programme(folder / "raw", mess=0, effect_sd=effect_sd)
    settings = Settings(folder / "raw", folder / "home", 2026, AFTER)
    night = Night(settings)
    try:
        night.write_control()
        manifest = parse(settings)
        kinds = [
            word for kind in ("test", "unit_test", "exposure") for word in ("--exclude-resource-type", kind)
        ]
        built = invoke(settings, ["build", *kinds], manifest)
        assert {str(r.status) for r in built.results} == {"success"}
    finally:
        close_connections()
        night.close()
    judge(*night.candidate.judged, (), []).write(night.candidate.verdict)
    return _read(night.candidate.folder)


def _read(candidate: Path) -> Evaluated:
    with duckdb.connect(str(candidate / "warehouse.duckdb"), read_only=True) as con:
        effect = con.execute(
            "select estimate, interval_low, interval_high, smallest_worthwhile, baseline_deviation, verdict, verdict_reason, "
            "reading_ja from mart_effect where role = 'primary'"
        ).fetchone()
        criterion = con.execute(
            "select verdict, measured, reason_ja from mart_decision where fiscal_year = 2026 and plan_id is not null"
        ).fetchone()
    assert effect is not None
    assert criterion is not None
    facts = Facts(candidate)
    try:
        page = summary.build(facts)
    finally:
        facts.close()
    answer = next(b for b in page.blocks if isinstance(b, Answer))
    table = next(b for b in page.blocks if isinstance(b, Table) and b.key == "criteria_in_short")
    return Evaluated(*effect, criterion, answer.lead.split("。")[0], [line[-1].text for line in table.rows])


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[float, Evaluated]]:
    before = dict(os.environ)
    yield {effect: evaluate(tmp_path_factory.mktemp(f"effect{effect}"), effect) for effect in EFFECTS}
    os.environ.clear()
    os.environ.update(before)


def by_the_plan(found: Evaluated) -> str:
    """The rule that the plan registers, written once more by hand."""
    if found.low > 0 and found.estimate >= found.smallest_worthwhile:
        return "met"
    return "not_met" if found.high < found.smallest_worthwhile else "undecided"


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_verdict_is_what_the_plan_says_of_the_interval(
    evaluated: dict[float, Evaluated], effect: float
) -> None:
    assert evaluated[effect].verdict == by_the_plan(evaluated[effect])


def test_an_effect_moves_the_verdict_and_none_does_not(evaluated: dict[float, Evaluated]) -> None:
    assert evaluated[0.0].verdict != "met"
    assert evaluated[0.5].verdict == evaluated[1.5].verdict == "met"
    assert evaluated[0.0].low < 0 < evaluated[0.0].high


@pytest.mark.parametrize("effect", [0.5, 1.5])
def test_what_was_put_in_is_found_within_rounding_and_the_scales_end(
    evaluated: dict[float, Evaluated], effect: float
) -> None:
    """Scores are whole points from 0 to 4: a shift is blurred by rounding, and cut off at the top."""
    found = evaluated[effect]
    put_in = Decimal(str(effect)) * found.deviation
    gained = found.estimate - evaluated[0.0].estimate
    assert Decimal("0.75") * put_in <= gained <= Decimal("1.25") * put_in


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_criterion_follows_the_analysis(evaluated: dict[float, Evaluated], effect: float) -> None:
    found = evaluated[effect]
    assert found.criterion == (found.verdict, found.estimate, found.reading)


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_first_sentence_says_the_verdict_and_why(
    evaluated: dict[float, Evaluated], effect: float
) -> None:
    found = evaluated[effect]
    name = {"met": "(満たす)", "not_met": "(満たさない)", "undecided": "(判定不能)"}[found.verdict]
    assert found.first_sentence.endswith(name)
    assert WHYS[found.reason] in found.first_sentence
    marks = {"met": "✓ 満たす", "not_met": "× 満たさない", "undecided": "? 判定不能"}
    assert found.shown_verdicts[1] == marks[found.verdict]
