select dataset, submission_key, file_id, revision, received_date
from submissions where is_in_force order by dataset, submission_key
