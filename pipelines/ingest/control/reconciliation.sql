-- Per file and dataset: the rows that the reader saw, those that really lie in the landed tables, and those it
-- set aside. Landed rows are counted where they lie, so that a segment lost or landed twice shows.
select c.file_id, c.source, c.dataset, sum(c.rows_in)::bigint as rows_in,
       coalesce(any_value(l.row_count), 0)::bigint as rows_landed, sum(c.rows_set_aside)::bigint as rows_set_aside
from landed_counts c
join received r using (file_id, source)
left join landed_rows l on l.file_id = c.file_id and l.dataset = c.dataset
group by all order by c.source, c.file_id, c.dataset
