"""The map of the municipalities: one square each, placed roughly as on the map."""

from __future__ import annotations

from pipelines.report.document import Figure
from pipelines.report.figures.svg import (
    BLUE,
    GREY,
    HALF_WIDTH,
    INK,
    RULE,
    STRONG,
    Drawing,
    Row,
    number,
    rows_of,
)

STAGE_COLOURS = {"共創": STRONG, "協働": BLUE, "協働未達": GREY, "評価なし": "#FFFFFF"}
_TILE_HEIGHT, _ROW_STEP, _GAP = 22.0, 25.0, 1.5
_DASH = "3 2"
_KEY_STEP, _KEY_SWATCH = 15.0, 16.0
# The sea beside the map, where the key stands: columns and rows without a municipality.
_SEA_COLUMNS, _SEA_ROWS = range(3, 6), range(2, 6)


def draw_tile_map(figure: Figure) -> Drawing:
    """Stage by colour and in the key, 要確認 by a dashed outline, dispatch by a dot.

    A municipality whose place on the map nobody has said has no tile, but is counted in the key.
    """
    every = rows_of(figure)
    rows = [r for r in every if number(r, "列") is not None and number(r, "行") is not None]
    columns = 1 + max((int(number(r, "列") or 0) for r in rows), default=-1)
    lines = 1 + max((int(number(r, "行") or 0) for r in rows), default=-1)
    step = HALF_WIDTH / max(columns, 6)
    is_at_sea = all(r["列"] not in _SEA_COLUMNS or r["行"] not in _SEA_ROWS for r in rows) and columns >= 6
    key = _key(every)
    height = lines * _ROW_STEP + (0 if is_at_sea else len(key) * _KEY_STEP)
    missing = len(every) - len(rows) if rows else 0
    drawing = Drawing(HALF_WIDTH, height + (_KEY_STEP if missing else 0))
    if missing:
        drawing.text(0, height + 10, f"地図に位置のない {missing:,}団体(表にある)")
    for row in rows:
        _tile(drawing, row, step)
    place = (
        (_SEA_COLUMNS[0] * step + 6, _SEA_ROWS[0] * _ROW_STEP + 5) if is_at_sea else (0.0, lines * _ROW_STEP)
    )
    for position, (words, fill, stroke, dash) in enumerate(key):
        x, y = place[0], place[1] + position * _KEY_STEP
        if fill == "dot":
            drawing.dot(x + _KEY_SWATCH / 2, y + 4.5, 2.4, INK)
        else:
            drawing.rect(x, y, _KEY_SWATCH, 9, fill, stroke=stroke, dash=dash, radius=1.5)
        drawing.text(x + _KEY_SWATCH + 5, y + 7.8, words)
    return drawing


def _tile(drawing: Drawing, row: Row, step: float) -> None:
    stage, name = str(row["段階"]), str(row["団体"])
    x, y = float(row["列"]) * step, float(row["行"]) * _ROW_STEP
    ink = "#FFFFFF" if stage == "共創" else INK
    outline, dash = (RULE, "") if stage == "評価なし" else ("none", "")
    if row["要確認"]:
        outline, dash = INK, _DASH
    width = step - 2 * _GAP
    drawing.rect(
        x + _GAP, y + _GAP, width, _TILE_HEIGHT, STAGE_COLOURS[stage], stroke=outline, dash=dash, radius=2.5
    )
    size = min(8.0, (width - 3) / len(name))
    # The name gives way downwards, so that the dot stands clear of it.
    base_line = y + _GAP + _TILE_HEIGHT / 2 + size * 0.36 + (2.5 if row["派遣"] else 0)
    drawing.text(x + step / 2, base_line, name, size=size, fill=ink, anchor="middle")
    if row["派遣"]:
        drawing.dot(x + _GAP + width - 5, y + _GAP + 5, 2.2, ink)


def _key(rows: list[Row]) -> list[tuple[str, str, str, str]]:
    entries = []
    for stage, colour in STAGE_COLOURS.items():
        count = sum(r["段階"] == stage for r in rows)
        if count or stage != "評価なし":
            entries.append((f"{stage} {count:,}団体", colour, RULE if stage == "評価なし" else "none", ""))
    confirm, sent = sum(bool(r["要確認"]) for r in rows), sum(bool(r["派遣"]) for r in rows)
    entries.append((f"うち要確認 {confirm:,}団体", "#FFFFFF", INK, _DASH))
    entries.append((f"派遣を受けた {sent:,}団体", "dot", "none", ""))
    return entries
