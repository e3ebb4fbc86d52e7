"""The units that are known in; an empty table of coverage for the office out, which `load_coverage` reads."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from prokes_social.i18n import _
from prokes_social.loading.coverage import COLUMNS
from prokes_social.model.account import Unit

#: Ours, in their order, with their widths in characters.
_SHOWN = {"unit": 44, "group": 12, "first": 12, "second": 12, "booster": 12, "date": 18, "source": 40}
_COUNTS = ("group", "first", "second", "booster")
#: Rows that are ready to be filled in, beside one for each unit.
_SPARE = 40


def coverage_template(units: Sequence[Unit]) -> bytes:
    """An XLSX with a row for each unit; whatever is typed stays what it is, and no cell is a formula."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Coverage")[:31])
    line = {"border": 1, "border_color": "#C9D6D5", "valign": "vcenter"}
    head = book.add_format({**line, "bold": True, "font_color": "#FFFFFF", "bg_color": "#0F5F5C"})
    cell, count = book.add_format(line), book.add_format({**line, "num_format": "#,##0", "bg_color": "#EAF3F2"})
    day = book.add_format({**line, "num_format": "d mmm yyyy", "align": "left"})
    sheet.write_string(0, 0, _("Vaccination coverage by unit"), book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, _("Counts of people, one row for each unit; never names, NIP or NIK. Leave out columns "
                               "that you don't have."))  # fmt: skip
    top, last = 2, 2 + len(units) + _SPARE
    for column, (meaning, width) in enumerate(_SHOWN.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, COLUMNS[meaning][0], head)
        look = count if meaning in _COUNTS else day if meaning == "date" else cell
        for row in range(top + 1, last + 1):
            sheet.write_blank(row, column, None, look)
    for row, unit in enumerate(sorted(units, key=lambda each: each.name.casefold()), start=top + 1):
        sheet.write_string(row, 0, unit.name, cell)
    counts = [column for column, meaning in enumerate(_SHOWN) if meaning in _COUNTS]
    sheet.data_validation(top + 1, counts[0], last, counts[-1], {
        "validate": "integer", "criteria": ">=", "value": 0, "error_title": _("No number of people"),
        "error_message": _("Write a whole number of people, 0 where nobody has it."),
    })  # fmt: skip
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    book.close()
    return file.getvalue()
