-- 期限を過ぎても受け取れていない提出
-- 期限の古い順。受け取ったが使える行のないもの(全行保留)も含む。
select
    due_date as "期限",
    dataset_label as "様式",
    municipality_name as "団体(空は県)",
    period as "対象期間",
    state as "状態"
from mart_submission
where state in ('未提出', '全行保留')
order by due_date, dataset_label, municipality_code
