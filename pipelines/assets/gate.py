"""The gate's verdict as an asset, every expectation as a check on it."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.places import GATE_GROUP, OWNERS, VERDICT
from pipelines.night import Night
from pipelines.quality.expectations import ALL_EXPECTATIONS
from pipelines.quality.verdict import Result
from pipelines.settings import Settings

_CHECKS = [
    dg.AssetCheckSpec(
        e.id.replace("-", "_"),
        asset=VERDICT,
        description=f"{e.title_ja}。なぜ: {e.why_ja}すること: {e.what_to_do_ja}",
    )
    for e in ALL_EXPECTATIONS
]


def gate(tables: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The verdict over the marts among these tables."""
    spec = dg.AssetSpec(
        VERDICT,
        deps=sorted(key for key in tables.keys if key.path[0] == "marts"),
        group_name=GATE_GROUP,
        kinds={"greatexpectations"},
        owners=OWNERS,
        description="公開してよいかの判定。検査した行の指紋を持ち、その行からしか報告書を作れない。",
    )

    @dg.multi_asset(specs=[spec], check_specs=_CHECKS, name="judge")
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
    if result.offenders:
        metadata["該当"] = "、".join(f"{o.label}({o.observed})" for o in result.offenders[:20])
    return dg.AssetCheckResult(
        asset_key=VERDICT,
        check_name=result.id.replace("-", "_"),
        passed=result.state != "failed",
        severity=severity,
        metadata=metadata,
    )
