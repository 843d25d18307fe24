"""dbt's models and tests under the keys and groups of this house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.assets.places import CONTROL, MODEL_GROUPS
from pipelines.errors import KyosoError
from pipelines.model.dbt import DbtBuild, DbtResult
from pipelines.night import Night
from pipelines.settings import Settings


class HouseTranslator(DagsterDbtTranslator):
    """Landed datasets of one source are one asset; control tables are one asset; models by folder."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The room, then the name."""
        if dbt_resource_props["resource_type"] == "source":
            if dbt_resource_props["source_name"] == "control":
                return CONTROL
            return dg.AssetKey(["landed", dbt_resource_props["name"].split("__")[0]])
        return dg.AssetKey([_room(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The group of the room."""
        return MODEL_GROUPS.get(_room(dbt_resource_props))

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone; the SQL is in the checkout."""
        return str(dbt_resource_props.get("description") or "")


def _room(props: Mapping[str, Any]) -> str:
    return str(props["fqn"][1]) if props["resource_type"] == "model" else "seeds"


def models(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Every seed and model of a parsed project as an asset, every data test as a check."""
    translator = HouseTranslator()

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="models")
    def build(
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Build every dbt model, then run dbt's tests."""
        built = Night.of(settings).build_models()
        for item in built.results:
            node = manifest["nodes"].get(item.node.unique_id) or manifest["unit_tests"][item.node.unique_id]
            if node["resource_type"] in ("model", "seed") and item.status == "success":
                rows = built.row_counts.get((node["schema"], node["name"]))
                yield dg.MaterializeResult(
                    asset_key=translator.get_asset_key(node),
                    metadata={"dagster/row_count": rows, "秒": round(item.execution_time, 3)},
                )
            elif node["resource_type"] == "test":
                key = get_asset_check_key_for_test(manifest, translator, item.node.unique_id, None)
                if key is not None and item.status != "skipped":
                    yield _check_result(key, item)
        _stop_if_broken(built)

    return build


def _check_result(key: dg.AssetCheckKey, item: DbtResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=item.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if item.status == "warn" else dg.AssetCheckSeverity.ERROR,
        metadata={"該当する行": item.failures or 0},
    )


def _stop_if_broken(built: DbtBuild) -> None:
    broken = [r for r in built.results if r.status == "error"]
    if broken:
        raise KyosoError(
            f"表 {'、'.join(r.node.name for r in broken)} を作れませんでした。前回の公開版はそのまま使えます。",
            where=str(broken[0].message),
            todo="dbt_project を元に戻すか、システム担当者に知らせてください。",
        )
