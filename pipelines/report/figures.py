"""Draws figures as SVG from the very tables that stand behind them.

Colours survive grey printing and pass contrast 4.5; a word or mark always stands beside the colour.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.report.document import Block, Figure, Report, Section

FONT = "Noto Sans CJK JP"
STAGE_COLOURS = {"共創": "#16324F", "協働": "#8FB3D1", "協働未達": "#D9D9D9", "評価なし": "#FFFFFF"}
INK, RULE, BLUE, STRONG, RED = "#1B1B1B", "#9A9A9A", "#8FB3D1", "#16324F", "#B3401F"


def draw(report: Report) -> Report:
    """The same report with every figure drawn that has a drawing; the others are their tables."""
    drawn: dict[str, str] = {}
    sections = tuple(
        replace(section, blocks=tuple(_drawn(block, drawn) for block in section.blocks))
        for section in report.sections
    )
    return replace(report, sections=sections)


def _drawn(block: Block, drawn: dict[str, str]) -> Block:
    painter = _PAINTERS.get(block.key) if isinstance(block, Figure) else None
    if not isinstance(block, Figure) or painter is None or not block.table.rows:
        return block
    if block.key not in drawn:
        drawn[block.key] = _to_svg(painter(block))
    return replace(block, svg=drawn[block.key])


def warm_up() -> None:
    """Load the drawing library and its fonts by drawing something."""
    import altair as alt

    _to_svg(alt.Chart(alt.Data(values=[{"x": 1}])).mark_point().encode(x="x:Q"))


def figures_of(section: Section) -> list[Figure]:
    """The figures of a section that have a drawing."""
    return [b for b in section.blocks if isinstance(b, Figure) and b.svg]


def _to_svg(chart: Any) -> str:
    import vl_convert

    _register_fonts()
    return str(vl_convert.vegalite_to_svg(chart.to_json(), vl_version="6.4"))


@cache
def _register_fonts() -> None:
    import noto_cjk_sans_jp_bold as bold
    import noto_cjk_sans_jp_regular as regular
    import vl_convert

    for package in (regular, bold):
        vl_convert.register_font_directory(str(Path(package.__file__).parent))


def _configured(chart: Any) -> Any:
    return (
        chart.configure(font=FONT, background="transparent", padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            grid=False,
            domainColor=RULE,
            tickColor=RULE,
            labelColor=INK,
            titleColor=INK,
            labelFontSize=10,
            titleFontSize=10,
            titleFontWeight="normal",
        )
        .configure_legend(labelFontSize=10, title=None, orient="top", symbolType="square", labelColor=INK)
    )


def _records(figure: Figure) -> list[dict[str, Any]]:
    names = [column.label for column in figure.table.columns]
    return [
        {
            name: (float(cell.number) if cell.number is not None else cell.text)
            for name, cell in zip(names, row, strict=True)
        }
        for row in figure.table.rows
    ]


def _tile_map(figure: Figure) -> Any:
    import altair as alt

    rows = []
    for record in _records(figure):
        stage = str(record["段階"])
        rows.append(
            record
            | {
                "x": record["列"],
                "y": record["行"],
                "ink": "#FFFFFF" if stage == "共創" else INK,
                "size": 8.2 if len(str(record["団体"])) > 4 else 9.5,
            }
        )
    step_x, step_y = 53, 28
    data = alt.Data(values=rows)
    columns = max(r["x"] for r in rows)
    lines = max(r["y"] for r in rows)
    base = alt.Chart(data).encode(
        x=alt.X("x:O", axis=None, scale=alt.Scale(paddingInner=0.07)),
        y=alt.Y("y:O", axis=None, scale=alt.Scale(paddingInner=0.12)),
    )
    fill = alt.Color(
        "段階:N", scale=alt.Scale(domain=list(STAGE_COLOURS), range=list(STAGE_COLOURS.values())), legend=None
    )
    tiles = base.mark_rect(cornerRadius=2.5).encode(color=fill)
    unrated = base.transform_filter("datum['段階'] == '評価なし'").mark_rect(
        filled=False, stroke=RULE, cornerRadius=2.5
    )
    dashed = base.transform_filter("datum['要確認'] == '要確認'").mark_rect(
        filled=False, stroke=RED, strokeDash=[4, 2], strokeWidth=1.8, cornerRadius=2.5
    )
    names = base.mark_text(font=FONT).encode(
        text="団体:N",
        color=alt.Color("ink:N", scale=None, legend=None),
        size=alt.Size("size:Q", scale=None, legend=None),
    )
    dots = base.mark_text(font=FONT, fontSize=6.5, dx=18.5, dy=-7).encode(
        text="派遣:N", color=alt.Color("ink:N", scale=None, legend=None)
    )
    legend = _tile_legend(rows)
    legend_rows = alt.Chart(alt.Data(values=legend)).encode(y=alt.Y("line:O", axis=None))
    swatches = [
        legend_rows.transform_filter(f"datum.side == {side} && datum.dashed == {dashed}")
        .mark_rect(
            x=160 * side,
            x2=160 * side + 16,
            height=10,
            strokeWidth=1.2,
            strokeDash=[3, 1.5] if dashed == "true" else [1, 0],
        )
        .encode(
            fill=alt.Fill("colour:N", scale=None, legend=None),
            stroke=alt.Stroke("stroke:N", scale=None, legend=None),
        )
        for side in (0, 1)
        for dashed in ("true", "false")
    ]
    words = [
        legend_rows.transform_filter(f"datum.side == {side}")
        .mark_text(align="left", x=160 * side + 22, fontSize=9.5, color=INK)
        .encode(text="text:N")
        for side in (0, 1)
    ]
    map_layer = (tiles + unrated + dashed + names + dots).properties(
        width=columns * step_x, height=lines * step_y
    )
    key = alt.layer(*swatches, *words).properties(width=columns * step_x, height=16 * 3)
    return _configured(
        alt.vconcat(map_layer, key, spacing=4).resolve_scale(
            color="independent", stroke="independent", y="independent", size="independent"
        )
    )


def _tile_legend(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for stage, colour in STAGE_COLOURS.items():
        count = sum(r["段階"] == stage for r in rows)
        if count or stage != "評価なし":
            entries.append(
                {
                    "text": f"{stage} {count}団体",
                    "colour": colour,
                    "stroke": RULE if stage == "評価なし" else "transparent",
                    "dashed": False,
                }
            )
    confirm = sum(r["要確認"] == "要確認" for r in rows)
    entries.append({"text": f"要確認 {confirm}団体", "colour": "#FFFFFF", "stroke": RED, "dashed": True})
    entries.append(
        {
            "text": f"● 派遣を受けた団体 {sum(bool(r['派遣']) for r in rows)}",
            "colour": "transparent",
            "stroke": "transparent",
            "dashed": False,
        }
    )
    return [entry | {"line": number % 3, "side": number // 3} for number, entry in enumerate(entries)]


def _utilisation(figure: Figure) -> Any:
    import altair as alt

    rows = [
        r | {"label": f"{r['実施率(%)']:.1f}%  ({r['実績(人回)']:.0f}/{r['計画(人回、基準日まで)']:.0f})"}
        for r in _records(figure)
        if isinstance(r["実施率(%)"], float)
    ]
    top = max([100.0, *(r["実施率(%)"] for r in rows)])
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("団体:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    bars = base.mark_bar(color=BLUE, height=13).encode(
        x=alt.X(
            "実施率(%):Q", title="派遣実施率(%)", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=5)
        )
    )
    words = base.mark_text(align="left", dx=4, fontSize=9.5, color=INK).encode(x=alt.datum(0), text="label:N")
    layers = bars + words
    targets = [r["目標(%)"] for r in rows if isinstance(r["目標(%)"], float)]
    if targets:
        line = alt.Chart(alt.Data(values=[{"x": targets[0], "label": f"目標 {targets[0]:.0f}%"}]))
        layers = layers + line.mark_rule(color=RED, strokeDash=[5, 3], strokeWidth=1.4).encode(x="x:Q")
        layers = layers + line.mark_text(color=RED, align="right", dx=-3, y=-6, fontSize=9.5).encode(
            x="x:Q", text="label:N"
        )
    return _configured(layers.properties(width=250, height=20 * len(rows)))


def _monthly(figure: Figure) -> Any:
    import altair as alt

    rows = []
    for r in _records(figure):
        delivered = r["実績(人回)"] if isinstance(r["実績(人回)"], float) else None
        hidden = r["現地訪問のない団体"] if isinstance(r["現地訪問のない団体"], float) else 0
        rows.append(
            {
                "月": r["月"],
                "計画": r["計画(人回)"],
                "実績": delivered,
                "label": f"{'▼' if hidden else ''}{delivered:.0f}"
                if delivered is not None
                else "報告前"
                if r["実績(人回)"] == "報告前"
                else "",
            }
        )
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("月:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, ticks=False))
    )
    bars = base.mark_bar(color=BLUE, width=22).encode(
        y=alt.Y("実績:Q", title="人回", axis=alt.Axis(tickCount=4))
    )
    plan = base.mark_tick(color=STRONG, thickness=2.2, width=30).encode(y="計画:Q")
    words = (
        base.transform_calculate(top="isValid(datum['実績']) ? datum['実績'] : 0")
        .mark_text(dy=-5, fontSize=9.5, color=INK)
        .encode(y="top:Q", text="label:N")
    )
    plan_words = base.mark_text(dy=-6, fontSize=8.5, color=STRONG).encode(
        y="計画:Q", text=alt.Text("計画:Q", format=".0f")
    )
    return _configured((bars + plan + words + plan_words).properties(width=310, height=118))


def _movement(figure: Figure) -> Any:
    import altair as alt

    rows = []
    for r in _records(figure):
        start = 0.0
        for order, stage in enumerate(("協働未達", "協働", "共創")):
            count = r[stage]
            rows.append(
                {
                    "年度": r["年度"],
                    "段階": stage,
                    "団体数": count,
                    "order": order,
                    "middle": start + count / 2,
                    "ink": "#FFFFFF" if stage == "共創" else INK,
                    "label": f"{count:.0f}" if count else "",
                }
            )
            start += count
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("年度:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    scale = alt.Scale(
        domain=["協働未達", "協働", "共創"], range=[STAGE_COLOURS[s] for s in ("協働未達", "協働", "共創")]
    )
    bars = base.mark_bar(height=19).encode(
        x=alt.X("sum(団体数):Q", title="団体数", axis=alt.Axis(tickCount=6)),
        color=alt.Color("段階:N", scale=scale),
        order="order:Q",
    )
    words = base.mark_text(fontSize=10).encode(
        x=alt.X("middle:Q"), text="label:N", color=alt.Color("ink:N", scale=None, legend=None)
    )
    return _configured(
        (bars + words)
        .resolve_scale(color="independent")
        .properties(width=290, height=28 * len(figure.table.rows))
    )


_PAINTERS = {"tile_map": _tile_map, "utilisation": _utilisation, "monthly": _monthly, "movement": _movement}
