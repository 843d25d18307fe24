"""Keys and groups of the assets, and the hours of the jobs. Groups are numbered: Dagster lists them in the order of the flow."""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.settings import TOKYO

CONTROL = dg.AssetKey(["landed", "control"])
VERDICT = dg.AssetKey(["gate", "verdict"])
RELEASE = dg.AssetKey(["release", "current"])
OWNERS = ["team:dx"]

RAW_GROUP = "1_raw"
LANDED_GROUP = "2_landed"
MODEL_GROUPS = {
    "seeds": "3_staging",
    "staging": "3_staging",
    "intermediate": "4_intermediate",
    "marts": "5_marts",
}
GATE_GROUP = "6_gate"
REPORT_GROUP = "7_report"
RELEASE_GROUP = "8_release"


def every_day(name: str, job: Any, hour: int) -> dg.ScheduleDefinition:
    """A schedule that runs a job every day at an hour of Asia/Tokyo, without anybody turning it on."""
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=f"0 {hour} * * *",
        execution_timezone=TOKYO.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"毎日 午前{hour}時(日本時間)",
    )
