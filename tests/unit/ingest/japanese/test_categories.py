"""Marks and choices. △ taken for ○ claims an attained goal that was only partly attained."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.contracts import code_books
from pipelines.ingest.japanese.categories import accepted, parse_category, parse_mark
from pipelines.ingest.japanese.reading import Missing, Unreadable, fold


@pytest.mark.parametrize(
    "typed", ["○", "〇", "◯", "●", "✓", "レ", "◎", "有", " ○ ", "1", 1, 1.0, True, "true"]
)
def test_every_mark_of_agreement_is_true(typed: object) -> None:
    assert parse_mark(typed).value is True


@pytest.mark.parametrize("typed", ["×", "✕", "無", "いいえ", 0, False])
def test_every_mark_of_refusal_is_false(typed: object) -> None:
    assert parse_mark(typed).value is False


@pytest.mark.parametrize("typed", ["-", "－", "―", "ー", "‐"])
def test_a_dash_is_no_answer_and_not_a_no(typed: str) -> None:
    assert isinstance(parse_mark(typed), Missing)


@pytest.mark.parametrize("typed", ["△", "▲", "?", "○×", "2", "O", "x"])
def test_a_triangle_or_anything_unclear_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_mark(typed)
    assert caught.value.rule == "unknown_category"
    assert "○" in caught.value.expected


def test_a_triangle_means_partly_where_the_code_book_says_so() -> None:
    assert parse_category("△", "attainments").value == "partly"


def test_a_near_choice_is_suggested_and_never_taken() -> None:
    with pytest.raises(Unreadable) as caught:
        parse_category("業務改革（ＢＰＲ", "themes")
    assert caught.value.suggestion == "業務改革"


def test_no_two_codes_of_a_book_accept_the_same_text() -> None:
    for book, codes in code_books().items():
        texts = [fold(t).upper() for options in codes.values() for t in {fold(o).upper() for o in options}]
        assert len(texts) == len(set(texts)), book


@pytest.mark.parametrize("book", sorted(code_books()))
def test_what_forms_print_as_a_choice_reads_back_as_its_code(book: str) -> None:
    assert [parse_category(text, book).value for text in accepted(book)] == list(code_books()[book])


@given(st.text(max_size=12) | st.integers() | st.floats() | st.booleans())
def test_arbitrary_input_gives_a_code_or_a_refusal(typed: Any) -> None:
    with contextlib.suppress(Unreadable):
        assert parse_category(typed, "themes").value in code_books()["themes"]
    with contextlib.suppress(Unreadable):
        assert parse_mark(typed).value in (True, False, None)
