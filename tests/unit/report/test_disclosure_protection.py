"""Whatever few people answered, nobody can compute it from what is shown: random tables, and an attacker with them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.report.disclosure.cells import Key, SurveyCell
from pipelines.report.disclosure.earlier import Shown
from pipelines.report.disclosure.plan import Plan, Survey, decide
from pipelines.report.disclosure.policy import Policy
from pipelines.report.disclosure.protection import PRINTED_STEPS, Answers
from tests.unit.report.attacking import Attack, pinned

PUBLIC = Policy(is_public=True, respondents=10, per_answer=3)
WHOLE = Key("K602", 2026, None)
# Municipalities with how many answered, and how many of them yes.
Towns = dict[str, tuple[int, int]]


def share(key: Key, respondents: int, yes: int) -> SurveyCell:
    """A share of people who answered yes."""
    value = Decimal(100 * yes) / respondents
    return SurveyCell(key, value, 1, respondents, float(yes), float(respondents), True, 0.0, respondents, 1.0)


def shares(towns: Towns, kpi_id: str = "K602") -> dict[Key, SurveyCell]:
    """The municipalities' shares and the prefecture's."""
    respondents, yes = (sum(t[i] for t in towns.values()) for i in (0, 1))
    cells = [share(Key(kpi_id, 2026, code), *town) for code, town in towns.items()]
    return {c.key: c for c in [share(Key(kpi_id, 2026, None), respondents, yes), *cells]}


def attack_on(plan: Plan) -> Attack:
    """Every amount is unknown, the prefecture's is the sum of the others, and what is shown is shown."""
    attack = Attack()
    cells = {key: d.cell for key, d in plan.decisions.items()}
    for key, cell in cells.items():
        attack.unknown(key, cell.lowest, cell.highest, is_count=cell.is_share)
        if plan.decisions[key].is_shown:
            attack.learn({key: 1}, cell.amount or 0.0)
    for whole in (key for key in cells if key.municipality_code is None):
        towns = {key: 1.0 for key in cells if key[:2] == whole[:2] and key != whole}
        attack.learn({**towns, whole: -1.0}, 0.0)
    return attack


def hidden(plan: Plan) -> list[Key]:
    return [d.cell.key for d in plan.suppressed]


@st.composite
def towns_with_answers(draw: st.DrawFn, most: int = 7) -> Towns:
    found = {}
    for number in range(draw(st.integers(1, most))):
        respondents = draw(st.integers(1, 25))
        found[f"T{number}"] = (respondents, draw(st.integers(0, respondents)))
    return found


POLICIES = st.builds(Policy, st.just(True), st.integers(1, 12), st.integers(1, 4))


@given(towns_with_answers(), POLICIES)
@settings(deadline=None, max_examples=20)
def test_no_hidden_count_can_be_pinned_also_by_a_municipality_that_knows_its_own(
    towns: Towns, policy: Policy
) -> None:
    cells = shares(towns)
    plan = decide(policy, Survey(cells, cells))
    attack = attack_on(plan)
    assert not pinned(attack, hidden(plan))
    for insider in (key for key in hidden(plan) if key.municipality_code):
        knowing = Attack(attack.limits, [*attack.equations, ({insider: 1}, cells[insider].amount or 0.0)])
        others = [key for key in hidden(plan) if key != insider]
        # One town alone is the prefecture: it knows what the prefecture's figure says without reading it.
        assert len(towns) == 1 or not pinned(knowing, others)


@given(towns_with_answers(), POLICIES)
@settings(deadline=None)
def test_what_remains_when_everything_shown_is_subtracted_rests_on_enough_answers(
    towns: Towns, policy: Policy
) -> None:
    cells = shares(towns)
    plan = decide(policy, Survey(cells, cells))
    rest = [towns[key.municipality_code or ""] for key in hidden(plan) if key.municipality_code]
    if plan.decisions[WHOLE].is_shown and rest:
        respondents, yes = (sum(t[i] for t in rest) for i in (0, 1))
        assert respondents >= policy.respondents
        assert min(yes, respondents - yes) >= policy.per_answer


@given(towns_with_answers(), POLICIES)
@settings(deadline=None)
def test_what_is_shown_is_what_was_there_and_never_few(towns: Towns, policy: Policy) -> None:
    cells = shares(towns)
    plan = decide(policy, Survey(cells, cells))
    assert {key: d.cell for key, d in plan.decisions.items()} == cells
    for key in plan.shown:
        cell = cells[key]
        assert cell.respondents is not None
        assert cell.amount is not None
        assert cell.respondents >= policy.respondents
        assert min(cell.amount, cell.base - cell.amount) >= policy.per_answer


def test_without_complementary_suppression_the_attack_succeeds() -> None:
    cells = shares({"A": (4, 3), "B": (20, 9), "C": (20, 11), "D": (15, 7)})
    open_plan = decide(PUBLIC, Survey(cells, cells), is_complementary=False)
    assert hidden(open_plan) == [Key("K602", 2026, "A")]
    assert attack_on(open_plan).between(Key("K602", 2026, "A")) == (3, 3)
    plan = decide(PUBLIC, Survey(cells, cells))
    assert WHOLE in plan.shown
    # The two smallest others: one would do against the public, but then that one could compute A's.
    assert hidden(plan) == [Key("K602", 2026, code) for code in "ABD"]
    assert attack_on(plan).between(Key("K602", 2026, "A")) == (0, 4)


def test_the_prefecture_is_given_up_only_when_nothing_else_helps() -> None:
    unanimous = shares({"A": (4, 4), "B": (5, 4), "C": (6, 5)})
    plan = decide(PUBLIC, Survey(unanimous, unanimous))
    assert hidden(plan) == list(unanimous), (
        "two of fifteen said no: the prefecture's own figure tells too much"
    )
    enough = shares({"A": (4, 2), "B": (5, 4), "C": (6, 3)})
    assert decide(PUBLIC, Survey(enough, enough)).shown == [WHOLE]


def test_a_change_of_scores_keeps_ten_printed_steps() -> None:
    """Municipalities' mean changes add up to the prefecture's: near the end of the scale a sum tells everything."""

    def changes(values: Mapping[str, float]) -> dict[Key, SurveyCell]:
        whole, found = Key("K601", 2026, None), {}
        for code, value in values.items():
            key = Key("K601", 2026, code)
            found[key] = SurveyCell(key, Decimal(str(value)), 2, 5, value, 1.0, False, -4.0, 4.0, 0.01)
        total, count = sum(values.values()), len(values)
        mean = Decimal(str(total / count))
        found[whole] = SurveyCell(
            whole, mean, 2, 5 * count, total, count, False, -4.0 * count, 4.0 * count, 0.01 * count
        )
        return found

    ordinary = changes({"A": 0.5, "B": 1.25, "C": 0.75})
    plan = decide(PUBLIC, Survey(ordinary, ordinary))
    assert plan.shown == [Key("K601", 2026, None)]
    for key in hidden(plan):
        low, high = attack_on(plan).between(key)
        assert high - low >= PRINTED_STEPS * 0.01
    extreme = changes({"A": 4.0, "B": 3.99, "C": 3.98})
    assert not decide(PUBLIC, Survey(extreme, extreme)).shown


def test_figures_of_one_question_are_hidden_together() -> None:
    cells = shares({"A": (12, 1), "B": (15, 7), "C": (14, 7), "D": (16, 8)}, "K605")
    means = {
        key._replace(kpi_id="K606"): SurveyCell(
            key._replace(kpi_id="K606"),
            Decimal(10),
            1,
            c.respondents,
            10.0 * c.base,
            c.base,
            False,
            0.0,
            100 * c.base,
            1.0,
        )
        for key, c in cells.items()
    }
    both = {**cells, **means}
    asked = {kpi_id: frozenset({"willing_to_pay_pct"}) for kpi_id in ("K605", "K606")}
    plan = decide(PUBLIC, Survey(both, both, asked))
    areas = {kpi_id: {k.municipality_code for k in hidden(plan) if k.kpi_id == kpi_id} for kpi_id in asked}
    assert areas["K605"] == areas["K606"] >= {"A"}
    assert not decide(PUBLIC, Survey(means, means)).suppressed, "alone they would be shown"


def test_a_median_adds_to_nothing_and_is_judged_alone() -> None:
    cells = {
        key: SurveyCell(key, Decimal(3), 0, n, None, float(n), False, float("-inf"), float("inf"), 1.0)
        for key, n in ((WHOLE, 24), (Key("K602", 2026, "A"), 4), (Key("K602", 2026, "B"), 20))
    }
    assert hidden(decide(PUBLIC, Survey(cells, cells))) == [Key("K602", 2026, "A")]


def test_who_does_not_say_how_many_answered_shows_nothing() -> None:
    key = Key("K699", 2026, None)
    cell = SurveyCell(key, Decimal(50), 1, None, 20.0, 40.0, True, 0.0, 40.0, 1.0)
    assert hidden(decide(PUBLIC, Survey({key: cell}, {key}))) == [key]


# --- beside editions issued before -------------------------------------------------------------------------

Book = dict[str, dict[str, bool]]


def figures(book: Book) -> tuple[dict[Key, SurveyCell], dict[Key, Answers]]:
    """Cells and answers of a survey: who in which municipality answered what."""
    given = {code: people for code, people in book.items() if people}
    cells = shares({code: (len(people), sum(people.values())) for code, people in given.items()})
    answers: dict[Key, Answers] = {
        Key("K602", 2026, code): frozenset(
            (f"{code}/{who}", "has_successor", str(yes)) for who, yes in people.items()
        )
        for code, people in given.items()
    }
    answers[WHOLE] = frozenset().union(*answers.values())
    return cells, answers


def plans(books: list[Book], policy: Policy) -> list[Plan]:
    """Each survey as an edition, beside those before it."""
    shown: list[Shown] = []
    made: list[Plan] = []
    for number, book in enumerate(books):
        cells, answers = figures(book)
        plan = decide(policy, Survey(cells, cells, answers=answers), shown)
        secret = frozenset(hidden(plan))
        shown.append(Shown(f"第{number}号", cells, frozenset(plan.shown), secret, answers))
        made.append(plan)
    return made


def attack_over(
    books: list[Book], made: list[Plan]
) -> tuple[Attack, dict[tuple[int, Key], dict[Any, float]]]:
    """Every single person's answer in every edition is an unknown; who did not change it has one and the same."""
    attack, parts = Attack(), dict[tuple[int, Key], dict[Any, float]]()
    for number, (book, plan) in enumerate(zip(books, made, strict=True)):
        everybody: dict[Any, float] = {}
        for code, people in book.items():
            names = {}
            for who, yes in people.items():
                since = next(
                    i
                    for i in range(number + 1)
                    if books[i].get(code, {}).get(who) == yes and _kept(books, i, number, code, who)
                )
                names[(since, code, who)] = 1.0
                attack.unknown((since, code, who), 0, 1)
            everybody |= names
            if names:
                parts[number, Key("K602", 2026, code)] = names
        parts[number, WHOLE] = everybody
        for key in plan.shown:
            attack.learn(parts[number, key], plan.decisions[key].cell.amount or 0.0)
    return attack, parts


def _kept(books: list[Book], start: int, end: int, code: str, who: str) -> bool:
    given = [books[i].get(code, {}).get(who) for i in range(start, end + 1)]
    return len(set(given)) == 1


@st.composite
def two_editions(draw: st.DrawFn) -> list[Book]:
    """A survey, and the same after some came in late, some took their answer back and some changed it."""
    first: Book = {}
    for number in range(draw(st.integers(2, 4))):
        size = draw(st.integers(1, 9))
        first[f"T{number}"] = {str(who): draw(st.booleans()) for who in range(size)}
    second = {code: dict(people) for code, people in first.items()}
    for code in draw(st.lists(st.sampled_from(sorted(first)), max_size=3)):
        for _ in range(draw(st.integers(1, 4))):
            who = str(draw(st.integers(0, 12)))
            if draw(st.booleans()) or who not in second[code]:
                second[code][who] = draw(st.booleans())
            elif len(second[code]) > 1:
                del second[code][who]
    return [first, second]


@given(two_editions(), st.builds(Policy, st.just(True), st.integers(2, 6), st.integers(1, 2)))
@settings(deadline=None, max_examples=10, derandomize=True)
def test_two_editions_together_do_not_give_a_hidden_count_back(books: list[Book], policy: Policy) -> None:
    made = plans(books, policy)
    attack, parts = attack_over(books, made)
    for number, plan in enumerate(made):
        for key in hidden(plan):
            names = parts[number, key]
            if any(
                parts[n, key] == names and key in p.shown for n, p in enumerate(made) if (n, key) in parts
            ):
                continue
            low, high = attack.between(names)
            assert high - low >= 1 - 1e-6, (number, key, low, high)


def test_one_late_answer_is_not_told_by_the_next_edition() -> None:
    book = {code: {str(who): who % 2 == 0 for who in range(20)} for code in "ABC"}
    late = {**book, "B": {**book["B"], "late": True}}
    first, second = plans([book, late], PUBLIC)
    assert not first.suppressed
    # B and the prefecture would differ by one answer from what was shown; A and C are what they were.
    assert {k.municipality_code for k in hidden(second)} == {None, "B"}
    many = {**book, "B": {**book["B"], **{f"late{n}": n % 2 == 0 for n in range(12)}}}
    assert not plans([book, many], PUBLIC)[1].suppressed


def test_many_who_all_moved_a_count_the_same_way_are_not_told_by_the_difference() -> None:
    book = {code: {str(who): who % 2 == 0 for who in range(20)} for code in "ABC"}
    late = {**book, "B": {**book["B"], **{f"late{n}": True for n in range(12)}}}
    assert {k.municipality_code for k in hidden(plans([book, late], PUBLIC)[1])} == {None, "B"}


def test_what_an_edition_kept_secret_the_next_one_does_not_tell() -> None:
    """A was too small and B hidden for its sake; when A grows, what was said of A before must not come out."""
    small = {"A": 4, "B": 12, "C": 13, "D": 14}
    book = {code: {str(who): who % 2 == 0 for who in range(size)} for code, size in small.items()}
    grown = {**book, "A": {str(who): who % 2 == 0 for who in range(30)}}
    first, second = plans([book, grown], PUBLIC)
    assert {k.municipality_code for k in hidden(first)} == {"A", "B", "C"}
    attack, parts = attack_over([book, grown], [first, second])
    low, high = attack.between(parts[0, Key("K602", 2026, "A")])
    assert high - low >= 1


def test_an_edition_that_cannot_be_read_is_named() -> None:
    cells = shares({"A": (20, 10)})
    plan = decide(PUBLIC, Survey(cells, cells), [Shown("暫定版 第1号", is_readable=False)])
    assert plan.unread == ("暫定版 第1号",)


@pytest.mark.parametrize("size", [30, 400])
def test_a_prefecture_with_many_municipalities_is_decided_quickly(size: int) -> None:
    import time

    cells = shares({f"T{n:04}": (3 + n % 15, 1 + n % 3) for n in range(size)})
    begun = time.process_time()
    plan = decide(PUBLIC, Survey(cells, cells))
    assert plan.suppressed
    assert time.process_time() - begun < 2
