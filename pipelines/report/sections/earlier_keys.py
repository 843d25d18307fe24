"""What readers must know where chat posts are kept only as counts, under pseudonyms of an earlier key."""

from __future__ import annotations

from pipelines.report.facts import Facts
from pipelines.report.wording import month_label


def earlier_keys(facts: Facts) -> list[str]:
    """Whether people could be counted twice this year, in words; nothing where all pseudonyms are of one key."""
    months = facts.rows(
        "select distinct month from mart_community where has_two_keys and fiscal_year = ? order by month",
        facts.fiscal_year,
    )
    files = facts.rows(
        "select distinct file_id from findings where is_in_force and rule = 'pseudonyms_of_an_earlier_key'"
    )
    if not files:
        return []
    text = (
        f"チャットの資料{len(files)}件は、原本の保存期間が終わって件数だけが残り、人の仮名は以前の鍵のものです。"
        "今の鍵の仮名と同じ人かどうかは、だれにも分かりません。"
    )
    if not months:
        return [
            f"{text}この年度に二つの鍵の記録がある月はないため、月ごとに数える人数(K502・K503)に二重の計数はありません。"
        ]
    named = "、".join(month_label(row["month"]) for row in months)
    return [
        f"{text}{named}には二つの鍵の記録があり、同じ人を二人と数えているおそれがあります。投稿した職員の数(K502)は多めに、"
        "原課の職員の割合(K503)は違って、最初の回答までの時間(K505)は本人の返信を数えて短めに出ることがあります。"
    ]
