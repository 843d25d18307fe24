"""How people type values: the same date, number or name in the spellings of different offices."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.fiscal_year import label
from pipelines.ingest.contracts import Field, code_books
from pipelines.ingest.japanese.date_text import era_text
from pipelines.ingest.municipalities import distinct_name, municipalities

_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
DATE_STYLES = ("excel", "letter", "kanji", "slash", "full_width", "hyphen")


class Speller:
    """One office's habits, chosen once per file.

    Args:
        rng: the programme's random numbers.
        mess: 0 writes everything the plain way; 1 uses every habit.
    """

    def __init__(self, rng: random.Random, mess: float) -> None:
        self._date_style = rng.choice(DATE_STYLES) if rng.random() < mess else "letter"
        self._is_wide = rng.random() < 0.15 * mess
        self._uses_long_names = rng.random() < 0.2 * mess
        self._circle = rng.choice(["○", "〇", "◯", "●"]) if rng.random() < mess else "○"

    def spell(self, value: Any, field: Field) -> Any:
        """The value as this office would type it into a cell of that field."""
        if value is None:
            return None
        return getattr(self, f"_{field.parser}", lambda v, f: v)(value, field)

    def _date(self, value: date, field: Field) -> Any:
        text = era_text(value)
        styles = {
            "excel": value,
            "letter": text,
            "kanji": label(value.year).split("年度")[0] + f"年{value.month}月{value.day}日",
            "slash": f"{value.year}/{value.month}/{value.day}",
            "full_width": text.replace("R", "Ｒ").translate(_FULL_WIDTH),
            "hyphen": value.isoformat(),
        }
        return styles[self._date_style]

    def _month(self, value: date, field: Field) -> Any:
        year = label(value.year).split("年度")[0]
        return (
            f"{year}年{value.month}月"
            if self._date_style != "letter"
            else f"R{value.year - 2018}.{value.month}"
        )

    def _fiscal_year(self, value: int, field: Field) -> Any:
        return label(value).split("(")[0]

    def _municipality(self, value: str, field: Field) -> Any:
        town = municipalities()[value]
        return town.long_name if self._uses_long_names else distinct_name(town)

    def _mark(self, value: bool, field: Field) -> Any:
        return self._circle if value else "×"

    def _category(self, value: str, field: Field) -> Any:
        return code_books()[field.codebook][value][0]

    def _time(self, value: int, field: Field) -> Any:
        return f"{value // 60}:{value % 60:02d}"

    def _integer(self, value: int, field: Field) -> Any:
        return str(value).translate(_FULL_WIDTH) if self._is_wide else value

    def _money(self, value: int, field: Field) -> Any:
        if field.unit == "千円":
            scaled = Decimal(value) / 1000
            return int(scaled) if scaled == int(scaled) else float(scaled)
        return value

    def _decimal(self, value: Any, field: Field) -> Any:
        return float(value) if isinstance(value, Decimal) else value
