"""The candidate as a whole: built from one run, and from one kind of data."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, in_set

EXPECTATIONS = (
    Expectation(
        id="Q-RUN-01",
        table="mart_stage",
        tables=("mart_kpi", "mart_dispatch_utilisation"),
        title_ja="主要な表のすべてに、対象年度の行がある",
        why_ja="基準日と対象年度を取り違えると、前年度の数字が今年度の報告になるため。",
        what_to_do_ja="実行時の年度(--fiscal-year)と基準日(--as-of)を確かめてください。",
        frame="""
            select 'mart_stage' as scope, '段階' as label, count(*) as row_count
            from mart_stage where fiscal_year = (select fiscal_year from run)
            union all
            select 'mart_kpi', 'KPI', count(*)
            from mart_kpi where fiscal_year = (select fiscal_year from run)
            union all
            select 'mart_dispatch_utilisation', '派遣', count(*)
            from mart_dispatch_utilisation where fiscal_year = (select fiscal_year from run)
            order by scope
        """,
        check=between("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-RUN-02",
        table="mart_data_quality",
        title_ja="基準日より後に受領したファイルを使っていない",
        why_ja="過去の基準日で作り直した報告が、当時知りえなかった数字を含まないようにするため。",
        what_to_do_ja="受領日フォルダの日付を確かめてください。正しければ基準日(--as-of)を見直してください。",
        frame="""
            select file_id as scope, path as label, cast(received_date as varchar) as received_date,
                case when received_date > (select as_of from run) then 1 else 0 end as is_later
            from mart_data_quality where is_in_force order by file_id
        """,
        check=in_set("is_later", 0),
        observed="received_date",
    ),
)
