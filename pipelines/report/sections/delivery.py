"""Delivery: what was planned, what took place, on site or online, and where nothing did."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.document import Block, Cell, Chart, Column, Figure, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.common import kpi_table, opinions
from pipelines.report.wording import NO_VALUE, month_label, number_cell, number_text, percent, short_date


def build(facts: Facts) -> Section:
    """派遣の実施状況."""
    blocks: list[Block] = [Paragraph(text) for text in sentences(facts)]
    blocks += [
        utilisation_figure(facts),
        monthly_figure(facts),
        calendar_figure(facts),
        _by_municipality(facts),
    ]
    blocks.append(kpi_table(facts, "dispatch_kpis", "派遣のKPI", [f"K2{n:02d}" for n in range(1, 16)]))
    return Section("delivery", "派遣の実施状況", (*blocks, *opinions(facts, 4)))


def unreported(facts: Facts) -> Row | None:
    """Visits that are due by the as-of date in months whose reports are not due yet."""
    rows = facts.rows(
        """
        with waiting as (
            select distinct municipality_code, period from mart_submission
            where dataset = 'visit_log__visits' and state = '期限前' and fiscal_year = ?
        )
        select cast(sum(m.due_visit_count) as bigint) as due, cast(sum(m.delivered_visit_count) as bigint) as delivered,
            min(m.month) as first_month
        from mart_dispatch_month m
        inner join waiting w on w.municipality_code = m.municipality_code and w.period = strftime(m.month, '%Y-%m')
        where m.fiscal_year = ? and m.due_visit_count > 0
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
    return rows[0] if rows[0]["due"] else None


def sentences(facts: Facts) -> list[str]:
    """What the figures of this section say, by rule."""
    rate = facts.kpi("K203")
    if rate.value is None:
        return [f"派遣の実施状況は示せません。{rate.reason}です。"]
    texts = [
        f"基準日までの計画{number_text(rate.denominator)}人回に対して、実績は{number_text(rate.numerator)}人回"
        f"(派遣実施率 {rate.text}、K203)です。現地率は{facts.kpi('K205').text}(K205)、"
        f"現地訪問のない月が{_without_onsite(facts)}団体月ありました(K206)。"
    ]
    if waiting := unreported(facts):
        done, due = rate.numerator or 0, rate.denominator or 0
        reported, planned = int(done - waiting["delivered"]), int(due - waiting["due"])
        texts.append(
            f"ただし{month_label(waiting['first_month'])}分の計画{waiting['due']}人回は、報告の期限前でまだ実績に入っていません。"
            f"報告のそろった月だけでは、計画{planned}人回に対して実績{reported}人回({percent(reported, planned)})です。"
        )
    return texts


def _without_onsite(facts: Facts) -> str:
    kpi = facts.kpi("K206")
    return number_text((kpi.denominator or 0) - (kpi.numerator or 0))


def utilisation_figure(facts: Facts) -> Figure:
    """Utilisation per municipality with the target."""
    rows = facts.of_year("mart_dispatch_utilisation", "utilisation_pct desc nulls last, municipality_code")
    target = facts.kpi("K203").target
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            number_cell(r["delivered_visit_count"]),
            number_cell(r["due_visit_count"]),
            number_cell(r["utilisation_pct"], 1),
            number_cell(target, 0),
        )
        for r in rows
    )
    columns = (
        Column("団体"),
        Column("実績(人回)", "right"),
        Column("計画(人回、基準日まで)", "right"),
        Column("実施率(%)", "right"),
        Column("目標(%)", "right"),
    )
    alt = "、".join(f"{r['municipality_name']} {number_text(r['utilisation_pct'], 1)}%" for r in rows)
    return Figure(
        "utilisation",
        "団体別の派遣実施率(基準日まで)",
        f"派遣実施率の棒グラフ。目標は{number_text(target)}%。{alt}",
        Table("utilisation", "団体別の派遣実施率", columns, lines),
        chart=Chart("bar", 0, (3,), (4,), colours=("8FB3D1", "B3401F")),
        width="half",
    )


def monthly_figure(facts: Facts) -> Figure:
    """Planned and delivered person-visits by month."""
    rows = facts.rows(
        """
        with waiting as (
            select period, bool_and(state = '期限前') as is_waiting from mart_submission
            where dataset = 'visit_log__visits' and fiscal_year = ? group by period
        )
        select month, coalesce(bool_or(w.is_waiting), false) as is_waiting,
            cast(sum(planned_visit_count) as bigint) as planned, cast(sum(due_visit_count) as bigint) as due,
            cast(sum(delivered_visit_count) as bigint) as delivered,
            count(*) filter (where is_full_month and is_elapsed and not has_onsite_visit) as without_onsite, bool_or(is_due) as is_due
        from mart_dispatch_month left join waiting w on w.period = strftime(month, '%Y-%m')
        where fiscal_year = ? group by month order by month
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(month_label(r["month"])),
            number_cell(r["planned"]),
            number_cell(r["due"] if r["is_due"] else None),
            _delivered(r),
            number_cell(r["without_onsite"] if r["is_due"] else None),
        )
        for r in rows
    )
    columns = (
        Column("月"),
        Column("計画(人回)", "right"),
        Column("うち基準日まで", "right"),
        Column("実績(人回)", "right"),
        Column("現地訪問のない団体", "right"),
    )
    alt = "、".join(
        f"{month_label(r['month'])} 計画{r['planned']} 実績{r['delivered'] if r['is_due'] else 'なし'}"
        for r in rows
    )
    return Figure(
        "monthly",
        "月別の派遣(人回、棒=実績、線=計画)",
        f"月別の派遣の計画と実績。{alt}",
        Table("monthly", "月別の派遣", columns, lines),
        note="▼は、満月のうち現地訪問のない団体があった月。",
        chart=Chart("bar", 0, (3,), (1,), colours=("8FB3D1", "16324F")),
        width="half",
    )


def _delivered(row: Row) -> Cell:
    if not row["is_due"]:
        return Cell(NO_VALUE)
    return Cell("報告前") if row["is_waiting"] and not row["delivered"] else number_cell(row["delivered"])


def calendar_figure(facts: Facts) -> Figure:
    """Delivered and due visits per municipality and month."""
    rows = facts.of_year("mart_dispatch_month", "municipality_code, month")
    months = sorted({r["month"] for r in rows})
    by_town: dict[str, dict[object, Row]] = defaultdict(dict)
    for row in rows:
        by_town[row["municipality_name"]][row["month"]] = row
    lines = tuple(
        (Cell(town), *(_calendar_cell(cells.get(month)) for month in months))
        for town, cells in by_town.items()
    )
    columns = (Column("団体", width=1.4), *(Column(month_label(m), "center") for m in months))
    return Figure(
        "calendar",
        "派遣カレンダー(実績/計画、人回)",
        "団体と月ごとの実績と計画の人回。内容は表のとおり。",
        Table(
            "calendar",
            "派遣カレンダー",
            columns,
            lines,
            empty_reason="該当なし。この年度の派遣計画を受領していません。",
        ),
        note="計画は基準日まで。×=終わった満月に訪問がない、▽=訪問はあるが現地がない、・=まだ始まっていない月。",
    )


def _calendar_cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("")
    if not row["is_due"]:
        return Cell(f"・ /{row['planned_visit_count']}", mark="future")
    text = f"{row['delivered_visit_count']}/{row['due_visit_count']}"
    if row["is_missed_month"]:
        return Cell(f"×{text}", mark="missed")
    if row["is_full_month"] and row["is_elapsed"] and not row["has_onsite_visit"]:
        return Cell(f"▽{text}", mark="no_onsite")
    return Cell(text, mark="met" if row["delivered_visit_count"] >= row["due_visit_count"] else "short")


def _by_municipality(facts: Facts) -> Table:
    rows = facts.of_year("mart_dispatch_utilisation", "municipality_code")
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            Cell(facts.label("themes", r["theme"])),
            Cell(f"{short_date(r['support_start_date'])}〜{short_date(r['support_end_date'])}"),
            Cell(f"{r['delivered_visit_count']} / {r['due_visit_count']}"),
            number_cell(r["utilisation_pct"], 1),
            number_cell(r["municipality_day_count"]),
            number_cell(r["onsite_pct"], 1),
            Cell(_first(r)),
            number_cell(r["missed_month_count"]),
            Cell(
                f"{r['cancelled_by_municipality_count']} / {r['cancelled_by_talent_count']} / {r['postponed_count']}"
            ),
            Cell(f"{r['attained_goal_count']} / {r['goal_count']}"),
            number_cell(r["adopted_deliverable_count"]),
            number_cell(r["cost_per_visit_jpy"], 0),
        )
        for r in rows
    )
    columns = (
        Column("団体", width=1.1),
        Column("テーマ", width=1.25),
        Column("支援期間", width=1.5),
        Column("実績/計画(人回)", "right", 0.95),
        Column("実施率(%)", "right", 0.8),
        Column("団体日", "right", 0.65),
        Column("現地率(%)", "right", 0.8),
        Column("初回", width=1.0),
        Column("訪問なし(月)", "right", 0.7),
        Column("中止 市町村/人材/延期", "right", 1.0),
        Column("目標達成", "right", 0.75),
        Column("採用成果物", "right", 0.7),
        Column("円/人回", "right", 0.85),
    )
    note = "計画は基準日までの、その月に有効な計画の版による。支援期間の外で行われた派遣は実績に含めない。"
    return Table(
        "dispatch",
        "団体別の派遣",
        columns,
        lines,
        note,
        empty_reason="該当なし。この年度の派遣計画を受領していません。",
    )


def _first(row: Row) -> str:
    if row["first_visit_date"] is None:
        return NO_VALUE
    return (
        f"{short_date(row['first_visit_date'])} {'現地' if row['is_first_visit_on_site'] else '×オンライン'}"
    )
