"""Which model reads which: the references in the models' SQL, as dbt resolves them too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_REF = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*\)""")
# `ref('int_kpi_rows__' ~ group)` in a loop: every model of that beginning.
_REF_EACH = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*~""")
_SOURCE = re.compile(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*\)""")
_LANDED = re.compile(r"""\blanded\(\s*['"](\w+)['"]\s*\)""")
_KPI = re.compile(r"""\bkpi_row\(\s*['"](K\d+)['"]""")


@dataclass(frozen=True)
class Lineage:
    """What every model reads directly: other models, seeds, landed datasets, control tables (`control.files`).

    Attributes:
        parents: by model, in alphabetical order.
        kpi_models: the model in which each KPI's rows are written.
    """

    parents: Mapping[str, tuple[str, ...]]
    kpi_models: Mapping[str, str]

    def above(self, name: str) -> set[str]:
        """Everything that a table is made from, near and far."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for parent in self.parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def datasets_of(self, name: str) -> tuple[str, ...]:
        """The landed datasets that a table is made from."""
        return tuple(sorted(n.removeprefix("landed.") for n in self.above(name) if n.startswith("landed.")))

    def model_of_kpi(self, kpi_id: str, group: str) -> str:
        """The model that writes a KPI's rows; the one of its group where the number is put together."""
        return self.kpi_models.get(kpi_id, f"int_kpi_rows__{group}")


def read_lineage(project: Path) -> Lineage:
    """Read the references of every model."""
    parents: dict[str, tuple[str, ...]] = {}
    kpi_models: dict[str, str] = {}
    paths = sorted([*(project / "models").rglob("*.sql"), *(project / "models").rglob("*.py")])
    for path in paths:
        text = path.read_text(encoding="utf-8")
        refs = set(_REF.findall(text))
        for beginning in _REF_EACH.findall(text):
            refs |= {other.stem for other in paths if other.stem.startswith(beginning)}
        sources = {f"{source}.{table}" for source, table in _SOURCE.findall(text)}
        landed = {f"landed.{table}" for table in _LANDED.findall(text)}
        parents[path.stem] = tuple(sorted(refs | sources | landed))
        kpi_models |= dict.fromkeys(_KPI.findall(text), path.stem)
    return Lineage(parents, kpi_models)
