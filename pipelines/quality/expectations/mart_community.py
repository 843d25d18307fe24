"""Chat and events: counts fit into each other, and a month does not vanish."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between
from pipelines.quality.limits import CHAT_DROP_MIN

EXPECTATIONS = (
    Expectation(
        id="Q-COMM-01",
        table="mart_community",
        title_ja="参加者・投稿・返信の内訳が、その全体を超えない",
        why_ja="一部が全体を超えるのは、投稿者と団体の対応表の誤りを示すため。",
        what_to_do_ja="チャットの参加者名簿(団体・所属)を確かめてください。",
        frame="""
            select municipality_code || ' ' || strftime(month, '%Y-%m') as scope,
                municipality_name || ' ' || strftime(month, '%Y年%-m月') as label,
                least(member_count - active_member_count, member_count - line_section_member_count,
                    message_count - reply_count, reply_count - cross_reply_count) as margin
            from mart_community order by 1
        """,
        check=between("margin", 0),
        observed="margin",
    ),
    Expectation(
        id="Q-COMM-02",
        table="mart_community",
        title_ja="満了した月の投稿数が、急に途切れていない",
        why_ja="チャットの書き出しを一部の期間だけ受領すると、活動が止まったように見えるため。",
        what_to_do_ja="その月を含むチャットの書き出しを受領してください。書き出しは半年に1回以上必要です。",
        frame="""
            with months as (
                select month, sum(message_count) as messages from mart_community
                where fiscal_year = (select fiscal_year from run)
                    and cast(month + interval 1 month as date) <= (select as_of from run)
                group by 1
            ),
            -- Exports come every half year: until then a month after the last post has not been received, not been silent.
            reached as (
                select greatest(
                    (select max(month) from mart_community where message_count > 0),
                    (select as_of - interval 7 month from run)
                ) as until
            )
            select strftime(m.month, '%Y-%m') as scope, strftime(m.month, '%Y年%-m月') as label,
                100.0 * m.messages / nullif(avg(e.messages), 0) as of_earlier_pct
            from months m inner join months e on e.month < m.month
            where m.month <= (select until from reached)
            group by m.month, m.messages order by 1
        """,
        check=between("of_earlier_pct", CHAT_DROP_MIN),
        observed="of_earlier_pct",
    ),
)
