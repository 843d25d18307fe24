-- Firms by 法人番号; one without a number by its name as typed. One number may carry several names.
with appearances as (
    select
        {{ vendor_key('cases') }} as vendor_key,
        cases.vendor_corporate_number as corporate_number,
        cases.vendor_name,
        'joint_procurement' as appeared_as
    from {{ ref('stg_procurement__joint_cases') }} as cases
    union all
    select
        {{ vendor_key('awards') }} as vendor_key,
        awards.vendor_corporate_number as corporate_number,
        awards.vendor_name,
        'municipal_award' as appeared_as
    from {{ ref('stg_procurement__municipal_awards') }} as awards
    union all
    select
        {{ vendor_key('postings', prefix='supplier') }} as vendor_key,
        postings.supplier_corporate_number as corporate_number,
        postings.supplier_name as vendor_name,
        'talent_supply' as appeared_as
    from {{ ref('stg_register__recruitments') }} as postings
),

final as (
    select
        vendor_key,
        max(corporate_number) as corporate_number,
        min(vendor_name) as vendor_name,
        cast(count(distinct vendor_name) as integer) as name_count,
        max(case when appeared_as = 'talent_supply' then 1 else 0 end) = 1 as supplies_talent,
        max(case when appeared_as = 'joint_procurement' then 1 else 0 end) = 1 as has_joint_contract,
        max(case when appeared_as = 'municipal_award' then 1 else 0 end) = 1 as has_municipal_award
    from appearances
    where vendor_key is not null
    group by vendor_key
)

select * from final
