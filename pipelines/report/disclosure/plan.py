"""What one set of documents may show of people's answers, decided before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.report.disclosure.cells import Key, SurveyCell, cells_of, questions_of, respondent_kpis
from pipelines.report.disclosure.earlier import Shown, answers_of, shown_by
from pipelines.report.disclosure.games import NamedGame, game_of
from pipelines.report.disclosure.intervals import Interval, Name
from pipelines.report.disclosure.policy import Policy
from pipelines.report.disclosure.protection import Answers, people_changed, protect, unmet, width_of
from pipelines.report.disclosure.rule import COMPLEMENTARY, FEW_CHANGED, SAME_QUESTION, few_changed, too_few

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
    con: duckdb.DuckDBPyConnection,
    fiscal_year: int,
    policy: Policy,
    earlier: Sequence[PreviousEdition] = (),
    *,
    is_complementary: bool = True,
) -> Plan:
    """Decide about every figure of the year, and of the year before that documents set beside it.

    Args:
        con: the judged warehouse with its control tables, not suppressed.
        fiscal_year: the reported year.
        policy: the thresholds.
        earlier: editions issued before that show figures of these years.
        is_complementary: switched off only to prove that it matters.
    """
    questions = questions_of(con)
    kpis, years = respondent_kpis(con, questions), (fiscal_year - 1, fiscal_year)
    cells = cells_of(con, kpis, years)
    if not cells:
        return Plan(policy, kpis, editions=tuple(e.label for e in earlier))
    shown = [shown_by(edition, kpis, years) for edition in earlier]
    readable = [s for s in shown if s.is_readable]
    answers = answers_of(con, kpis, years) if readable else {}
    # Kartes show the reported year; of the year before, only the prefecture's figure stands beside the new one.
    printed = {k for k in cells if k.municipality_code is None or k.fiscal_year == fiscal_year}
    reasons = _primary(cells, policy, answers, readable)
    tables = sorted({(key.kpi_id, key.fiscal_year) for key in cells})
    while True:
        before = len(reasons)
        for table in tables if is_complementary else ():
            game = game_of(table, cells, answers, readable, reasons, policy)
            if game:
                names = {game.names[key]: key for key in printed if key[:2] == table}
                reasons |= {names[name]: COMPLEMENTARY for name in protect(game.game, names)}
        _spread(reasons, cells, questions)
        if len(reasons) == before:
            break
    return _planned(policy, kpis, cells, printed, reasons, answers, shown)


def _primary(
    cells: Mapping[Key, SurveyCell], policy: Policy, answers: Mapping[Key, Answers], earlier: Iterable[Shown]
) -> dict[Key, str]:
    reasons = {key: reason for key, cell in cells.items() if (reason := too_few(cell, policy))}
    for edition in earlier:
        for key in edition.keys & cells.keys() - reasons.keys():
            now, then = answers.get(key, frozenset()), edition.answers.get(key, frozenset())
            if few_changed(people_changed(now, then), policy):
                reasons[key] = FEW_CHANGED
    return reasons


def _spread(
    reasons: dict[Key, str], cells: Mapping[Key, SurveyCell], questions: Mapping[str, frozenset[str]]
) -> None:
    """What one question's figure hides, another figure of the same question must not tell."""
    for key in list(reasons):
        for kpi_id, asked in questions.items():
            other = key._replace(kpi_id=kpi_id)
            if other in cells and other not in reasons and asked & questions.get(key.kpi_id, frozenset()):
                reasons[other] = SAME_QUESTION


def _planned(
    policy: Policy,
    kpis: frozenset[str],
    cells: Mapping[Key, SurveyCell],
    printed: set[Key],
    reasons: Mapping[Key, str],
    answers: Mapping[Key, Answers],
    shown: Sequence[Shown],
) -> Plan:
    """The decisions, each hidden amount with the interval that everything shown leaves it."""
    readable = [s for s in shown if s.is_readable]
    decisions, faults = dict[Key, Decision](), list[str]()
    for table in sorted({(key.kpi_id, key.fiscal_year) for key in cells}):
        keys = [key for key in cells if key[:2] == table]
        game = game_of(table, cells, answers, readable, reasons, policy)
        open_names = {game.names[k] for k in keys if k in printed and k not in reasons} if game else set()
        for key in keys:
            found = _interval(game, key, open_names) if key in reasons else None
            decisions[key] = Decision(cells[key], key in printed, reasons.get(key), found)
        if game:
            faults += [f"{table[0]} {table[1]}: {fault}" for fault in unmet(game.game, open_names)]
    return Plan(
        policy,
        kpis,
        decisions,
        tuple(s.label for s in readable),
        tuple(s.label for s in shown if not s.is_readable),
        tuple(faults),
    )


def _interval(game: NamedGame | None, key: Key, shown: set[Name]) -> Interval | None:
    return width_of(game.game, game.names[key], shown) if game else None
