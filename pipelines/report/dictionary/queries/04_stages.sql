-- 団体ごとの段階(公表・評点・裏付け)
-- 3つの段階を並べ、裏付けを上回るものに要確認を付ける。
select
    municipality_code as "団体コード",
    municipality_name as "団体",
    case published_stage when 'co_creation' then '共創' when 'collaboration' then '協働' when 'below' then '協働未達' end as "公表",
    case claimed_stage when 'co_creation' then '共創' when 'collaboration' then '協働' when 'below' then '協働未達' end as "評点のみ",
    case stage when 'co_creation' then '共創' when 'collaboration' then '協働' when 'below' then '協働未達' end as "裏付けあり",
    case when is_to_confirm then '要確認' end as "確認",
    coalesce(no_stage_reason, missing_criteria_text) as "足りない条件、または段階のない理由"
from mart_stage
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
order by municipality_code
