"""dbt's own test results in the words of the gate."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.model.dbt import DbtResult
from pipelines.quality.verdict import Result, Severity, State

_PASSED = {"pass", "success", "no-op"}
_WHY = "表の決まり(キー、値の範囲、参照)を守るため。"
_WHAT_TO_DO = "システム担当者に、検査名とこの画面を伝えてください。前回の公開版はそのまま使えます。"


def from_dbt(results: Iterable[DbtResult]) -> list[Result]:
    """Turn the results of a dbt run into results of the gate.

    Tests are taken always, models only when they failed:
    a model that was not built was not judged. A test's meta may carry title_ja, why_ja and
    what_to_do_ja.
    """
    converted = []
    for item in results:
        is_test = item.node.resource_type.endswith("test")
        if is_test or item.status not in _PASSED:
            converted.append(_result(item, is_test))
    return sorted(converted, key=lambda result: result.id)


def _result(item: DbtResult, is_test: bool) -> Result:
    node, meta = item.node, item.node.meta
    state: State = "passed" if item.status in _PASSED else "failed"
    severity: Severity = "warning" if item.status == "warn" else "error"
    title = f"表の検査 {node.name}" if is_test else f"表 {node.name} を作れませんでした"
    return Result(
        id=node.name,
        origin="dbt",
        table=node.attached_node.rsplit(".", 1)[-1] or node.name,
        title=str(meta.get("title_ja") or title),
        why=str(meta.get("why_ja") or node.description or _WHY),
        what_to_do=str(meta.get("what_to_do_ja") or _WHAT_TO_DO),
        severity=severity,
        state=state,
        observed=_observed(item, state),
    )


def _observed(item: DbtResult, state: State) -> str:
    if item.failures:
        return f"{item.failures}行が該当"
    if state == "passed":
        return ""
    # dbt's first line says where, the second why.
    lines = [line.strip() for line in (item.message or item.status).splitlines() if line.strip()]
    return " ".join(lines[:2])
