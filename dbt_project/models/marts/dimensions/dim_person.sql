-- People as pseudonyms, from wherever they appear. What can name a person never entered the house.
with appearances as (
    select
        person,
        'supporter' as appeared_as,
        visit_date as appeared_on
    from {{ ref('stg_visit_log__visits') }}
    union all
    select
        person,
        'planned_supporter' as appeared_as,
        start_date as appeared_on
    from {{ ref('stg_register__dispatch_plans') }}
    where person is not null
    union all
    select
        member as person,
        'chat_member' as appeared_as,
        valid_from as appeared_on
    from {{ ref('stg_register__chat_members') }}
    union all
    select
        member as person,
        'chat_author' as appeared_as,
        cast(posted_at as date) as appeared_on
    from {{ ref('stg_chat_activity__messages') }}
),

talent as (
    select
        person,
        min(talent_type) as talent_type,
        count(distinct talent_type) as talent_type_count
    from {{ ref('stg_visit_log__visits') }}
    group by person
),

final as (
    select
        appearances.person,
        max(case when appearances.appeared_as in ('supporter', 'planned_supporter') then 1 else 0 end) = 1 as is_supporter,
        max(case when appearances.appeared_as in ('chat_member', 'chat_author') then 1 else 0 end) = 1 as is_chat_member,
        case when max(talent.talent_type_count) = 1 then max(talent.talent_type) end as talent_type,
        min(appearances.appeared_on) as first_date,
        max(case when appearances.appeared_as in ('supporter', 'chat_author') then appearances.appeared_on end) as last_active_date
    from appearances
    left join talent on appearances.person = talent.person
    group by appearances.person
)

select * from final
