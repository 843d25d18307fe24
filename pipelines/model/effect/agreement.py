"""How far two blind scorers agree: weighted κ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipelines.model.effect.comparison import Floats
from pipelines.model.effect.refusals import MissingValue, NoVariation, ShapesDiffer

Weighting = Literal["none", "linear", "quadratic"]


def counts_of(first: Sequence[int], second: Sequence[int], categories: int) -> Floats:
    """How often the scorers gave each pair of scores: a square table, first scorer by row.

    Raises:
        ShapesDiffer: different numbers of scores.
        MissingValue: a score outside 0 … categories − 1.
    """
    if len(first) != len(second):
        raise ShapesDiffer("2人の採点の数が違います。", todo="採点者番号と設問番号を確かめてください。")
    table = np.zeros((categories, categories))
    for one, other in zip(first, second, strict=True):
        if not (0 <= one < categories and 0 <= other < categories):
            raise MissingValue(
                f"評点が0から{categories - 1}の範囲にありません。", todo="調査票を確かめてください。"
            )
        table[one, other] += 1
    return table


def weighted_kappa(table: Floats | Sequence[Sequence[float]], weighting: Weighting) -> float:
    """Agreement beyond chance, 1 = full, 0 = as by chance (Cohen 1960, 1968).

    Disagreement by k steps counts 1 (`none`), k (`linear`, Cicchetti & Allison 1971) or k² (`quadratic`,
    Fleiss & Cohen 1973, then nearly an intraclass correlation). Assumes ordered scores and that pairs
    are independent; items of one municipality are not, so no interval is given.

    Raises:
        ShapesDiffer: the table is not square.
        MissingValue: nothing was scored twice.
        NoVariation: chance alone would give full agreement (one score only), where κ is undefined.
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ShapesDiffer("採点の対応表が正方形ではありません。", todo="システム担当者に知らせてください。")
    if not counts.sum():
        raise MissingValue(
            "2人が別々に採点した設問がありません。",
            todo="採点の一致を見るには、同じ調査票を2人で採点してください。",
        )
    steps = np.abs(np.subtract.outer(np.arange(len(counts)), np.arange(len(counts)))).astype(float)
    penalty = {"none": (steps > 0).astype(float), "linear": steps, "quadratic": steps**2}[weighting]
    by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1.0)
    expected = float((penalty * by_chance).sum())
    if expected == 0:
        raise NoVariation(
            "2人の採点がすべて同じ1つの点なので、一致の程度を測れません。",
            todo="採点する団体か設問を増やしてください。",
        )
    return 1.0 - float((penalty * counts).sum()) / expected
