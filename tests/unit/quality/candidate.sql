-- A good night: the marts' published columns, ten of thirty municipalities dispatched to.
create table dim_municipality as
select municipality_code, name, kana, coalesce(district, '') as district, long_name, bureau,
    cast(population_2022_01_01 as bigint) as population, cast(tile_column as integer) as tile_column,
    cast(tile_row as integer) as tile_row, cast(row_number() over (order by municipality_code) as integer) as sort_order
from read_csv(getvariable('municipalities'), all_varchar = true);

create table mart_stage as
select cast(y.fiscal_year as integer) as fiscal_year, m.municipality_code, m.name as municipality_name,
    '1' as scheme_version, 'R8_mid' as wave, 'prefecture' as assessor_kind,
    case when m.sort_order <= 3 then 'co_creation' when m.sort_order <= 20 then 'collaboration' else 'below' end as stage,
    case when m.sort_order <= 3 then 'co_creation' when m.sort_order <= 24 then 'collaboration' else 'below' end
        as claimed_stage,
    case when m.sort_order <= 3 then 'co_creation' else 'collaboration' end as published_stage,
    m.sort_order > 20 as is_to_confirm,
    case when m.sort_order > 20 then ['活用の裏付け'] else cast([] as varchar[]) end as missing_criteria,
    case when m.sort_order > 20 then '活用の裏付け' else '' end as missing_criteria_text,
    cast(null as varchar) as next_stage,
    cast(2.5 as decimal(6, 4)) as judge_score, cast(2.4 as decimal(6, 4)) as use_support_score,
    cast(1.5 as decimal(6, 4)) as solve_score, cast(1.2 as decimal(6, 4)) as lead_score,
    cast(1 as bigint) as judge_event_count, cast(2 as bigint) as use_support_event_count,
    cast(0 as bigint) as solve_event_count, cast(0 as bigint) as lead_event_count,
    true as has_judge, m.sort_order <= 20 as has_use_support, false as has_solve, false as has_lead,
    true as is_comparable, cast(null as varchar) as no_stage_reason, cast(null as varchar) as incomparable_reason
from dim_municipality m, (values (2025), (2026)) as y (fiscal_year);

create table mart_dispatch_month as
select 2026 as fiscal_year, cast(x.month as date) as month, m.municipality_code, m.name as municipality_name,
    cast(1 as bigint) as plan_version, cast(4 as bigint) as planned_visit_count,
    cast(case when x.month <= date '2026-11-01' then 4 else 0 end as bigint) as due_visit_count,
    cast(case when x.month > date '2026-11-01' then 0 when m.sort_order = 2 then 3 else 4 end as bigint)
        as delivered_visit_count,
    cast(case when x.month <= date '2026-11-01' then 2 else 0 end as bigint) as onsite_visit_count,
    cast(case when x.month <= date '2026-11-01' then 3 else 0 end as bigint) as municipality_day_count,
    cast(case when x.month <= date '2026-11-01' then 2 else 0 end as bigint) as onsite_day_count,
    cast(0 as bigint) as cancelled_by_municipality_count, cast(0 as bigint) as cancelled_by_talent_count,
    cast(0 as bigint) as postponed_count, cast(12 as decimal(18, 4)) as support_hours,
    cast(4 as decimal(18, 4)) as preparation_hours, cast(8000 as bigint) as travel_cost_jpy,
    true as is_full_month, true as has_onsite_visit, false as is_missed_month, x.month <= date '2026-11-20' as is_due
from dim_municipality m,
    (select cast(unnest(generate_series(date '2026-06-01', date '2027-02-01', interval 1 month)) as date) as month) x
where m.sort_order <= 10;

create table mart_dispatch_utilisation as
select fiscal_year, municipality_code, municipality_name, 'generative_ai' as theme,
    date '2026-06-01' as support_start_date, date '2027-02-28' as support_end_date,
    cast(sum(planned_visit_count) as bigint) as planned_visit_count, cast(sum(due_visit_count) as bigint) as due_visit_count,
    cast(sum(delivered_visit_count) as bigint) as delivered_visit_count,
    cast(round(100.0 * sum(delivered_visit_count) / sum(due_visit_count), 4) as decimal(18, 4)) as utilisation_pct,
    cast(sum(municipality_day_count) as bigint) as municipality_day_count,
    cast(sum(onsite_visit_count) as bigint) as onsite_visit_count, cast(0 as bigint) as outside_period_visit_count,
    cast(sum(support_hours) as decimal(18, 4)) as support_hours, cast(3 as bigint) as goal_count,
    cast(1 as bigint) as attained_goal_count, cast(4 as bigint) as deliverable_count,
    cast(2 as bigint) as adopted_deliverable_count, cast(80000 as bigint) as unit_price_jpy
from mart_dispatch_month group by 1, 2, 3;

create table fct_person_visit as
select fiscal_year, municipality_code, 'dispatch' as visit_kind, 'delivered' as status from mart_dispatch_utilisation;

create table mart_talent as
select 2026 as fiscal_year, municipality_code, cast(2 as bigint) as posting_count, cast(1 as bigint) as secured_count,
    name as municipality_name, cast(7 as bigint) as applicant_count, cast(4 as bigint) as interview_count,
    cast(3 as bigint) as joint_interview_count
from dim_municipality where sort_order <= 10;

create table mart_wg_outcome as
select y.fiscal_year, 'WG' || lpad(cast(w.n as varchar), 2, '0') as wg_id, 'ワーキング' || w.n as wg_name,
    w.n <= 4 as has_concrete_outcome, case when w.n <= 4 then date '2026-09-30' end as outcome_date,
    w.n <= 2 as is_self_sustaining
from (values (2025), (2026)) as y (fiscal_year), (select unnest(range(1, 13)) as n) w;

create table mart_wg_participation as
select 2026 as fiscal_year, 'WG01' as wg_id, municipality_code, cast(5 as bigint) as meeting_count,
    cast(4 as bigint) as attended_meeting_count, sort_order = 1 as is_lead
from dim_municipality where sort_order <= 12;

create table mart_joint_procurement as
select 2026 as fiscal_year, 'JP' || n as case_id, c as evidence_class, '共同調達' || n as case_name,
    cast(5 as bigint) as participant_count, cast(10000000 as bigint) as standalone_cost_jpy,
    cast(8000000 as bigint) as share_amount_jpy, cast(2000000 as bigint) as saving_jpy
from (values (1, 'measured'), (2, 'measured'), (3, 'self_reported'), (4, 'estimated')) as t (n, c);

create table mart_joint_use as
select 2026 as fiscal_year, 'SYS1' as system_id, '自治体クラウド' as system_name,
    cast(50000000 as bigint) as cost_before_jpy, cast(40000000 as bigint) as cost_after_jpy;

create table mart_community as
select 2026 as fiscal_year, x.month, m.municipality_code, m.name as municipality_name,
    cast(3 as bigint) as active_member_count, cast(6 as bigint) as member_count,
    cast(2 as bigint) as line_section_member_count, cast(20 as bigint) as message_count,
    cast(9 as bigint) as reply_count, cast(4 as bigint) as cross_reply_count
from dim_municipality m,
    (select cast(unnest(generate_series(date '2026-04-01', date '2026-11-01', interval 1 month)) as date) as month) x;

create table mart_transfer as
select 2026 as fiscal_year, municipality_code, name as municipality_name, 'task1' as task,
    'line_section' as respondent_kind, 'before' as wave, cast(5 as bigint) as respondent_count,
    cast(1.8 as decimal(18, 4)) as can_do_mean, cast(2 as bigint) as successor_count,
    cast(1 as bigint) as handover_count, cast(30 as decimal(18, 4)) as willing_to_pay_pct_mean
from dim_municipality where sort_order <= 10;

create table mart_residents as
select 2026 as fiscal_year, municipality_code, name as municipality_name, 'online_rate' as indicator_code,
    'オンライン申請率' as indicator_name, '%' as unit, cast(42 as decimal(18, 4)) as value
from dim_municipality;

create table mart_programme_cost as
select y.fiscal_year, 'dispatch' as programme, '委託料' as item, 'general' as fund_source,
    cast(11800000 as bigint) as budget_jpy, cast(11000000 as bigint) as forecast_jpy, cast(null as bigint) as actual_jpy
from (values (2025), (2026)) as y (fiscal_year);

create table kpi_definitions as select * from (values
    ('K101', '協働以上の団体(裏付けあり)', '団体'), ('K104', '共創の団体(裏付けあり)', '団体'),
    ('K203', '派遣実施率', '%'), ('K205', '現地率', '%'), ('K308', '削減額(実測)', '円'),
    ('K309', '削減額(自己申告)', '円'), ('K310', '削減額(試算)', '円'), ('K606', '負担してよい割合(平均)', '%'),
    ('K902', '事業費(決算)', '円')
) as t (kpi_id, name_ja, unit);

create table mart_kpi as
select t.kpi_id, 2026 as fiscal_year, cast(null as varchar) as municipality_code, substr(t.kpi_id, 2, 1) as kpi_group,
    d.name_ja, 'outcome' as kind, d.unit, cast(numerator as decimal(18, 4)) as numerator,
    cast(denominator as decimal(18, 4)) as denominator, cast(t.value as decimal(18, 4)) as value,
    cast(t.target as decimal(18, 4)) as target, cast(t.previous as decimal(18, 4)) as previous_value,
    case when t.value is null then '値なし' when t.target is null then '目標なし' else '現時点' end as status,
    'up' as direction, t.reason
from (values
    ('K101', 20, 30, 20, 30, 18, null), ('K104', 3, 30, 3, 5, 3, null),
    ('K203', 234, 240, 97.5, 95, null, null), ('K205', 120, 234, 51.2821, null, null, null),
    ('K308', 4000000, null, 4000000, null, 3000000, null), ('K309', 2000000, null, 2000000, null, null, null),
    ('K310', 2000000, null, 2000000, null, null, null), ('K606', 300, 10, 30, null, null, null),
    ('K902', null, null, null, null, null, '決算は令和9年6月に確定')
) as t (kpi_id, numerator, denominator, value, target, previous, reason)
inner join kpi_definitions d on d.kpi_id = t.kpi_id;

create table mart_kpi_evidence as
select kpi_id, fiscal_year, municipality_code, 'numerator' as role, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' as file_id, '様式' as sheet,
    cast(7 as bigint) as row, 'value' as field
from mart_kpi where value is not null;

create table mart_submission as
select 'visit_log__visits' as dataset, '派遣実施報告書' as dataset_label, 'visit_log' as source, cast(2026 as integer) as fiscal_year, municipality_code,
    name as municipality_name, p.period, cast(p.due as date) as due_date,
    case when p.period = '2026-11' then '期限前' when sort_order = 7 and p.period = '2026-10' then '未提出'
        when sort_order = 4 and p.period = '2026-09' then '遅延受領'
        when sort_order = 5 and p.period = '2026-08' then '訂正受領'
        when sort_order = 6 and p.period = '2026-10' then '全行保留' else '受領' end as state,
    case when p.period <> '2026-11' and not (sort_order = 7 and p.period = '2026-10') then 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' end as file_id,
    case when p.period <> '2026-11' and not (sort_order = 7 and p.period = '2026-10') then cast(p.due as date) - 2 end
        as received_date,
    cast(1 as integer) as revision, cast(4 as bigint) as rows_in, cast(4 as bigint) as rows_landed,
    cast(0 as bigint) as rows_set_aside
from dim_municipality, (values ('2026-06', '2026-07-10'), ('2026-07', '2026-08-10'), ('2026-08', '2026-09-10'),
    ('2026-09', '2026-10-10'), ('2026-10', '2026-11-10'), ('2026-11', '2026-12-10')) as p (period, due)
where sort_order <= 10
union all
select 'assessment__answers', 'アセスメント調査票', 'assessment', 2026, municipality_code, name, 'R8_mid', date '2026-10-31',
    case when sort_order = 28 then '未提出' else '受領' end, case when sort_order <> 28 then 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' end,
    case when sort_order <> 28 then date '2026-10-20' end, 1, 40, 40, 0
from dim_municipality;

create table mart_output as
select 2026 as fiscal_year, municipality_code, name as municipality_name, 'generative_ai' as theme,
    'D' || municipality_code as deliverable_id, '手引' as name, date '2026-10-01' as completed_date,
    true as is_from_dispatch
from dim_municipality where sort_order <= 4;

create table mart_stage_history as
select '1' as scheme_version, fiscal_year, municipality_code, municipality_name, stage from mart_stage;

-- Files by letter: a visit log, b assessment, c a refused one, d register, e chat, f survey, 1 joint
-- procurement, 2 statistics, 3 policy.
create table mart_data_quality as
select t.source, t.dataset, repeat(t.letter, 64) as file_id, t.path, t.received_date, t.file_status, t.is_in_force,
    cast(t.rows_in as bigint) as rows_in, cast(t.rows_landed as bigint) as rows_landed,
    cast(t.rows_set_aside as bigint) as rows_set_aside, cast(t.error_count as bigint) as error_count,
    cast(t.warning_count as bigint) as warning_count, t.is_reconciled
from (values
    ('visit_log', 'visit_log__visits', 'a', 'R8/visit_log/2026-11-05/派遣報告_橋本市.xlsx', date '2026-11-05',
        'landed', true, 40, 38, 2, 2, 1, true),
    ('assessment', 'assessment__answers', 'b', 'R8/assessment/2026-10-20/評価票_海南市.xlsx', date '2026-10-20',
        'landed', true, 1200, 1200, 0, 0, 0, true),
    ('procurement', null, 'c', 'R8/procurement/2026-11-01/台帳.xlsx', date '2026-11-01',
        'refused', false, null, null, null, 1, 0, true)
) as t (source, dataset, letter, path, received_date, file_status, is_in_force, rows_in, rows_landed, rows_set_aside,
    error_count, warning_count, is_reconciled)
union all
select split_part(t.dataset, '__', 1), t.dataset, repeat(t.letter, 64),
    'R8/' || split_part(t.dataset, '__', 1) || '/2026-11-02/' || t.file_name, date '2026-11-02', 'landed', true,
    20, 20, 0, 0, 0, true
from (values
    ('register__recruitments', 'd', '事業台帳.xlsx'), ('register__dispatch_plans', 'd', '事業台帳.xlsx'),
    ('register__wgs', 'd', '事業台帳.xlsx'), ('register__costs', 'd', '事業台帳.xlsx'),
    ('register__deliverables', 'd', '事業台帳.xlsx'), ('chat_activity__messages', 'e', 'チャット.zip'),
    ('survey__transfer_answers', 'f', 'アンケート.csv'), ('procurement__joint_use', '1', '共同利用.xlsx'),
    ('public_statistics__indicators', '2', '公的統計.csv'), ('policy__submission_deadlines', '3', '設定.xlsx')
) as t (dataset, letter, file_name);

-- Of the rooms before the marts, what the gate reads.
create schema staging;
create table staging.stg_procurement__joint_cases as
select case_id, date '2026-07-01' as contract_date from mart_joint_procurement;
create table staging.stg_procurement__joint_case_participants as
select case_id, unnest(range(participant_count)) as participant_no from mart_joint_procurement;
create table staging.stg_procurement__joint_use as
select system_id, date '2026-04-01' as start_date from mart_joint_use;
create table staging.stg_register__wg_meetings as select distinct wg_id, date '2026-09-01' as held_date from mart_wg_participation;
create table staging.stg_register__wg_attendance as select wg_id, municipality_code, 2 as headcount from mart_wg_participation;

create table mart_effect as
select 2026 as fiscal_year, 'E8-01' as plan_id, analysis_id, cast(0.11 as decimal(18, 4)) as smallest_worthwhile,
    cast(0.05 as decimal(18, 4)) as alpha, cast(29 as bigint) as unit_count, cast(10 as bigint) as treated_count,
    cast(estimate as decimal(18, 4)) as estimate, cast(low as decimal(18, 4)) as interval_low,
    cast(high as decimal(18, 4)) as interval_high, cast(0.01 as decimal(18, 6)) as p_value,
    cast(0.00002 as decimal(18, 6)) as smallest_p_value, verdict,
    repeat('a', 64) as plan_hash, date '2026-05-15' as plan_received_date,
    cast(outcome_received_date as date) as outcome_received_date, cast(null as date) as plan_seen_date,
    cast(null as date) as outcome_seen_date, '事前登録' as registration_ja
from (values
    ('A1', null, null, null, 'undecided', null),
    ('A2', 0.3, 0.1, 0.5, 'met', '2026-10-09'),
    ('A3', 0.0, -0.1, 0.1, 'not_met', '2026-10-09')
) as t (analysis_id, estimate, low, high, verdict, outcome_received_date);
create table staging.stg_policy__analysis_plans as select plan_id, analysis_id from mart_effect;

create schema intermediate;
create table mart_decision as
select 2026 as fiscal_year, criterion_id, kpi_id, case when kpi_id is null then 'E8-01' end as plan_id, analysis_id,
    cast(measured as decimal(18, 4)) as measured, comparator, cast(threshold as decimal(18, 4)) as threshold, verdict,
    verdict_reason, '理由' as reason_ja, '隔たり' as what_would_change_ja, false as is_default
from (values
    ('D1', 'K203', null, 97.5, 'at_least', 95, 'met', 'compared'),
    ('D2', null, 'A2', 0.3, null, 0.11, 'met', 'analysis'),
    ('D3', 'K902', null, null, 'at_most', 1, 'undecided', 'no_value')
) as t (criterion_id, kpi_id, analysis_id, measured, comparator, threshold, verdict, verdict_reason);
create table intermediate.int_decision__criteria as select fiscal_year, criterion_id from mart_decision;
create table mart_decision_evidence as
select fiscal_year, 'criterion' as subject_kind, criterion_id as subject_id, repeat('3', 64) as file_id, '判断基準' as sheet,
    cast(2 as bigint) as row, 'threshold' as field
from mart_decision;
create table mart_r9_cost as
select 2026 as fiscal_year, 'O1' as option_id, s.scenario_id, 'dispatch' as cost_item, payer, municipality_code,
    name as municipality_name, cast(case when s.scenario_id = 'S2' then 500 when payer = 'prefecture' then 1000 else 0 end as bigint)
        as cost_jpy,
    cast(case when s.scenario_id = 'S2' and payer = 'municipality' then 250 else 0 end as bigint) as tax_allocation_jpy
from dim_municipality, (values ('S1'), ('S2')) as s (scenario_id), (values ('prefecture'), ('municipality')) as p (payer)
where sort_order <= 2;
create table intermediate.int_decision__option_costs as
select 2026 as fiscal_year, 'O1' as option_id, municipality_code, cast(1000 as bigint) as cost_jpy
from dim_municipality where sort_order <= 2;
create table intermediate.int_decision__options as
select 2026 as fiscal_year, 'O1' as option_id, 'named' as target, '和歌山市、海南市' as named_municipalities;
create table intermediate.int_decision__scenarios as
select 2026 as fiscal_year, scenario_id, scenario_id as scenario_name, cost_item,
    cast(prefecture as decimal(18, 4)) as prefecture_share_pct, cast(100 - prefecture as decimal(18, 4)) as municipality_share_pct
from (values ('S1', 100), ('S2', 50)) as t (scenario_id, prefecture), (values ('dispatch'), ('travel')) as i (cost_item);
