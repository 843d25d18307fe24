"""Reads written documents back without any of the code that wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb


class Rows:
    """Rows of a warehouse as dictionaries."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __call__(self, query: str) -> list[dict[str, Any]]:
        cursor = self._con.execute(query)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def kpis(self) -> list[dict[str, Any]]:
        return self(
            "select k.*, d.decimals from mart_kpi k join kpi_definitions d using (kpi_id) "
            "where k.fiscal_year = 2026 and k.municipality_code is null order by kpi_id"
        )


def written(value: Decimal | int | None, decimals: int, unit: str = "") -> str:
    """A number as the documents must write it, worked out here once more."""
    if value is None:
        return "－"
    step = Decimal(10) ** -decimals
    number = Decimal(value).quantize(step, ROUND_HALF_UP)
    sign = ("▲" if unit == "円" else "−") if number < 0 else ""
    return f"{sign}{abs(number):,}"


def squeezed(text: str) -> str:
    """Text without any white space: how a line was broken says nothing."""
    return re.sub(r"\s", "", text)


@dataclass
class Page:
    """What a reader of an HTML file gets: tables by key, words, and what the file refers to."""

    html: str
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    text: str = ""
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)


def read_page(path: Path) -> Page:
    """Read an HTML file."""
    html = path.read_text(encoding="utf-8")
    reader = _Reader(Page(html))
    reader.feed(html)
    reader.page.text = "".join(reader.words)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.words: list[str] = []
        self._cell: list[str] | None = None
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "data-key" in given:
            self.page.keys.append(given["data-key"])
            self.page.tables.setdefault(given["data-key"], [])
        if "id" in given:
            self.page.ids.add(given["id"])
        if tag == "a":
            self.page.links.append(given.get("href", ""))
        self.page.references += [(tag, given[n]) for n in ("href", "src", "action") if n in given]
        if tag == "tr" and self.page.keys:
            self.page.tables[self.page.keys[-1]].append([])
        if tag in ("td", "th") and self.page.keys:
            self._cell = []
        self._is_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.page.tables[self.page.keys[-1]][-1].append("".join(self._cell).strip())
            self._cell = None
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.words.append(data)
        if self._cell is not None:
            self._cell.append(data)
