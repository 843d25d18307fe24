-- Threads that a municipal member opened and somebody else answered: working time to the first answer.
with messages as (
    select * from {{ ref('int_chat__messages') }}
),

answers as (
    select
        *,
        row_number() over (partition by thread_message_key order by posted_at asc, message_key asc) as answer_rank
    from messages
    where is_reply and thread_message_key is not null and member <> thread_member
),

final as (
    select
        questions.fiscal_year,
        questions.month,
        questions.municipality_code,
        questions.thread_key,
        questions.message_key as question_key,
        answers.municipality_code as answering_municipality_code,
        answers.working_minute - questions.working_minute as working_minute_count,
        answers.file_id,
        answers.sheet,
        answers.row
    from messages as questions
    inner join answers on questions.message_key = answers.thread_message_key and answers.answer_rank = 1
    where questions.municipality_code is not null and not questions.is_reply
)

select * from final
