"""dbt's own test results in the words of the gate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelines.quality.verdict import Result, Severity, State

_PASSED = {"pass", "success", "no-op"}
_WHAT_TO_DO = "システム担当者に、検査名とこの画面を伝えてください。前回の公開版はそのまま使えます。"


def from_dbt(results: Iterable[Any]) -> list[Result]:
    """Turn the results of a dbt run into results of the gate.

    Takes dbt's `RunExecutionResult.results` (objects with node, status, failures, message).
    Tests are taken always, models only when they failed: a model that was not built was not judged.
    A test's meta may carry title_ja, why_ja and what_to_do_ja.
    """
    converted = []
    for item in results:
        status = str(getattr(item.status, "value", item.status)).lower()
        is_test = _text(item.node, "resource_type").endswith(("test", "unit_test"))
        if is_test or status not in _PASSED:
            converted.append(_result(item, status, is_test))
    return sorted(converted, key=lambda result: result.id)


def _result(item: Any, status: str, is_test: bool) -> Result:
    node = item.node
    meta = dict(getattr(node, "meta", None) or getattr(node.config, "meta", None) or {})
    state: State = "passed" if status in _PASSED else "failed"
    severity: Severity = "warning" if status == "warn" else "error"
    failures = getattr(item, "failures", None)
    observed = f"該当{failures}行" if failures else ""
    if state == "failed" and not failures:
        observed = str(getattr(item, "message", "") or status).strip().splitlines()[0]
    default_title = f"表の検査 {node.name}" if is_test else f"表 {node.name} を作れませんでした"
    return Result(
        id=node.name,
        origin="dbt",
        table=_tested(node),
        title=str(meta.get("title_ja") or default_title),
        why=str(
            meta.get("why_ja")
            or getattr(node, "description", "")
            or "表の決まり(キー、値の範囲、参照)を守るため。"
        ),
        what_to_do=str(meta.get("what_to_do_ja") or _WHAT_TO_DO),
        severity=severity,
        state=state,
        observed=observed,
    )


def _tested(node: Any) -> str:
    attached = getattr(node, "attached_node", None) or ""
    return attached.rsplit(".", 1)[-1] if attached else node.name


def _text(node: Any, name: str) -> str:
    value = getattr(node, name)
    return str(getattr(value, "value", value))
