"""Published indicators of service to residents: the newest year there is, its change, and similar municipalities."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import number_cell, number_text, signed_text, year_label


def residents(facts: Facts) -> tuple[Block, ...]:
    """A sentence and a table; the year is the newest published by the reported one, and is named."""
    newest = facts.rows(
        "select max(fiscal_year) as year from mart_residents where fiscal_year <= ?", facts.fiscal_year
    )[0]["year"]
    rows = facts.rows(
        "select r.*, m.sort_order from mart_residents r inner join dim_municipality m using (municipality_code) "
        "where r.fiscal_year = ? order by r.indicator_code, m.sort_order",
        newest,
    )
    indicators: dict[str, list[Row]] = {}
    for row in rows:
        indicators.setdefault(row["indicator_code"], []).append(row)
    texts = [Paragraph(text) for text in _sentences(facts, newest, indicators)]
    return (Paragraph("住民サービス", "heading"), *texts, _table(newest, indicators))


def _sentences(facts: Facts, newest: int | None, indicators: dict[str, list[Row]]) -> list[str]:
    if newest is None:
        return [
            f"住民サービスの指標は示せません。{facts.kpi('K701').reason or '公的統計を受領していないため'}です。"
        ]
    late = (
        f"{year_label(facts.fiscal_year)}の公的統計はまだ公表されていないため、{year_label(newest)}の値です。"
        if newest < facts.fiscal_year
        else ""
    )
    parts = [text for found in indicators.values() if (text := _said(found))]
    return [
        f"{late}{'、'.join(parts)}です。国の公表値で、この事業のほかの要因でも動くため、事業の効果とは読めません。"
        if parts
        else f"{late}値のある団体がありません。"
    ]


def _said(found: list[Row]) -> str:
    """One indicator in words: how many have it where it is a yes or no, else the mean."""
    values = [r["value"] for r in found if r["value"] is not None]
    changes = [r["change"] for r in found if r["change"] is not None]
    if not values:
        return ""
    if set(values) <= {0, 1}:
        moved = f"(前年差 {signed_text(sum(changes))}団体)" if changes else ""
        name = found[0]["indicator_name"].split("(")[0]
        return f"{name}は県内{number_text(len(values))}団体のうち{number_text(sum(values))}団体{moved}"
    moved = f"(前年差 {signed_text(sum(changes) / len(changes), 1)})" if changes else ""
    mean = number_text(sum(values) / len(values), 1)
    return f"{found[0]['indicator_name']}は県内{number_text(len(values))}団体の平均で{mean}{found[0]['unit'] or ''}{moved}"


def _heading(row: Row) -> str:
    return f"{row['indicator_name']}({row['unit']})" if row["unit"] else str(row["indicator_name"])


def _table(newest: int | None, indicators: dict[str, list[Row]]) -> Table:
    decimals = {code: _decimals(found) for code, found in indicators.items()}
    towns = {r["municipality_name"]: r["sort_order"] for found in indicators.values() for r in found}
    by_place = {(code, r["municipality_name"]): r for code, found in indicators.items() for r in found}
    lines = [
        (
            Cell(town),
            *(
                number_cell(
                    (by_place.get((code, town)) or {}).get(key), decimals[code], is_signed=key == "change"
                )
                for code in indicators
                for key in ("value", "change")
            ),
        )
        for town in sorted(towns, key=lambda name: towns[name])
    ]
    if lines:
        medians = (
            (number_cell(found[0]["comparison_median"], decimals[code], mark="total"), Cell("", mark="total"))
            for code, found in indicators.items()
        )
        lines.append((Cell("県外の団体の中央値", mark="total"), *(cell for pair in medians for cell in pair)))
    columns = (
        Column("団体", width=1.6),
        *(
            column
            for found in indicators.values()
            for column in (
                Column(_heading(found[0]), "right", 1.6),
                Column("前年差", "right", 0.8),
            )
        ),
    )
    sources = sorted({r["source"] for found in indicators.values() for r in found if r["source"]})
    return Table(
        "residents",
        "住民サービスの指標" + (f"({year_label(newest)})" if newest else ""),
        columns,
        tuple(lines),
        f"出典: {'、'.join(sources)}。" if sources else "",
        empty_reason="該当なし。公的統計を受領していません。",
    )


def _decimals(found: list[Row]) -> int:
    """None where every value is whole: a yes is not 1.0."""
    values = [r[key] for r in found for key in ("value", "comparison_median") if r[key] is not None]
    return 0 if all(value == value.to_integral_value() for value in values) else 1
