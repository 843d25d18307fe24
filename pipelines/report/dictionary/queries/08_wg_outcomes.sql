-- WGの成果の到達段階
-- 検討・合意・実施・運用・終了のどこまで達したか。だれが始め、自立して続いているか。
select
    wg_id as "WG番号",
    wg_name as "WG",
    case initiator_kind when 'prefecture' then '県' when 'municipality' then '市町村' when 'bureau' then '振興局' end as "始めた者",
    participant_count as "参加団体",
    meeting_count as "会議",
    case outcome_stage
        when 'considered' then '検討' when 'agreed' then '合意' when 'implemented' then '実施'
        when 'operating' then '運用' when 'ended' then '終了'
    end as "到達した段階",
    case when is_self_sustaining then '○' else '' end as "自立して運営"
from mart_wg_outcome
where fiscal_year = (select fiscal_year from dim_fiscal_year where is_reported_year)
order by wg_id
