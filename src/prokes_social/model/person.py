"""Person: one of those for whom cards are drawn, a row of a table or of the directory."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Names are kept as they are written, academic titles included; only spaces are tidied."""

    row: int  #: in the table, as a spreadsheet counts; in the directory, the person's number
    number: int  #: from 1, counted below the headings; in the directory, the person's number
    name: str
    unit: str = ""
    photo: str = ""  #: the name of a file
    link: str = ""  #: where the QR code of this person's card leads; empty: where the campaign's does
