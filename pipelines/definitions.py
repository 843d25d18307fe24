"""The map of the house: every asset, check, job and schedule, from raw files to the release.

raw → landed → staging → intermediate → marts → gate → report → release. What each step does is in
`pipelines.night`, what Dagster shows of it in `pipelines.assets`; here is only how it hangs together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.assets.arrivals import arrivals
from pipelines.assets.gate import gate
from pipelines.assets.models import models
from pipelines.assets.places import every_day
from pipelines.assets.received import land, receive
from pipelines.assets.released import release, render
from pipelines.errors import KyosoError
from pipelines.model.dbt import project
from pipelines.night import Night
from pipelines.settings import Settings

JOB = "nightly"


@dg.failure_hook(required_resource_keys={"settings"})
def explain_failure(context: dg.HookContext) -> None:
    """Write the nightly status when a step fails, so that a closed gate explains itself."""
    settings: Settings = context.resources.settings
    Night.of(settings).finish(context.op_exception or KyosoError("処理が途中で止まりました。"))


class _SettingsResource(dg.ConfigurableResource[Settings]):
    """The settings of the run, from the environment, resolved when the run starts."""

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        return Settings.resolve()


def build_definitions(
    settings: Settings, manifest: Mapping[str, Any] | None = None, *, is_fixed: bool = False
) -> dg.Definitions:
    """Every asset, check, job and schedule.

    Args:
        settings: where dbt finds its project's data while the map is drawn.
        manifest: the dbt project as plain data; parsed here by default.
        is_fixed: run with exactly these settings instead of those of the environment at run time.
    """
    tables = models(manifest or project(settings))
    house = [receive, land, tables, gate(tables), render, release]
    job = dg.define_asset_job(
        JOB,
        dg.AssetSelection.assets(*house),
        executor_def=dg.in_process_executor,
        hooks={explain_failure},
        description="毎晩の処理: 受領から公開まで。",
    )
    night = dg.Definitions(
        assets=house,
        jobs=[job],
        schedules=[every_day("every_night", job, 2)],
        sensors=[arrivals(job)],
        resources={"settings": settings if is_fixed else _SettingsResource()},
        executor=dg.in_process_executor,
    )
    if settings.workers == 0:
        return night
    from pipelines.assets.prefectures import spread

    return dg.Definitions.merge(night, spread())


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster's own tools load; drawn when they ask for it, because it parses the dbt project."""
    return build_definitions(Settings.resolve())
