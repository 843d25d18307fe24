"""Filling in a blank form as a clerk would: correct entries of every kind, and what must land for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import strategies as st

from pipelines.fiscal_year import label, short_label
from pipelines.ingest.conform.file import conform_file
from pipelines.ingest.conform.outcome import FileJob, FileOutcome
from pipelines.ingest.contracts import Dataset, Field, code_books
from pipelines.ingest.japanese.date_text import era_text
from pipelines.ingest.municipalities import check_digit, corporate_check_digit, municipalities
from pipelines.ingest.pseudonyms import sample_key
from pipelines.report.form import form_bytes
from pipelines.report.form.plan import FormPlan, Prefill

YEAR = 2026
FILE_ID = "ab" * 32
# What a clerk writes; sums, notes and ditto marks are not data anywhere, and no cell begins with a space.
_LETTERS = "海南市和歌山支援計画課題整理ABCabc123()、。・ー々 "
_TEXTS = (
    st.text(_LETTERS, min_size=2, max_size=30)
    .map(str.strip)
    .filter(lambda t: t and t not in ("々",) and t.strip("(注々) ") != "")
    .map(lambda t: f"第{t}")
)


@dataclass(frozen=True)
class Entry:
    """What is typed into a cell, and the value that must land."""

    typed: Any
    value: Any


def plan_of(dataset: Dataset, **known: Any) -> FormPlan:
    return FormPlan(dataset, Prefill(YEAR, **known))


def entries(field: Field) -> st.SearchStrategy[Entry]:
    """Correct entries of a field, in the spellings that its form allows."""
    filled = _filled(field)
    return filled if field.is_required else st.one_of(filled, st.just(Entry(None, None)))


def rows(dataset: Dataset, *, count: int = 4) -> st.SearchStrategy[list[dict[str, Entry]]]:
    """Rows of a form whose keys differ."""
    row = st.fixed_dictionaries({f.name: entries(f) for f in dataset.columns})
    keys = [name for name in dataset.key_fields if not dataset.field(name).is_preamble]
    return st.lists(row, min_size=1, max_size=count, unique_by=lambda r: tuple(str(r[k].value) for k in keys))


def above(dataset: Dataset) -> st.SearchStrategy[dict[str, Entry]]:
    """What stands above the table."""
    return st.fixed_dictionaries({f.name: entries(f) for f in dataset.preamble})


def fill(
    data: bytes, plan: FormPlan, head: Mapping[str, Entry], lines: Sequence[Mapping[str, Entry]]
) -> bytes:
    """Type into a blank form and save it."""
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book[plan.dataset.label]
    for row, field in plan.preamble_rows():
        if field.name in head:
            sheet.cell(row, 3).value = head[field.name].typed
    for row, line in enumerate(lines, start=plan.first_row):
        for column, field in enumerate(plan.dataset.columns, start=1):
            if field.name in line:
                sheet.cell(row, column).value = line[field.name].typed
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def filled_form(plan: FormPlan, head: Mapping[str, Entry], lines: Sequence[Mapping[str, Entry]]) -> bytes:
    return fill(form_bytes(plan), plan, head, lines)


def read_back(data: bytes, dataset: Dataset, folder: Path) -> FileOutcome:
    """Read a form as the archive keeps it: without the ending that tells its kind."""
    path = folder / "form"
    path.write_bytes(data)
    return conform_file(FileJob(FILE_ID, dataset.source, path, path.name, sample_key()))


def _filled(field: Field) -> st.SearchStrategy[Entry]:
    if field.codebook:
        codes = {code: texts[0] for code, texts in code_books()[field.codebook].items()}
        is_mark = field.parser == "mark"
        return st.sampled_from([Entry(t, c == "true" if is_mark else c) for c, t in codes.items()])
    if field.parser == "score":
        return st.integers(field.minimum or 0, field.maximum or 0).map(lambda n: Entry(n, n))
    if field.unit == "%":
        return st.integers(2, 100).map(lambda n: Entry(n, Decimal(n)))
    if field.parser == "money":
        factor = {"千円": 1000, "": 1, "円": 1}[field.unit]
        return st.integers(-(10**9), 10**9).map(lambda n: Entry(n, n * factor))
    return _BY_PARSER[field.parser]


def _date_entries(day: date) -> st.SearchStrategy[Entry]:
    spellings = [
        datetime(day.year, day.month, day.day),
        era_text(day),
        f"令和{day.year - 2018}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y-%m-%d}",
    ]
    return st.sampled_from([Entry(typed, day) for typed in spellings])


def _month_entries(day: date) -> st.SearchStrategy[Entry]:
    first = day.replace(day=1)
    spellings = [
        datetime(day.year, day.month, 1),
        f"R{day.year - 2018}.{day.month}",
        f"令和{day.year - 2018}年{day.month}月",
        f"令和{day.year - 2018}年({day.year}年){day.month}月",
        f"{day:%Y-%m}",
    ]
    return st.sampled_from([Entry(typed, first) for typed in spellings])


def _time_entries(minutes: int) -> st.SearchStrategy[Entry]:
    hours, rest = divmod(minutes, 60)
    typed: list[Any] = [f"{hours}:{rest:02d}", f"{hours}時{rest}分", timedelta(minutes=minutes)]
    if hours < 24:
        typed.append(time(hours, rest))
    return st.sampled_from([Entry(t, minutes) for t in typed])


_DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
_WHOLE = st.integers(0, 10**6)
_BY_PARSER: dict[str, st.SearchStrategy[Entry]] = {
    "text": _TEXTS.map(lambda t: Entry(t, t)),
    "place_name": st.sampled_from([Entry(m.name, m.name) for m in municipalities().values()]),
    "person": _TEXTS.map(lambda t: Entry(t, sample_key().pseudonym(t))),
    "integer": _WHOLE.map(lambda n: Entry(n, n)),
    "decimal": st.decimals(-9999, 9999, places=2).map(lambda d: Entry(float(d), Decimal(d))),
    "date": _DAYS.flatmap(_date_entries),
    "month": _DAYS.flatmap(_month_entries),
    "time": st.integers(0, 25 * 60).flatmap(_time_entries),
    "timestamp": st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
        lambda t: Entry(f"{t:%Y-%m-%d %H:%M:%S}", t.replace(microsecond=0))
    ),
    "fiscal_year": st.integers(2019, 2035).flatmap(
        lambda y: st.sampled_from([Entry(t, y) for t in (label(y), short_label(y), f"{y}年度")])
    ),
    "municipality": st.sampled_from([Entry(m.name, m.code) for m in municipalities().values()]),
    "area_code": st.integers(1100, 47999)
    .map(lambda n: f"{n:05d}")
    .map(lambda five: Entry(f"{five}{check_digit(five)}", f"{five}{check_digit(five)}")),
    "corporate_number": st.integers(10**11, 10**12 - 1)
    .map(lambda n: f"{corporate_check_digit(str(n))}{n}")
    .map(lambda t: Entry(t, t)),
}
