-- 財源ごとの事業費
-- 予算、執行見込、決算は同じ費用の別の段階なので、足さずに並べる。
select
    case programme when 'dispatch' then '個別支援' when 'collaboration' then '協働・共創支援' when 'council' then '協議会' end
        as "事業区分",
    case fund_source when 'national' then '国' when 'prefecture' then '県' when 'other' then 'その他' when 'general' then '一般財源' end
        as "財源",
    sum(budget_jpy) as "予算(円)",
    sum(forecast_jpy) as "執行見込(円)",
    sum(actual_jpy) as "決算(円)"
from mart_programme_cost
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
group by programme, fund_source
order by programme, fund_source
