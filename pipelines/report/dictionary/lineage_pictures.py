"""From the forms to a table: one picture per table, and one of the whole house by families."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipelines.ingest.contracts import all_datasets, load_contracts
from pipelines.report.dictionary.picture import Node, draw
from pipelines.report.sections.outcomes import GROUP_LABELS

if TYPE_CHECKING:
    from pipelines.report.dictionary.catalogue import Catalogue

# With more boxes than this a picture shows forms by source, and leaves out what lies far from its table.
_MANY, _NEAR = 16, 2
_CONTROL = "control"
FAMILIES = {
    **{group: label.split("(")[0] for group, label in GROUP_LABELS.items()},
    "kpi": "KPIと根拠",
    "effect": "効果の推定",
    "decision": "次年度の判断",
    "upkeep": "提出と取込み",
    "dimensions": "共通の区分",
}
_UPKEEP = ("mart_submission", "mart_data_quality")


def picture_of(catalogue: Catalogue, name: str) -> str:
    """How one table comes about: forms, calculations, tables on the way, the table."""
    parents = {n: set(ps) for n, ps in catalogue.lineage.parents.items()}
    above = catalogue.lineage.above(name)
    calculations = {n for n in above if n.startswith("int_")}
    shown = above
    if len(calculations) > _MANY:
        near = _within(parents, name, _NEAR)
        shown = {n for n in above if not n.startswith("int_") or n in near}
    by_source = sum(n.startswith("landed.") for n in above) > _MANY
    stand = _stand_ins(shown, by_source=by_source)
    edges = _contracted(parents, {*shown, name}, stand)
    if by_source:
        # Nearly everything reads them: they would only cover what the picture is about.
        edges = {(a, b) for a, b in edges if a != _CONTROL and (a in parents or a.startswith("source."))}
    layers = _layers(edges)
    last = max(layers.values(), default=0)
    nodes = (
        [
            _node(catalogue, key, last if key == name else layers[key], name)
            for key in sorted({key for edge in edges for key in edge} | {name})
        ]
        if edges
        else [_node(catalogue, name, 0, name)]
    )
    return draw(nodes, edges, f"{catalogue.table(name).label}の系譜")


def overview(catalogue: Catalogue) -> str:
    """Sources, families of calculations, families of tables."""
    lineage = catalogue.lineage
    families = {t.name: family_of(catalogue, t.name) for t in catalogue.tables}

    def stand(name: str) -> str:
        if name.startswith("landed."):
            return f"source.{name.removeprefix('landed.').split('__')[0]}"
        if name.startswith("stg_"):
            return f"source.{name.removeprefix('stg_').split('__')[0]}"
        if name.startswith("control."):
            return _CONTROL
        if name.startswith("int_"):
            return (
                "_".join(name.split("__", maxsplit=1)[0].split("_")[:2])
                if "kpi_rows" not in name
                else "int_kpi_rows"
            )
        return f"family.{families[name]}" if name in families else ""

    edges = {
        (stand(parent), stand(name))
        for name, parents in lineage.parents.items()
        for parent in parents
        if stand(parent) and stand(name) and stand(parent) not in (stand(name), _CONTROL)
    }
    edges = {(a, b) for a, b in edges if not (a.startswith("family.") and b.startswith("family."))}
    layers = _layers(edges)
    nodes = []
    for key in sorted(layers):
        if key.startswith("source."):
            contract = load_contracts()[key.removeprefix("source.")]
            lines: tuple[str, ...] = (contract.label, f"{len(contract.datasets)}様式")
            nodes.append(Node(key, lines, 0, "source", f"#s-{contract.source}"))
        elif key.startswith("family."):
            family = key.removeprefix("family.")
            names = [t.name for t in catalogue.tables if families[t.name] == family]
            lines = (FAMILIES[family], f"{len(names)}表")
            nodes.append(Node(key, lines, layers[key], "table", f"#t-{names[0]}"))
        else:
            count = sum(stand(name) == key for name in lineage.parents)
            nodes.append(Node(key, (key, f"{count}つの計算"), layers[key], "model"))
    return draw(nodes, edges, "資料から表までの全体図")


def family_of(catalogue: Catalogue, name: str) -> str:
    """The family a table is shown with."""
    table = catalogue.table(name)
    if table.kpi_groups and "combination" not in table.kpi_groups[:1]:
        return table.kpi_groups[0]
    word = name.split("_")[1]
    if name in _UPKEEP:
        return "upkeep"
    if word in ("kpi", "effect"):
        return word
    if word in ("decision", "r9"):
        return "decision"
    return "kpi" if name == "kpi_definitions" else "dimensions"


def _within(parents: Mapping[str, set[str]], name: str, distance: int) -> set[str]:
    found, edge = {name}, {name}
    for _ in range(distance):
        edge = {parent for n in edge for parent in parents.get(n, ())}
        found |= edge
    return found


def _stand_ins(shown: set[str], *, by_source: bool) -> Callable[[str], str]:
    """The box that stands for a name: a form for its staging model, one box for all control tables; or ''."""

    def stand(name: str) -> str:
        if name.startswith(("landed.", "stg_")):
            dataset = name.removeprefix("landed.").removeprefix("stg_")
            return f"source.{dataset.split('__')[0]}" if by_source else f"landed.{dataset}"
        if name.startswith("control."):
            return _CONTROL
        return name if name in shown else ""

    return stand


def _contracted(
    parents: Mapping[str, set[str]], shown: set[str], stand: Callable[[str], str]
) -> set[tuple[str, str]]:
    """Lines between the boxes; what is left out hands on what it reads."""
    edges: set[tuple[str, str]] = set()
    for name in shown:
        if name.startswith(("stg_", "landed.", "control.")):
            continue
        waiting, seen = list(parents.get(name, ())), set()
        while waiting:
            parent = waiting.pop()
            if parent in seen:
                continue
            seen.add(parent)
            if box := (stand(parent) or (parent if parent in shown else "")):
                edges.add((box, name))
            else:
                waiting.extend(parents.get(parent, ()))
    return edges


def _layers(edges: set[tuple[str, str]]) -> dict[str, int]:
    """The longest way that leads to a box."""
    layers = {key: 0 for edge in edges for key in edge}
    for _ in layers:
        moved = False
        for a, b in edges:
            if layers[b] <= layers[a]:
                layers[b], moved = layers[a] + 1, True
        if not moved:
            break
    return layers


def _node(catalogue: Catalogue, key: str, layer: int, here: str) -> Node:
    if key == _CONTROL:
        return Node(key, ("管理表", "基準日・暦・受領の記録"), 0, "source")
    if key.startswith("source."):
        contract = load_contracts()[key.removeprefix("source.")]
        return Node(key, (contract.label, contract.source), 0, "source", f"#s-{contract.source}")
    if key.startswith("landed."):
        dataset = all_datasets()[key.removeprefix("landed.")]
        return Node(key, (dataset.label, f"stg_{dataset.name}"), 0, "source", f"#d-{dataset.name}")
    released = {t.name for t in catalogue.tables}
    if key in released:
        table = catalogue.table(key)
        return Node(key, (table.label, key), layer, "here" if key == here else "table", f"#t-{key}")
    return Node(key, (key,), layer, "model")
