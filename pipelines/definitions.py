"""The map of the house: every asset, check, job and schedule, from raw files to the release.

raw → landed → staging → intermediate → marts → verdict → documents → release. What each step does
is in `pipelines.night`; here is only how the steps hang together and what Dagster shows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines.errors import KyosoError
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.model.dbt import parse
from pipelines.night import Night
from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.quality.verdict import Result
from pipelines.report.render import DOCUMENTS
from pipelines.settings import Settings

JOB = "nightly"
VERDICT = dg.AssetKey(["gate", "verdict"])
CONTROL = dg.AssetKey(["landed", "control"])
RELEASE = dg.AssetKey(["serve", "release"])
_GROUPS = {
    "staging": "b_staging",
    "intermediate": "c_intermediate",
    "marts": "d_marts",
    "seeds": "c_intermediate",
}


class HouseTranslator(DagsterDbtTranslator):
    """dbt's nodes under the keys and groups of this house."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Landed datasets of one source are one asset; control tables are one asset; models by folder."""
        if dbt_resource_props["resource_type"] == "source":
            if dbt_resource_props["source_name"] == "control":
                return CONTROL
            return dg.AssetKey(["landed", dbt_resource_props["name"].split("__")[0]])
        return dg.AssetKey([_folder(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The room of the house."""
        return _GROUPS.get(_folder(dbt_resource_props))

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone; the SQL is in the checkout."""
        return str(dbt_resource_props.get("description") or "")


def _folder(props: Mapping[str, Any]) -> str:
    return str(props["fqn"][1]) if props["resource_type"] == "model" else "seeds"


def _raw_spec(contract: Contract) -> dg.AssetSpec:
    names = "、".join(d.label for d in contract.datasets.values())
    return dg.AssetSpec(
        ["raw", contract.source],
        group_name="a_raw",
        kinds={"file"},
        owners=["team:dx"],
        description=f"{contract.label}: 受領したままのファイル({names})。",
    )


def _landed_spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["landed", contract.source],
        deps=[dg.AssetKey(["raw", contract.source])],
        group_name="a_landed",
        kinds={"parquet"},
        owners=["team:dx"],
        description=f"{contract.label}: 読み取った行。行ごとにファイル・シート・行番号を持つ。",
    )


def _check_name(identity: str) -> str:
    return identity.replace("-", "_")


@dg.multi_asset(specs=[_raw_spec(c) for c in load_contracts().values()], name="receive")
def receive(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Archive what is new in raw."""
    night = Night.of(settings)
    new = night.receive().new
    assert night.archive is not None
    for source in load_contracts():
        known = [r for r in night.archive.ledger.receipts if r.source == source]
        fresh = sum(r.source == source for r in new)
        yield dg.MaterializeResult(
            asset_key=["raw", source], metadata={"受領ファイル": len(known), "今回新しいファイル": fresh}
        )


@dg.multi_asset(
    specs=[
        *[_landed_spec(c) for c in load_contracts().values()],
        dg.AssetSpec(
            CONTROL,
            deps=[["landed", s] for s in load_contracts()],
            group_name="a_landed",
            kinds={"parquet"},
            owners=["team:dx"],
            description="管理表: 基準日に有効な提出、行数の照合、指摘、暦。",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "reconciliation", asset=["landed", s], description="行数 = 取り込んだ行 + 保留した行"
        )
        for s in load_contracts()
    ],
    name="land",
)
def land(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Read new files, set aside what cannot be read, and write the control tables of the run."""
    night = Night.of(settings)
    landing = night.land()
    control = night.write_control()
    for source in load_contracts():
        counts = control.by_source.get(source, {})
        rows_in = counts.get("rows_in", 0)
        accounted = counts.get("rows_landed", 0) + counts.get("rows_set_aside", 0)
        check = dg.AssetCheckResult(
            check_name="reconciliation",
            asset_key=dg.AssetKey(["landed", source]),
            passed=rows_in == accounted,
            metadata={"行数": rows_in, "取り込んだ行と保留した行": accounted},
        )
        metadata = {
            "dagster/row_count": counts.get("rows_landed", 0),
            **{k: v for k, v in counts.items() if k != "rows_landed"},
        }
        yield dg.MaterializeResult(asset_key=["landed", source], metadata=metadata, check_results=[check])
    yield dg.MaterializeResult(asset_key=CONTROL, metadata={"今回読んだファイル": landing.files_read})


def _models(manifest_object: Any) -> dg.AssetsDefinition:
    manifest = manifest_object.writable_manifest().to_dict(omit_none=False)
    translator = HouseTranslator()

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="models")
    def models(
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Build every dbt model in this process, then run dbt's tests."""
        built = Night.of(settings).build_models(manifest_object)
        for item in built.results:
            node = manifest["nodes"].get(item.node.unique_id) or manifest["unit_tests"][item.node.unique_id]
            if node["resource_type"] in ("model", "seed") and str(item.status) == "success":
                rows = built.row_counts.get((node["schema"], node["name"]))
                yield dg.MaterializeResult(
                    asset_key=translator.get_asset_key(node),
                    metadata={"dagster/row_count": rows, "秒": round(item.execution_time, 3)},
                )
            elif node["resource_type"] == "test":
                key = get_asset_check_key_for_test(manifest, translator, item.node.unique_id, None)
                if key is not None and str(item.status) != "skipped":
                    yield dg.AssetCheckResult(
                        asset_key=key.asset_key,
                        check_name=key.name,
                        passed=str(item.status) == "pass",
                        metadata={"該当する行": item.failures or 0},
                    )
        broken = [r.node.name for r in built.results if str(r.status) == "error"]
        if broken:
            raise KyosoError(
                f"表 {'、'.join(broken)} を作れませんでした。前回の公開版はそのまま使えます。",
                where=next((str(r.message) for r in built.results if str(r.status) == "error"), ""),
                todo="dbt_project を元に戻すか、システム担当者に知らせてください。",
            )

    return models


def _verdict(mart_keys: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                VERDICT,
                deps=mart_keys,
                group_name="e_gate",
                kinds={"greatexpectations"},
                owners=["team:dx"],
                description="公開してよいかの判定。検査した行の指紋を持ち、その行からしか報告書を作れない。",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                _check_name(e.id), asset=VERDICT, description=f"{e.title_ja} — なぜ: {e.why_ja}"
            )
            for e in ALL_EXPECTATIONS
        ],
        name="judge",
    )
    def judge(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
        """Judge the candidate; a closed gate ends the run here."""
        verdict = Night.of(settings).judge()
        known = {e.id for e in ALL_EXPECTATIONS}
        yield dg.MaterializeResult(
            asset_key=VERDICT,
            metadata={
                "検査": len(verdict.results),
                "検査した行": verdict.judged_rows,
                "例外承認": len(verdict.waived),
            },
            check_results=[_check_result(r) for r in verdict.results if r.id in known],
        )
        if not verdict.is_open:
            reasons = "\n".join(f"{r.id} {r.title}: {r.observed}。{r.what_to_do}" for r in verdict.reasons)
            raise dg.Failure(f"検査を通らなかったため、公開しません。\n{reasons}", allow_retries=False)

    return judge


def _check_result(result: Result) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN
    metadata: dict[str, str | int] = {
        "結果": result.observed,
        "確認した行": result.judged_rows,
        "すること": result.what_to_do,
    }
    return dg.AssetCheckResult(
        asset_key=VERDICT,
        check_name=_check_name(result.id),
        passed=result.state != "failed",
        severity=severity,
        metadata=metadata,
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["report", document.key],
            deps=[VERDICT],
            group_name="f_report",
            kinds={document.kind},
            owners=["team:dx"],
            description=document.description,
        )
        for document in DOCUMENTS
    ],
    name="render",
)
def render(settings: dg.ResourceParam[Settings]) -> Iterator[dg.MaterializeResult[None]]:
    """Write the documents from the judged rows."""
    paths = {path.name: path for path in Night.of(settings).render()}
    for document in DOCUMENTS:
        yield dg.MaterializeResult(
            asset_key=["report", document.key], metadata={"バイト": paths[document.file_name].stat().st_size}
        )


@dg.asset(
    key=RELEASE,
    deps=[["report", d.key] for d in DOCUMENTS],
    group_name="g_serve",
    kinds={"duckdb"},
    owners=["team:dx"],
    description="公開版: ウェアハウス・判定・報告書を一度に切り替える。最後に夜間レポートを書く。",
)
def release(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[None]:
    """Switch readers to the candidate and write the nightly status."""
    night = Night.of(settings)
    published = night.publish()
    night.finish()
    if published is None:
        return dg.MaterializeResult(metadata={"公開版": "公開していません(--dry-run)"})
    return dg.MaterializeResult(
        metadata={"公開版": published.release_id, "場所": dg.MetadataValue.path(str(published.folder))}
    )


@dg.failure_hook(required_resource_keys={"settings"})
def explain_failure(context: dg.HookContext) -> None:
    """Write the nightly status when a step fails, so that a closed gate explains itself."""
    settings: Settings = context.resources.settings
    Night.of(settings).finish(context.op_exception or KyosoError("処理が途中で止まりました。"))


class _SettingsResource(dg.ConfigurableResource[Settings]):
    """The settings of the run, from the environment, resolved when the run starts."""

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        return Settings.resolve()


def build_definitions(settings: Settings, manifest: Any = None, *, is_fixed: bool = False) -> dg.Definitions:
    """Every asset, check, job and schedule.

    Args:
        settings: where dbt finds its project's data while the map is drawn.
        manifest: a parsed dbt project; parsed here by default.
        is_fixed: run with exactly these settings instead of those of the environment at run time.
    """
    models = _models(manifest or parse(settings))
    marts = [key for key in models.keys if key.path[0] == "marts"]
    job = dg.define_asset_job(
        JOB,
        dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        hooks={explain_failure},
        description="毎晩の処理: 受領から公開まで。",
    )
    schedule = dg.ScheduleDefinition(
        name="every_night",
        job=job,
        cron_schedule="0 2 * * *",
        execution_timezone="Asia/Tokyo",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="毎日 午前2時(日本時間)",
    )
    return dg.Definitions(
        assets=[receive, land, models, _verdict(marts), render, release],
        jobs=[job],
        schedules=[schedule],
        resources={"settings": settings if is_fixed else _SettingsResource()},
        executor=dg.in_process_executor,
    )


def __getattr__(name: str) -> Any:
    """`defs`, for Dagster's own tools; drawn when first asked for, because it parses the dbt project."""
    if name != "defs":
        raise AttributeError(name)
    globals()["defs"] = defs = build_definitions(Settings.resolve())
    return defs
