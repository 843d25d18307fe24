-- 交流に出てこない団体
-- 対象年度にチャットへの投稿が1件もない団体、または終わった月のうち投稿のない月が多い団体。多い順に10団体。
select
    community.municipality_code as "団体コード",
    community.municipality_name as "団体",
    count(*) filter (where community.message_count = 0) as "投稿のない月",
    count(*) as "終わった月",
    sum(community.message_count) as "投稿",
    sum(community.cross_reply_count) as "ほかの団体への返信"
from mart_community as community
inner join dim_month on community.month = dim_month.month
where community.fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year) and dim_month.is_elapsed
group by community.municipality_code, community.municipality_name
order by 3 desc, 5, 1
limit 10
