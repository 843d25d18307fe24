"""People act on the sentence, not on the interval: every branch is reached, and none says more than the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from pipelines.model.effect import reading
from pipelines.model.effect.analyse import analyse
from pipelines.model.effect.estimate import run
from pipelines.model.effect.plan import Plan, Unit
from tests.unit.model.effect.invented import PLAN, REACHED, changed, reached, scored, scorings

# Branch of the rule -> plan and municipalities that lead there.
BRANCHES: dict[str, Callable[[], tuple[Plan, list[Unit]]]] = {
    "worthwhile": lambda: (PLAN, scored(0.8)),
    "difference_too_uncertain": lambda: (replace(PLAN, smallest_worthwhile=0.5), scored(0.45)),
    "small_but_real": lambda: (replace(PLAN, smallest_worthwhile=1.5), scored(0.6)),
    "below_worthwhile": lambda: (replace(PLAN, smallest_worthwhile=1.5), scored(0.0)),
    "harmful": lambda: (PLAN, scored(-0.8)),
    "no_difference_shown": lambda: (PLAN, scored(0.1, noise=0.6)),
    # Newcombe's interval is wholly above zero (from 8 points), Fisher's p is 0.052.
    "test_disagrees": lambda: (REACHED, reached(8, 8, 8, 15)),
    "too_few_treated": lambda: (PLAN, scored(5.0, treated=3)),
    "too_coarse": lambda: (PLAN, [replace(u, stratum="all") for u in scored(5.0, treated=4, size=5)]),
    "no_outcome": lambda: (PLAN, [replace(u, is_complete=False, outcome_score=None) for u in scored()]),
    "no_units": lambda: (
        replace(PLAN, outcome_received_date=date(2026, 10, 9)),
        [replace(u, is_complete=False, baseline_score=None) for u in scored()],
    ),
    "cannot_estimate": lambda: (PLAN, [replace(u, is_treated=False) for u in scored()]),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_branch_of_the_rule_has_its_sentence(branch: str) -> None:
    plan, units = BRANCHES[branch]()
    result = run(plan, units).result
    assert result.verdict_reason == branch
    assert matches(reading.VERDICTS[branch], result.reading)
    assert "{" not in result.reading
    assert result.reading.endswith("。")


def test_no_branch_is_without_a_case() -> None:
    assert set(BRANCHES) == set(reading.VERDICTS)


def test_no_difference_shown_is_never_no_effect() -> None:
    plan, units = BRANCHES["no_difference_shown"]()
    text = run(plan, units).result.reading
    assert text.startswith("差があるとはいえません(証拠不十分)。")
    assert "「効果がない」という意味ではありません。" in text
    for sentence in (*reading.VERDICTS.values(), *reading.CHECKS.values()):
        assert "効果なし" not in sentence
        assert "効果がない" not in sentence.replace("「効果がない」という意味ではありません", "")
        assert "派遣により" not in sentence
        assert "派遣の効果" not in sentence


def test_an_interval_that_fishers_test_does_not_bear_out_decides_nothing() -> None:
    result = run(*BRANCHES["test_disagrees"]()).result
    assert result.low is not None
    assert result.low > 0
    assert result.verdict == "undecided"
    assert result.reading.startswith("差があるとはいえません(証拠不十分)。推定は+47ポイント")
    assert "p値(0.052)" in result.reading


def test_what_was_found_under_a_late_plan_says_so_first() -> None:
    plan, units = BRANCHES["worthwhile"]()
    assert run(replace(plan, is_post_hoc=True), units).result.reading.startswith("事後分析です")
    assert "事後分析" not in run(plan, units).result.reading


def test_the_sentence_has_the_numbers_of_the_result() -> None:
    result = run(*BRANCHES["worthwhile"]()).result
    assert result.estimate is not None
    assert result.low is not None
    assert f"{result.estimate:.2f}点高く" in result.reading
    assert f"95%信頼区間(+{result.low:.2f}点〜" in result.reading


def test_numbers_are_rounded_half_up_with_their_sign() -> None:
    assert reading.signed(0.125, "ポイント") == "+13ポイント"
    assert reading.signed(-0.125, "点") == "−0.13点"
    assert reading.signed(-0.001, "点") == "0.00点"
    assert reading.size(0.3, "点") == "0.30点"
    assert reading.interval(float("-inf"), 0.2, "点") == "下限なし〜+0.20点"
    assert reading.detectable(float("inf"), 0.8, "点") == reading.NOT_DETECTABLE.format(power="80")


def test_every_check_has_a_sentence_that_some_programme_shows() -> None:
    plenty = scorings((1, 1), (2, 2), (3, 2), (0, 0))
    lost = {"is_complete": False, "outcome_score": None}
    programmes = [
        (PLAN, scored(0.2), plenty),
        (PLAN, changed(scored(0.2), 3, **lost), plenty),
        (PLAN, [replace(u, shared_wg_count=1) for u in scored(0.2)], plenty),
        (PLAN, [replace(u, stratum="all") for u in scored(5.0, treated=4, size=7)], []),
        (REACHED, changed(reached(4, 6, 3, 8), 2, is_complete=False, outcome_reached=None), []),
    ]
    said = [
        result.reading
        for plan, units, pairs in programmes
        for result in analyse([plan], units, pairs)
        if result.kind == "check"
    ]
    assert all("{" not in text for text in said)
    parts = {"benchmark", "spillover_rest", "spillover_none"}
    unseen = {name for name, text in reading.CHECKS.items() if not any(matches(text, one) for one in said)}
    assert unseen == set()
    assert parts <= set(reading.CHECKS)


def test_agreement_is_graded_as_the_convention_has_it() -> None:
    assert [reading.grade(k) for k in (0.9, 0.7, 0.5, 0.3, 0.1, -0.2)] == [
        "ほぼ完全な一致",
        "かなりの一致",
        "中程度の一致",
        "やや低い一致",
        "低い一致",
        "低い一致",
    ]


def matches(template: str, text: str) -> bool:
    """Whether a text contains the sentence with something in each gap."""
    pieces = [re.escape(piece) for piece in re.split(r"\{\w+\}", template)]
    return re.search(".*?".join(pieces), text) is not None
