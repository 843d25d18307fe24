-- One row per case and class of evidence: savings of different classes are never added.
with shares as (
    select * from {{ ref('int_procurement__shares') }}
),

final as (
    select
        fiscal_year,
        case_id,
        evidence_class,
        max(case_name) as case_name,
        max(method) as method,
        max(wg_id) as wg_id,
        max(contract_date) as contract_date,
        max(contract_amount_jpy) as contract_amount_jpy,
        cast(count(*) as bigint) as participant_count,
        cast(sum(case when saving_jpy is not null then standalone_cost_jpy end) as bigint) as standalone_cost_jpy,
        cast(sum(case when saving_jpy is not null then share_amount_jpy end) as bigint) as share_amount_jpy,
        cast(sum(saving_jpy) as bigint) as saving_jpy,
        {{ ratio('sum(saving_jpy)', 'sum(case when saving_jpy is not null then standalone_cost_jpy end)', 100) }} as saving_pct
    from shares
    group by fiscal_year, case_id, evidence_class
)

select * from final
