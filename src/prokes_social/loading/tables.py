"""A CSV file or a spreadsheet in; its rows as texts out, counted as a spreadsheet counts them."""

import csv
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from io import BytesIO, StringIO
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from prokes_social.errors import ContentError
from prokes_social.i18n import _
from prokes_social.loading.document import content_error
from prokes_social.problem import Place, Problem

MOST_BYTES = 50_000_000
_MOST_UNPACKED = 300_000_000
_MOST_CELLS = 20_000_000
#: First bytes of workbooks: a ZIP (xlsx, ods), and what Excel wrote before.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DELIMITERS = (";", "\t", ",")
_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    file: str
    rows: tuple[Row, ...]  #: empty rows are kept, so that the first is row 1
    numbers: frozenset[tuple[int, int]] = frozenset()  #: row and column of cells that hold a number, not text
    sheet: str = ""  #: named where it is not the one that opens first
    #: cells that a merged one lies over, which read as empty, and the cell that holds what is seen there
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> str:
        """What a cell says; nothing beyond the end of its row."""
        cells = self.rows[row - 1]
        return cells[column - 1] if column <= len(cells) else ""

    def name(self, row: int, column: int) -> str:
        """`B5`, or `Unit!B5` on another sheet than the first."""
        return f"{self.sheet}!{cell_name(row, column)}" if self.sheet else cell_name(row, column)

    def place(self, row: int, column: int = 1) -> Place:
        return Place(file=self.file, line=row, column=column)


def read_table(path: Path) -> Table:
    """The first sheet that can be seen, or the CSV file, whatever its ending. Raises ContentError."""
    return read_tables(path)[0]


def read_tables(path: Path, *beside: str) -> tuple[Table, dict[str, Table]]:
    """The same, and those of the sheets named `beside` that a workbook has besides the first. Raises ContentError."""
    file = str(path)
    data = _read_bytes(path, file)
    others: dict[str, list[list[object]]] = {}
    merged: Merged = {}
    if data.startswith(_WORKBOOKS):
        rows, others, merged = _rows_of_workbook(data, file, beside)
    else:
        rows = [list(row) for row in _rows_of_csv(data, file)]
    table = _table(file, rows, merged=merged)
    if not any(any(row) for row in table.rows):
        raise _refused(file, "table-empty", _("The table is empty."), _("Write headings into the first row."))
    return table, {name: _table(file, rows, sheet=name) for name, rows in others.items()}


def _table(
    file: str, rows: Sequence[Sequence[object]], sheet: str = "", merged: "Merged | None" = None
) -> Table:  # fmt: skip
    numbers = frozenset(
        (number, column)
        for number, row in enumerate(rows, start=1)
        for column, cell in enumerate(row, start=1)
        if isinstance(cell, int | float) and not isinstance(cell, bool)
    )
    tidied = tuple(tuple(_tidy(cell) for cell in row) for row in rows)
    return Table(file=file, rows=tidied, numbers=numbers, sheet=sheet, merged=merged or {})


def cell_name(row: int, column: int) -> str:
    """`B5`, as spreadsheets name it; both count from 1."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _tidy(cell: object) -> str:
    """A number that is whole is written without its fraction; spaces and line breaks become one space."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _read_bytes(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        remedy = _("Check the name and the folder.")
        raise _refused(file, "file-missing", _("There is no such file."), remedy) from error
    except OSError as error:
        what = _("The file cannot be opened ({reason}).", reason=error.strerror or type(error).__name__)
        remedy = _("Check that it is a file and that you may read it.")
        raise _refused(file, "file-unreadable", what, remedy) from error
    if len(data) > MOST_BYTES:
        raise _refused(file, "table-size", _("The table is larger than 50 MB."), _("Split it into several tables."))
    return data


# --- CSV ---


def _rows_of_csv(data: bytes, file: str) -> Iterator[list[str]]:
    text = _decoded(data, file)
    first, _break, rest = text.partition("\n")
    delimiter = _delimiter(text)
    if first.lower().startswith("sep="):  # Excel's own way to name it, which it does not show
        text, delimiter = rest, first.strip()[4:5] or ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    try:
        for cells in reader:
            row += 1
            yield cells
    except csv.Error as error:
        what = _("The quotation marks in row {row} can't be followed.", row=row + 1)
        remedy = _("Save the table as CSV again, or as XLSX.")
        raise _refused(file, "table-quotes", what, remedy, row=row + 1) from error


def _delimiter(text: str) -> str:
    """What stands most often in the first line that has any: Excel in Indonesia writes semicolons."""
    for line in text.splitlines()[:20]:
        if found := max(_DELIMITERS, key=line.count) if any(each in line for each in _DELIMITERS) else "":
            return found
    return ","


def _decoded(data: bytes, file: str) -> str:
    remedy = _("Save it as “CSV UTF-8”, or as XLSX.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        what = _("The file is not plain UTF-8 text (it looks like UTF-16, or like no text at all).")
        raise _refused(file, "encoding", what, remedy)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02X}"
        what = _("Byte {byte} is not UTF-8; the file was saved in another encoding.", byte=byte)
        raise _refused(file, "encoding", what, remedy, row=data.count(b"\n", 0, error.start) + 1) from error


# --- spreadsheets ---


Rows = list[list[object]]
Merged = dict[tuple[int, int], tuple[int, int]]


def _rows_of_workbook(data: bytes, file: str, beside: Sequence[str]) -> tuple[Rows, dict[str, Rows], Merged]:
    try:
        _refuse_giants(data, file)
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        first = _first_sheet(workbook)
        found = {name: _sheet_named(workbook, name) for name in beside}
        others = {name: _rows(sheet) for name, sheet in found.items() if sheet is not None and sheet.name != first.name}
        return _rows(first), others, _merged(first)
    except ContentError:
        raise
    except Exception as error:  # spoiled files make the reader raise whatever it likes
        what = _("The spreadsheet can't be read ({reason}).", reason=error)
        remedy = _("Open it, remove its password if it has one, and save it again as XLSX or CSV.")
        raise _refused(file, "table-unreadable", what, remedy) from error


def _first_sheet(workbook: CalamineWorkbook) -> CalamineSheet:
    shown = [each.name for each in workbook.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
    return workbook.get_sheet_by_name((shown or workbook.sheet_names)[0])


def _sheet_named(workbook: CalamineWorkbook, name: str) -> CalamineSheet | None:
    same = (each for each in workbook.sheet_names if each.strip().casefold() == name.casefold())
    return next((workbook.get_sheet_by_name(each) for each in same), None)


def _rows(sheet: CalamineSheet) -> Rows:
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _merged(sheet: CalamineSheet) -> Merged:
    """Within what the sheet holds: somebody may have merged a whole row."""
    last_row, last_column = sheet.total_height + 1, sheet.total_width + 1
    return {
        (row + 1, column + 1): (top + 1, left + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        for row in range(top, min(bottom + 1, last_row))
        for column in range(left, min(right + 1, last_column))
        if (row, column) != (top, left)
    }


def _refuse_giants(data: bytes, file: str) -> None:
    """The reader asks for room up to the last cell, and ends the whole program where there is none."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(each.file_size for each in archive.infolist()) > _MOST_UNPACKED:
            what = _("The spreadsheet unpacks to more than 300 MB.")
            raise _refused(file, "table-size", what, _("Save the table as CSV."))
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                columns, rows = _reach(archive.read(name))
                if columns * rows > _MOST_CELLS:
                    what = _("A sheet reaches to cell {cell}.", cell=cell_name(rows, columns))
                    remedy = _("Delete what stands far below or beside the table, or save it as CSV.")
                    raise _refused(file, "table-size", what, remedy)


def _reach(sheet: bytes) -> tuple[int, int]:
    cells = set(_CELL.findall(sheet))
    columns = max((_column(letters) for letters, _row in cells), default=0)
    return columns, max((int(row) for _letters, row in cells), default=0)


def _column(letters: bytes) -> int:
    return reduce(lambda so_far, letter: so_far * 26 + letter - ord("A") + 1, letters, 0)


def _refused(file: str, code: str, what: str, remedy: str, *, row: int = 1) -> ContentError:
    place = Place(file=file, line=row, column=1)
    return content_error([Problem(code=code, what=what, remedy=remedy, place=place)], file)
