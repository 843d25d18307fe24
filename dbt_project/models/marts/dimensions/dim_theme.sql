with labels as (
    select * from {{ source('control', 'code_labels') }}
    where codebook = 'themes'
),

final as (
    select
        code as theme,
        label,
        cast(sort_order as integer) as sort_order
    from labels
)

select * from final
