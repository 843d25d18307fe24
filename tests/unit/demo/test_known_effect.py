"""Programmes with a known effect prove the evaluation. Were the effect not what is said, they would prove nothing."""

from __future__ import annotations

from statistics import fmean

import pytest

from pipelines.demo.assessments import ITEMS, answers, baseline_deviation
from pipelines.demo.world import World, make_world

COMMON = [item for item, (_, question_in_r5, _, _) in ITEMS.items() if question_in_r5]


def mean_score(world: World, wave: str, *, is_dispatched: bool) -> float:
    """Mean over the common items of the towns that were sent somebody, or of the others."""
    return fmean(
        row["score"]
        for town in world.towns
        if town.is_dispatched is is_dispatched
        for row, item in zip(answers(world, town, wave, 1), ITEMS, strict=True)
        if item in COMMON
    )


def world(effect_sd: float | None) -> World:
    return make_world(1, 30, 0, effect_sd)


@pytest.mark.parametrize("wave", ["R8_mid", "R8_end"])
@pytest.mark.parametrize("effect", [0.5, 1.0])
def test_the_dispatched_gain_the_effect_and_nobody_else_does(wave: str, effect: float) -> None:
    without, with_effect = world(0), world(effect)
    gained = mean_score(with_effect, wave, is_dispatched=True) - mean_score(without, wave, is_dispatched=True)
    # Whole points from 0 to 4 blur the shift and cut it off at the top.
    assert gained == pytest.approx(effect * baseline_deviation(without), rel=0.2)
    assert mean_score(with_effect, wave, is_dispatched=False) == mean_score(
        without, wave, is_dispatched=False
    )


@pytest.mark.parametrize("wave", ["R5", "R7"])
def test_what_was_before_the_dispatch_stays_as_it_was(wave: str) -> None:
    for town in world(0).towns:
        assert answers(world(1.5), town, wave, 1) == answers(world(None), town, wave, 1)


def test_without_a_stated_effect_the_sample_tells_its_own_story() -> None:
    story, nothing = world(None), world(0)
    for wave, points in (("R8_mid", 0.1), ("R8_end", 0.35)):
        gained = mean_score(story, wave, is_dispatched=True) - mean_score(nothing, wave, is_dispatched=True)
        assert gained == pytest.approx(points, abs=0.08)
