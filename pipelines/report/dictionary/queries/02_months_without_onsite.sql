-- 現地訪問のない月があった派遣先
-- 月の初めから終わりまで支援期間だった月のうち、基準日までに終わり、現地訪問が1回もなかった月。月の途中からの支援の月は含まない。
select
    municipality_code as "団体コード",
    municipality_name as "団体",
    month as "月",
    delivered_visit_count as "実施した人回",
    onsite_visit_count as "うち現地訪問"
from mart_dispatch_month
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
    and is_full_month and is_elapsed and not has_onsite_visit
order by municipality_code, month
