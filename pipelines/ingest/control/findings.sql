-- A file's findings are open while something of it is in force, or would be, had it any row. Those of a
-- file that was refused, or that does not say whose it is, are open until it is sent again: under the same name, give or take
-- what only says that it is a correction, or the very same file in the folder of another source.
with named as (
    select f.*, r.path, r.file_name, r.received_date, r.seq, r.lineage
    from landed_findings f join received r using (file_id, source)
    union all by name
    select * from reception_findings
),
live as (select distinct file_id, dataset from submissions where is_in_force or is_latest),
again as (select source, lineage, max(seq) as seq from received group by all),
moved as (
    select l.file_id, max(r.seq) as seq
    from landed_files l join received r using (file_id, source) where l.status = 'landed' group by all
),
owners as (
    -- Whose rows a file holds, where they are one municipality's: its key comes first in a submission's.
    select s.file_id, min(t.municipality_code) as municipality_code
    from submissions s join municipalities t on t.municipality_code = split_part(s.submission_key, '/', 1)
    group by all having count(distinct t.municipality_code) = 1
)
select n.finding_id, n.file_id, n.path, n.file_name, n.received_date, n.source, n.dataset, n.sheet,
       n.cell, n.row, n.field, n.field_label, n.typed_text, n.rule, n.message, n.expected, n.example,
       n.suggestion, n.severity,
       coalesce(nullif(n.municipality_code, ''), o.municipality_code, m.municipality_code) as municipality_code,
       case when n.file_id in (select file_id from withdrawals where file_id is not null) then false
            when s.status = 'landed'
            then (n.file_id, n.dataset) in (select (file_id, dataset) from live)
                 or (n.dataset = '' and n.file_id in (select file_id from live))
                 or (n.rule in ('missing_preamble', 'missing_column') and again.seq = n.seq)
                 or (n.file_id not in (select file_id from submissions) and again.seq = n.seq)
            else coalesce(again.seq = n.seq, true) and coalesce(moved.seq < n.seq, true)
       end as is_in_force,
       coalesce(n.row_key, '') as row_key
from named n
left join landed_files s on s.file_id = n.file_id and s.source = n.source
left join again on again.source = n.source and again.lineage = n.lineage
left join owners o on o.file_id = n.file_id
left join moved on moved.file_id = n.file_id
left join (
    select f.file_id, f.source, max_by(d.municipality_code, length(d.name)) as municipality_code
    from (select distinct file_id, source, file_name from named) f
    join municipalities d on contains(f.file_name, d.name) group by all
) m on m.file_id = n.file_id and m.source = n.source
order by n.source, n.received_date, n.path, n.sheet, n.row, n.cell, n.finding_id
