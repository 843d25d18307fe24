select b.file_id, b.source, b.dataset, b.sheet, b.field, b.cell_column, b.header_row, b.preamble_cell
from landed_bindings b join received r using (file_id, source)
order by all
