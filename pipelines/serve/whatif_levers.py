"""What `kyoso whatif` may change: the policy values behind the decision, by name, with how each is typed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pipelines.errors import KyosoError
from pipelines.ingest.contracts import Field, all_datasets, code_books
from pipelines.ingest.japanese.numbers import parse_decimal
from pipelines.ingest.japanese.reading import Unreadable, fold

if TYPE_CHECKING:
    import duckdb

USAGE = 2
EMPTY = "空欄"
HOURLY_COST = "staff_hourly_cost_jpy"
Kind = Literal["number", "count", "percent", "code", "text"]
Value = Decimal | str | None

# Table of the release, the dataset that describes its fields, its key, and the fields that may be changed.
_TABLES: tuple[tuple[str, str, tuple[str, ...], Mapping[str, Kind]], ...] = (
    (
        "int_decision__criteria",
        "policy__decision_criteria",
        ("criterion_id",),
        {"comparator": "code", "threshold": "number", "required_evidence_class": "code", "judged_at": "code"},
    ),
    (
        "int_decision__options",
        "policy__r9_options",
        ("option_id",),
        {
            "target": "code", "named_municipalities": "text", "month_count": "count", "visits_per_month": "number",
            "unit_price_jpy": "count", "travel_cost_per_visit_jpy": "count", "common_cost_jpy": "count", "staff_hours": "number",
        },
    ),
    (
        "int_decision__scenarios",
        "policy__payer_scenarios",
        ("scenario_id", "cost_item"),
        {
            "municipality_share_pct": "percent", "municipality_cap_jpy": "count", "tax_allocation_rate_pct": "percent",
            "tax_allocation_cap_jpy": "count",
        },
    ),
)  # fmt: skip
_MAY_BE_NEGATIVE = ("threshold",)
_MAY_BE_EMPTY = (
    "unit_price_jpy",
    "travel_cost_per_visit_jpy",
    "municipality_cap_jpy",
    "tax_allocation_rate_pct",
    "tax_allocation_cap_jpy",
    "named_municipalities",
)


@dataclass(frozen=True)
class Lever:
    """One value that may be changed.

    Attributes:
        name: what people type, such as D1.threshold, O2.month_count, S2.dispatch.municipality_share_pct.
        table: table of the release that holds it.
        key: column and value of every part of the row's key.
        codebook: of the categories it may be, by name.
    """

    name: str
    table: str
    key: tuple[tuple[str, str], ...]
    column: str
    kind: Kind
    label: str
    unit: str
    codebook: str
    value: Value

    @property
    def text(self) -> str:
        """The present value as people read and type it."""
        if self.value is None:
            return EMPTY
        if isinstance(self.value, Decimal):
            return f"{self.value.normalize():,f}"
        return code_books()[self.codebook][self.value][0] if self.codebook else self.value


def levers(con: duckdb.DuckDBPyConnection, fiscal_year: int) -> dict[str, Lever]:
    """Every lever of a release by name.

    Args:
        con: connection in which the release's tables have their schemas and names.
        fiscal_year: the reported year.
    """
    found: dict[str, Lever] = {}
    for table, dataset, key, kinds in _TABLES:
        fields = {f.name: f for f in all_datasets()[dataset].fields}
        columns = [*key, *kinds]
        rows = con.execute(
            f"select {', '.join(columns)} from intermediate.{table} where fiscal_year = ? order by all", [fiscal_year]
        ).fetchall()  # fmt: skip
        for row in rows:
            values = dict(zip(columns, row, strict=True))
            for column, kind in kinds.items():
                if values[column] is None and column not in _MAY_BE_EMPTY:
                    # A criterion that an analysis decides has nothing to compare with.
                    continue
                lever = _lever(
                    table, tuple((k, str(values[k])) for k in key), fields[column], kind, values[column]
                )
                if lever.name in found:
                    raise KyosoError(
                        f"「{lever.name}」が、判断基準・選択肢・負担の案の2か所にあります。",
                        todo="設定の番号を、互いに違うものにしてください(例 基準 D1、選択肢 O1、案 S1)。",
                        exit_code=USAGE,
                    )
                found[lever.name] = lever
    found[HOURLY_COST] = _hourly_cost(con, fiscal_year)
    return found


def _lever(table: str, key: tuple[tuple[str, str], ...], field: Field, kind: Kind, value: object) -> Lever:
    name = ".".join([*(part for _, part in key), field.name])
    known: Value = None if value is None else value if isinstance(value, str) else Decimal(str(value))
    unit = field.unit or ("%" if kind == "percent" else "")
    return Lever(name, table, key, field.name, kind, field.label, unit, field.codebook, known)


def _hourly_cost(con: duckdb.DuckDBPyConnection, fiscal_year: int) -> Lever:
    row = con.execute(
        "select value from staging.stg_policy__parameters where name = ? and valid_from < make_date(?, 4, 1) "
        "order by valid_from desc limit 1",
        [HOURLY_COST, fiscal_year + 2],
    ).fetchone()
    value = None if row is None or row[0] is None else Decimal(str(row[0]))
    key = (("name", HOURLY_COST),)
    return Lever(
        HOURLY_COST,
        "stg_policy__parameters",
        key,
        "value",
        "number",
        "県職員の人件費単価",
        "円/時間",
        "",
        value,
    )


def parse_changes(known: Mapping[str, Lever], texts: list[str]) -> list[tuple[Lever, Value]]:
    """NAME=VALUE as typed, read and checked.

    Raises:
        KyosoError: a name is unknown or a value cannot be (exit code 2).
    """
    changes: dict[str, tuple[Lever, Value]] = {}
    for text in texts:
        name, is_there, value = text.partition("=")
        name = fold(name).strip()
        if not is_there:
            raise _refusal(
                f"「{text}」に = がありません。", "名前=値 の形で書いてください。例: --set O2.month_count=6"
            )
        if name not in known:
            raise _unknown(known, name)
        if name in changes:
            raise _refusal(f"「{name}」が2回書かれています。", "1回だけ書いてください。")
        changes[name] = (known[name], _read(known[name], value.strip()))
    return list(changes.values())


def _unknown(known: Mapping[str, Lever], name: str) -> KyosoError:
    near = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
    near += [n for n in known if n.split(".")[0] == name.split(".", maxsplit=1)[0] and n not in near]
    hint = f"近い名前: {'、'.join(near[:8])}。" if near else ""
    return _refusal(
        f"「{name}」という変えられる値はありません。",
        f"{hint}kyoso whatif で、名前といまの値の一覧を見られます。",
    )


def _read(lever: Lever, text: str) -> Value:
    if text in ("", EMPTY):
        if lever.column in _MAY_BE_EMPTY:
            return None
        raise _refusal(f"「{lever.name}」({lever.label})は空欄にできません。", "値を書いてください。")
    if lever.kind == "text":
        return text
    if lever.kind == "code":
        return _code(lever, text)
    try:
        number = parse_decimal(text).value
    except Unreadable:
        number = None
    if number is None:
        raise _refusal(
            f"「{lever.name}」({lever.label})の値「{text}」を数として読めません。",
            f"数だけを書いてください。例: --set {lever.name}={lever.text if lever.value is not None else '100'}",
        )
    _check(lever, number, text)
    return Decimal(number)


def _code(lever: Lever, text: str) -> str:
    book = code_books()[lever.codebook]
    for code, accepted in book.items():
        if text == code or fold(text) in {fold(word) for word in accepted}:
            return code
    choices = "、".join(words[0] for words in book.values())
    raise _refusal(f"「{lever.name}」({lever.label})に「{text}」は書けません。", f"書けるもの: {choices}。")


def _check(lever: Lever, number: Decimal, text: str) -> None:
    wanted = ""
    if lever.kind == "percent" and not 0 <= number <= 100:
        wanted = "0から100まで"
    elif number < 0 and lever.column not in _MAY_BE_NEGATIVE:
        wanted = "0以上"
    elif lever.kind == "count" and number != number.to_integral_value():
        wanted = "整数"
    elif abs(number) >= 10**13 or number != round(number, 4):
        wanted = "小数4桁まで、13桁まで"
    if wanted:
        raise _refusal(
            f"「{lever.name}」({lever.label})の値「{text}」は使えません。", f"{wanted}の数を書いてください。"
        )


def _refusal(what: str, todo: str) -> KyosoError:
    return KyosoError(what, todo=todo, exit_code=USAGE)
