with municipalities as (
    select * from {{ source('control', 'municipalities') }}
),

final as (
    select
        municipality_code,
        prefecture_name,
        name,
        kana,
        district,
        long_name,
        bureau,
        bureau_status,
        population,
        cast(tile_column as integer) as tile_column,
        cast(tile_row as integer) as tile_row,
        cast(sort_order as integer) as sort_order
    from municipalities
)

select * from final
