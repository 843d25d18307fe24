"""The decision's rules as the night ran them: compiled SQL that travels with the release.

`kyoso whatif` runs these very statements on changed policy values, so that there is one home for the rule.
Kept are the models that lie between what may be changed and the marts of the decision, in the order in
which they were built. They name no file and no folder: control tables are `control.NAME`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.errors import KyosoError

RULES_FILE = "decision_rules.json"
TARGETS = ("mart_decision", "mart_r9_cost")
CHANGEABLE = (
    "int_decision__criteria",
    "int_decision__options",
    "int_decision__scenarios",
    "stg_policy__parameters",
)
_CONTROL = re.compile(r"'[^']*/control/(\w+)\.parquet'")


def write_rules(nodes: Iterable[Any], candidate: Path) -> Path:
    """Write the rules of a finished build into the candidate.

    Args:
        nodes: dbt's nodes of seeds and models, compiled.
        candidate: folder of the candidate.
    """
    by_id = {node.unique_id: node for node in nodes}
    wanted = _ancestors(by_id, TARGETS) & _descendants(by_id, CHANGEABLE)
    models = [by_id[unique_id] for unique_id in _in_order(by_id, wanted)]
    parents = {p for node in models for p in node.depends_on.nodes if p in by_id and p not in wanted}
    body = {
        "models": [{"schema": n.schema, "name": n.name, "sql": _portable(n)} for n in models],
        "inputs": sorted([by_id[p].schema, by_id[p].name] for p in parents),
    }
    path = candidate / RULES_FILE
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_rules(release: Path) -> dict[str, Any]:
    """The rules of a release.

    Raises:
        KyosoError: it was published by a program that kept none (exit code 2).
    """
    path = release / RULES_FILE
    if not path.exists():
        raise KyosoError(
            "この公開版には、試しに計算するための規則がありません。",
            where=str(release),
            todo="kyoso nightly を実行して公開し直してください。",
            exit_code=2,
        )
    rules: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return rules


def _portable(node: Any) -> str:
    sql = _CONTROL.sub(r"control.\1", node.compiled_code)
    if "read_parquet(" in sql or ".parquet" in sql:
        raise ValueError(f"{node.name} reads received files; a release has none")
    return sql


def _parents(by_id: dict[str, Any], unique_id: str) -> list[str]:
    node = by_id[unique_id]
    # A seed depends on nothing, and has no list of parents.
    depends_on = getattr(node, "depends_on", None)
    return [p for p in getattr(depends_on, "nodes", []) if p in by_id]


def _named(by_id: dict[str, Any], names: Iterable[str]) -> set[str]:
    return {unique_id for unique_id, node in by_id.items() if node.name in names}


def _ancestors(by_id: dict[str, Any], names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    todo = list(_named(by_id, names))
    while todo:
        unique_id = todo.pop()
        if unique_id not in found:
            found.add(unique_id)
            todo += _parents(by_id, unique_id)
    return found


def _descendants(by_id: dict[str, Any], names: Iterable[str]) -> set[str]:
    """What is built from the named models, without themselves."""
    start = _named(by_id, names)
    found: set[str] = set()
    is_growing = True
    while is_growing:
        reached = {u for u in by_id if u not in start and (found | start) & set(_parents(by_id, u))}
        is_growing = not reached <= found
        found |= reached
    return found


def _in_order(by_id: dict[str, Any], wanted: set[str]) -> list[str]:
    """Parents before children, names deciding among equals."""
    ordered: list[str] = []

    def visit(unique_id: str) -> None:
        if unique_id in wanted and unique_id not in ordered:
            for parent in sorted(_parents(by_id, unique_id)):
                visit(parent)
            ordered.append(unique_id)

    for unique_id in sorted(wanted):
        visit(unique_id)
    return ordered
