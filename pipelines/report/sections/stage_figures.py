"""The figures of the stage: the map of the municipalities, and the years side by side."""

from __future__ import annotations

from collections import Counter

from pipelines.report.document import Cell, Chart, Column, Figure, Table
from pipelines.report.facts import Facts
from pipelines.report.wording import number_cell, short_year, stage_cell, stage_label, year_label

STAGES = ("below", "collaboration", "co_creation")


def movement_figure(facts: Facts) -> Figure:
    """Municipalities by stage, year by year; years without an assessment are left out and named."""
    rows = facts.rows(
        """
        select fiscal_year, bool_and(is_comparable) filter (where stage is not null) as is_comparable,
            count(*) filter (where stage = 'below') as below, count(*) filter (where stage = 'collaboration') as collaboration,
            count(*) filter (where stage = 'co_creation') as co_creation, count(*) filter (where is_to_confirm) as to_confirm
        from mart_stage where stage is not null group by fiscal_year order by fiscal_year
        """
    )
    lines = tuple(
        (
            Cell(year_label(r["fiscal_year"]) + ("" if r["is_comparable"] else "*")),
            *(number_cell(r[s]) for s in STAGES),
            number_cell(r["to_confirm"]),
        )
        for r in rows
    )
    columns = (
        Column("年度"),
        *(Column(stage_label(s), "right") for s in STAGES),
        Column("うち要確認", "right"),
    )
    alt = "、".join(
        f"{year_label(r['fiscal_year'])} 協働未達{r['below']} 協働{r['collaboration']} 共創{r['co_creation']}"
        for r in rows
    )
    note = (
        "*は、裏付けの記録がまだなかった能力があり、ほかの年度と比べられない年度。"
        if any(not r["is_comparable"] for r in rows)
        else ""
    )
    return Figure(
        "movement",
        "段階の推移(裏付けあり、団体数)",
        f"年度ごとの段階別の団体数。{alt}",
        Table(
            "movement",
            "段階の推移",
            columns,
            lines,
            empty_reason="該当なし。アセスメント調査票をまだ受領していません。",
        ),
        note=note,
        chart=Chart("stacked", 0, (1, 2, 3), is_horizontal=True, colours=("DEDEDE", "8FB3D1", "16324F")),
        width="half",
    )


def tile_map(facts: Facts) -> Figure:
    """One square per municipality, placed roughly as on the map."""
    rows = facts.rows(
        """
        select m.name, m.tile_column, m.tile_row, s.stage, s.is_to_confirm, d.municipality_code is not null as is_dispatched
        from dim_municipality m
        left join mart_stage s on s.municipality_code = m.municipality_code and s.fiscal_year = ?
        left join mart_dispatch_utilisation d on d.municipality_code = m.municipality_code and d.fiscal_year = ?
        order by m.sort_order
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(r["name"]),
            stage_cell(r["stage"]) if r["stage"] else Cell("評価なし", mark="none"),
            Cell("要確認" if r["is_to_confirm"] else ""),
            Cell("●" if r["is_dispatched"] else ""),
            number_cell(r["tile_column"]),
            number_cell(r["tile_row"]),
        )
        for r in rows
    )
    columns = (
        Column("団体"),
        Column("段階"),
        Column("要確認"),
        Column("派遣"),
        Column("列", "right"),
        Column("行", "right"),
    )
    # A nation's register gives no places; a legend under the word "map" would look like a map that failed.
    shows = "段階の地図" if any(r["tile_column"] is not None for r in rows) else "段階別の団体数"
    counts = Counter(r["stage"] for r in rows)
    alt = "、".join(f"{stage_label(s)} {counts[s]}団体" for s in reversed(STAGES))
    return Figure(
        "tile_map",
        f"{shows}({short_year(facts.fiscal_year)}、裏付けあり)",
        f"市町村の段階をおおよその位置で示す。{alt}、要確認 {sum(r['is_to_confirm'] or False for r in rows)}団体。",
        Table(
            "tile_map", "市町村の段階", columns, lines, empty_reason="該当なし。市町村の一覧がありません。"
        ),
        width="half",
    )
