"""Submissions: enough of what was due has arrived for the figures to speak for the programme."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between
from pipelines.quality.limits import MISSING_MAX

EXPECTATIONS = (
    Expectation(
        id="Q-SUB-01",
        table="mart_submission",
        title_ja="期限を過ぎた未提出が、多すぎない",
        why_ja="提出した団体だけの数字は、県全体を実際より良く見せることがあるため。",
        what_to_do_ja="提出状況の表で「未提出」の団体に提出を求めてください。",
        frame="""
            select dataset as scope, max(dataset_label) as label,
                100.0 * count(*) filter (where state in ('未提出', '全行保留', '取下げ')) / count(*) as missing_pct
            from mart_submission where state <> '期限前' and due_date is not null
            group by dataset having count(*) >= 5 order by 1
        """,
        check=between("missing_pct", None, MISSING_MAX),
        observed="missing_pct",
    ),
)
