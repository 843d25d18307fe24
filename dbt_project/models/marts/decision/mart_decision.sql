-- The verdict on each criterion, why, and what would change it. What to do about it is for people to decide.
with measures as (
    select * from {{ ref('int_decision__measures') }}
),

comparators as (
    select
        code,
        label
    from {{ source('control', 'code_labels') }}
    where codebook = 'comparators'
),

classes as (
    select
        code,
        label
    from {{ source('control', 'code_labels') }}
    where codebook = 'decision_evidence_classes'
),

compared as (
    select
        measures.*,
        comparators.label as comparator_ja,
        required.label as required_ja,
        actual.label as evidence_ja,
        case measures.comparator
            when 'at_least' then measures.measured >= measures.threshold
            when 'more_than' then measures.measured > measures.threshold
            when 'at_most' then measures.measured <= measures.threshold
            when 'less_than' then measures.measured < measures.threshold
        end as holds,
        measures.required_evidence_class <> 'any'
        and coalesce(
            {{ evidence_strength('measures.evidence_class') }} < {{ evidence_strength('measures.required_evidence_class') }}, true
        ) as is_weaker,
        case
            when measures.comparator in ('at_least', 'more_than') then measures.threshold - measures.measured
            else measures.measured - measures.threshold
        end as gap,
        measures.comparator in ('at_least', 'more_than') as is_upward,
        measures.comparator in ('more_than', 'less_than') as is_strict
    from measures
    left join comparators on measures.comparator = comparators.code
    left join classes as required on measures.required_evidence_class = required.code
    left join classes as actual on measures.evidence_class = actual.code
),

judged as (
    select
        compared.*,
        case
            when compared.basis in ('both', 'none') or (compared.basis = 'kpi' and not compared.is_known_kpi) then 'unknown_basis'
            when compared.basis = 'analysis' and compared.match_count <> 1 then 'no_analysis'
            when compared.basis = 'analysis' and compared.required_evidence_class not in ('inferred', 'any') then 'weak_evidence'
            when compared.basis = 'analysis' then 'analysis'
            when compared.measured is null then 'no_value'
            when compared.holds is null then 'no_threshold'
            when compared.is_weaker then 'weak_evidence'
            when compared.judged_at = 'year_end' and not compared.is_year_over then 'not_yet'
            else 'compared'
        end as verdict_reason
    from compared
),

worded as (
    select
        judged.*,
        case
            when judged.verdict_reason = 'analysis' then judged.effect_verdict
            when judged.verdict_reason = 'compared' and judged.holds then 'met'
            when judged.verdict_reason = 'compared' then 'not_met'
            else 'undecided'
        end as verdict,
        concat({{ written_number('measured', 'decimals') }}, judged.unit) as measured_ja,
        case
            when judged.threshold is not null and judged.comparator_ja is not null
                then concat({{ written_number('threshold', decimals_of('threshold')) }}, judged.unit, judged.comparator_ja)
        end as threshold_ja,
        case judged.unit when '%' then 'ポイント' else judged.unit end as step_unit,
        {{ steps_over('gap', 'decimals', 'is_strict') }} as short_of,
        {{ steps_over('-gap', 'decimals', 'not is_strict') }} as to_spare,
        case
            when judged.aggregation = 'percent' and judged.denominator > 0 and judged.is_upward then
                {{ steps_over('threshold * denominator / 100 - numerator', '0', 'is_strict') }}
        end as more_counted
    from judged
),

explained as (
    select
        worded.*,
        case worded.verdict_reason
            when 'unknown_basis'
                then
                    case
                        when worded.basis = 'kpi' then concat('KPI番号「', worded.kpi_id, '」は、指標の定義にありません。')
                        else 'KPI番号と分析のどちらか1つだけが書かれていないため、何で判断するか分かりません。'
                    end
            when 'no_analysis'
                then
                    case
                        when worded.match_count > 1 then concat('分析「', worded.analysis, '」に当たるものが、この年度に複数あります。')
                        else concat('分析「', worded.analysis, '」が、この年度の分析計画にありません。')
                    end
            when 'no_value' then concat('値がありません(', coalesce(worded.no_value_reason, '理由の記録なし'), ')。')
            when 'no_threshold' then '比べ方か基準値が書かれていません。'
            when 'weak_evidence'
                then
                    concat(
                        '必要な根拠は「', worded.required_ja, '」ですが、この値は「', coalesce(worded.evidence_ja, '不明'), '」です。',
                        case when worded.basis = 'kpi' then concat('いまの値は', worded.measured_ja, '。') else '' end
                    )
            when 'not_yet'
                then
                    concat(
                        '年度の途中です。いまの値', worded.measured_ja, 'は、基準(', worded.threshold_ja, ')を',
                        case when worded.holds then '満たしています。' else 'まだ満たしていません。' end
                    )
            when 'compared'
                then
                    concat(worded.measured_ja, 'は、基準(', worded.threshold_ja, ')を', case when worded.holds then '満たします。' else '満たしません。' end)
            else concat(case when worded.is_post_hoc then '事後分析です。' else '' end, worded.effect_reading_ja)
        end as reason_ja,
        case
            when worded.holds and worded.to_spare is not null
                then
                    concat(
                        'あと', {{ written_number('to_spare', 'decimals') }}, worded.step_unit,
                        case when worded.is_upward then '減ると' else '増えると' end, '満たさなくなります。'
                    )
            when not worded.holds
                then
                    concat(
                        'あと', {{ written_number('short_of', 'decimals') }}, worded.step_unit,
                        case when worded.is_upward then '増えると' else '減ると' end, '満たします',
                        case
                            when worded.more_counted is not null
                                then concat(
                                        '(分母', {{ written_number('denominator', decimals_of('denominator')) }}, 'のままなら、分子があと',
                                        {{ written_number('more_counted', '0') }}, '増えると満たします)。'
                                    )
                            else '。'
                        end
                    )
            else ''
        end as distance_ja
    from worded
),

final as (
    select
        fiscal_year,
        criterion_id,
        question,
        statement,
        kpi_id,
        plan_id,
        coalesce(analysis_id, analysis) as analysis_id,
        measure_ja,
        unit,
        {{ number('measured') }} as measured,
        {{ number('numerator') }} as numerator,
        {{ number('denominator') }} as denominator,
        comparator,
        {{ number('coalesce(threshold, smallest_worthwhile)') }} as threshold,
        required_evidence_class,
        evidence_class,
        judged_at,
        verdict,
        verdict_reason,
        holds as would_hold_now,
        reason_ja,
        case verdict_reason
            when 'unknown_basis' then '設定「判断基準」のKPI番号か分析を直すと判定できます。'
            when 'no_analysis' then '分析計画を受領し、この分析が1つに決まると判定できます。'
            when 'no_value' then concat('値が得られると、', coalesce(threshold_ja, '基準'), 'かどうかで判定します。')
            when 'no_threshold' then '設定「判断基準」の比べ方と基準値を書くと判定できます。'
            when 'weak_evidence'
                then
                    case
                        when basis = 'analysis' then '必要な根拠を「推定」または「問わない」にすると、分析の判定によります。'
                        else concat('「', required_ja, '」以上の根拠による値が得られると判定できます。')
                    end
            when 'not_yet' then concat(distance_ja, '年度末の値で判定します。')
            when 'compared' then distance_ja
            else
                case
                    when effect_verdict = 'met' then '信頼区間の下限が0以下になるか、推定が費用に見合う最小の効果を下回ると変わります。'
                    when effect_verdict = 'not_met' then '信頼区間の上限が費用に見合う最小の効果以上になると変わります。'
                    when measured is null then '成果の調査票を受領し、推定ができると判定します。'
                    else concat(
                            '信頼区間の全体が0を上回り、推定が費用に見合う最小の効果以上になれば「満たす」、',
                            '区間の全体がそれを下回れば「満たさない」になります。'
                        )
                end
        end as what_would_change_ja,
        is_post_hoc,
        valid_from,
        approver,
        source,
        is_default
    from explained
)

select * from final
