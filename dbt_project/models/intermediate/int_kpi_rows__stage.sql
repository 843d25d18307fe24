with stages as (
    select * from {{ ref('mart_stage') }}
),

assessed as (
    select * from stages
    where stage is not null
),

published as (
    select
        stages.*,
        sources.file_id,
        sources.sheet,
        sources.row
    from stages
    inner join {{ ref('stg_register__published_stages') }} as sources
        on stages.municipality_code = sources.municipality_code
        and stages.published_fiscal_year = sources.fiscal_year
),

scores as (
    select * from {{ ref('int_stage__scores') }}
),

-- Which item asks for which capability, in the wave that was scored.
items as (
    select distinct
        fiscal_year,
        municipality_code,
        capability,
        item_file_id as file_id,
        item_sheet as sheet,
        item_row as row
    from scores
),

events as (
    select
        events.fiscal_year,
        events.municipality_code,
        events.field,
        events.file_id,
        events.sheet,
        events.row
    from {{ ref('int_stage__event_rows') }} as events
    inner join assessed
        on events.fiscal_year = assessed.fiscal_year and events.municipality_code = assessed.municipality_code
),

-- The scheme in force: thresholds, and which kinds of event corroborate a capability.
schemes as (
    select
        assessed.fiscal_year,
        assessed.municipality_code,
        'score_threshold,event_count' as field,
        sources.file_id,
        sources.sheet,
        sources.row
    from assessed
    inner join {{ ref('stg_policy__stage_schemes') }} as sources on assessed.scheme_version = sources.scheme_version
    union all
    select
        assessed.fiscal_year,
        assessed.municipality_code,
        'event_kind' as field,
        sources.file_id,
        sources.sheet,
        sources.row
    from assessed
    inner join {{ ref('stg_policy__stage_evidence') }} as sources on assessed.scheme_version = sources.scheme_version
),

-- The assessed year before it that is like it, both under the scheme of the later one.
moves as (
    select
        fiscal_year,
        from_fiscal_year as previous_fiscal_year,
        municipality_code,
        rank_change
    from {{ ref('mart_stage_transition') }}
    where is_latest_comparable
),

-- A move rests on both years, and on each capability having been shown by somebody in each of them.
compared_years as (
    select
        fiscal_year,
        municipality_code,
        fiscal_year as examined_fiscal_year
    from moves
    union all
    select
        fiscal_year,
        municipality_code,
        previous_fiscal_year as examined_fiscal_year
    from moves
),

shown as (
    select
        events.*,
        min(events.municipality_code) over (partition by events.fiscal_year, events.event_kind) as first_municipality_code
    from {{ ref('int_stage__event_rows') }} as events
),

behind_moves as (
    {% for relation, field in [('scores', "'score'"), ('items', "'capability'"), ('events', 'field')] -%}
    select
        compared_years.fiscal_year,
        compared_years.municipality_code,
        {{ relation }}.file_id,
        {{ relation }}.sheet,
        {{ relation }}.row,
        {{ field }} as field
    from compared_years
    inner join {{ relation }}
        on compared_years.examined_fiscal_year = {{ relation }}.fiscal_year
        and compared_years.municipality_code = {{ relation }}.municipality_code
    union all
    {% endfor -%}
    select
        moves.fiscal_year,
        moves.municipality_code,
        schemes.file_id,
        schemes.sheet,
        schemes.row,
        schemes.field
    from moves
    inner join schemes
        on moves.fiscal_year = schemes.fiscal_year and moves.municipality_code = schemes.municipality_code
    union all
    select
        compared_years.fiscal_year,
        compared_years.municipality_code,
        shown.file_id,
        shown.sheet,
        shown.row,
        shown.field
    from compared_years
    inner join shown on compared_years.examined_fiscal_year = shown.fiscal_year
    where shown.municipality_code = shown.first_municipality_code
),

values_by_municipality as (
    {{ kpi_row('K101', none, 'stage', "case when stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K103', none, 'score', "case when claimed_stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K104', none, 'stage', "case when stage = 'co_creation' then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K106', none, 'score', "case when claimed_stage = 'co_creation' then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K107', none, 'stage', "case when is_to_confirm then 1 else 0 end", '1') }}
    from assessed
    union all
    {{ kpi_row('K108', none, 'score', 'judge_score', '1') }}
    from assessed
    where judge_score is not null
    union all
    {{ kpi_row('K109', none, 'score', 'use_support_score', '1') }}
    from assessed
    where use_support_score is not null
    union all
    {{ kpi_row('K110', none, 'score', 'solve_score', '1') }}
    from assessed
    where solve_score is not null
    union all
    {{ kpi_row('K111', none, 'score', 'lead_score', '1') }}
    from assessed
    where lead_score is not null
    union all
    {{ kpi_row('K112', none, 'stage', "case when rank_change > 0 then 1 else 0 end", '1') }}
    from moves
),

published_values as (
    {{ kpi_row('K102', 'published', 'stage', "case when published_stage in ('collaboration', 'co_creation') then 1 else 0 end", '1') }}
    from published
    union all
    {{ kpi_row('K105', 'published', 'stage', "case when published_stage = 'co_creation' then 1 else 0 end", '1') }}
    from published
    union all
    {{ kpi_row('K107', 'published', 'stage', role='criterion') }}
    from published
    where stage is not null
),

criteria as (
    {% for kpi_id in ['K101', 'K103', 'K104', 'K106', 'K107'] -%}
    {{ kpi_row(kpi_id, 'scores', 'score', role='population') }}
    from scores
    union all
    {{ kpi_row(kpi_id, 'items', 'capability', role='criterion') }}
    from items
    union all
    {{ kpi_row(kpi_id, 'schemes', none, role='criterion', field_column='field') }}
    from schemes
    union all
    {% endfor -%}
    {% for kpi_id in ['K101', 'K104', 'K107'] -%}
    {{ kpi_row(kpi_id, 'events', none, role='criterion', field_column='field') }}
    from events
    union all
    {% endfor -%}
    {% for kpi_id, capability in [('K108', 'judge'), ('K109', 'use_support'), ('K110', 'solve'), ('K111', 'lead')] -%}
    {{ kpi_row(kpi_id, 'scores', 'score', role='numerator') }}
    from scores
    where capability = '{{ capability }}' and coalesce(score, 0) <> 0
    union all
    {{ kpi_row(kpi_id, 'scores', 'score', role='population') }}
    from scores
    where capability = '{{ capability }}' and coalesce(score, 0) = 0
    union all
    {{ kpi_row(kpi_id, 'items', 'capability', role='criterion') }}
    from items
    where capability = '{{ capability }}'
    union all
    {{ kpi_row(kpi_id, 'schemes', none, role='criterion', field_column='field') }}
    from schemes
    union all
    {% endfor -%}
    {{ kpi_row('K112', 'behind_moves', none, role='criterion', field_column='field') }}
    from behind_moves
    where field <> 'score'
    union all
    {{ kpi_row('K112', 'behind_moves', none, role='population', field_column='field') }}
    from behind_moves
    where field = 'score'
),

final as (
    select * from values_by_municipality
    union all
    select * from published_values
    union all
    select * from criteria
)

select * from final
