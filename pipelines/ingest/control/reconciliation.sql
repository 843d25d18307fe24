select c.file_id, c.source, c.dataset, c.sheet, sum(c.rows_in)::bigint as rows_in,
       sum(c.rows_landed)::bigint as rows_landed, sum(c.rows_set_aside)::bigint as rows_set_aside
from landed_counts c join received r using (file_id, source)
group by all order by c.source, c.file_id, c.dataset, c.sheet
