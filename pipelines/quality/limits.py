"""Limits of the gate, and how any policy parameter with a default is read. The prefecture changes them by a 設定 sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TABLE = "stg_policy__parameters"


@dataclass(frozen=True)
class Limit:
    """One limit: the parameter name the policy sheet uses, its default and its unit."""

    name: str
    default: float
    unit: str
    label: str


UTILISATION_MAX = Limit("gate_utilisation_max_pct", 150, "%", "派遣実施率の上限")
DELIVERY_SWING_MAX = Limit("gate_delivery_swing_max_pct", 60, "ポイント", "月の派遣実施率の、平均からの開き")
OUTSIDE_SHARE_MAX = Limit("gate_outside_period_max_pct", 10, "%", "支援期間外の訪問の割合")
UNIT_PRICE_MIN = Limit("gate_unit_price_min_jpy", 10_000, "円", "派遣単価の下限")
UNIT_PRICE_MAX = Limit("gate_unit_price_max_jpy", 500_000, "円", "派遣単価の上限")
HOURS_PER_VISIT_MAX = Limit("gate_hours_per_visit_max", 12, "時間", "1人回当たり支援時間の上限")
ASSESSED_SHARE_MIN = Limit("gate_assessed_share_min_pct", 80, "%", "評価を受けた団体の割合の下限")
STAGE_SWING_MAX = Limit("gate_stage_swing_max_pct", 60, "%", "前年度から段階が変わった団体の割合")
SCORE_SWING_MAX = Limit("gate_score_swing_max_points", 2, "点", "能力平均点の前年度差(0〜4点)")
KPI_SWING_MAX = Limit("gate_kpi_swing_max_ratio", 5, "倍", "KPIの前年度比")
SET_ASIDE_MAX = Limit("gate_set_aside_max_pct", 10, "%", "資料ごとの保留行の割合")
REFUSED_MAX = Limit("gate_refused_files_max_pct", 10, "%", "読めなかったファイルの割合")
MISSING_MAX = Limit("gate_missing_submission_max_pct", 30, "%", "期限を過ぎた未提出の割合")
COST_OVERRUN_MAX = Limit("gate_cost_overrun_max_pct", 120, "%", "予算に対する執行額の割合")
COST_SWING_MAX = Limit("gate_cost_swing_max_ratio", 5, "倍", "事業費の前年度比")
WG_DROP_MIN = Limit("gate_wg_count_min_pct", 50, "%", "WG数の前年度比の下限")
JOINT_USE_SWING_MAX = Limit("gate_joint_use_cost_max_ratio", 5, "倍", "共同利用の前後の経費の比")
CHAT_DROP_MIN = Limit("gate_chat_month_min_pct", 10, "%", "満了した月の投稿数の、前月までの平均比")

ALL_LIMITS = tuple(value for value in list(globals().values()) if isinstance(value, Limit))


def limits_in_force(
    con: duckdb.DuckDBPyConnection, as_of: date, limits: tuple[Limit, ...] = ALL_LIMITS
) -> dict[str, float]:
    """Each limit's value on `as_of`: the newest policy value valid by then, else the default."""
    values = {limit.name: limit.default for limit in limits}
    # Written out: a parameter makes DuckDB import pandas, and a night with nothing new asks as well.
    found = con.execute(
        f"select table_schema from information_schema.tables where table_name = '{TABLE}' order by 1"
    ).fetchone()
    if found is not None:
        rows = con.execute(
            f'select name, value from "{found[0]}".{TABLE} '
            f"where valid_from <= date '{as_of.isoformat()}' order by valid_from, name"
        ).fetchall()
        values.update({name: float(value) for name, value in rows if name in values})
    return values
