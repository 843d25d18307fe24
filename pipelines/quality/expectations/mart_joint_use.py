"""Joint use of systems: costs before and after are of the same order."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between
from pipelines.quality.limits import JOINT_USE_SWING_MAX

EXPECTATIONS = (
    Expectation(
        id="Q-USE-01",
        table="mart_joint_use",
        title_ja="共同利用の前後の経費が、何倍もちがわない",
        why_ja="前と後で単位(円・千円)や対象団体が違うと、効果でない差が効果に見えるため。",
        what_to_do_ja="前と後の経費の単位と、対象団体の範囲を確かめてください。",
        frame="""
            select system_id || ' ' || cast(fiscal_year as varchar) as scope, system_name as label,
                greatest(
                    cast(cost_after_jpy as double) / nullif(cost_before_jpy, 0),
                    cast(cost_before_jpy as double) / nullif(cost_after_jpy, 0)
                ) as ratio
            from mart_joint_use order by 1
        """,
        check=between("ratio", None, JOINT_USE_SWING_MAX),
        observed="ratio",
    ),
)
