-- One line per file and source; a file sent again counts from its latest receipt.
select l.file_id, l.source, r.path, r.file_name, r.received_date, r.seq as latest_seq,
       r.first_seq as first_seen_seq, r.size_bytes, l.status, l.form_versions, r.receipt_count
from landed_files l join received r using (file_id, source)
union all
select file_id, source, path, file_name, received_date, seq, first_seq, size_bytes,
       'misplaced', '', receipt_count
from received where source = ''
order by source, received_date, latest_seq
