"""The stage of every municipality: complete, explained, and never higher than its own grounds."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, at_least, between, equal, in_set, is_due
from pipelines.quality.limits import ASSESSED_SHARE_MIN, SCORE_SWING_MAX, STAGE_SWING_MAX

_RANK = "case {0} when 'below' then 0 when 'collaboration' then 1 when 'co_creation' then 2 end"
_CLAIMED = _RANK.format("claimed_stage")
_CORROBORATED = _RANK.format("stage")
_PUBLISHED = _RANK.format("published_stage")
_UNIT = "municipality_code || ' ' || cast(fiscal_year as varchar)"
_LABEL = "municipality_name || ' ' || cast(fiscal_year as varchar) || '年度'"

EXPECTATIONS = (
    Expectation(
        id="Q-STAGE-01",
        table="mart_stage",
        tables=("dim_municipality",),
        title_ja="全団体に、対象年度の段階の行が1つずつある",
        why_ja="1団体でも欠けたり重なったりすると、「30団体中」の数字が成り立たないため。",
        what_to_do_ja="欠けた団体の評価票と、団体名・団体コードの表記を確かめてください。",
        frame="""
            select m.municipality_code as scope, m.name as label, count(s.municipality_code) as row_count
            from dim_municipality m
            left join mart_stage s on s.municipality_code = m.municipality_code
                and s.fiscal_year = (select fiscal_year from run)
            group by 1, 2 order by 1
        """,
        check=in_set("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-STAGE-02",
        table="mart_stage",
        title_ja="段階のない団体には理由がある",
        why_ja="空欄は「協働未達」と読まれるおそれがあるため。",
        what_to_do_ja="その年度の評価票が受領済みか、保留されていないかを確かめてください。",
        frame=f"""
            select {_UNIT} as scope, {_LABEL} as label,
                case when stage is null and coalesce(no_stage_reason, '') = '' then 0 else 1 end
                    as is_explained
            from mart_stage order by 1
        """,
        check=in_set("is_explained", 1),
        observed="is_explained",
    ),
    Expectation(
        id="Q-STAGE-03",
        table="mart_stage",
        title_ja="裏付けのある段階は、評点だけの段階を超えない",
        why_ja="裏付けは評点に加えて求める条件なので、超えることはありえないため。",
        what_to_do_ja="設定「段階の基準」の版と、評価票の設問対応表を確かめてください。",
        frame=f"""
            select {_UNIT} as scope, {_LABEL} as label,
                {_CLAIMED} as claimed_rank, {_CORROBORATED} as stage_rank
            from mart_stage order by 1
        """,
        check=at_least("claimed_rank", "stage_rank"),
        observed="stage_rank",
    ),
    Expectation(
        id="Q-STAGE-04",
        table="mart_stage",
        title_ja="公表や評点が裏付けを超える団体は、すべて要確認になっている",
        why_ja="裏付けのない公表段階が、注記なしに報告書へ載ることを防ぐため。",
        what_to_do_ja="該当団体の裏付け資料の提出状況を確かめ、システム担当者に知らせてください。",
        frame=f"""
            select {_UNIT} as scope, {_LABEL} as label,
                case when is_to_confirm then 1 else 0 end as marked,
                case when {_CLAIMED} > {_CORROBORATED} or coalesce({_PUBLISHED}, 0) > {_CORROBORATED}
                    then 1 else 0 end as needed
            from mart_stage where stage is not null order by 1
        """,
        check=equal("marked", "needed"),
        observed="marked",
    ),
    Expectation(
        id="Q-STAGE-05",
        table="mart_stage",
        tables=("mart_submission",),
        title_ja="対象年度に評価を受けた団体が、決められた割合以上ある(最初の評価票から、遅くとも提出期限から)",
        why_ja="一部の団体だけの評価で、県全体の段階を語ることになるため。",
        what_to_do_ja="未提出の評価票を求めてください。足りないまま公開する必要があるときは例外承認を登録してください。",
        frame=f"""
            select cast(fiscal_year as varchar) as scope, cast(fiscal_year as varchar) || '年度' as label,
                100.0 * count(*) filter (where wave is not null) / count(*) as assessed_pct
            from mart_stage where fiscal_year = (select fiscal_year from run)
            group by 1, 2
            having count(*) filter (where wave is not null) > 0 or {is_due("assessment")}
        """,
        check=between("assessed_pct", ASSESSED_SHARE_MIN),
        observed="assessed_pct",
    ),
    Expectation(
        id="Q-STAGE-06",
        table="mart_stage",
        title_ja="前年度から段階が変わった団体の割合が、ありうる範囲にある",
        why_ja="大半の団体が1年で動くのは、実際の変化よりも様式や基準の読み違いであることが多いため。",
        what_to_do_ja="評価票の様式版と設問対応表を前年度と見比べてください。正しければ例外承認を登録してください。",
        frame="""
            select cast(now.fiscal_year as varchar) as scope,
                cast(now.fiscal_year as varchar) || '年度' as label,
                100.0 * count(*) filter (where now.stage <> before.stage) / count(*) as moved_pct
            from mart_stage now
            inner join mart_stage before on before.municipality_code = now.municipality_code
                and before.fiscal_year = now.fiscal_year - 1
            where now.fiscal_year = (select fiscal_year from run)
                and now.stage is not null and before.stage is not null
                and coalesce(now.is_comparable, false) and coalesce(before.is_comparable, false)
            group by 1, 2
        """,
        check=between("moved_pct", None, STAGE_SWING_MAX),
        observed="moved_pct",
    ),
    Expectation(
        id="Q-STAGE-07",
        table="mart_stage",
        title_ja="能力の平均点が、前年度から急に動いた団体がない",
        why_ja="5段階の平均が2点以上動くのは、設問の対応違いか入力の取り違えを疑うため。",
        what_to_do_ja="該当団体の評価票を前回のものと見比べ、記入者に確かめてください。",
        frame="""
            select now.municipality_code as scope, now.municipality_name as label,
                greatest(
                    abs(cast(now.judge_score as double) - before.judge_score),
                    abs(cast(now.use_support_score as double) - before.use_support_score),
                    abs(cast(now.solve_score as double) - before.solve_score),
                    abs(cast(now.lead_score as double) - before.lead_score)
                ) as largest_change
            from mart_stage now
            inner join mart_stage before on before.municipality_code = now.municipality_code
                and before.fiscal_year = now.fiscal_year - 1
            where now.fiscal_year = (select fiscal_year from run) order by 1
        """,
        check=between("largest_change", None, SCORE_SWING_MAX),
        observed="largest_change",
    ),
)
