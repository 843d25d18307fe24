"""Exchange and training, the measures together, service to residents, and who was reached without a dispatch."""

from __future__ import annotations

from pipelines.report.document import Block, Cell, Column, Paragraph, Section, Table
from pipelines.report.facts import Facts
from pipelines.report.sections.combination import exposure, spillover
from pipelines.report.sections.earlier_keys import earlier_keys
from pipelines.report.sections.residents import residents
from pipelines.report.wording import month_label, number_cell, number_text, percent, short_date


def build(facts: Facts) -> Section:
    """交流・研修・組合せ・住民サービス."""
    blocks: list[Block] = [Paragraph(text) for text in _sentences(facts)]
    blocks += [_months(facts), _events(facts), exposure(facts), *spillover(facts), *residents(facts)]
    title = "交流・研修、取組の組合せ、住民サービス、波及"
    return Section("community", title, tuple(blocks))


def _sentences(facts: Facts) -> list[str]:
    bodies = facts.kpi("K501")
    texts = []
    if bodies.value is None:
        texts.append(f"チャットの活動は示せません。{bodies.reason}です。")
    else:
        texts.append(
            f"チャットには、月平均{bodies.text}(K501)・{facts.kpi('K502').text}(K502)が投稿し、うち原課の職員は{facts.kpi('K503').text}(K503)です。"
            f"団体をまたぐ返信は{facts.kpi('K504').text}(K504)、市町村の質問への最初の回答は中央値で{facts.kpi('K505').text}(K505、勤務時間)です。"
        )
    texts.append(
        f"研修・視察・セミナーの参加は延べ{facts.kpi('K506').text}(K506)、原課への拡大の実施率は{facts.kpi('K507').text}(K507)、"
        f"ナレッジベースの記事は{facts.kpi('K508').text}(K508)、閲覧は{facts.kpi('K509').text}(K509)、よろず相談は{facts.kpi('K510').text}(K510)、"
        f"プロデューサー・アドバイザーの支援は{facts.kpi('K511').text}(K511)です。"
    )
    return texts + earlier_keys(facts)


def _months(facts: Facts) -> Table:
    rows = facts.rows(
        """
        select month, count(*) filter (where message_count > 0) as bodies, cast(sum(active_member_count) as bigint) as members,
            cast(sum(line_section_member_count) as bigint) as line_members, cast(sum(message_count) as bigint) as messages,
            cast(sum(reply_count) as bigint) as replies, cast(sum(cross_reply_count) as bigint) as cross_replies,
            cast(sum(first_answer_count) as bigint) as answers
        from mart_community where fiscal_year = ? group by month having sum(message_count) > 0 order by month
        """,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(month_label(r["month"])),
            number_cell(r["bodies"]),
            number_cell(r["members"]),
            Cell(percent(r["line_members"], r["members"])),
            number_cell(r["messages"]),
            number_cell(r["replies"]),
            number_cell(r["cross_replies"]),
            number_cell(r["answers"]),
        )
        for r in rows
    )
    columns = (
        Column("月"),
        Column("投稿した団体", "right"),
        Column("投稿した職員(人)", "right"),
        Column("うち原課", "right"),
        Column("投稿(件)", "right"),
        Column("返信(件)", "right"),
        Column("団体をまたぐ返信(件)", "right", 1.3),
        Column("回答のあった質問(件)", "right", 1.3),
    )
    return Table(
        "chat_months",
        "チャットの活動(月別)",
        columns,
        lines,
        "市町村職員の件数だけで、本文は取り込んでいません。質問は、返信のついた月ではなく、質問のあった月に数えます。",
        empty_reason=f"該当なし。{facts.kpi('K501').reason or 'この年度の投稿がありません'}。",
    )


def _events(facts: Facts) -> Table:
    rows = facts.rows(
        """
        select event_id, any_value(kind) as kind, any_value(event_name) as event_name, any_value(held_date) as held_date,
            count(distinct municipality_code) filter (where headcount > 0) as bodies,
            cast(sum(headcount) as bigint) as people,
            cast(coalesce(sum(headcount) filter (where section_kind = 'line_section'), 0) as bigint) as line_people
        from fct_event_attendance where fiscal_year = ? group by event_id order by held_date, event_id
        """,
        facts.fiscal_year,
    )
    lines = tuple(
        (
            Cell(short_date(r["held_date"])),
            Cell(facts.label("event_kinds", r["kind"])),
            Cell(r["event_name"]),
            number_cell(r["bodies"]),
            number_cell(r["people"]),
            number_cell(r["line_people"]),
        )
        for r in rows
    )
    columns = (
        Column("開催日", width=1.4),
        Column("種類", width=2.2),
        Column("名称", width=4.5),
        Column("参加(団体)", "right", 1.3),
        Column("参加(人)", "right", 1.3),
        Column("うち原課(人)", "right", 1.4),
    )
    total = number_text(sum(r["people"] or 0 for r in rows))
    return Table(
        "events",
        "研修・視察・セミナー",
        columns,
        lines,
        f"参加は延べ{total}人。" if rows else "",
        empty_reason="該当なし。この年度のイベントの参加の記録がありません。",
    )
