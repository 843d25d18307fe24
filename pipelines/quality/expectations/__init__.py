"""Every expectation of the gate, one module per mart."""

from __future__ import annotations

from pipelines.quality.expectation import Expectation
from pipelines.quality.expectations import (
    mart_community,
    mart_data_quality,
    mart_decision,
    mart_dispatch_month,
    mart_dispatch_utilisation,
    mart_effect,
    mart_joint_procurement,
    mart_joint_use,
    mart_kpi,
    mart_kpi_evidence,
    mart_programme_cost,
    mart_r9_cost,
    mart_residents,
    mart_stage,
    mart_submission,
    mart_talent,
    mart_transfer,
    mart_wg_outcome,
    run,
)

ALL_EXPECTATIONS: tuple[Expectation, ...] = (
    *run.EXPECTATIONS,
    *mart_stage.EXPECTATIONS,
    *mart_dispatch_month.EXPECTATIONS,
    *mart_dispatch_utilisation.EXPECTATIONS,
    *mart_talent.EXPECTATIONS,
    *mart_wg_outcome.EXPECTATIONS,
    *mart_joint_procurement.EXPECTATIONS,
    *mart_joint_use.EXPECTATIONS,
    *mart_community.EXPECTATIONS,
    *mart_transfer.EXPECTATIONS,
    *mart_residents.EXPECTATIONS,
    *mart_programme_cost.EXPECTATIONS,
    *mart_kpi.EXPECTATIONS,
    *mart_kpi_evidence.EXPECTATIONS,
    *mart_effect.EXPECTATIONS,
    *mart_decision.EXPECTATIONS,
    *mart_r9_cost.EXPECTATIONS,
    *mart_submission.EXPECTATIONS,
    *mart_data_quality.EXPECTATIONS,
)
