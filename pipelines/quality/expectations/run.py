"""The candidate as a whole: built from one run, and from one kind of data."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between, in_set, is_due

# A landed dataset, and a mart that holds at least one row as soon as the dataset does.
_MARTS_OF = {
    "assessment__answers": "mart_stage_history",
    "chat_activity__messages": "mart_community",
    "policy__submission_deadlines": "mart_submission",
    "public_statistics__indicators": "mart_residents",
    "register__costs": "mart_programme_cost",
    "register__deliverables": "mart_output",
    "register__dispatch_plans": "mart_dispatch_month",
    "register__recruitments": "mart_talent",
    "register__wgs": "mart_wg_outcome",
    "survey__transfer_answers": "mart_transfer",
}
# The same where only what has happened by the as-of date makes a row.
_MARTS_OF_EVENTS = {
    "mart_joint_procurement": """least((select count(*) from staging.stg_procurement__joint_case_participants),
        (select count(*) from staging.stg_procurement__joint_cases where contract_date <= (select as_of from run)))""",
    "mart_joint_use": """(select count(*) from staging.stg_procurement__joint_use
        where start_date <= (select as_of from run))""",
    "mart_wg_participation": """least(
        (select count(*) from staging.stg_register__wg_attendance where headcount > 0),
        (select count(*) from staging.stg_register__wg_meetings where held_date <= (select as_of from run)))""",
}
_RECEIVED = {
    "mart_data_quality": "(select count(*) from files)",
    **{
        mart: f"(select sum(rows_landed) from mart_data_quality where is_in_force and dataset = '{dataset}')"
        for dataset, mart in _MARTS_OF.items()
    },
    **_MARTS_OF_EVENTS,
}

EXPECTATIONS = (
    Expectation(
        id="Q-RUN-01",
        table="mart_stage",
        tables=("mart_kpi", "mart_dispatch_utilisation", "mart_submission"),
        title_ja="主要な表のすべてに、対象年度の行がある(派遣は事業台帳の提出期限から)",
        why_ja="基準日と対象年度を取り違えると、前年度の数字が今年度の報告になるため。",
        what_to_do_ja="実行時の年度(--fiscal-year)と基準日(--as-of)を確かめてください。",
        frame=f"""
            select 'mart_stage' as scope, '段階' as label, count(*) as row_count
            from mart_stage where fiscal_year = (select fiscal_year from run)
            union all
            select 'mart_kpi', 'KPI', count(*)
            from mart_kpi where fiscal_year = (select fiscal_year from run)
            union all
            select 'mart_dispatch_utilisation', '派遣', count(*)
            from mart_dispatch_utilisation where fiscal_year = (select fiscal_year from run)
            having {is_due("register")}
            order by scope
        """,
        check=between("row_count", 1),
        observed="row_count",
    ),
    Expectation(
        id="Q-RUN-02",
        table="mart_data_quality",
        title_ja="基準日より後に受領したファイルを使っていない",
        why_ja="過去の基準日で作り直した報告が、当時知りえなかった数字を含まないようにするため。",
        what_to_do_ja="受領日フォルダの日付を確かめてください。正しければ基準日(--as-of)を見直してください。",
        frame="""
            select file_id as scope, path as label, cast(received_date as varchar) as received_date,
                case when received_date > (select as_of from run) then 1 else 0 end as is_later
            from mart_data_quality where is_in_force order by file_id
        """,
        check=in_set("is_later", 0),
        observed="received_date",
    ),
    Expectation(
        id="Q-RUN-03",
        table="mart_data_quality",
        tables=tuple(_RECEIVED),
        title_ja="受領した行があるのに、空の表がない",
        why_ja="集計の途中で行がすべて落ちた表は、実績がゼロだったように見えるため。",
        what_to_do_ja="空の表の名前を添えて、システム担当者に知らせてください。前回の公開版はそのまま使えます。",
        frame=" union all ".join(
            f"""
            select '{mart}' as scope, '{mart}' as label, coalesce({received}, 0) as received_count,
                case when coalesce({received}, 0) > 0 and (select count(*) from {mart}) = 0
                    then 0 else 1 end as is_filled
            """
            for mart, received in sorted(_RECEIVED.items())
        ),
        check=in_set("is_filled", 1),
        observed="received_count",
    ),
)
