-- The withdrawals of the newest sheet received by the as-of date, each with the files it takes back: those of
-- its name that had been received by the day of the withdrawal. A file of that name sent later counts again.
with newest as (
    select s.file_id from landed_submissions s join received r using (file_id, source)
    where s.dataset = 'policy__withdrawals' order by r.received_date desc, r.seq desc limit 1
)
select w.withdrawal_id, w.file_name, w.reason, w.requested_by, w.withdrawn_date,
       w._file_id as policy_file_id, w._sheet as sheet, w._row as row, r.file_id, r.source
from landed_withdrawals w
join newest on newest.file_id = w._file_id
left join received r
    on (nfc_normalize(r.file_name) = nfc_normalize(w.file_name) or nfc_normalize(r.path) = nfc_normalize(w.file_name))
    and r.received_date <= w.withdrawn_date
order by w.withdrawal_id, w._row, r.seq
