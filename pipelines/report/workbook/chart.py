"""Native charts over the cells of a table, so that people can edit them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.report.document import Chart, Figure

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LINE_COLOUR = "16324F"


def add_chart(sheet: Worksheet, figure: Figure, spec: Chart, anchor: str, rows: tuple[int, int]) -> None:
    """Put a bar chart, with lines for `line_columns`, beside the table in `rows` (heading, last)."""
    from openpyxl.chart import BarChart, Reference

    heading, last = rows
    chart = BarChart()
    chart.type = "bar" if spec.is_horizontal else "col"
    if spec.kind == "stacked":
        chart.grouping, chart.overlap = "stacked", 100
    _add_series(sheet, chart, spec.value_columns, rows)
    for series, colour in zip(chart.series, spec.colours, strict=False):
        series.graphicalProperties.solidFill = colour
    chart.set_categories(
        Reference(sheet, min_col=spec.category_column + 1, min_row=heading + 1, max_row=last)
    )
    if spec.line_columns:
        chart += _lines(sheet, spec, rows)
    chart.title = figure.title
    chart.height, chart.width, chart.legend.position = 8.5, 17, "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    if spec.is_horizontal:
        chart.x_axis.scaling.orientation = "maxMin"
    sheet.add_chart(chart, anchor)


def _lines(sheet: Worksheet, spec: Chart, rows: tuple[int, int]) -> Any:
    from openpyxl.chart import LineChart

    lines = LineChart()
    _add_series(sheet, lines, spec.line_columns, rows)
    for series in lines.series:
        series.smooth = False
        series.graphicalProperties.line.solidFill = _LINE_COLOUR
        series.graphicalProperties.line.dashStyle = "dash"
    return lines


def _add_series(sheet: Worksheet, chart: Any, columns: tuple[int, ...], rows: tuple[int, int]) -> None:
    from openpyxl.chart import Reference

    for column in columns:
        data = Reference(sheet, min_col=column + 1, min_row=rows[0], max_row=rows[1])
        chart.add_data(data, titles_from_data=True)
