"""The units that are known in; an empty table for the office out, which `load_staff` reads."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from prokes_social.i18n import LANGUAGES, _
from prokes_social.loading.staff import COLUMNS, LONGEST_NAME
from prokes_social.loading.units import COLUMNS as UNIT_COLUMNS
from prokes_social.loading.units import UNIT_SHEET
from prokes_social.model.account import Unit

#: Rows that are ready to be filled in.
ROWS = 5000
_UNIT_ROWS = 2000
_WIDTHS = {
    "name": 44, "nip": 24, "unit": 36, "leader": 11, "contact": 26, "languages": 10, "photo": 22, "consent": 15,
    "photo_consent": 12,
}  # fmt: skip
_UNIT_WIDTHS = {"id": 22, "name": 46, "parent": 36, "zone": 9}
_TEAL, _PALE, _LINE = "#0F5F5C", "#EAF3F2", "#C9D6D5"
#: Cells that a column's colour and borders are shown on; the rest of a column is bare.
_SHADED = 60


def staff_template(units: Sequence[Unit]) -> bytes:
    """An XLSX with a sheet for people and one for units; whatever is typed stays text, and no cell is a formula."""
    file = BytesIO()
    # Names may begin with = + - @: they are written as text, here and by whoever copies them.
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": _("Staff list")})
    looks = _Looks(book)
    _people_sheet(book.add_worksheet(_("Staff")[:31]), looks)
    _unit_sheet(book.add_worksheet(UNIT_SHEET), looks, units)
    book.close()
    return file.getvalue()


class _Looks:
    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": _TEAL})
        self.hint = book.add_format({"font_color": "#33474A", "valign": "vcenter"})
        self.head = book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": _TEAL, "border": 1, "border_color": _TEAL,
             "num_format": "@", "valign": "vcenter"}
        )  # fmt: skip
        self.text = book.add_format({"num_format": "@", "valign": "vcenter"})
        self.cell = book.add_format({"num_format": "@", "border": 1, "border_color": _LINE, "valign": "vcenter"})
        self.must = book.add_format(
            {"num_format": "@", "border": 1, "border_color": _LINE, "bg_color": _PALE, "valign": "vcenter"}
        )


def _people_sheet(sheet: Any, looks: _Looks) -> None:
    hints = [
        _("One row for each person. nama and unit are needed; every other cell may stay empty, and says nothing then."),
        _("NIP: 18 digits, typed or pasted as text. It only tells people apart; no NIP is kept."),
        _("persetujuan: ya, or the day on which the form was signed; izin foto the same. Others are asked later."),
        _("foto: the name of a file that lies beside this table, such as ratna.jpg. New units go to the sheet “Unit”."),
    ]
    top = _heading(sheet, looks, _("Staff list"), hints, COLUMNS, _WIDTHS, needed=("name", "unit"))
    at = {meaning: number for number, meaning in enumerate(COLUMNS)}
    last = top + ROWS
    said = {"validate": "list", "error_type": "stop", "error_title": _("Not known")}
    for meaning, source in (
        ("leader", ["ya", "tidak"]),
        ("languages", [*LANGUAGES, ",".join(LANGUAGES)][:2]),
        ("photo_consent", ["ya", "tidak"]),
    ):
        sheet.data_validation(top + 1, at[meaning], last, at[meaning], {**said, "error_type": "information",
            "source": source, "error_message": _("Choose from the list.")})  # fmt: skip
    first = _unit_top() + 2
    # As many names as the sheet has: blanks in a list would let every word pass.
    names = f"=OFFSET({UNIT_SHEET}!$B${first},0,0,MAX(1,COUNTA({UNIT_SHEET}!$B${first}:$B${first + _UNIT_ROWS})),1)"
    sheet.data_validation(top + 1, at["unit"], last, at["unit"], {**said, "source": names,
        "error_message": _("This unit is not on the sheet “Unit”. Choose one, or add it there first.")})  # fmt: skip
    sheet.data_validation(top + 1, at["nip"], last, at["nip"], {"validate": "length", "criteria": "==", "value": 18,
        "error_type": "warning", "error_title": "NIP", "input_title": "NIP",
        "error_message": _("A NIP has 18 digits. Is it text, and complete?"),
        "input_message": _("18 digits as text; empty for those without.")})  # fmt: skip
    sheet.data_validation(top + 1, at["name"], last, at["name"], {"validate": "length", "criteria": "<=",
        "value": LONGEST_NAME, "error_title": _("Too long"),
        "error_message": _("At most {most} characters.", most=LONGEST_NAME)})  # fmt: skip


def _unit_sheet(sheet: Any, looks: _Looks, units: Sequence[Unit]) -> None:
    hints = [
        _("id: a short word that never changes, such as dinkes; campaigns name units by it."),
        _("induk: the id or name of the unit above. zona: WIB, WITA or WIT; empty takes that of the unit above."),
    ]
    top = _heading(sheet, looks, _("Units (OPD)"), hints, UNIT_COLUMNS, _UNIT_WIDTHS, needed=("id", "name"))
    for row, unit in enumerate(units, start=top + 1):
        for column, text in enumerate((unit.id, unit.name, unit.parent or "", unit.zone)):
            sheet.write_string(row, column, text, looks.must if column < 2 else looks.cell)
    sheet.data_validation(top + 1, 3, top + _UNIT_ROWS, 3, {"validate": "list", "source": ["WIB", "WITA", "WIT"],
        "error_message": _("Choose from the list.")})  # fmt: skip


def _unit_top() -> int:
    return 3  # title, two hints


def _heading(
    sheet: Any, looks: _Looks, title: str, hints: Sequence[str], columns: Any, widths: Any, *, needed: Sequence[str]
) -> int:
    """Write title, hints and headings, and freeze them; the headings' row, from 0."""
    top = len(hints) + 1
    sheet.hide_gridlines(2)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title, looks.title)
    for row, hint in enumerate(hints, start=1):
        sheet.write_string(row, 0, hint, looks.hint)
    sheet.set_row(top, 22)
    for column, (meaning, words) in enumerate(columns.items()):
        sheet.set_column(column, column, widths[meaning], looks.text)
        sheet.write_string(top, column, words[0], looks.head)
        look = looks.must if meaning in needed else looks.cell
        for row in range(top + 1, top + 1 + _SHADED):
            sheet.write_blank(row, column, None, look)
    sheet.freeze_panes(top + 1, 1)
    # Numbers that are text on purpose need no green corner.
    sheet.ignore_errors({"number_stored_as_text": f"A1:I{top + ROWS}"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    return top
