-- Posts with the municipality their author belonged to on that day. Counts only: no text is ever landed.
-- Whoever is registered as the prefecture's, a producer or sent belongs to none, also where the line names one.
with received as (
    select
        *,
        kept_affiliation_kind is not null as is_of_earlier_key
    from {{ ref('stg_chat_activity__messages') }}
),

-- Posts of which only counts are kept, under pseudonyms of an earlier key, may stand in another export as well. Their
-- keys hold the pseudonym, so only place and instant tell that they are the same: the readable export counts.
instants as (
    select
        channel,
        posted_at,
        file_id,
        row_number() over (
            partition by channel, posted_at
            order by is_of_earlier_key asc nulls last, received_date desc, file_id asc
        ) as export_rank
    from received
),

messages as (
    select received.*
    from received
    left join instants
        on received.is_of_earlier_key
        and received.channel = instants.channel
        and received.posted_at = instants.posted_at
        and instants.export_rank = 1
        and received.file_id <> instants.file_id
    where instants.file_id is null
),

members as (
    select * from {{ ref('stg_register__chat_members') }}
),

calendar as (
    select * from {{ source('control', 'calendar') }}
),

-- The register is sent again every year; the newest line about a member and day counts.
registered as (
    select
        messages.message_key,
        members.affiliation_kind,
        case when members.affiliation_kind = 'municipality' then members.municipality_code end as municipality_code,
        members.section_kind,
        members.file_id as member_file_id,
        members.sheet as member_sheet,
        members.row as member_row,
        row_number() over (
            partition by messages.message_key
            order by members.fiscal_year desc, members.valid_from desc, members.row asc
        ) as affiliation_rank
    from messages
    inner join members
        on messages.member = members.member
        and cast(messages.posted_at as date) >= members.valid_from
        and (members.valid_to is null or cast(messages.posted_at as date) <= members.valid_to)
),

-- No register names the pseudonyms of an earlier key: for them speaks what was kept when the original went.
affiliations as (
    select
        message_key,
        affiliation_kind,
        municipality_code,
        section_kind,
        member_file_id,
        member_sheet,
        member_row
    from registered
    where affiliation_rank = 1
    union all
    select
        message_key,
        kept_affiliation_kind as affiliation_kind,
        kept_municipality_code as municipality_code,
        kept_section_kind as section_kind,
        cast(null as string) as member_file_id,
        cast(null as string) as member_sheet,
        cast(null as bigint) as member_row
    from messages
    where is_of_earlier_key
),

starters as (
    select
        thread_key,
        message_key,
        member,
        row_number() over (partition by thread_key order by posted_at asc, message_key asc) as starter_rank
    from messages
    where not is_reply
),

final as (
    select
        messages.message_key,
        messages.thread_key,
        messages.channel,
        messages.member,
        messages.posted_at,
        messages.is_reply,
        calendar.fiscal_year,
        calendar.month,
        coalesce(affiliations.affiliation_kind, 'unknown') as affiliation_kind,
        affiliations.municipality_code,
        affiliations.section_kind,
        messages.is_of_earlier_key,
        starters.message_key as thread_message_key,
        starters.member as thread_member,
        opened.municipality_code as thread_municipality_code,
        {{ working_minutes('messages.posted_at', 'calendar') }} as working_minute,
        messages.file_id,
        messages.sheet,
        messages.row,
        affiliations.member_file_id,
        affiliations.member_sheet,
        affiliations.member_row
    from messages
    inner join calendar on cast(messages.posted_at as date) = calendar.day
    left join affiliations on messages.message_key = affiliations.message_key
    left join starters on messages.thread_key = starters.thread_key and starters.starter_rank = 1
    left join affiliations as opened on starters.message_key = opened.message_key
)

select * from final
