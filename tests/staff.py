"""An office that wants a card for each of its people: a small template, a campaign and a table."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from PIL import Image

from prokes_social.loading.tables import cell_name

TEMPLATE = """\
label: {id: Uji, en: Test}
slots:
  pledge: {required: true, label: {id: Janji, en: Pledge}}
  name: {required: true, label: {id: Nama, en: Name}}
  unit: {label: {id: Unit, en: Unit}}
  photo: {kind: photo, label: {id: Foto, en: Photo}}
personal: [name, unit, photo]
sizes:
  600x600:
    layers:
      - {rect: brand.surface, box: [0, 0, 600, 600]}
      - {text: "{pledge}", box: [64, 64, 472, 80], size: [20, 40], lines: 2, color: brand.ink}
      - {photo: "{photo}", initials: "{name}", shape: circle, box: [240, 180, 120, 120]}
      - {text: "{name}", box: [64, 320, 472, 120], font: title, size: [24, 32], lines: 3, color: brand.ink}
      - {text: "{unit}", box: [64, 460, 472, 40], size: [20, 24], color: brand.ink_soft}
  600x400:
    layers:
      - {rect: brand.surface, box: [0, 0, 600, 400]}
      - {text: "{name}", box: [64, 100, 472, 120], font: title, size: [24, 32], lines: 3, color: brand.ink}
"""
#: A card without a place for anybody's name.
BOARD = """\
label: {id: Papan, en: Board}
slots:
  headline: {required: true, label: {id: Judul, en: Headline}}
sizes:
  600x600:
    layers:
      - {rect: brand.surface, box: [0, 0, 600, 600]}
      - {text: "{headline}", box: [64, 64, 472, 400], size: [20, 60], lines: 4, color: brand.ink}
"""
CAMPAIGN = """\
id: janji-pegawai
title: Janji pegawai
purpose: Pegawai berbagi janji pribadi.
owner: Biro Administrasi Pimpinan
brand: nusa-raya
starts_on: 2026-11-23
ends_on: 2026-12-31
sources:
  - {id: se, title: Surat edaran, url: https://covid19.go.id/, checked_on: 2026-11-12, valid_until: 2036-06-30}
messages:
  - id: janji
    text: Mari berbagi janji kita hari ini.
    sources: [se]
    card: {template: uji, slots: {pledge: Saya pakai masker saat batuk}, alt: Kartu janji seorang pegawai.}
  - id: untuk-semua
    text: Mari saling menjaga.
    sources: [se]
    card: {template: papan, slots: {headline: Mari saling menjaga}, alt: Kartu ajakan.}
"""
FIRST = ["Siti", "Budi", "Ratna", "Yohanes", "Ngurah", "Kusumaningrum", "Tri", "Dewi"]
LAST = ["Rahmawati", "Wulandari", "Nugraha", "Lestari", "Tandi", "Prawira", "Santoso"]


def furnish(home: Path) -> None:
    """Put template and campaign into a workspace."""
    (home / "assets" / "templates" / "uji.yaml").write_text(TEMPLATE)
    (home / "assets" / "templates" / "papan.yaml").write_text(BOARD)
    (home / "campaigns" / "janji.yaml").write_text(CAMPAIGN)


def people(count: int) -> list[list[str]]:
    """Rows with their headings; everybody is somebody else."""
    rows = [[f"{FIRST[n % 8]} {LAST[n % 7]} {n}, S.Kep.", f"Dinas {LAST[n % 3]}"] for n in range(count)]
    return [["nama", "unit"], *rows]


def crowd(count: int, photos: Sequence[str], chance: Random) -> list[list[str]]:
    """Rows with their headings; names of made-up syllables with titles, so that no cache of words helps."""
    syllables = [consonant + vowel for consonant in "srnwdkmtblhy" for vowel in "aiueo"]

    def word() -> str:
        return "".join(chance.choices(syllables, k=chance.randint(2, 4))).title()

    def row(number: int) -> list[str]:
        before, after = (
            chance.choice(["", "dr. ", "Ns. ", "Prof. Dr. dr. Hj. "]),
            chance.choice(["", ", S.Kep.", ", M.Kes."]),
        )
        photo = photos[number // 50 % len(photos)] if number % 50 == 0 else ""
        return [f"{before}{word()} {word()} {word()}{after}", f"Dinas {LAST[number % 7]}", photo]

    return [["nama", "unit", "foto"], *(row(number) for number in range(count))]


def write_csv(path: Path, rows: Iterable[Sequence[str]], delimiter: str = ";") -> Path:
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_photo(path: Path, color: tuple[int, int, int] = (180, 90, 60), size: tuple[int, int] = (300, 400)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path, "JPEG")
    return path


def workbook(rows: Sequence[Sequence[object]], *, beside: str = "") -> bytes:
    """A small XLSX; `beside` is XML behind its rows."""
    cells = ("".join(_cell(r, c, value) for c, value in enumerate(row, 1)) for r, row in enumerate(rows, 1))
    body = "".join(f'<row r="{r}">{inside}</row>' for r, inside in enumerate(cells, 1)) + beside
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Pegawai" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def _cell(row: int, column: int, value: object) -> str:
    where = cell_name(row, column)
    if isinstance(value, int | float):
        return f'<c r="{where}"><v>{value}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t>{value}</t></is></c>'
