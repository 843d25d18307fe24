"""Draws figures as SVG from the very tables that stand behind them.

One module per figure, each a function from a `Figure` to a `Drawing`. A word or a mark always
stands beside a colour. Stays out: numbers of any other origin than the figure's own table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipelines.report.document import Block, Figure, Report
from pipelines.report.figures.effect import draw_effect
from pipelines.report.figures.logic_model import draw_logic_model
from pipelines.report.figures.monthly import draw_monthly
from pipelines.report.figures.movement import draw_movement
from pipelines.report.figures.svg import Drawing
from pipelines.report.figures.tile_map import draw_tile_map
from pipelines.report.figures.utilisation import draw_utilisation

PAINTERS: dict[str, Callable[[Figure], Drawing]] = {
    "tile_map": draw_tile_map,
    "utilisation": draw_utilisation,
    "monthly": draw_monthly,
    "movement": draw_movement,
    "effect": draw_effect,
    "logic_model": draw_logic_model,
}


def draw(report: Report) -> Report:
    """The same report with every figure drawn that has a drawing; the others are their tables."""
    return replace(
        report,
        sections=tuple(
            replace(section, blocks=tuple(_drawn(block) for block in section.blocks))
            for section in report.sections
        ),
    )


def _drawn(block: Block) -> Block:
    if not isinstance(block, Figure) or block.key not in PAINTERS or not block.table.rows:
        return block
    return replace(block, svg=PAINTERS[block.key](block).svg(block.title, block.alt))
