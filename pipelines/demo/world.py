"""The invented facts of a programme: who is how far, who applied, who is sent whom. Everything else follows."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import holidays

from pipelines.ingest.municipalities import (
    Municipality,
    corporate_check_digit,
    default_municipalities,
    distinct_name,
    municipalities,
)

THEMES = (
    "dx_plan",
    "generative_ai",
    "standardization",
    "online_procedures",
    "bpr",
    "data_use",
    "security",
    "human_resources",
)
_JAPAN = holidays.country_holidays("JP", years=range(2022, 2030))


def is_working_day(day: date) -> bool:
    """Neither a weekend, nor a holiday, nor the turn of the year."""
    return (
        day.weekday() < 5
        and day not in _JAPAN
        and (day.month, day.day) not in {(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)}
    )


@dataclass(frozen=True)
class Town:
    """One municipality of the story.

    Attributes:
        level: how far it is, about -1.5 to 1.5; never written anywhere, it only shapes the facts.
        is_stuck: little happens there.
        is_dispatched: a digital expert is sent there in R8.
        has_applied: it applied for the dispatch.
        has_prior_support: it had individual support before.
        theme: the theme it chose.
    """

    facts: Municipality
    level: float
    is_stuck: bool
    has_applied: bool
    is_dispatched: bool
    has_prior_support: bool
    theme: str

    @property
    def code(self) -> str:
        """Six-digit municipality code."""
        return self.facts.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.facts.name

    @property
    def label(self) -> str:
        """Its name as far as needed to tell it from all others."""
        return distinct_name(self.facts)


@dataclass(frozen=True)
class Firm:
    """A fictional company."""

    name: str
    number: str


@dataclass(frozen=True)
class World:
    """The programme's fixed facts.

    Attributes:
        effect_sd: by how many standard deviations of the baseline score the dispatch moves a town in R8;
            None tells the sample's story.
        mark: what tells the ids of one prefecture's things from another's; empty in the first.
        first_year: what was sent for fiscal years before it is left out.
        register: the municipalities as the programme's office sends them; empty where they are the default's.
    """

    seed: int
    mess: float
    towns: tuple[Town, ...]
    firms: tuple[Firm, ...]
    effect_sd: float | None = None
    mark: str = ""
    first_year: int = 2023
    register: tuple[Municipality, ...] = ()

    def rng(self, topic: str) -> random.Random:
        """Random numbers of one topic: adding a topic does not change the others."""
        return random.Random(f"{self.seed}{self.mark}/{topic}")

    @cached_property
    def dispatched(self) -> tuple[Town, ...]:
        """Towns that receive an expert in R8."""
        return tuple(t for t in self.towns if t.is_dispatched)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {town.code: order for order, town in enumerate(self.dispatched)}

    def order_of(self, town: Town) -> int:
        """The place of a dispatched town among them, from 0."""
        return self._order[town.code]

    @cached_property
    def prefectures(self) -> tuple[World, ...]:
        """The same programme, one prefecture's towns at a time."""
        names = list(dict.fromkeys(t.facts.prefecture for t in self.towns))
        if len(names) == 1:
            return (self,)
        parts = [tuple(t for t in self.towns if t.facts.prefecture == name) for name in names]
        return tuple(
            replace(self, towns=towns, mark=f"-{towns[0].code[:2]}" if number else "")
            for number, towns in enumerate(parts)
        )

    @cached_property
    def leaders(self) -> tuple[Town, ...]:
        """The towns furthest ahead, best first."""
        return tuple(sorted(self.towns, key=lambda t: -t.level)[:6])


def make_world(
    seed: int, count: int, mess: float, effect_sd: float | None = None, first_year: int = 2023
) -> World:
    """Invent the programme's facts, for the first `count` municipalities in force."""
    rng = random.Random(f"{seed}/world")
    chosen = list(municipalities().values())[:count]
    size = {m.code: rank for rank, m in enumerate(sorted(chosen, key=lambda m: m.population))}
    levels = {m.code: (size[m.code] / max(count - 1, 1) - 0.5) * 1.4 + rng.gauss(0, 0.55) for m in chosen}
    stuck = set(sorted(levels, key=levels.__getitem__)[: max(1, count // 6)])
    middle = [code for code in levels if code not in stuck]
    applied = set(rng.sample(middle, min(len(middle), max(1, round(count * 0.4)))))
    applied |= set(rng.sample(sorted(stuck), min(len(stuck), 2)))
    dispatched = set(rng.sample(sorted(applied), min(len(applied), max(1, count // 3))))
    towns = tuple(
        Town(
            m,
            levels[m.code],
            m.code in stuck,
            m.code in applied,
            m.code in dispatched,
            rng.random() < 0.3,
            rng.choice(THEMES),
        )
        for m in chosen
    )
    register = () if tuple(chosen) == default_municipalities() else tuple(chosen)
    names = (
        "紀州デジタル株式会社",
        "株式会社くろしおテック",
        "黒潮ワークス合同会社",
        "株式会社みかんソフト",
        "南紀クラウド株式会社",
        "株式会社 髙﨑システム",
    )
    firms = tuple(Firm(f"{name}(架空)", _corporate_number(rng)) for name in names)
    return World(seed, mess, towns, firms, effect_sd, first_year=first_year, register=register)


def _corporate_number(rng: random.Random) -> str:
    twelve = "".join(str(rng.randrange(10)) for _ in range(12))
    return f"{corporate_check_digit(twelve)}{twelve}"


def working_days(first: date, last: date) -> list[date]:
    """Working days of Japan between two days, both included."""
    return [d for d in (first + timedelta(n) for n in range((last - first).days + 1)) if is_working_day(d)]
