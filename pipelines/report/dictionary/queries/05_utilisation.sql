-- 団体ごとの派遣実施率
-- 基準日までに行うはずだった回数に対する、支援期間の中で実施した回数。低い順。
select
    municipality_code as "団体コード",
    municipality_name as "団体",
    due_visit_count as "行うはずの人回",
    delivered_visit_count as "実施した人回",
    utilisation_pct as "派遣実施率(%)",
    onsite_month_count as "現地訪問のあった月",
    full_month_count as "支援期間の月(終わったもの)",
    missed_month_count as "1回も訪問のない月"
from mart_dispatch_utilisation
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
order by utilisation_pct nulls last, municipality_code
