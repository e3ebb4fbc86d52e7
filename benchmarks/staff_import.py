"""50,000 generated staff in an XLSX: read, checked, compared and written; rows a second, memory, and 37 mistakes."""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from prokes_social.app import App, workspace
from prokes_social.settings import load_settings

ROWS, UNITS = 50_000, 400
#: Seconds that an import may take, reading included.
AIM = 30
COLUMNS = ("nama", "nip", "unit", "pimpinan", "kontak", "bahasa", "foto", "persetujuan")

FIRST = ("Siti", "Budi", "Ratna", "Yohanes", "Ngurah", "Tri", "Dewi", "Ahmad", "Maria", "Putu", "Rina", "Joko")
LAST = ("Rahmawati", "Wulandari", "Nugraha", "Lestari", "Tandi", "Prawira", "Santoso", "Hidayat", "Siregar", "Wijaya")


def staff(count: int = ROWS, units: int = UNITS) -> list[list[Any]]:
    """Rows below the headings; everybody is somebody else."""
    return [
        [
            f"{FIRST[n % 12]} {LAST[n // 12 % 10]} {LAST[n // 120 % 10]}, S.{'KPH'[n % 3]}.",
            f"{1965 + n % 35}{n // 35 % 12 + 1:02}{n // 420 % 28 + 1:02}{2010 + n % 14}{n % 12 + 1:02}{n % 2 + 1}"
            f"{n // 11760 % 900 + 1:03}",
            f"Unit Kerja {n % units:03}",
            "ya" if n % 50 == 0 else "tidak",
            f"0812{10_000_000 + n}" if n % 3 else f"pegawai{n}@nusaraya.go.id",
            "id",
            "",
            "2026-11-02" if n % 2 else "ya",
        ]
        for n in range(count)
    ]


def plant(rows: list[list[Any]]) -> set[str]:
    """Spoil 37 cells, each in a row of its own, in every way that has to be told; their names."""
    wrong: list[tuple[int, Any]] = [
        (0, ""), (0, "N" * 121), (0, "12345"),
        (1, 1.98501e17), (1, "1.98501E+17"), (1, "1,98501E+17"), (1, "198501152010011000"), (1, "19850115201001100"),
        (1, "1985011520100110033"), (1, "198513152010011003"), (1, "198502302010011003"), (1, "tidak ada"),
        (1, "203501152010011003"), (1, "19850115 201001 1 00"), (1, lambda: rows[7][1]),
        (2, ""), (2, "Unit Kerja 0O1"), (2, "Dinas Antah Berantah"), (2, "unit-"),
        (3, "mungkin"), (3, "?"), (3, "2"),
        (4, "0812"), (4, "08123456789012345"), (4, "budi@"), (4, "nusaraya.go.id"), (4, "0812-EMPAT"),
        (4, lambda: rows[9][4]), (4, "+1 555 000"),
        (5, "jawa kuno"), (5, "id, xx"),
        (6, "tidak-ada.jpg"), (6, "bukan-gambar.jpg"), (6, "../prokes.toml"),
        (7, "entah"), (7, "2035-01-01"), (7, "31-02-2026"),
    ]  # fmt: skip
    assert len(wrong) == 37
    cells = set()
    step = (len(rows) - 20) // len(wrong)
    for number, (column, value) in enumerate(wrong):
        at = 20 + number * step
        rows[at][column] = value() if callable(value) else value
        cells.add(f"{'ABCDEFGH'[column]}{at + 2}")
    return cells


def write_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Pegawai")
        for number, row in enumerate([list(COLUMNS), *rows]):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(number, column, cell)
    return path


def units_csv(folder: Path, units: int = UNITS) -> Path:
    path = folder / "unit.csv"
    path.write_text("id;nama\n" + "".join(f"unit-{n:03};Unit Kerja {n:03}\n" for n in range(units)), encoding="utf-8")
    return path


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "kantor"
        workspace.make(folder, {})
        app = App(load_settings({"PROKES_HOME": str(folder)}))
        app.units.take_in(units_csv(folder))
        rows = staff()
        good, bad = write_xlsx(folder / "a.xlsx", rows), folder / "b.xlsx"
        (folder / "bukan-gambar.jpg").write_text("teks")
        cells = plant(rows)
        write_xlsx(bad, rows)
        yield from _measured(app, good)
        found = app.staff.preview(bad).problems
        told = {problem.what.partition(":")[0] for problem in found}
        yield f"{len(cells)} planted mistakes: {len(found)} told, {len(told & cells)} by their cells"
        app.close()


def _measured(app: App, path: Path) -> Iterator[str]:
    started = time.perf_counter()
    preview = app.staff.preview(path)
    looked = time.perf_counter() - started
    app.staff.take_in(preview, by="bench")
    took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (
        f"{len(preview.plan.changes):,} people: read and compared {looked:.1f} s, all {took:.1f} s (aim: {AIM} s),"
        f" {len(preview.plan.changes) / took:,.0f} rows/s, at most {memory:.0f} MiB"
    )
    started = time.perf_counter()
    again = app.staff.preview(path)
    assert not again.plan.changes_anything
    app.staff.take_in(again, by="bench")
    yield f"the same file again: {time.perf_counter() - started:.1f} s, nothing changed"
