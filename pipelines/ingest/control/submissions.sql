-- Every sending of each submission. The newest one that was not withdrawn counts; of two received on one day
-- the one whose name says that it corrects the other, then the one entered last. A sending of which every
-- row was set aside does not displace an earlier one, but its findings are open.
with sent as (
    select s.dataset, s.submission_key, s.file_id, s.source, r.received_date, r.first_received_date, r.seq, r.sending,
           s.is_held = 1 as is_held,
           s.file_id in (select file_id from withdrawals where file_id is not null) as is_withdrawn
    from landed_submissions s join received r using (file_id, source)
),
ranked as (
    select *,
           row_number() over (partition by dataset, submission_key order by received_date, sending, seq) as revision,
           lead(file_id) over (partition by dataset, submission_key order by received_date, sending, seq)
               as superseded_by,
           row_number() over (
               partition by dataset, submission_key order by is_withdrawn, received_date desc, sending desc, seq desc
           ) as recency,
           row_number() over (
               partition by dataset, submission_key
               order by is_withdrawn, is_held, received_date desc, sending desc, seq desc
           ) as precedence
    from sent
)
select dataset, submission_key, file_id, source, received_date, first_received_date, revision,
       not is_withdrawn and precedence = 1 as is_in_force,
       not is_withdrawn and recency = 1 as is_latest,
       superseded_by, is_held, is_withdrawn
from ranked
order by dataset, submission_key, revision
