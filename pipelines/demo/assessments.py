"""Assessment workbooks: four waves in three forms whose wording and numbering changed."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from pipelines.demo.files import Sheet, write_workbook
from pipelines.demo.world import Town, World
from pipelines.fiscal_year import short_label

# common item -> (capability, question in R5, question since R7, base level). Without an R5 question the item is not common.
ITEMS: dict[str, tuple[str, str, str, float]] = {
    "C01": ("judge", "DX推進上の課題を整理しているか", "課題を文書で整理し、優先順位を付けている", 2.5),
    "C02": ("judge", "庁内で方針を決める場があるか", "方針を決める会議体があり、決定が記録されている", 2.4),
    "C03": ("judge", "費用対効果を検討しているか", "導入前に費用対効果を検討している", 2.3),
    "C04": (
        "use_support",
        "外部の専門家に相談しているか",
        "外部の専門家に相談し、助言を業務に反映している",
        2.6,
    ),
    "C05": (
        "use_support",
        "他団体との共同の取組に参加しているか",
        "共同調達・WGなどの共同の取組に参加している",
        2.5,
    ),
    "C06": ("use_support", "", "委託先への要求を自ら文書にしている", 2.2),
    "C07": ("solve", "職員だけでツールを導入した例があるか", "職員だけでツールを導入・改善している", 1.9),
    "C08": ("solve", "手順書を自ら整備しているか", "手順書を自ら整備し、更新している", 2.0),
    "C09": ("solve", "", "データを使って業務を見直している", 1.7),
    "C10": ("lead", "他団体に取組を紹介したことがあるか", "他団体に取組を紹介・共有している", 1.8),
    "C11": ("lead", "共同の取組を主導したことがあるか", "WGや共同調達を主導している", 1.5),
    "C12": ("lead", "", "他団体からの相談に応じている", 1.6),
}
_WAVES = {
    "R5": (2023, date(2023, 8, 25), "R5", "self", -0.9),
    "R7": (2025, date(2025, 9, 12), "R7", "vendor", -0.15),
    "R8_mid": (2026, date(2026, 10, 9), "R8", "prefecture", 0.1),
    "R8_end": (2026, date(2027, 3, 12), "R8", "prefecture", 0.3),
}
_JAPANESE = {"judge": "判", "use_support": "活", "solve": "解", "lead": "牽"}


def item_numbers(wave: str) -> dict[str, str]:
    """Common item to the number it has in a wave's form; items the form does not have are left out."""
    items = [c for c in ITEMS if wave != "R5" or ITEMS[c][1]]
    if wave == "R5":
        return {c: str(n) for n, c in enumerate(items, start=1)}
    if wave == "R7":
        return {c: f"{1 + (n - 1) // 3}-{1 + (n - 1) % 3}" for n, c in enumerate(items, start=1)}
    counts: dict[str, int] = {}
    numbers = {}
    for item in items:
        capability = ITEMS[item][0]
        counts[capability] = counts.get(capability, 0) + 1
        numbers[item] = f"{_JAPANESE[capability]}{counts[capability]}"
    return numbers


def write_assessments(world: World, out: Path) -> int:
    """Write one workbook per municipality and wave, and a blind second scoring of a sample in R8."""
    count = 0
    for wave, (fiscal_year, day, version, assessor, _) in _WAVES.items():
        if fiscal_year < world.first_year:
            continue
        sampled = (
            set(world.rng(f"second/{wave}").sample([t.code for t in world.towns], min(6, len(world.towns))))
            if wave == "R8_mid"
            else set()
        )
        for town in world.towns:
            if wave == "R8_mid" and town is world.towns[-1]:
                continue  # never sent: an expected submission that is missing
            for scorer in (1, 2) if town.code in sampled else (1,):
                folder = out / short_label(fiscal_year) / "assessment" / day.isoformat()
                mark = "_採点2" if scorer == 2 else ""
                name = f"{town.label}_アセスメント調査票_{wave.replace('_mid', '中間').replace('_end', '末')}{mark}.xlsx"
                rng = world.rng(f"assessment/{wave}/{town.code}/{scorer}")
                preamble = {
                    "municipality_code": town.code,
                    "wave": wave,
                    "assessor_kind": assessor,
                    "scorer_no": scorer,
                    "assessed_date": day,
                }
                sheet = Sheet(
                    "assessment__answers",
                    answers(world, town, wave, scorer),
                    preamble,
                    version=version,
                    title=f"{town.name} アセスメント調査票",
                )
                write_workbook(folder / name, [sheet], rng, world.mess)
                count += 1
    return count


def _effect(world: World, wave: str) -> float:
    """What the dispatch adds to a town's items in a wave, in points."""
    if world.effect_sd is None:
        return {"R8_mid": 0.1, "R8_end": 0.35}.get(wave, 0.0)
    return world.effect_sd * baseline_deviation(world) if wave.startswith("R8") else 0.0


@cache
def baseline_deviation(world: World) -> float:
    """Standard deviation of the towns' mean score over the common items before the dispatch."""
    means = [
        fmean(
            row["score"]
            for row, item in zip(answers(world, town, "R7", 1), ITEMS, strict=True)
            if ITEMS[item][1]
        )
        for town in world.towns
    ]
    return stdev(means)


def answers(world: World, town: Town, wave: str, scorer: int) -> list[dict[str, Any]]:
    """The scores of a town in a wave, in the order of the form."""
    rows = []
    for item, number in item_numbers(wave).items():
        capability, old, new, base = ITEMS[item]
        # A town's own level on an item stays; waves and chance move it.
        own = world.rng(f"item/{town.code}/{item}").gauss(0, 0.45)
        chance = world.rng(f"answer/{town.code}/{item}/{wave}").gauss(0, 0.3)
        sent = _effect(world, wave) if town.is_dispatched else 0.0
        stuck = -0.6 if town.is_stuck and wave != "R5" else 0.0
        score = max(
            0, min(4, round(base + 0.75 * town.level + _WAVES[wave][4] + own + chance + sent + stuck))
        )
        if scorer == 2 and world.rng(f"second/{town.code}/{item}").random() < 0.25:
            score = max(0, min(4, score + world.rng(f"shift/{town.code}/{item}").choice([-1, 1])))
        note = ("会議録あり", "要綱あり", "手順書あり", None)[
            world.rng(f"note/{town.code}/{item}").randrange(4)
        ]
        rows.append(
            {
                "item_no": number,
                "capability": capability,
                "question": old if wave == "R5" else new,
                "score": score,
                "evidence_note": note,
            }
        )
    return rows
