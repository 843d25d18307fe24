"""dbt's own test results in the words of the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pipelines.quality.verdict import Result, Severity, State

_PASSED = {"pass", "success", "no-op"}
_WHY = "表の決まり(キー、値の範囲、参照)を守るため。"
_WHAT_TO_DO = "システム担当者に、検査名とこの画面を伝えてください。前回の公開版はそのまま使えます。"


class DbtNode(Protocol):
    """What we read of a dbt node; dbt's own classes are neither public nor stable."""

    name: str
    resource_type: object


class DbtResult(Protocol):
    """What we read of one result of a dbt run."""

    node: Any
    status: object
    failures: int | None
    message: str | None


def from_dbt(results: Iterable[DbtResult]) -> list[Result]:
    """Turn the results of a dbt run into results of the gate.

    Takes dbt's `RunExecutionResult.results`. Tests are taken always, models only when they failed:
    a model that was not built was not judged. A test's meta may carry title_ja, why_ja and
    what_to_do_ja.
    """
    converted = []
    for item in results:
        status = _text(item.status).lower()
        is_test = _text(item.node.resource_type).endswith("test")
        if is_test or status not in _PASSED:
            converted.append(_result(item, status, is_test))
    return sorted(converted, key=lambda result: result.id)


def _result(item: DbtResult, status: str, is_test: bool) -> Result:
    node: DbtNode = item.node
    meta = _meta(node)
    state: State = "passed" if status in _PASSED else "failed"
    severity: Severity = "warning" if status == "warn" else "error"
    title = f"表の検査 {node.name}" if is_test else f"表 {node.name} を作れませんでした"
    return Result(
        id=node.name,
        origin="dbt",
        table=_tested(node),
        title=str(meta.get("title_ja") or title),
        why=str(meta.get("why_ja") or getattr(node, "description", "") or _WHY),
        what_to_do=str(meta.get("what_to_do_ja") or _WHAT_TO_DO),
        severity=severity,
        state=state,
        observed=_observed(item, status, state),
    )


def _observed(item: DbtResult, status: str, state: State) -> str:
    if item.failures:
        return f"{item.failures}行が該当"
    if state == "passed":
        return ""
    # dbt's first line says where, the second why.
    lines = [line.strip() for line in (item.message or status).splitlines() if line.strip()]
    return " ".join(lines[:2])


def _meta(node: DbtNode) -> Mapping[str, object]:
    meta = getattr(node, "meta", None) or getattr(getattr(node, "config", None), "meta", None)
    return meta or {}


def _tested(node: DbtNode) -> str:
    attached = getattr(node, "attached_node", None) or ""
    return str(attached).rsplit(".", 1)[-1] if attached else node.name


def _text(value: object) -> str:
    return str(getattr(value, "value", value))
