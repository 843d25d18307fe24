"""What could follow and who would pay, in tables: options, terms, shares. All of it 試算, nothing recommended."""

from __future__ import annotations

from itertools import groupby

from pipelines.report.document import Cell, Column, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import NO_VALUE, number_cell, short_date, year_label, yen_cell

UNSET = "未設定"
NO_OPTIONS = "該当なし。次の年度の選択肢がありません。設定「選択肢」を受領すると、ここに費用が並びます。"
_ITEMS = {"dispatch": "派遣委託料", "travel": "旅費", "common": "共通経費", "staff": "職員人件費"}
_SHOWN_WITH_TAX = 4
_PAYERS = """
select option_id, option_kind, description, scenario_id, scenario_name,
    sum(cost_jpy) as total, count(*) filter (where cost_jpy is null) as unknown,
    sum(cost_jpy) filter (where payer = 'prefecture') as prefecture,
    coalesce(sum(cost_jpy) filter (where payer = 'municipality'), 0) as municipality,
    coalesce(sum(tax_allocation_jpy) filter (where payer = 'municipality'), 0) as tax,
    count(*) filter (where tax_allocation_jpy is null) as tax_unset,
    count(distinct municipality_code) as places
from mart_r9_cost where fiscal_year = ? group by all order by option_id, scenario_id
"""


def label_of(facts: Facts) -> str:
    """The year that is decided about."""
    return year_label(facts.fiscal_year + 1)


def shares(facts: Facts) -> list[Row]:
    """Option by scenario: the whole, and who pays which part."""
    return facts.rows(_PAYERS, facts.fiscal_year)


def _name(facts: Facts, row: Row) -> str:
    return f"{row['option_id']} {facts.label('option_kinds', row['option_kind'])}"


def _known(row: Row, value: int | None) -> Cell:
    return Cell(NO_VALUE) if row["unknown"] else yen_cell(value)


def _tax(row: Row) -> Cell:
    return Cell(UNSET) if row["tax_unset"] and not row["unknown"] else _known(row, row["tax"])


def options(facts: Facts) -> Table:
    """Every option with what it costs by item, whoever pays."""
    rows = facts.rows(
        """
        with one as (
            select * from mart_r9_cost where fiscal_year = ?
                and scenario_id = (select min(scenario_id) from mart_r9_cost where fiscal_year = ?)
        )
        select option_id, option_kind, description, target, count(distinct municipality_code) as places,
            sum(visit_count) filter (where cost_item = 'dispatch' and payer = 'prefecture') as visits,
            count(*) filter (where cost_jpy is null) as unknown,
            sum(cost_jpy) filter (where cost_item = 'dispatch') as dispatch, sum(cost_jpy) filter (where cost_item = 'travel') as travel,
            sum(cost_jpy) filter (where cost_item = 'common') as common, sum(cost_jpy) filter (where cost_item = 'staff') as staff,
            sum(cost_jpy) as total
        from one group by 1, 2, 3, 4 order by 1
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(_name(facts, r)),
            Cell(r["description"]),
            Cell(facts.label("option_targets", r["target"])),
            number_cell(r["places"] or (None if r["unknown"] else 0)),
            number_cell(r["visits"]),
            *(yen_cell(r[item]) for item in _ITEMS),
            _known(r, r["total"]),
        )
        for r in rows
    )
    columns = (
        Column("選択肢", width=5.2),
        Column("内容", width=10),
        Column("対象", width=6),
        Column("団体", "right", 2.6),
        Column("人回", "right", 3.2),
        *(Column(f"{name}(円)", "right", 6) for name in _ITEMS.values()),
        Column("計(円)", "right", 6),
    )
    return Table(
        "options", "選択肢とその費用(試算)", columns, lines,
        "人件費は、県職員の従事時間に単価をかけた額。今年度の予算とは範囲が違う。", empty_reason=NO_OPTIONS,
    )  # fmt: skip


def bases(facts: Facts) -> Table:
    """What each amount rests on."""
    rows = facts.rows(
        "select option_id, option_kind, cost_item, min(basis_ja) as basis from mart_r9_cost where fiscal_year = ? "
        "group by 1, 2, 3 order by 1, 3",
        facts.fiscal_year,
    )
    lines = []
    for _, found in groupby(rows, key=lambda r: r["option_id"]):
        parts = list(found)
        texts = {r["cost_item"]: r["basis"] for r in parts}
        lines.append((Cell(_name(facts, parts[0])), *(Cell(texts.get(item, NO_VALUE)) for item in _ITEMS)))
    columns = (Column("選択肢", width=4), *(Column(name, width=8) for name in _ITEMS.values()))
    return Table("option_bases", "費用の単価の根拠", columns, tuple(lines), empty_reason=NO_OPTIONS)


def payers(facts: Facts) -> Table:
    """Option by scenario: prefecture, municipalities, and what of the latter the tax allocation may meet."""
    rows = shares(facts)
    lines = tuple(
        (
            Cell(r["scenario_id"]),
            Cell(r["scenario_name"]),
            _known(r, r["total"]),
            _known(r, r["prefecture"]),
            _known(r, r["municipality"]),
            _tax(r),
            number_cell(r["places"]),
        )
        for r in rows
    )
    columns = (
        Column("案", width=2.4),
        Column("負担の案", width=11),
        Column("計(円)", "right", 6),
        Column("県(円)", "right", 6),
        Column("市町村(円)", "right", 6),
        Column("うち特別交付税措置見込(円)", "right", 9),
        Column("対象(団体)", "right", 4.4),
    )
    return Table(
        "payers",
        "だれがいくら負担するか(試算)",
        columns,
        lines,
        "市町村の負担は団体ごと・費目ごとに円未満を切り捨て、残りは県の負担。特別交付税は市町村の歳入の見込みで、負担者ではない。"
        "「未設定」は、率を設定していないこと(なしという意味ではない)。",
        groups=tuple(f"{_name(facts, r)} {r['description']}" for r in rows),
        empty_reason=NO_OPTIONS,
    )


def terms(facts: Facts) -> Table:
    """The rates and caps of each scenario, with their source."""
    rows = facts.rows(
        "select distinct scenario_id, scenario_name, cost_item, prefecture_share_pct, municipality_share_pct, municipality_cap_jpy, "
        "tax_allocation_rate_pct, tax_allocation_cap_jpy, scenario_source, scenario_source_date from mart_r9_cost "
        "where fiscal_year = ? and cost_item in ('dispatch', 'travel') order by scenario_id, cost_item",
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(f"{r['scenario_id']} {r['scenario_name']}"),
            Cell(facts.label("shared_cost_items", r["cost_item"])),
            number_cell(r["prefecture_share_pct"]),
            number_cell(r["municipality_share_pct"]),
            Cell("上限なし") if r["municipality_cap_jpy"] is None else yen_cell(r["municipality_cap_jpy"]),
            Cell(UNSET) if r["tax_allocation_rate_pct"] is None else number_cell(r["tax_allocation_rate_pct"]),
            Cell("上限なし") if r["tax_allocation_cap_jpy"] is None else yen_cell(r["tax_allocation_cap_jpy"]),
            Cell(f"{r['scenario_source'] or '記入なし'}({short_date(r['scenario_source_date'])})"),
        )
        for r in rows
    )  # fmt: skip
    columns = (
        Column("負担の案", width=9),
        Column("費目", width=5),
        Column("県(%)", "right", 3.2),
        Column("市町村(%)", "right", 4.4),
        Column("市町村負担の上限(円)", "right", 6),
        Column("措置率(%)", "right", 4.4),
        Column("措置対象の上限(円)", "right", 6),
        Column("出典(日付)", width=8),
    )
    return Table(
        "payer_terms", "負担の案の割合・率・上限", columns, lines,
        "上限は、団体ごと・年ごと・費目ごと。共通経費と職員人件費は、どの案でも県の負担。", empty_reason=NO_OPTIONS,
    )  # fmt: skip


def by_municipality(facts: Facts) -> Table:
    """What each municipality would pay, option by option, under every scenario in which any pays."""
    rows = facts.rows(
        """
        select c.option_id, c.option_kind, c.description, c.municipality_code, c.municipality_name, c.scenario_id, c.scenario_name,
            sum(c.cost_jpy) as cost, sum(c.tax_allocation_jpy) as tax, count(*) filter (where c.cost_jpy is null) as unknown,
            count(*) filter (where c.tax_allocation_jpy is null) as tax_unset
        from mart_r9_cost c
        where c.fiscal_year = ? and c.payer = 'municipality' and c.scenario_id in (
            select scenario_id from mart_r9_cost where fiscal_year = ? and payer = 'municipality' and coalesce(cost_jpy, 1) > 0
        )
        group by all order by c.option_id, c.municipality_code, c.scenario_id
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
    names = {r["scenario_id"]: r["scenario_name"] for r in sorted(rows, key=lambda r: r["scenario_id"])}
    has_tax = len(names) <= _SHOWN_WITH_TAX
    lines, groups = [], []
    for _, found in groupby(rows, key=lambda r: (r["option_id"], r["municipality_code"])):
        parts = list(found)
        cells = [Cell(parts[0]["municipality_name"])]
        for part in parts:
            cells += [_known(part, part["cost"])] + ([_tax(part)] if has_tax else [])
        lines.append(tuple(cells))
        groups.append(f"{_name(facts, parts[0])} {parts[0]['description']}")
    columns = [Column("団体", width=5)]
    for name in names.values():
        columns += [Column(f"{name}(円)", "right", 5)] + ([Column("うち特交", "right", 4)] if has_tax else [])
    return Table(
        "payers_by_municipality", "団体別の市町村の負担(試算)", tuple(columns), tuple(lines),
        "うち特交は、うち特別交付税措置見込(円)。市町村の負担のない案は省く。", groups=tuple(groups),
        empty_reason="該当なし。市町村の負担のある案がありません。",
    )  # fmt: skip
