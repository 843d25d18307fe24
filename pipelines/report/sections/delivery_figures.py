"""The figures of the delivery: utilisation, months, and the calendar of every municipality."""

from __future__ import annotations

from collections import defaultdict

from pipelines.report.document import Cell, Chart, Column, Figure, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import NO_VALUE, month_label, number_cell, number_text

_NO_PLAN = "該当なし。この年度の派遣計画を受領していません。"


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
        Table("utilisation", "団体別の派遣実施率", columns, lines, empty_reason=_NO_PLAN),
        chart=Chart("bar", 0, (3,), (4,), colours=("8FB3D1", "16324F")),
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
        Table("monthly", "月別の派遣", columns, lines, empty_reason=_NO_PLAN),
        note="▼は、月初から月末まで支援した団体のうち、現地訪問のない団体があった月。",
        chart=Chart("bar", 0, (3,), (1,), colours=("8FB3D1", "16324F")),
        width="half",
    )


def _delivered(row: Row) -> Cell:
    if not row["is_due"]:
        return Cell(NO_VALUE)
    return Cell("報告前") if row["is_waiting"] and not row["delivered"] else number_cell(row["delivered"])


def calendar_figure(facts: Facts) -> Figure:
    """Delivered and due visits per municipality and month."""
    rows = facts.rows(
        """
        with waiting as (
            select municipality_code, period from mart_submission
            where dataset = 'visit_log__visits' and state = '期限前' and fiscal_year = ?
        )
        select m.*, w.period is not null as is_waiting
        from mart_dispatch_month m
        left join waiting w on w.municipality_code = m.municipality_code and w.period = strftime(m.month, '%Y-%m')
        where m.fiscal_year = ? order by m.municipality_code, m.month
        """,
        facts.fiscal_year,
        facts.fiscal_year,
    )
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
            empty_reason=_NO_PLAN,
        ),
        note="計画は基準日まで。×=月初から月末まで支援した月に訪問がない、▽=訪問はあるが現地がない、－=報告の期限前、/の後だけ=これからの月の計画。",
    )


def _calendar_cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("")
    if not row["is_due"]:
        return Cell(f"/{row['planned_visit_count']}", mark="future")
    if row["is_waiting"] and not row["delivered_visit_count"]:
        return Cell(f"－/{row['due_visit_count']}", mark="future")
    text = f"{row['delivered_visit_count']}/{row['due_visit_count']}"
    if row["is_missed_month"]:
        return Cell(f"×{text}", mark="missed")
    if row["is_full_month"] and row["is_elapsed"] and not row["has_onsite_visit"]:
        return Cell(f"▽{text}", mark="no_onsite")
    return Cell(text, mark="met" if row["delivered_visit_count"] >= row["due_visit_count"] else "short")
