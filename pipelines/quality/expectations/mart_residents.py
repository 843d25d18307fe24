"""Published indicators for residents: percentages are percentages."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between

EXPECTATIONS = (
    Expectation(
        id="Q-RES-01",
        table="mart_residents",
        title_ja="割合の公的統計が0〜100%にある",
        why_ja="小数(0.85)と百分率(85)の混在や、列の取り違えを見つけるため。",
        what_to_do_ja="公的統計のファイルの単位を、公表元の表と見比べてください。",
        frame="""
            select municipality_code || ' ' || indicator_code || ' ' || cast(fiscal_year as varchar) as scope,
                municipality_name || ' ' || indicator_name as label, cast(value as double) as value
            from mart_residents where unit in ('%', '％') order by 1
        """,
        check=between("value", 0, 100),
        observed="value",
    ),
)
