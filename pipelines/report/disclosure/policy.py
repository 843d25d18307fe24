"""How many respondents a figure needs: policy parameters with a default, one pair for each kind of reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from pipelines.quality.limits import Limit, limits_in_force

if TYPE_CHECKING:
    import duckdb

PUBLIC = (
    Limit("disclosure_minimum_public", 10, "人", "発行する版で、値を示すのに要る回答者数"),
    Limit("disclosure_minimum_answer_public", 3, "人", "発行する版で、割合のどちらの答えにも要る人数"),
)
INTERNAL = (
    Limit("disclosure_minimum_internal", 5, "人", "作業版で、値を示すのに要る回答者数"),
    Limit("disclosure_minimum_answer_internal", 1, "人", "作業版で、割合のどちらの答えにも要る人数"),
)


@dataclass(frozen=True)
class Policy:
    """The thresholds of one set of documents.

    Attributes:
        is_public: an issued edition; a working copy is read inside the prefecture and its municipalities.
        respondents: fewest people behind a figure that is shown.
        per_answer: fewest people behind either answer of a share; nobody and everybody tell each one's answer.
    """

    is_public: bool
    respondents: int
    per_answer: int


def policy_in_force(con: duckdb.DuckDBPyConnection, as_of: date, *, is_public: bool) -> Policy:
    """The newest received values valid on `as_of`, else the defaults; a broken number counts as the next whole one."""
    limits = PUBLIC if is_public else INTERNAL
    values = limits_in_force(con, as_of, limits)
    respondents, per_answer = (ceil(values[limit.name]) for limit in limits)
    return Policy(is_public, respondents, per_answer)
