-- The control tables of the same night.
create table run as select cast('2026-11-20' as date) as as_of, 2026 as fiscal_year, true as is_sample,
    'sample' as key_id, '0000000' as "commit";
create table files as
select file_id, source, path, regexp_extract(path, '[^/]+$') as file_name, received_date,
    row_number() over (order by file_id) as first_seen_seq, 10000 as size_bytes, file_status as status,
    '1' as form_versions
from (select distinct file_id, source, path, received_date, file_status from warehouse.main.mart_data_quality);
create table reconciliation as
select file_id, dataset, rows_in, rows_landed, rows_set_aside
from warehouse.main.mart_data_quality where dataset is not null;
create table municipalities as select * from warehouse.main.dim_municipality;
create table findings as select * from (values
    ('f1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'R8/visit_log/2026-11-05/派遣報告_橋本市.xlsx', 'visit_log', 'visit_log__visits', '様式', 'B9', 9,
        'visit_date', '実施日', 'R8.2.31', 'date_impossible', 'この日付は存在しません。', '存在する日付', 'R8.10.14',
        'R9.2.28 ではありませんか', 'error', '302031', true),
    ('f2', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'R8/visit_log/2026-11-05/派遣報告_橋本市.xlsx', 'visit_log', 'visit_log__visits', '様式', 'C10', 10,
        'person', '氏名', '（個人情報のため表示しません）', 'required', '必須の欄が空です。', '氏名', '', '', 'error',
        '302031', true),
    ('f3', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'R8/visit_log/2026-11-05/派遣報告_橋本市.xlsx', 'visit_log', 'visit_log__visits', '様式', 'H12', 12,
        'preparation_hours', '準備時間', '=1+2', 'unit_converted', '単位を換算しました。', '時間', '2.5', '', 'warning',
        '302031', true),
    ('f4', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'R8/procurement/2026-11-01/台帳.xlsx', 'procurement', null, null, null, null, null, null, null,
        'password', 'パスワードで保護されていて読めません。', '保護のないファイル', '', '', 'error', null, true)
) as t (finding_id, file_id, path, source, dataset, sheet, cell, "row", field, field_label, typed_text, rule, message,
    expected, example, suggestion, severity, municipality_code, is_in_force);
create table submissions as
select dataset, coalesce(municipality_code, '') || '|' || period as submission_key, file_id, received_date, revision,
    true as is_in_force, cast(null as varchar) as superseded_by
from warehouse.main.mart_submission where file_id is not null and period in ('2026-10', 'R8_mid');
