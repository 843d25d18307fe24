"""Joint procurement: every saving has one class of evidence, and follows from its own amounts."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal

EXPECTATIONS = (
    Expectation(
        id="Q-PROC-01",
        table="mart_joint_procurement",
        title_ja="1つの案件の削減額が、証拠の種類をまたいで二重に出ていない",
        why_ja="実測・自己申告・試算は確かさが違い、混ぜて足すと削減額が大きく見えるため。",
        what_to_do_ja="共同調達台帳の「証拠の種類」を、案件ごとに1つにしてください。",
        frame="""
            select case_id || ' ' || cast(fiscal_year as varchar) as scope, max(case_name) as label,
                count(distinct coalesce(evidence_class, '')) filter (where saving_jpy is not null)
                    as class_count
            from mart_joint_procurement group by case_id, fiscal_year order by 1
        """,
        check=between("class_count", None, 1),
        observed="class_count",
    ),
    Expectation(
        id="Q-PROC-02",
        table="mart_joint_procurement",
        title_ja="削減額は、単独調達の見込額を超えない",
        why_ja="100%を超える削減はありえず、円と千円の取り違えを示すため。",
        what_to_do_ja="単独調達の見込額と契約額の単位を確かめてください。",
        frame="""
            select case_id as scope, case_name as label, saving_jpy,
                standalone_cost_jpy - saving_jpy as margin
            from mart_joint_procurement where saving_jpy is not null order by 1
        """,
        check=between("margin", 0),
        observed="saving_jpy",
    ),
    Expectation(
        id="Q-PROC-03",
        table="mart_joint_procurement",
        title_ja="共同調達には、2団体以上が参加している",
        why_ja="1団体の調達は共同調達ではなく、案件数のKPIに入れないため。",
        what_to_do_ja="参加団体の欄に、読めなかった団体名がないか確かめてください。",
        frame="""
            select case_id as scope, case_name as label, participant_count
            from mart_joint_procurement where fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=between("participant_count", 2),
        observed="participant_count",
    ),
    Expectation(
        id="Q-PROC-04",
        table="mart_joint_procurement",
        tables=("mart_kpi",),
        title_ja="証拠の種類ごとの削減額が、KPI(K308〜K310)と一致する",
        why_ja="種類の違う削減額を足した数字が、KPIとして公表されることを防ぐため。",
        what_to_do_ja="システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame="""
            with by_class as (
                select case evidence_class when 'measured' then 'K308' when 'self_reported' then 'K309'
                    when 'estimated' then 'K310' end as kpi_id, sum(saving_jpy) as saving_jpy
                from mart_joint_procurement where fiscal_year = (select fiscal_year from run) group by 1
            )
            select k.kpi_id as scope, k.name_ja as label, cast(coalesce(k.value, 0) as double) as in_kpi,
                cast(coalesce(c.saving_jpy, 0) as double) as in_cases
            from mart_kpi k
            left join by_class c on c.kpi_id = k.kpi_id
            where k.kpi_id in ('K308', 'K309', 'K310') and k.municipality_code is null
                and k.fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=equal("in_kpi", "in_cases"),
        observed="in_kpi",
    ),
)
