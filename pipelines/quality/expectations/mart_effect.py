"""Effects: every registered analysis, under a plan that can be shown, with a verdict that its numbers bear."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, equal, in_set

_NAME = "plan_id || ' ' || analysis_id"
_TELL = "システム担当者に知らせてください。前回の公開版はそのまま使えます。"

EXPECTATIONS = (
    Expectation(
        id="Q-EFFECT-01",
        table="mart_effect",
        title_ja="分析計画に登録された分析のすべてに、結果が1行ずつある",
        why_ja="都合の悪い分析が、登録されたのに報告されないことのないようにするため。",
        what_to_do_ja=_TELL,
        frame="""
            select p.plan_id || ' ' || p.analysis_id as scope, '分析 ' || p.analysis_id as label,
                count(e.analysis_id) as row_count
            from staging.stg_policy__analysis_plans p
            left join mart_effect e on e.plan_id = p.plan_id and e.analysis_id = p.analysis_id
            group by 1, 2 order by 1
        """,
        check=in_set("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-EFFECT-02",
        table="mart_effect",
        title_ja="効果の推定には、受領した分析計画のハッシュがある",
        why_ja="結果を見てから決めた計画ではないことを、保管庫の原本で示せなければならないため。",
        what_to_do_ja="分析計画のファイルが受領されているか、提出状況の表で確かめてください。",
        frame=f"""
            select {_NAME} as scope, '分析 ' || analysis_id as label, plan_hash,
                case when plan_hash in (select file_id from files) then 1 else 0 end as is_received
            from mart_effect order by 1
        """,
        check=in_set("is_received", 1),
        observed="plan_hash",
    ),
    Expectation(
        id="Q-EFFECT-03",
        table="mart_effect",
        title_ja="信頼区間は推定を含む",
        why_ja="推定が区間の外にあれば、計算か転記に誤りがあるため。",
        what_to_do_ja=_TELL,
        frame=f"""
            select {_NAME} as scope, '分析 ' || analysis_id as label, cast(estimate as double) as estimate,
                cast(least(estimate - interval_low, interval_high - estimate) as double) as margin
            from mart_effect where estimate is not null order by 1
        """,
        check=between("margin", 0),
        observed="estimate",
    ),
    Expectation(
        id="Q-EFFECT-04",
        table="mart_effect",
        title_ja="成果の後に受領した計画による結果は、事後分析と示してある",
        why_ja="成果を知ってから選んだ分析は、どれか1つは差が出るので、事前の計画と同じには読めないため。",
        what_to_do_ja="計画と調査票の受領日フォルダの日付と、受領台帳の初めて見た日を確かめてください。",
        frame=f"""
            select {_NAME} as scope, '分析 ' || analysis_id as label, registration_ja as shown,
                case when plan_received_date >= outcome_received_date or plan_seen_date > outcome_seen_date
                    then '事後分析' else '事前登録' end as by_dates
            from mart_effect order by 1
        """,
        check=equal("shown", "by_dates"),
        observed="shown",
    ),
    Expectation(
        id="Q-EFFECT-05",
        table="mart_effect",
        title_ja="判定は、推定・区間・団体数から決まるものに限る",
        why_ja="少ない団体での偶然の差や、区間の広い推定が、成果として読まれないようにするため。",
        what_to_do_ja=_TELL,
        frame=f"""
            select {_NAME} as scope, '分析 ' || analysis_id as label, verdict,
                case
                    when verdict = 'undecided' then 1
                    when coalesce(treated_count, 0) < 4 or coalesce(smallest_p_value, 1) > alpha then 0
                    when verdict = 'met' and interval_low > 0 and p_value <= alpha and estimate >= smallest_worthwhile
                        then 1
                    when verdict = 'not_met' and interval_high < smallest_worthwhile then 1
                    else 0 end as is_borne_out
            from mart_effect order by 1
        """,
        check=in_set("is_borne_out", 1),
        observed="verdict",
    ),
)
