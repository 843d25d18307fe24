select s.dataset, s.submission_key, s.file_id, s.source, r.received_date,
       row_number() over w as revision,
       row_number() over (partition by s.dataset, s.submission_key
                          order by r.received_date desc, r.seq desc) = 1 as is_in_force,
       lead(s.file_id) over w as superseded_by
from landed_submissions s join received r using (file_id, source)
window w as (partition by s.dataset, s.submission_key order by r.received_date, r.seq)
order by s.dataset, s.submission_key, revision
