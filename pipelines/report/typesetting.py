"""Typst, set up so that the same content gives the same bytes anywhere: no clock, only the embedded fonts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.report.page import TEMPLATES

if TYPE_CHECKING:
    import typst

_HOUSE = "house.typ"


class Typesetter:
    """One template over the content and drawings in a folder; fonts are read once for however many documents."""

    def __init__(self, folder: Path, template: str) -> None:
        for name in {template, _HOUSE}:
            shutil.copy(TEMPLATES / name, folder / name)
        self._compiler = compiler(folder / template)

    def pdf(self, as_of: date, inputs: Mapping[str, str] | None = None) -> bytes:
        """The document as PDF/UA-1 and PDF/A-2a; `inputs` are what the template may ask of `sys.inputs`."""
        moment = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
        made = self._compiler.compile(
            format="pdf",
            sys_inputs=dict(inputs or {}),
            pdf_standards=["ua-1", "a-2a"],
            timestamp=int(moment.timestamp()),
        )
        assert isinstance(made, bytes)
        return made

    def page_count(self) -> int:
        """Pages of what was set last, by a template that says so under the label `pages`."""
        return int(json.loads(self._compiler.query("<pages>", field="value", one=True)))


def compiler(source: Path) -> typst.Compiler:
    """Typst over one file, which sees its own folder and nothing else."""
    import typst

    return typst.Compiler(str(source), root=str(source.parent), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """The embedded fonts and no others, read once in a process."""
    import noto_cjk_sans_jp_bold as bold
    import noto_cjk_sans_jp_regular as regular
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        font_paths=[str(Path(regular.__file__).parent), str(Path(bold.__file__).parent)],
    )
