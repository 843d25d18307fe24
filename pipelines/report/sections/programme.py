"""What the programme is, what it cost, and whether the talent could be secured."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts, Row
from pipelines.report.wording import NO_VALUE, number_cell, short_date, year_label, yen_cell


def build(facts: Facts) -> Section:
    """事業概要・経費・人材の確保."""
    blocks: list[Block] = [Paragraph(text) for text in _sentences(facts)]
    blocks += [_costs(facts), _recruitments(facts)]
    return Section("programme", "事業概要・経費・人材の確保", tuple(blocks))


def _sentences(facts: Facts) -> list[str]:
    return [_applications(facts), _talent(facts), _spending(facts)]


def _applications(facts: Facts) -> str:
    applied = facts.rows(
        "select count(*) as n, count(*) filter (where is_selected) as selected, "
        "count(*) filter (where cancelled_date is not null) as cancelled "
        "from staging.stg_register__applications where fiscal_year = ?",
        facts.fiscal_year,
    )[0]
    year = year_label(facts.fiscal_year)
    if not applied["n"]:
        return f"{year}の派遣申込の台帳を受領していないため、申込みの状況は示せません。"
    dispatched = len(facts.of_year("mart_dispatch_utilisation", "municipality_code"))
    return (
        f"{year}は、派遣に{applied['n']}団体が申し込み、{applied['selected']}団体を採択しました"
        f"(中止の届出 {applied['cancelled']}団体)。派遣の計画があるのは{dispatched}団体です。"
    )


def _talent(facts: Facts) -> str:
    secured = facts.kpi("K401")
    if secured.value is None:
        return f"人材の確保の状況は示せません({secured.reason or '値がないため'})。"
    return (
        f"募集{secured.denominator_text}件のうち{secured.numerator_text}件で人材を確保しました(K401)。"
        f"応募は1募集当たり{facts.kpi('K402').text}(K402)、着任まで{facts.kpi('K403').text}(K403)、"
        f"途中終了・交代は{facts.kpi('K405').text}(K405)です。"
    )


def _spending(facts: Facts) -> str:
    budget, spent = facts.kpi("K901"), facts.kpi("K902")
    if budget.value is None or spent.value is None:
        return f"経費は示せません({spent.reason or budget.reason or '値がないため'})。"
    full = facts.kpi("K906")
    with_staff = f"、職員の人件費を含めると{full.text}(K906)" if full.value is not None else ""
    kind = "決算" if _has_actual(facts) else "執行見込"
    return (
        f"事業費は、予算{budget.text}(K901)に対して{kind}{spent.text}(K902)、"
        f"うち一般財源{facts.kpi('K905').text}(K905){with_staff}です。"
    )


def _has_actual(facts: Facts) -> bool:
    rows = facts.of_year("mart_programme_cost", "item")
    return any(r["actual_jpy"] is not None for r in rows)


def _costs(facts: Facts) -> Table:
    rows = facts.of_year("mart_programme_cost", "programme, item, fund_source")
    lines: list[tuple[Cell, ...]] = [
        (
            Cell(facts.label("programmes", r["programme"])),
            Cell(r["item"]),
            Cell(facts.label("fund_sources", r["fund_source"])),
            yen_cell(r["budget_jpy"]),
            yen_cell(r["forecast_jpy"]),
            yen_cell(r["actual_jpy"]),
            number_cell(r["staff_hours"], 0),
        )
        for r in rows
    ]
    if rows:
        lines.append(_total(rows))
    note = (
        "決算額のある費目は決算、ない費目は執行見込です。"
        if _has_actual(facts)
        else "決算は会計の閉鎖(5月31日)の後に確定します。この版の支出は執行見込です。"
    )
    columns = (
        Column("事業", width=1.1),
        Column("費目", width=2.3),
        Column("財源", width=0.9),
        Column("予算(円)", "right", 1.2),
        Column("執行見込(円)", "right", 1.2),
        Column("決算(円)", "right", 1.2),
        Column("職員(時間)", "right", 0.9),
    )
    return Table(
        "costs",
        f"経費(費目と財源別、{year_label(facts.fiscal_year)})",
        columns,
        tuple(lines),
        note,
        empty_reason="該当なし。この年度の経費の台帳を受領していません。",
    )


def _total(rows: list[Row]) -> tuple[Cell, ...]:
    def total(name: str) -> Cell:
        values = [r[name] for r in rows if r[name] is not None]
        cell = number_cell(sum(values) if values else None)
        return Cell(cell.text, cell.number, cell.number_format, "total")

    return (
        Cell("計", mark="total"),
        Cell("", mark="total"),
        Cell("", mark="total"),
        total("budget_jpy"),
        total("forecast_jpy"),
        total("actual_jpy"),
        total("staff_hours"),
    )


def _recruitments(facts: Facts) -> Table:
    rows = facts.rows(
        "select r.*, m.name as municipality_name from staging.stg_register__recruitments r "
        "inner join dim_municipality m on m.municipality_code = r.municipality_code "
        "where r.fiscal_year = ? order by r.posting_id",
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(r["posting_id"]),
            Cell(r["municipality_name"]),
            Cell(facts.label("themes", r["theme"])),
            Cell(short_date(r["posted_date"])),
            number_cell(r["applicant_count"]),
            number_cell(r["interview_count"]),
            number_cell(r["joint_interview_count"]),
            Cell(short_date(r["decided_date"])),
            Cell(short_date(r["start_date"])),
            Cell(r["supplier_name"] or NO_VALUE),
            Cell(facts.label("end_kinds", r["end_kind"])),
        )
        for r in rows
    )
    columns = (
        Column("募集", width=3.2),
        Column("団体", width=4.4),
        Column("テーマ", width=6.2),
        Column("募集開始", width=4.3),
        Column("応募(人)", "right", 2.6),
        Column("面談(回)", "right", 2.6),
        Column("うち同席(回)", "right", 3.6),
        Column("決定", width=4.3),
        Column("着任", width=4.5),
        Column("供給事業者", width=14),
        Column("終了区分", width=3),
    )
    return Table(
        "recruitments",
        "人材の募集から着任まで",
        columns,
        lines,
        "同席=市町村が加わった面談。",
        empty_reason="該当なし。この年度の人材確保の台帳を受領していません。",
    )
