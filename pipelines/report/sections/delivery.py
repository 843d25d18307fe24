"""Delivery: what was planned, what took place, on site or online, and where nothing did."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.sections.delivery_figures import calendar_figure, monthly_figure, utilisation_figure
from pipelines.report.sections.prefectures import dispatch_by_prefecture
from pipelines.report.wording import (
    NO_VALUE,
    month_label,
    number_cell,
    number_text,
    percent,
    short_date,
    yen_cell,
)

_NO_PLAN = "該当なし。この年度の派遣計画を受領していません。"


def build(facts: Facts) -> Section:
    """派遣の実施状況."""
    blocks: list[Block] = [Paragraph(text) for text in sentences(facts)]
    blocks += [
        utilisation_figure(facts),
        monthly_figure(facts),
        calendar_figure(facts),
        _visits(facts),
        _results(facts),
    ]
    return Section("delivery", "派遣の実施状況", tuple(blocks))


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
            f"ただし{month_label(waiting['first_month'])}分の計画{number_text(waiting['due'])}人回は、報告の期限前でまだ実績に入っていません。"
            f"報告のそろった月だけでは、計画{number_text(planned)}人回に対して"
            f"実績{number_text(reported)}人回({percent(reported, planned)})です。"
        )
    return texts


def _without_onsite(facts: Facts) -> str:
    kpi = facts.kpi("K206")
    return number_text((kpi.denominator or 0) - (kpi.numerator or 0))


def _visits(facts: Facts) -> Table:
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            Cell(facts.label("themes", r["theme"])),
            Cell(f"{short_date(r['support_start_date'])}〜{short_date(r['support_end_date'])}"),
            number_cell(r["due_visit_count"]),
            number_cell(r["delivered_visit_count"]),
            number_cell(r["utilisation_pct"], 1),
            number_cell(r["municipality_day_count"]),
            number_cell(r["onsite_pct"], 1),
            Cell(_first(r)),
            number_cell(r["missed_month_count"]),
        )
        for r in _of_year(facts)
    )
    columns = (
        Column("団体", width=4.6),
        Column("テーマ", width=6.2),
        Column("支援期間", width=9),
        Column("計画(人回)", "right", 3.4),
        Column("実績(人回)", "right", 3.4),
        Column("実施率(%)", "right", 3.6),
        Column("団体日(日)", "right", 3.4),
        Column("現地率(%)", "right", 3.6),
        Column("初回", width=8.6),
        Column("訪問なし(月)", "right", 4.4),
    )
    note = "計画は基準日までの、その月に有効な計画の版による。支援期間の外で行われた派遣は実績に含めない。"
    rolled = dispatch_by_prefecture(facts)
    return Table("dispatch", "団体別の派遣", columns, lines, note, roll_up=rolled, empty_reason=_NO_PLAN)


def _results(facts: Facts) -> Table:
    lines = tuple(
        (
            Cell(r["municipality_name"]),
            number_cell(r["cancelled_by_municipality_count"]),
            number_cell(r["cancelled_by_talent_count"]),
            number_cell(r["postponed_count"]),
            number_cell(r["goal_count"]),
            number_cell(r["attained_goal_count"]),
            number_cell(r["deliverable_count"]),
            number_cell(r["adopted_deliverable_count"]),
            yen_cell(r["cost_per_visit_jpy"]),
            yen_cell(r["cost_per_onsite_day_jpy"]),
        )
        for r in _of_year(facts)
    )
    columns = (
        Column("団体", width=1.2),
        Column("市町村都合の中止(件)", "right", 1.3),
        Column("人材都合の中止(件)", "right", 1.2),
        Column("延期(件)", "right", 0.9),
        Column("合意した目標(件)", "right", 1.1),
        Column("うち達成(件)", "right", 0.9),
        Column("成果物(件)", "right", 0.9),
        Column("うち採用(件)", "right", 0.9),
        Column("1人回の費用(円)", "right", 1.2),
        Column("現地1日の費用(円)", "right", 1.3),
    )
    note = "採用=決裁日のある成果物。費用は契約単価×実績と旅費で、職員の人件費を含まない。"
    return Table(
        "dispatch_results", "団体別の中止・目標・成果物・費用", columns, lines, note, empty_reason=_NO_PLAN
    )


def _of_year(facts: Facts) -> list[Row]:
    return facts.of_year("mart_dispatch_utilisation", "municipality_code")


def _first(row: Row) -> str:
    if row["first_visit_date"] is None:
        return NO_VALUE
    place = "現地" if row["is_first_visit_on_site"] else "×オンライン"
    return f"{short_date(row['first_visit_date'])} {place}"
