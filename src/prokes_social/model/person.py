"""Person: one row of a table of people for whom cards are drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Names are kept as they are written, academic titles included; only spaces are tidied."""

    row: int  #: in the table, as a spreadsheet counts
    number: int  #: from 1, counted below the headings
    name: str
    unit: str = ""
    photo: str = ""  #: the name of a file
