"""Keys and groups of the assets. Groups are numbered, so that Dagster lists them in the order of the flow."""

from __future__ import annotations

import dagster as dg

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
