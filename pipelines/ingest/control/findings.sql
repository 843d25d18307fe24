-- A file's findings are open while something of it is in force. Those of a file that was refused, or
-- that does not say whose it is, are open until a file of the same name is received again.
with named as (
    select f.*, r.path, r.file_name, r.received_date, r.seq
    from landed_findings f join received r using (file_id, source)
    union all by name
    select * from reception_findings
),
live as (select distinct file_id, dataset from submissions where is_in_force),
again as (select source, file_name, max(seq) as seq from received group by all)
select n.finding_id, n.file_id, n.path, n.file_name, n.received_date, n.source, n.dataset, n.sheet,
       n.cell, n.row, n.field, n.field_label, n.typed_text, n.rule, n.message, n.expected, n.example,
       n.suggestion, n.severity,
       coalesce(nullif(n.municipality_code, ''), m.municipality_code) as municipality_code,
       case when s.status = 'landed'
            then (n.file_id, n.dataset) in (select (file_id, dataset) from live)
                 or (n.dataset = '' and n.file_id in (select file_id from live))
                 or (n.rule in ('missing_preamble', 'missing_column') and again.seq = n.seq)
                 or (n.file_id not in (select file_id from submissions) and again.seq = n.seq)
            else coalesce(again.seq = n.seq, true) end as is_in_force
from named n
left join landed_files s on s.file_id = n.file_id and s.source = n.source
left join again on again.source = n.source and again.file_name = n.file_name
left join (
    select f.file_id, f.source, max_by(d.municipality_code, length(d.name)) as municipality_code
    from received f join municipalities d on contains(f.file_name, d.name) group by all
) m on m.file_id = n.file_id and m.source = n.source
order by n.source, n.received_date, n.path, n.sheet, n.row, n.cell, n.finding_id
