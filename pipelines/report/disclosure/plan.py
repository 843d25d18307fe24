"""What one set of documents may show of people's answers, decided before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipelines.report.disclosure.cells import Key, SurveyCell, cells_of, questions_of, respondent_kpis
from pipelines.report.disclosure.earlier import Shown, answers_of, shown_by
from pipelines.report.disclosure.games import game_of
from pipelines.report.disclosure.intervals import Interval
from pipelines.report.disclosure.policy import Policy
from pipelines.report.disclosure.protection import (
    Answers,
    difference_tells,
    people_changed,
    protect,
    unmet,
    width_of,
)
from pipelines.report.disclosure.rule import (
    COMPLEMENTARY,
    FEW_CHANGED,
    KEPT_SECRET,
    SAME_QUESTION,
    few_changed,
    too_few,
)

if TYPE_CHECKING:
    import duckdb

    from pipelines.report.edition import PreviousEdition


@dataclass(frozen=True)
class Decision:
    """What happens to one figure.

    Attributes:
        cell: the figure.
        is_printed: whether documents have a place for it; figures without one are never shown.
        reason: why it is suppressed; None when it is shown.
        interval: between what its amount can be computed from everything shown; None for what does not add up.
    """

    cell: SurveyCell
    is_printed: bool
    reason: str | None
    interval: Interval | None = None

    @property
    def is_shown(self) -> bool:
        """Whether documents show it."""
        return self.is_printed and self.reason is None


@dataclass(frozen=True)
class Plan:
    """The decisions about every figure that rests on people's answers.

    Attributes:
        policy: the thresholds.
        kpis: the KPIs that rest on people's answers.
        decisions: by key; a figure of such a KPI that is not among them is not shown either.
        editions: labels of the earlier editions that were taken into account.
        unread: labels of those that could not be.
        unmet: demands that nothing could meet any more, after what earlier editions have shown.
    """

    policy: Policy
    kpis: frozenset[str] = frozenset()
    decisions: Mapping[Key, Decision] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()

    @property
    def shown(self) -> list[Key]:
        """Figures that documents show."""
        return [key for key, decision in self.decisions.items() if decision.is_shown]

    @property
    def suppressed(self) -> list[Decision]:
        """Figures that documents have a place for and do not show."""
        return [d for d in self.decisions.values() if d.is_printed and d.reason]

    def is_suppressed(self, kpi_id: str, fiscal_year: int, municipality_code: str | None = None) -> bool:
        """Whether a figure has a value that documents do not show."""
        found = self.decisions.get(Key(kpi_id, fiscal_year, municipality_code))
        return found is not None and not found.is_shown


def make_plan(
    con: duckdb.DuckDBPyConnection, fiscal_year: int, policy: Policy, earlier: Sequence[PreviousEdition] = ()
) -> Plan:
    """Decide about every figure of the year, and of the year before that documents set beside it.

    Args:
        con: the judged warehouse with its control tables, not suppressed.
        fiscal_year: the reported year.
        policy: the thresholds.
        earlier: editions issued before that show figures of these years.
    """
    questions = questions_of(con)
    kpis, years = respondent_kpis(con, questions), (fiscal_year - 1, fiscal_year)
    cells = cells_of(con, kpis, years)
    shown = [shown_by(edition, kpis, years) for edition in earlier] if cells else []
    answers = answers_of(con, kpis, years) if any(s.is_readable for s in shown) else {}
    # Kartes show the reported year; of the year before, only the prefecture's figure stands beside the new one.
    printed = {k for k in cells if k.municipality_code is None or k.fiscal_year == fiscal_year}
    return replace(decide(policy, Survey(cells, printed, questions, answers), shown), kpis=kpis)


@dataclass(frozen=True)
class Survey:
    """What there is to decide about.

    Attributes:
        cells: every figure.
        printed: those that documents have a place for.
        questions: the fields that each KPI reads.
        answers: who answered what, by figure; needed only beside earlier editions.
    """

    cells: Mapping[Key, SurveyCell]
    printed: Collection[Key]
    questions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: Mapping[Key, Answers] = field(default_factory=dict)

    @property
    def tables(self) -> list[tuple[str, int]]:
        """Each KPI and year."""
        return sorted({(key.kpi_id, key.fiscal_year) for key in self.cells})


def decide(
    policy: Policy, survey: Survey, shown: Sequence[Shown] = (), *, is_complementary: bool = True
) -> Plan:
    """The decisions; `is_complementary` is switched off only to prove that it matters."""
    earlier = [s for s in shown if s.is_readable]
    reasons = _primary(survey, policy, earlier)
    while is_complementary:
        before = len(reasons)
        for table in survey.tables:
            if game := game_of(table, survey.cells, survey.answers, earlier, reasons, policy):
                names = {game.names[key]: key for key in survey.printed if key in game.names}
                # The same people's same answers, suppressed in an earlier edition.
                reasons |= {
                    key: KEPT_SECRET for name, key in names.items() if name in game.game.secret
                } | reasons
                reasons |= {names[name]: COMPLEMENTARY for name in protect(game.game, names)}
        _spread(reasons, survey)
        if len(reasons) == before:
            break
    return _planned(policy, survey, reasons, shown)


def _primary(survey: Survey, policy: Policy, earlier: Iterable[Shown]) -> dict[Key, str]:
    reasons = {key: reason for key, cell in survey.cells.items() if (reason := too_few(cell, policy))}
    for edition in earlier:
        for key in edition.keys & survey.cells.keys() - reasons.keys():
            now, then = survey.answers.get(key, frozenset()), edition.answers.get(key, frozenset())
            if difference_tells(now, then, _change(survey.cells[key], edition.cells[key]), policy):
                reasons[key] = FEW_CHANGED
        # What was kept secret and has moved by a few people since would be told nearly as it was.
        for key in edition.secret & survey.cells.keys() - reasons.keys():
            now, then = survey.answers.get(key, frozenset()), edition.answers.get(key, frozenset())
            if few_changed(people_changed(now, then), policy):
                reasons[key] = KEPT_SECRET
    return reasons


def _change(now: SurveyCell, then: SurveyCell) -> float | None:
    """By how many people a count moved."""
    is_count = now.is_share and now.amount is not None and then.amount is not None
    return now.amount - then.amount if is_count else None  # type: ignore[operator]


def _spread(reasons: dict[Key, str], survey: Survey) -> None:
    """What one question's figure hides, another figure of the same question must not tell."""
    for key in list(reasons):
        own = survey.questions.get(key.kpi_id, frozenset())
        for kpi_id, asked in survey.questions.items():
            other = key._replace(kpi_id=kpi_id)
            if other in survey.cells and other not in reasons and asked & own:
                reasons[other] = SAME_QUESTION


def _planned(policy: Policy, survey: Survey, reasons: Mapping[Key, str], shown: Sequence[Shown]) -> Plan:
    """The decisions, each hidden amount with the interval that everything shown leaves it."""
    earlier = [s for s in shown if s.is_readable]
    decisions, faults = dict[Key, Decision](), list[str]()
    for table in survey.tables:
        keys = [key for key in survey.cells if key[:2] == table]
        game = game_of(table, survey.cells, survey.answers, earlier, reasons, policy)
        names = game.names if game else {}
        known = {names[k] for k in keys if k in names and k in survey.printed and k not in reasons}
        for key in keys:
            found = (
                width_of(game.game, names[key], known) if game and key in reasons and key in names else None
            )
            decisions[key] = Decision(survey.cells[key], key in survey.printed, reasons.get(key), found)
        if game:
            faults += [f"{table[0]} {table[1]}: {fault}" for fault in unmet(game.game, known)]
    unread = tuple(s.label for s in shown if not s.is_readable)
    return Plan(policy, frozenset(), decisions, tuple(s.label for s in earlier), unread, tuple(faults))
