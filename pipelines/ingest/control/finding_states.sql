-- Every open finding as new or unresolved, and every one that the revision in force has resolved.
-- A revision in force is compared with the one just before it. Findings of a row are told apart by the
-- row's key, others by what was typed; several alike are paired in the order of the rows.
with succession as (
    select distinct before.file_id as before_id, before.source, after.file_id as after_id, after.source as after_source,
           after.dataset
    from submissions before
    join submissions after on after.dataset = before.dataset and after.submission_key = before.submission_key
                              and after.revision = before.revision + 1
                              and (after.is_in_force or after.is_latest)
    union
    select before_id, source, after_id, after_source, '*'
    from (
        select before.file_id as before_id, before.source, before.is_refused,
               lead(before.file_id) over w as after_id, lead(before.source) over w as after_source,
               lead(before.seq) over w as after_seq, max(before.seq) over (partition by before.source, before.lineage) as last_seq
        from (
            select r.*, coalesce(l.status, '') <> 'landed' as is_refused
            from received r left join landed_files l using (file_id, source)
        ) before
        window w as (partition by before.source, before.lineage order by before.seq)
    )
    where is_refused and after_id is not null and after_seq = last_seq
    union
    -- The same file, in the folder where it belongs.
    select r.file_id, r.source, l.file_id, l.source, '*'
    from received r
    join landed_files l on l.file_id = r.file_id and l.source <> r.source and l.status = 'landed'
    left join landed_files own on own.file_id = r.file_id and own.source = r.source
    where coalesce(own.status, '') <> 'landed'
),
identified as (
    select *, row_number() over (
        partition by file_id, source, dataset, rule, field, subject order by "row", cell, finding_id
    ) as ordinal
    from (
        select *, case when row_key <> '' then row_key when typed_text <> '' then typed_text
                       when dataset <> '' then field else sheet end as subject
        from findings
    )
),
pairs as (
    select b.finding_id as before_finding, a.finding_id as after_finding
    from succession s
    join identified b on b.file_id = s.before_id and b.source = s.source
    join identified a on a.file_id = s.after_id and a.source = s.after_source
         and a.dataset = b.dataset and a.rule = b.rule and a.field = b.field
         and a.subject = b.subject and a.ordinal = b.ordinal
    where s.dataset in ('*', b.dataset) or b.dataset = ''
),
resolved as (
    select b.finding_id, max_by(s.after_id, s.after_id) as resolved_by
    from succession s
    join identified b on b.file_id = s.before_id and b.source = s.source
    where not b.is_in_force and (s.dataset in ('*', b.dataset) or b.dataset = '')
          and b.finding_id not in (select before_finding from pairs)
    group by all
)
select f.finding_id, f.file_id, f.source, f.dataset,
       case when f.finding_id in (select after_finding from pairs) then 'unresolved' else 'new' end as state,
       '' as resolved_by
from findings f where f.is_in_force
union all
select f.finding_id, f.file_id, f.source, f.dataset, 'resolved', r.resolved_by
from findings f join resolved r using (finding_id)
order by all
