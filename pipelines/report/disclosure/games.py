"""The figures of one KPI and year as what protection judges: amounts with names that editions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isinf

from pipelines.report.disclosure.cells import Key, SurveyCell
from pipelines.report.disclosure.earlier import Shown
from pipelines.report.disclosure.intervals import Name, Variable
from pipelines.report.disclosure.policy import Policy
from pipelines.report.disclosure.protection import Answers, Game, Issue, Part

_NOBODY: Answers = frozenset()
# What the prefecture's amount holds beyond its municipalities': should there ever be such a thing, nobody knows it.
_BEYOND = "beyond"
_CLOSE = 1e-3


@dataclass(frozen=True)
class NamedGame:
    """A game, and the name that each figure of the edition to be made has in it."""

    game: Game
    names: Mapping[Key, Name]


def game_of(
    table: tuple[str, int],
    cells: Mapping[Key, SurveyCell],
    answers: Mapping[Key, Answers],
    earlier: Sequence[Shown],
    reasons: Mapping[Key, str],
    policy: Policy,
) -> NamedGame | None:
    """The game of a KPI and year; None where nothing adds up (a median, or a KPI without municipalities)."""
    variables, steps = dict[Name, Variable](), dict[Name, float]()
    now = _issue(table, "now", cells, answers, variables, steps)
    if now is None:
        return None
    issue, names = now
    known, secret, issues = set[Name](), {names[key] for key in reasons if key in names}, []
    for edition in earlier:
        if found := _issue(table, edition.label, edition.cells, edition.answers, variables, steps):
            issues.append(found[0])
            known |= {found[1][key] for key in edition.keys if key in found[1]}
            # What an edition kept secret stays so.
            secret |= {found[1][key] for key in edition.secret if key in found[1]}
    game = Game(variables, steps, issue, tuple(issues), frozenset(known), frozenset(secret - known), policy)
    return NamedGame(game, names)


def _issue(
    table: tuple[str, int],
    label: str,
    cells: Mapping[Key, SurveyCell],
    answers: Mapping[Key, Answers],
    variables: dict[Name, Variable],
    steps: dict[Name, float],
) -> tuple[Issue, dict[Key, Name]] | None:
    """One edition's figures; adds their amounts to `variables` and `steps`."""
    chosen = {key: cell for key, cell in cells.items() if key[:2] == table and cell.amount is not None}
    whole = chosen.get(Key(*table, None))
    if whole is None or len(chosen) == 1:
        return None
    parts = {key: _part(cell, label, answers.get(key, _NOBODY)) for key, cell in chosen.items()}
    for key, cell in chosen.items():
        assert cell.amount is not None
        variables[parts[key].name] = Variable(cell.amount, cell.lowest, cell.highest, cell.is_share)
        steps[parts[key].name] = cell.step
    towns = [part for key, part in parts.items() if key.municipality_code is not None]
    beyond = variables[parts[whole.key].name].value - sum(variables[t.name].value for t in towns)
    if abs(beyond) > _CLOSE:
        name: Name = (_BEYOND, label)
        variables[name], steps[name] = Variable(beyond, -inf, inf, is_whole=False), 0.0
        towns.append(Part(name, _BEYOND, 0, 0.0))
    return Issue(parts[whole.key], tuple(towns)), {key: part.name for key, part in parts.items()}


def _part(cell: SurveyCell, label: str, answers: Answers) -> Part:
    """The same people with the same answers have one name in every edition; without their answers nobody can tell."""
    area = cell.key.municipality_code
    name: Name = (area, cell.amount, cell.base, answers or label)
    return Part(name, area, cell.respondents or 0, cell.base, answers)


def _moved(now: Variable, then: Variable, part: Part, old: Part) -> Variable:
    """A figure that a few people changed since it was shown lies no further from it than they can have moved it."""
    adds_up = part.base == part.respondents and old.base == old.respondents
    if now == then or not adds_up or not part.answers or not old.answers or not part.base:
        return now
    gone, come = (
        {answer[0] for answer in a - b} for a, b in ((old.answers, part.answers), (part.answers, old.answers))
    )
    low, high = now.lowest / part.base, now.highest / part.base
    if isinf(low) or isinf(high):
        return now
    return replace(
        now,
        lowest=max(now.lowest, then.value - len(gone) * high + len(come) * low),
        highest=min(now.highest, then.value - len(gone) * low + len(come) * high),
    )
