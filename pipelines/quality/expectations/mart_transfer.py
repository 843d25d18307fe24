"""Transfer of skills: survey answers within their scale."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation, between

_LABEL = "municipality_name || ' ' || task || ' ' || respondent_kind || ' ' || wave"

EXPECTATIONS = (
    Expectation(
        id="Q-TRANSFER-01",
        table="mart_transfer",
        title_ja="自力度の平均が0〜4点にある",
        why_ja="設問の選択肢が変わると、点の範囲を外れて現れるため。",
        what_to_do_ja="アンケートの設問と選択肢が、様式と同じか確かめてください。",
        frame=f"""
            select municipality_code || ' ' || task || ' ' || wave as scope, {_LABEL} as label,
                cast(can_do_mean as double) as can_do_mean
            from mart_transfer order by 1, 2
        """,
        check=between("can_do_mean", 0, 4),
        observed="can_do_mean",
    ),
    Expectation(
        id="Q-TRANSFER-02",
        table="mart_transfer",
        title_ja="後任者・引継文書の件数は回答数を超えず、負担割合は0〜100%にある",
        why_ja="割合のKPIの分子が分母を超えることはありえないため。",
        what_to_do_ja="同じ回答が重ねて届いていないか、回答IDを確かめてください。",
        frame=f"""
            select municipality_code || ' ' || task || ' ' || wave as scope, {_LABEL} as label,
                least(respondent_count - coalesce(successor_count, 0),
                    respondent_count - coalesce(handover_count, 0),
                    100 - coalesce(willing_to_pay_pct_mean, 0), coalesce(willing_to_pay_pct_mean, 0)
                ) as margin
            from mart_transfer order by 1, 2
        """,
        check=between("margin", 0),
        observed="margin",
    ),
)
