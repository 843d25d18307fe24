"""Securing the talent: parts never exceed their whole."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between

EXPECTATIONS = (
    Expectation(
        id="Q-TALENT-01",
        table="mart_talent",
        title_ja="確保した人数は募集数を、市町村参加の面談は面談数を超えない",
        why_ja="確保率が100%を超えるのは、募集の行の欠けか重なりであるため。",
        what_to_do_ja="事業台帳の「人材確保」の行を、該当団体について確かめてください。",
        frame="""
            select municipality_code as scope, municipality_name as label,
                least(posting_count - secured_count, interview_count - joint_interview_count) as margin
            from mart_talent where fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=between("margin", 0),
        observed="margin",
    ),
)
