-- Each assessed year against each earlier one, both judged under the scheme in force in the later year.
with history as (
    select
        *,
        case stage when 'co_creation' then 2 when 'collaboration' then 1 when 'below' then 0 end as stage_rank,
        coalesce(no_stage_reason, incomparable_reason) as reason
    from {{ ref('mart_stage_history') }}
),

in_force as (
    select
        fiscal_year,
        municipality_code,
        scheme_version
    from {{ ref('mart_stage') }}
),

-- A year in which nobody was assessed is no step on the way.
assessed_years as (
    select distinct fiscal_year from history
    where stage is not null
),

paired as (
    select
        later.municipality_code,
        later.municipality_name,
        earlier.fiscal_year as from_fiscal_year,
        later.fiscal_year,
        later.scheme_version,
        earlier.stage as from_stage,
        later.stage as to_stage,
        earlier.is_comparable and later.is_comparable as is_comparable,
        later.stage_rank - earlier.stage_rank as rank_change,
        earlier.reason as from_reason,
        later.reason as to_reason
    from in_force
    inner join history as later
        on in_force.fiscal_year = later.fiscal_year
        and in_force.municipality_code = later.municipality_code
        and in_force.scheme_version = later.scheme_version
    inner join history as earlier
        on later.municipality_code = earlier.municipality_code
        and later.scheme_version = earlier.scheme_version
        and later.fiscal_year > earlier.fiscal_year
    inner join assessed_years as from_years on earlier.fiscal_year = from_years.fiscal_year
    inner join assessed_years as to_years on later.fiscal_year = to_years.fiscal_year
),

ranked as (
    select
        *,
        row_number() over (
            partition by municipality_code, fiscal_year
            order by is_comparable desc nulls last, from_fiscal_year desc nulls last
        ) as recency
    from paired
),

{% set from_text = "concat('令和', cast(from_fiscal_year - 2018 as string), '年度: ', from_reason)" -%}
{% set to_text = "concat('令和', cast(fiscal_year - 2018 as string), '年度: ', to_reason)" -%}
final as (
    select
        municipality_code,
        municipality_name,
        from_fiscal_year,
        fiscal_year,
        scheme_version,
        from_stage,
        to_stage,
        is_comparable,
        is_comparable and recency = 1 as is_latest_comparable,
        cast(case when is_comparable then rank_change end as integer) as rank_change,
        case
            when is_comparable then null
            when from_reason is not null and to_reason is not null
                then concat({{ from_text }}, '。', {{ to_text }})
            when from_reason is not null then {{ from_text }}
            else {{ to_text }}
        end as incomparable_reason
    from ranked
)

select * from final
