"""Sheets of typed cells in, an XLSX out: frozen headings, filters, charts of Excel's own; no cell is ever a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

Cell = str | int | float | datetime | None

#: Excel refuses these in the name of a sheet, and more than 31 characters.
_REFUSED = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
LONGEST_NAME = 31
#: Excel cuts off longer texts.
LONGEST_TEXT = 32_767
WIDEST = 60
#: Rows that a column's width is measured by.
MEASURED_ROWS = 200
#: Px of a chart for each bar, so that every name of many stands beside its own.
BAR_HEIGHT = 24


@dataclass(frozen=True, kw_only=True)
class Series:
    """Columns of a sheet by number, and the rows that are drawn, counted from 0 below the heading."""

    name: str
    x: int
    y: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class SheetChart:
    kind: str  #: "bar" or "scatter"
    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    alt: str
    x_format: str = "General"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    name: str
    heads: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]  #: None is an empty cell: nothing that a sum would take for 0
    chart: SheetChart | None = None


@dataclass(frozen=True, kw_only=True)
class About:
    """What a workbook says about itself."""

    title: str
    author: str
    made_at: datetime


def workbook(sheets: Sequence[Sheet], about: About, *, accent: str) -> bytes:
    import xlsxwriter

    data = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(data, {**options, "remove_timezone": True})
    book.set_properties({"title": about.title, "author": about.author, "created": about.made_at.replace(tzinfo=None)})
    styles = _styles(book, accent)
    for sheet in sheets:
        _put(book, sheet, styles, accent)
    book.close()
    return data.getvalue()


def _styles(book: Any, accent: str) -> dict[str, Any]:
    head = {"bold": True, "bg_color": accent, "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
    return {
        "head": book.add_format(head),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "share": book.add_format({"num_format": "#,##0.0"}),
        "text": None,
    }


def _put(book: Any, sheet: Sheet, styles: dict[str, Any], accent: str) -> None:
    page = book.add_worksheet(sheet.name.translate(_REFUSED)[:LONGEST_NAME])
    page.write_row(0, 0, sheet.heads, styles["head"])
    widths = [min(len(head), 16) for head in sheet.heads]
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _write(page, last, column, value, styles)
            if last <= MEASURED_ROWS:
                widths[column] = max(widths[column], _width(value))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width + 2, WIDEST))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(last, 1), len(sheet.heads) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if sheet.chart and last:
        _draw(book, page, sheet.chart, len(sheet.heads) + 1, accent)


def _write(page: Any, row: int, column: int, value: Cell, styles: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(row, column, value[:LONGEST_TEXT])
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, styles["moment"])
    else:
        page.write_number(row, column, value, styles["count" if isinstance(value, int) else "share"])


def _width(value: Cell) -> int:
    return 19 if isinstance(value, datetime) else len(str(value)) if value is not None else 0


#: Told apart in grey too: by marker and dash.
_DASHES = ("solid", "dash", "round_dot", "dash_dot", "long_dash", "square_dot")
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "star")


def _draw(book: Any, page: Any, chart: SheetChart, column: int, accent: str) -> None:
    kind = {"type": "bar"} if chart.kind == "bar" else {"type": "scatter", "subtype": "straight_with_markers"}
    drawn = book.add_chart(kind)
    for number, each in enumerate(chart.series):
        look = _bar_look(number, accent) if chart.kind == "bar" else _line_look(number)
        drawn.add_series({
            "name": each.name,
            "categories": [page.name, each.first + 1, each.x, each.last + 1, each.x],
            "values": [page.name, each.first + 1, each.y, each.last + 1, each.y],
            **look,
        })  # fmt: skip
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
    # Excel draws bars from below; the first row belongs on top.
    if chart.kind == "bar":
        drawn.set_y_axis({"name": chart.x_title, "reverse": True})
        drawn.set_x_axis({"name": chart.y_title, "min": 0})
        drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
    else:
        drawn.set_y_axis({"name": chart.y_title, "min": 0})
        drawn.set_x_axis({"name": chart.x_title, "num_format": chart.x_format, "major_gridlines": {"visible": False}})
    bars = chart.series[0].last - chart.series[0].first + 1 if chart.kind == "bar" and chart.series else 0
    drawn.set_size({"width": 760, "height": max(400, 160 + bars * BAR_HEIGHT)})
    page.insert_chart(1, column, drawn, {"description": chart.alt})


def _bar_look(number: int, accent: str) -> dict[str, Any]:
    """What is measured in the accent; what it is held against, such as a target, pale with an edge."""
    if number == 0:
        return {"fill": {"color": accent}, "gap": 60}
    return {"fill": {"color": "#e8edf0"}, "border": {"color": "#56636b", "width": 0.75}}


def _line_look(number: int) -> dict[str, Any]:
    from prokes_social.reporting.chart import COLOURS

    kind = number % len(COLOURS)
    line = {"color": COLOURS[kind], "width": 1.5, "dash_type": _DASHES[kind]}
    fill = {"color": COLOURS[kind]}
    return {"line": line, "marker": {"type": _MARKERS[kind], "size": 5, "fill": fill, "border": fill}}
