"""Reconciliation to the files: nothing disappears silently, and not too much was set aside."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal, in_set
from pipelines.quality.limits import REFUSED_MAX, SET_ASIDE_MAX

EXPECTATIONS = (
    Expectation(
        id="Q-DQ-01",
        table="mart_data_quality",
        title_ja="どのファイルも、読んだ行 = 取り込んだ行 + 保留した行である",
        why_ja="行が黙って消えれば、実績も費用も誰も気づかずに減るため。",
        what_to_do_ja="該当するファイルの名前を添えて、システム担当者に知らせてください。",
        frame="""
            select file_id as scope, path as label, rows_in, rows_landed + rows_set_aside as accounted
            from mart_data_quality where rows_in is not null order by 1
        """,
        check=equal("rows_in", "accounted"),
        observed="accounted",
    ),
    Expectation(
        id="Q-DQ-02",
        table="mart_data_quality",
        title_ja="資料ごとの保留行の割合が、上限以下である",
        why_ja="保留が多い資料の数字は、読めた行だけの偏った姿になるため。",
        what_to_do_ja="修正依頼の一覧を各団体に送り、訂正されたファイルを受領してください。",
        frame="""
            select source as scope, source as label,
                100.0 * sum(rows_set_aside) / nullif(sum(rows_in), 0) as set_aside_pct
            from mart_data_quality where is_in_force group by source order by 1
        """,
        check=between("set_aside_pct", None, SET_ASIDE_MAX),
        observed="set_aside_pct",
    ),
    Expectation(
        id="Q-DQ-03",
        table="mart_data_quality",
        title_ja="保留した行のあるファイルには、必ず指摘がある",
        why_ja="理由の分からない保留は、提出者が直しようがないため。",
        what_to_do_ja="該当するファイルの名前を添えて、システム担当者に知らせてください。",
        frame="""
            select file_id as scope, path as label,
                case when rows_set_aside > 0 and coalesce(error_count, 0) = 0 then 0 else 1 end
                    as is_explained
            from mart_data_quality order by 1
        """,
        check=in_set("is_explained", 1),
        observed="is_explained",
    ),
    Expectation(
        id="Q-DQ-04",
        table="mart_data_quality",
        title_ja="読めなかったファイルの割合が上限以下で、1件も読めない資料がない",
        why_ja="多くのファイルが読めない夜の数字は、前回と比べられないため。",
        what_to_do_ja="読めなかったファイルの一覧を見て、元の形式で送り直すよう求めてください。",
        frame="""
            select source as scope, source as label,
                100.0 * count(distinct file_id) filter (where file_status = 'refused')
                    / count(distinct file_id) as refused_pct
            from mart_data_quality group by source
            having count(distinct file_id) >= 10 or count(distinct file_id) = count(distinct file_id)
                filter (where file_status = 'refused')
            order by 1
        """,
        check=between("refused_pct", None, REFUSED_MAX),
        observed="refused_pct",
    ),
)
