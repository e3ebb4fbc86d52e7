"""A table in; a Problem for the first sign that its rows are about single persons out, where only counts may be."""

import re
from collections.abc import Iterator

from prokes_social.i18n import _
from prokes_social.loading.headings import plain
from prokes_social.loading.tables import Table
from prokes_social.problem import Problem

#: Headings of lists of people, without signs and capitals.
HEADINGS = frozenset(
    [
        "nip",
        "nik",
        "nrp",
        "nuptk",
        "npwp",
        "nama pegawai",
        "nama lengkap",
        "nama asn",
        "nama peserta",
        "nama penerima",
        "nama dan gelar",
        "nama nip",
        "nip nik",
        "tanggal lahir",
        "tgl lahir",
        "tempat lahir",
        "tempat tanggal lahir",
        "ttl",
        "umur",
        "usia",
        "jenis kelamin",
        "alamat",
        "no hp",
        "nomor hp",
        "no telepon",
        "nomor telepon",
        "whatsapp",
        "komorbid",
        "penyakit",
        "status vaksin",
        "status vaksinasi",
        "jabatan",
        "staff number",
        "full name",
        "employee name",
        "date of birth",
        "phone",
        "address",
    ]
)
#: NIK have 16 digits, NIP 18.
_STAFF_NUMBER = re.compile(r"'?\d[\d .-]{14,22}\d")
#: Degrees after a comma and titles in front: units have none there.
_TITLED = re.compile(r",\s*(?:S|M|A|Sp|Ph)\.\s?[A-Za-z]|^(?:Dr|dr|drg|Drs|Dra|Ir|Hj|Prof)\.\s+[A-Z]")


def about_persons(table: Table, heading_row: int) -> Iterator[Problem]:
    """At most one problem a column; what is in the cells is not repeated."""
    heads = table.rows[heading_row - 1]
    width = max((len(row) for row in table.rows), default=0)
    for column in range(1, width + 1):
        head = heads[column - 1] if column <= len(heads) else ""
        if plain(head) in HEADINGS:
            yield _refused(
                table, heading_row, column, _("the column “{heading}” is about single persons.", heading=head)
            )
            continue
        for row in range(heading_row + 1, len(table.rows) + 1):
            if said := _sign_of_person(table.cell(row, column)):
                yield _refused(table, row, column, said)
                break


def _sign_of_person(said: str) -> str:
    if _STAFF_NUMBER.fullmatch(said) and sum(each.isdigit() for each in said) in (16, 18):
        return _("this looks like the NIK or NIP of a person.")
    return _("this looks like the name of a person, with titles.") if _TITLED.search(said) else ""


def _refused(table: Table, row: int, column: int, what: str) -> Problem:
    return Problem(
        code="coverage-persons",
        what=f"{table.name(row, column)}: {what}",
        remedy=_("Who is vaccinated is health data of a person, which Law 27/2022 protects; it is never kept here. "
                 "Give counts, one row for each unit; `prokes coverage template` writes a table for them."),
        place=table.place(row, column),
    )  # fmt: skip
