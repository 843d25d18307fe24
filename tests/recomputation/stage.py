"""K101-K112: the stage of each municipality, by its scores, by its deeds, and as the prefecture published it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from pipelines.settings import CHECKOUT
from tests.recomputation.deeds import deeds
from tests.recomputation.figures import Figures, exact, published
from tests.recomputation.landed import Landed, Record

_SEEDS = CHECKOUT / "dbt_project" / "seeds"
_LADDER = ("below", "collaboration", "co_creation")
_MEANS = {"judge": "K108", "use_support": "K109", "solve": "K110", "lead": "K111"}
_ASSESSORS = ("self", "vendor", "prefecture")


@dataclass(frozen=True)
class Stage:
    """What is known of one municipality in one year."""

    means: dict[str, Fraction]
    claimed: str
    corroborated: str


def _rung(holds: dict[str, bool]) -> str:
    if not (holds["judge"] and holds["use_support"]):
        return "below"
    return "co_creation" if holds["solve"] and holds["lead"] else "collaboration"


class Scheme:
    """The thresholds and kinds of evidence of the version in force in a fiscal year, or now if that year still runs."""

    def __init__(self, landed: Landed, year: int) -> None:
        rules = landed.rows("policy__stage_schemes") or _seed("default_stage_schemes")
        evidence = landed.rows("policy__stage_evidence") or _seed("default_stage_evidence")
        starts = {_day(r["valid_from"]) for r in rules}
        reached = {day for day in starts if day <= min(date(year + 1, 3, 31), landed.as_of)}
        start = max(reached) if reached else min(starts)
        version = max(r["scheme_version"] for r in rules if _day(r["valid_from"]) == start)
        self.rules = {r["capability"]: r for r in rules if r["scheme_version"] == version}
        self.kinds = defaultdict(set)
        for row in evidence:
            if row["scheme_version"] == version:
                self.kinds[row["capability"]].add(row["event_kind"])


def _seed(name: str) -> list[Record]:
    return [{str(k): v for k, v in r.items()} for r in pd.read_csv(_SEEDS / f"{name}.csv").to_dict("records")]


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def scores(landed: Landed) -> dict[tuple[int, str], dict[str, list[int]]]:
    """Scores on common items by capability, of the assessment that counts for each year and municipality."""
    waves = {row["wave"]: row for row in _seed("assessment_waves")}
    items = {
        (item["wave"], item["item_no"]): item["capability"]
        for item in landed.rows("policy__assessment_items")
        if item["common_item_id"] is not None
    }
    sheets: dict[tuple[int, str], dict[tuple[int, int, int], list[Record]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for answer in landed.rows("assessment__answers"):
        wave = waves[answer["wave"]]
        preference = (
            int(wave["wave_order"]),
            _ASSESSORS.index(answer["assessor_kind"]),
            -int(answer["scorer_no"] or 1),
        )
        sheets[int(wave["fiscal_year"]), answer["municipality_code"]][preference].append(answer)
    found = {}
    for place, by_preference in sheets.items():
        by_capability: dict[str, list[int]] = defaultdict(list)
        for answer in by_preference[max(by_preference)]:
            capability = items.get((answer["wave"], answer["item_no"]))
            if capability is not None:
                by_capability[capability].append(answer["score"])
        found[place] = dict(by_capability)
    return found


class Stages:
    """The stage of every assessed municipality and year, under any version of the scheme."""

    def __init__(self, landed: Landed) -> None:
        self._counts: dict[tuple[int, str, str], int] = defaultdict(int)
        self._kinds_seen: dict[int, set[str]] = defaultdict(set)
        for year, code, kind, _ in deeds(landed):
            self._counts[year, code, kind] += 1
            self._kinds_seen[year].add(kind)
        self._scores = {place: scored for place, scored in scores(landed).items() if scored}
        self.assessed = set(self._scores)
        self.schemes = {year: Scheme(landed, year) for year, _ in self.assessed}

    def stage(self, year: int, code: str, scheme: Scheme) -> Stage:
        """What a municipality's scores and deeds of a year come to."""
        means = {c: Fraction(sum(s), len(s)) for c, s in self._scores[year, code].items()}
        claims, holds = {}, {}
        for capability, rule in scheme.rules.items():
            mean = means.get(capability)
            claims[capability] = mean is not None and mean >= exact(rule["score_threshold"])
            count = sum(self._counts[year, code, kind] for kind in scheme.kinds[capability])
            holds[capability] = claims[capability] and count >= rule["event_count"]
        return Stage(means, _rung(claims), _rung(holds))

    def is_comparable(self, year: int, scheme: Scheme) -> bool:
        """A year in which a capability could not be corroborated by anybody is like no other."""
        return all(scheme.kinds[c] & self._kinds_seen[year] for c in scheme.rules)

    def has_moved_up(self, year: int, code: str) -> bool | None:
        """Against the latest comparable year before, both under this year's scheme; nothing if there is none."""
        scheme = self.schemes[year]
        earlier = [y for y, c in self.assessed if c == code and y < year and self.is_comparable(y, scheme)]
        if not earlier or not self.is_comparable(year, scheme):
            return None
        before, now = (self.stage(y, code, scheme).corroborated for y in (max(earlier), year))
        return _LADDER.index(now) > _LADDER.index(before)


def add_stage(landed: Landed, figures: Figures) -> None:
    """Who is where: corroborated, published, and claimed by the scores; what is to be confirmed; who moved up."""
    stages = Stages(landed)
    _add_published(landed, figures)
    stated = {year: _published_by(landed, year) for year in stages.schemes}
    for year, code in stages.assessed:
        stage = stages.stage(year, code, stages.schemes[year])
        rank, claimed = _LADDER.index(stage.corroborated), _LADDER.index(stage.claimed)
        figures.add("K101", year, code, int(rank >= 1), 1)
        figures.add("K103", year, code, int(claimed >= 1), 1)
        figures.add("K104", year, code, int(rank >= 2), 1)
        figures.add("K106", year, code, int(claimed >= 2), 1)
        said = stated[year].get(code)
        figures.add("K107", year, code, int(max(claimed, said or 0) > rank), 1)
        for capability, mean in stage.means.items():
            # A municipality's mean enters the prefecture's with the four decimals it is published with.
            figures.add(_MEANS[capability], year, code, published(mean), 1)
        moved_up = stages.has_moved_up(year, code)
        if moved_up is not None:
            figures.add("K112", year, code, int(moved_up), 1)


def _add_published(landed: Landed, figures: Figures) -> None:
    rows = landed.rows("register__published_stages")
    for year in range(min((r["fiscal_year"] for r in rows), default=0), landed.newest_year + 1):
        for code, rank in _published_by(landed, year).items():
            figures.add("K102", year, code, int(rank >= 1), 1)
            figures.add("K105", year, code, int(rank >= 2), 1)


def _published_by(landed: Landed, year: int) -> dict[str, int]:
    """The newest statement about each municipality up to a fiscal year."""
    newest: dict[str, tuple[int, int]] = {}
    for row in landed.rows("register__published_stages"):
        if row["fiscal_year"] <= year and landed.is_known(row["published_date"]):
            said = (row["fiscal_year"], _LADDER.index(row["stage"]))
            code = row["municipality_code"]
            newest[code] = max(newest.get(code, said), said, key=lambda s: s[0])
    return {code: rank for code, (_, rank) in newest.items()}
