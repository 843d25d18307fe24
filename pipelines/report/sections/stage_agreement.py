"""How far the scores behind a stage depend on who scored: sheets that two people scored without seeing each other's."""

from __future__ import annotations

from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Facts
from pipelines.report.wording import NO_VALUE, number_cell, number_text


def agreement(facts: Facts) -> Table:
    """Equal scores and weighted κ, over all items and by capability, of each wave scored twice in the year."""
    rows = facts.rows(
        "select * from mart_assessment_agreement where fiscal_year = ? and pair_count > 0 order by wave, sort_order",
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(facts.label("assessment_waves", r["wave"])),
            Cell(
                "すべての設問" if r["item_group"] == "all" else facts.label("capabilities", r["item_group"])
            ),
            number_cell(r["municipality_count"]),
            number_cell(r["pair_count"]),
            Cell(f"{number_text(r['equal_count'])}({number_text(r['equal_pct'], 1)}%)"),
            *(
                Cell(NO_VALUE if r[kappa] is None else number_text(r[kappa], 2))
                for kappa in ("quadratic_kappa", "linear_kappa")
            ),
            Cell(r["no_kappa_reason"] or ""),
        )
        for r in rows
    )
    columns = (
        Column("調査回", width=1.1),
        Column("設問の範囲", width=1.2),
        Column("団体数", "right", 0.7),
        Column("設問数", "right", 0.7),
        Column("同じ評点", "right", 1.1),
        Column("κ(二次)", "right", 0.8),
        Column("κ(一次)", "right", 0.8),
        Column("κのない理由", width=2.4),
    )
    return Table(
        "agreement",
        "採点の一致(同じ立場の二人が別々に採点した調査票)",
        columns,
        lines,
        "κ(カッパ)は偶然の一致を除いた一致の程度。完全な一致なら一、偶然と同じならゼロになる。点差の大きい不一致ほど重く数え、"
        "二次は点差の二乗、一次は点差による。一部の団体だけを二人で採点しており、同じ団体の設問どうしは独立でないため、信頼区間は示さない。",
        empty_reason="該当なし。この年度の調査票で、同じ立場の二人が別々に採点したものを受領していません。",
    )
