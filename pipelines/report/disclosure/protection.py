"""What else must be hidden so that hidden figures cannot be computed: secondary suppression for one KPI and year.

Demanded, whatever a reader subtracts, also from what earlier editions showed:
1. no hidden figure that matters lies in too narrow an interval, not even for a municipality that knows its own;
2. what remains when the shown municipalities are taken from the prefecture rests on enough answers itself;
3. what remains does not differ by a few people's answers from what remained in an earlier edition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.report.disclosure.intervals import Interval, Name, Reader, Sum, Variable, is_wide
from pipelines.report.disclosure.policy import Policy
from pipelines.report.disclosure.rule import few_changed, few_per_answer

Answers = frozenset[tuple[object, ...]]
# A hidden amount that is no count may lie anywhere within this many units of its last printed digit.
PRINTED_STEPS = 10.0


@dataclass(frozen=True)
class Part:
    """A figure of one edition: its name among the variables, and what the rules ask about it.

    Attributes:
        name: equal in two editions exactly when the same people gave the same answers.
        area: municipality, None for the prefecture.
        respondents: people behind it.
        base: its denominator.
        answers: who answered what; empty where that is not known.
    """

    name: Name
    area: str | None
    respondents: int
    base: float
    answers: Answers = frozenset()


@dataclass(frozen=True)
class Issue:
    """One edition's figures of a KPI and year: the prefecture's and its parts, which add up to it."""

    whole: Part
    towns: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them."""
        return (self.whole, *self.towns)

    @property
    def sum(self) -> Sum:
        """That they add up."""
        return Sum(self.whole.name, tuple(t.name for t in self.towns))


@dataclass(frozen=True)
class Game:
    """What one KPI and year is judged by.

    Attributes:
        variables: every amount by name.
        steps: by how much each moves its figure's last printed digit.
        now: the figures of the edition to be made.
        earlier: those of earlier editions.
        known_before: names of amounts that earlier editions showed.
        secret: names of amounts that may not be shown.
    """

    variables: Mapping[Name, Variable]
    steps: Mapping[Name, float]
    now: Issue
    earlier: tuple[Issue, ...]
    known_before: frozenset[Name]
    secret: frozenset[Name]
    policy: Policy

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Earlier and now."""
        return (*self.earlier, self.now)

    @property
    def sums(self) -> Sequence[Sum]:
        """What adds up in any of them."""
        return [issue.sum for issue in self.issues]

    @cached_property
    def own(self) -> dict[str, frozenset[Name]]:
        """Names of each municipality's own amounts."""
        found: dict[str, set[Name]] = {}
        for town in (t for issue in self.issues for t in issue.towns):
            found.setdefault(town.area or "", set()).add(town.name)
        return {area: frozenset(names) for area, names in found.items()}

    def neighbours(self, name: Name) -> list[str]:
        """Municipalities that stand in a sum with an amount that is not their own."""
        return [area for area, names in sorted(self.own.items()) if name not in names]


def protect(game: Game, printed: Collection[Name]) -> frozenset[Name]:
    """Names of printed figures that must be hidden too; none when what is hidden is safe already.

    Municipalities with the fewest respondents go first and the prefecture last, then whatever is not needed returns.
    """
    shown = set(printed) - game.secret
    excused = frozenset(_broken(game, game.known_before, game.secret))
    order = sorted(
        (p for p in game.now.parts if p.name in shown and p.name not in game.known_before),
        key=lambda p: (p.area is None, p.respondents, p.area or ""),
    )
    hidden: list[Name] = []
    for part in [None, *order]:
        if part is not None:
            hidden.append(part.name)
            shown.discard(part.name)
        if _holds(game, shown, excused, hidden):
            break
    for name in hidden[-2::-1]:
        without = [other for other in hidden if other != name]
        if _holds(game, shown | {name}, excused, without):
            hidden, shown = without, shown | {name}
    return frozenset(hidden)


def width_of(game: Game, name: Name, shown: Collection[Name]) -> Interval:
    """Between what a hidden figure lies for the public."""
    return Reader(game.variables, game.sums, set(shown) | game.known_before).interval(name)


def unmet(game: Game, shown: Collection[Name]) -> list[str]:
    """Demands that are not met although everything that helps is hidden: earlier editions have shown too much."""
    return sorted(
        {str(fault[0]) for fault in _broken(game, frozenset(shown) | game.known_before, game.secret)}
    )


def _holds(
    game: Game, shown: Collection[Name], excused: Collection[tuple[object, ...]], hidden: Collection[Name]
) -> bool:
    known = frozenset(shown) | game.known_before
    return all(fault in excused for fault in _broken(game, known, game.secret | set(hidden)))


def _broken(game: Game, known: frozenset[Name], targets: Collection[Name]) -> Iterator[tuple[object, ...]]:
    """Every demand that is not met, named so that the same one is known again."""
    yield from _narrow(game, known, targets)
    for number, issue in enumerate(game.issues):
        rest = _rest(issue, known)
        if rest and issue.whole.name in known:
            yield from _too_small(game, number, issue, rest)
            yield from _moved(game, known, number, issue, rest)


def _narrow(game: Game, known: frozenset[Name], targets: Collection[Name]) -> Iterator[tuple[object, ...]]:
    reader = Reader(game.variables, game.sums, known)
    own = game.own
    for name in targets:
        needed = PRINTED_STEPS * game.steps[name]
        worst = reader.at_worst(name)
        if name in known or (worst and is_wide(worst, game.variables[name], needed)):
            continue
        # A municipality knows its own answers: none can compute another's, or the prefecture's.
        for insider in (None, *(a for a in game.neighbours(name) if not own[a] <= known)):
            found = reader.interval(name, own[insider] if insider else ())
            if not is_wide(found, game.variables[name], needed):
                yield "narrow", name, insider


def _rest(issue: Issue, known: frozenset[Name]) -> list[Part]:
    """The parts whose sum is what remains."""
    return [t for t in issue.towns if t.name not in known]


def _too_small(game: Game, number: int, issue: Issue, rest: list[Part]) -> Iterator[tuple[object, ...]]:
    if sum(t.respondents for t in rest) < game.policy.respondents:
        yield "few_remain", number
    if all(game.variables[t.name].is_whole for t in rest):
        amount = sum(game.variables[t.name].value for t in rest)
        if few_per_answer(amount, sum(t.base for t in rest), game.policy):
            yield "few_per_answer_remain", number


def _moved(
    game: Game, known: frozenset[Name], number: int, issue: Issue, rest: list[Part]
) -> Iterator[tuple[object, ...]]:
    """Of two editions with the prefecture's figure shown, the difference of what remains is known too."""
    answers = _together(rest)
    for other_number, other in enumerate(game.issues[:number]):
        if other.whole.name not in known or not answers:
            continue
        before = _rest(other, known)
        change = _count(game, rest) - _count(game, before) if _are_counts(game, [*rest, *before]) else None
        if difference_tells(answers, _together(before), change, game.policy):
            yield "few_changed_remain", other_number, number


def _count(game: Game, parts: list[Part]) -> float:
    return sum(game.variables[p.name].value for p in parts)


def _are_counts(game: Game, parts: list[Part]) -> bool:
    return all(game.variables[p.name].is_whole for p in parts)


def _together(parts: list[Part]) -> Answers:
    return frozenset().union(*(t.answers for t in parts))


def difference_tells(now: Answers, then: Answers, change: float | None, policy: Policy) -> bool:
    """Whether two shown amounts, one subtracted from the other, tell what a few people answered.

    Args:
        now: the answers behind the later one.
        then: those behind the earlier one.
        change: by how many people the count moved; None for what is no count.
        policy: the thresholds.
    """
    changed = people_changed(now, then)
    if not changed or change is None:
        return few_changed(changed, policy)
    # Of the answers that came and went, those that moved the count up: all of them, or none, tells each one.
    gone, come = (len({answer[0] for answer in a - b}) for a, b in ((then, now), (now, then)))
    return few_changed(changed, policy) or few_per_answer(change + gone, gone + come, policy)


def people_changed(one: Answers, other: Answers) -> int:
    """How many people's answers are in one of two sets alone, or differ between them; the first item is the person."""
    return len({answer[0] for answer in one ^ other})
