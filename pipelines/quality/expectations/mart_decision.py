"""The verdicts on the criteria: every criterion, on a basis that exists, with a verdict that its numbers bear."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, in_set

_OF_YEAR = "fiscal_year = (select fiscal_year from run)"
_TELL = "システム担当者に知らせてください。前回の公開版はそのまま使えます。"

EXPECTATIONS = (
    Expectation(
        id="Q-DECISION-01",
        table="mart_decision",
        title_ja="有効な判断基準のすべてに、判定が1行ずつある",
        why_ja="都合の悪い基準が、決めてあったのに報告されないことのないようにするため。",
        what_to_do_ja=_TELL,
        frame="""
            select c.criterion_id || ' ' || c.fiscal_year as scope, '基準 ' || c.criterion_id as label,
                count(d.criterion_id) as row_count
            from intermediate.int_decision__criteria c
            left join mart_decision d on d.criterion_id = c.criterion_id and d.fiscal_year = c.fiscal_year
            group by 1, 2 order by 1
        """,
        check=in_set("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-DECISION-02",
        table="mart_decision",
        tables=("mart_effect",),
        title_ja="判断基準は、定義された指標か、計画にある分析のどちらか1つで判断する",
        why_ja="書き誤った番号の基準は、いつまでも判定不能のまま残るため。",
        what_to_do_ja="設定「判断基準」のKPI番号(例 K203)か分析番号(例 A1、または「主要」)のどちらか1つを、"
        "報告書の一覧にある番号に直し、新しい受領日のフォルダに置いてください。",
        frame=f"""
            select criterion_id as scope, '基準 ' || criterion_id as label,
                coalesce(kpi_id, '') || coalesce(' ' || analysis_id, '') || ' (' || reason_ja || ')' as basis,
                case when verdict_reason = 'unknown_basis' then 0
                    when verdict_reason = 'no_analysis'
                        and exists (select 1 from mart_effect e where e.fiscal_year = d.fiscal_year) then 0
                    else 1 end as is_known
            from mart_decision d where {_OF_YEAR} order by 1
        """,
        check=in_set("is_known", 1),
        observed="basis",
    ),
    Expectation(
        id="Q-DECISION-03",
        table="mart_decision",
        title_ja="指標で判断する基準には、比べ方と基準値がある",
        why_ja="基準値のない基準は、結果を見てから決められてしまうため。",
        what_to_do_ja="設定「判断基準」の比べ方(例 以上)と基準値(例 90)を書き、新しい受領日のフォルダに置いてください。",
        frame=f"""
            select criterion_id as scope, '基準 ' || criterion_id as label, coalesce(comparator, '空欄') as comparator,
                case when kpi_id is not null and (comparator is null or threshold is null) then 0 else 1 end as is_complete
            from mart_decision where {_OF_YEAR} order by 1
        """,
        check=in_set("is_complete", 1),
        observed="comparator",
    ),
    Expectation(
        id="Q-DECISION-04",
        table="mart_decision",
        tables=("mart_kpi", "mart_effect"),
        title_ja="判定は、公開する指標の値または分析の判定から決まるものに限る",
        why_ja="判定と、それが拠る数字が食い違えば、どちらも信じてもらえないため。",
        what_to_do_ja=_TELL,
        frame="""
            select d.criterion_id || ' ' || d.fiscal_year as scope, '基準 ' || d.criterion_id as label, d.verdict,
                case
                    when d.kpi_id is not null and d.measured is distinct from k.value and d.verdict_reason <> 'unknown_basis' then 0
                    when d.verdict = 'undecided' then 1
                    when e.analysis_id is not null then case when e.verdict = d.verdict then 1 else 0 end
                    when (d.verdict = 'met') = (case d.comparator
                        when 'at_least' then k.value >= d.threshold when 'more_than' then k.value > d.threshold
                        when 'at_most' then k.value <= d.threshold when 'less_than' then k.value < d.threshold end) then 1
                    else 0 end as is_borne_out
            from mart_decision d
            left join mart_kpi k
                on k.kpi_id = d.kpi_id and k.fiscal_year = d.fiscal_year and k.municipality_code is null
            left join mart_effect e on e.plan_id = d.plan_id and e.analysis_id = d.analysis_id and d.kpi_id is null
            order by 1
        """,
        check=in_set("is_borne_out", 1),
        observed="verdict",
    ),
    Expectation(
        id="Q-DECISION-05",
        table="mart_decision",
        title_ja="どの判定にも、理由と、何が変われば変わるかがある",
        why_ja="理由のない判定は、議会にも財政課にも説明できないため。",
        what_to_do_ja=_TELL,
        frame="""
            select criterion_id || ' ' || fiscal_year as scope, '基準 ' || criterion_id as label, verdict,
                least(length(coalesce(reason_ja, '')), length(coalesce(what_would_change_ja, ''))) as word_count
            from mart_decision order by 1
        """,
        check=between("word_count", 1),
        observed="verdict",
    ),
    Expectation(
        id="Q-DECISION-06",
        table="mart_decision",
        tables=("mart_decision_evidence",),
        title_ja="受領した設定による判定には、設定のセルの根拠がある",
        why_ja="だれがいつ決めた基準かを、受領したファイルで示せなければならないため。",
        what_to_do_ja=_TELL,
        frame="""
            select d.criterion_id || ' ' || d.fiscal_year as scope, '基準 ' || d.criterion_id as label,
                case when d.is_default then 1 else count(f.file_id) end as evidence_count
            from mart_decision d
            left join mart_decision_evidence e on e.subject_kind = 'criterion' and e.subject_id = d.criterion_id
                and e.fiscal_year = d.fiscal_year
            left join files f on f.file_id = e.file_id
            group by 1, 2, d.is_default order by 1
        """,
        check=between("evidence_count", 1),
        observed="evidence_count",
    ),
)
