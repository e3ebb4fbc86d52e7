"""The office's list of staff in, with its sheet of units; entries out, and a Problem for each cell to be put right.

An empty cell says nothing. What a NIP says is read to tell people apart and is in no message: messages name the person.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from prokes_social.errors import CardError
from prokes_social.i18n import LANGUAGES, _
from prokes_social.loading.document import content_error
from prokes_social.loading.headings import Headings, find_headings
from prokes_social.loading.people import COLUMNS as PEOPLE
from prokes_social.loading.people import no_names
from prokes_social.loading.tables import read_tables
from prokes_social.loading.units import UNIT_SHEET, UnitList, load_units, units_by_word
from prokes_social.model.account import Unit
from prokes_social.model.staff_list import PaperAnswer, StaffEntry
from prokes_social.problem import Problem, has_errors, in_reading_order

#: The first heading of each is that of our template.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": PEOPLE["name"],
    "nip": ("nip", "nomor induk pegawai", "nip nipppk", "nip nip3k", "staff number"),
    "unit": PEOPLE["unit"],
    "leader": ("pimpinan", "pejabat", "kepala", "leader"),
    "contact": (
        "kontak", "nomor wa", "no wa", "wa", "whatsapp", "nomor whatsapp", "nomor hp", "no hp", "hp", "telepon",
        "surel", "email", "e mail", "contact", "phone",
    ),
    "languages": ("bahasa", "language", "languages"),
    "photo": PEOPLE["photo"],
    "consent": ("persetujuan", "setuju", "consent"),
    "photo_consent": ("izin foto", "persetujuan foto", "photo consent"),
}  # fmt: skip

LONGEST_NAME = 120
_YES = frozenset({"ya", "y", "iya", "yes", "true", "benar", "1", "✓"})
_NO = frozenset({"tidak", "tdk", "t", "bukan", "no", "n", "false", "salah", "0"})
_SPOKEN = {
    "id": "id", "indonesia": "id", "bahasa indonesia": "id", "indonesian": "id",
    "en": "en", "inggris": "en", "bahasa inggris": "en", "english": "en",
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("januari jan january", "februari feb february", "maret mar march", "april apr", "mei may", "juni jun june",
         "juli jul july", "agustus agu agt aug august", "september sep sept", "oktober okt oct october",
         "november nov nopember", "desember des dec december"), start=1)
    for name in names.split()
}  # fmt: skip
#: Joiners, marks of direction and the like come along when names are copied from chats and web pages.
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
#: What a spreadsheet makes of many digits.
_EXPONENT = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_EMAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")
_NUMERIC_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_WRITTEN_DATE = re.compile(r"(\d{1,2})[ -]([a-z]+)[ -](\d{4})")

OnRow = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class StaffList:
    """What a file says; `entries` are the rows without errors."""

    headings: Headings
    entries: tuple[StaffEntry, ...]
    left_out: int  #: rows that can't be used as they are
    units: UnitList
    problems: tuple[Problem, ...]


def load_staff(
    path: Path, units: Sequence[Unit], *, zone: str, today: date, take_photo: Callable[[str], str],
    on_row: OnRow = lambda done, of: None,
) -> StaffList:  # fmt: skip
    """`take_photo` gives the digest of a photograph, or raises CardError. Raises ContentError for unusable headings."""
    table, others = read_tables(path, UNIT_SHEET)
    listed = load_units(others[UNIT_SHEET], units, zone=zone) if UNIT_SHEET in others else UnitList(units=tuple(units))
    headings = find_headings(table, COLUMNS, needed="name")
    problems = [*headings.problems("name", no_names()), *listed.problems]
    if has_errors(problems):
        raise content_error(in_reading_order(problems), table.file)
    reader = _Reader(headings=headings, units=listed.units, today=today, take_photo=take_photo)
    entries: list[StaffEntry] = []
    left_out, last = 0, len(table.rows)
    for row, said in headings.rows():
        entry, found = reader.read(row, said)
        if found:
            left_out += 1
            problems += found
        else:
            entries.append(entry)
        on_row(row, last)
    on_row(last, last)
    return StaffList(
        headings=headings, entries=tuple(entries), left_out=left_out, units=listed,
        problems=tuple(in_reading_order(problems)),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads row after row; remembers who stood above."""

    headings: Headings
    units: Sequence[Unit]
    today: date
    take_photo: Callable[[str], str]
    nips: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    names: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    told: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @cached_property
    def words(self) -> Mapping[str, Sequence[Unit]]:
        return units_by_word(self.units)

    def about_unit(self, said: str, found: Sequence[Unit]) -> tuple[str, str, str]:
        """Looked for once: a slip of the pen in a large unit stands in many rows."""
        if said not in self.told:
            self.told[said] = _about_unit(said, found, self.units)
        return self.told[said]

    def read(self, row: int, said: Mapping[str, str]) -> tuple[StaffEntry, list[Problem]]:
        cells = _Row(reader=self, row=row, said=said)
        entry = StaffEntry(
            row=row,
            name=cells.name(),
            unit_id=cells.unit(),
            nip=cells.nip(),
            contact=cells.contact(),
            leader=cells.leader(),
            languages=cells.languages(),
            photo=cells.photo(),
            consent=cells.answer("consent"),
            photo_consent=cells.answer("photo_consent"),
        )
        if not cells.problems:
            cells.look_for_twins(entry)
        return entry, cells.problems


class _Row:
    """One row's cells; each method reads one and adds what is wrong with it."""

    def __init__(self, *, reader: _Reader, row: int, said: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._reader, self._row = reader, row
        self._said = {column: text.translate(_INVISIBLE).strip() for column, text in said.items()}

    def name(self) -> str:
        name = self._said.get("name", "")
        if not name:
            self._wrong(
                "name", "staff-name-missing", _("the name is missing."), _("Write the name, or delete the row.")
            )
        elif len(name) > LONGEST_NAME:
            what = _("the name has {count} characters; {most} are the most.", count=len(name), most=LONGEST_NAME)
            self._wrong("name", "staff-name-long", what, _("Leave out what is no name, or shorten the titles."))
        elif not name.isprintable() or not any(letter.isalpha() for letter in name):
            what = _(
                "“{name}” is no name that can stand on a card.", name=name[:40].encode("ascii", "replace").decode()
            )
            self._wrong("name", "staff-name-strange", what, _("Type the name anew."))
        return name

    def unit(self) -> str:
        said = self._said.get("unit", "")
        if not said:
            what = _("{who} has no unit.", who=self._who)
            self._wrong("unit", "staff-unit-missing", what, _("Choose the unit from the list of the template."))
            return ""
        found = self._reader.words.get(said.casefold(), [])
        if len(found) == 1 and found[0].dissolved_at is None:
            return found[0].id
        self._wrong("unit", *self._reader.about_unit(said, found))
        return ""

    def nip(self) -> str:
        said = self._said.get("nip", "").lstrip("'’`")
        if not said:
            return ""
        digits = re.sub(r"[\s.\-]", "", said)
        if self._is_destroyed(said, digits):
            what = _("the NIP of {who} was destroyed by Excel, which keeps 15 digits of a number only.", who=self._who)
            remedy = _("Format the column as Text, then type the NIP anew from its source; `prokes staff template` "
                       "writes a table with text columns.")  # fmt: skip
            self._wrong("nip", "staff-nip-destroyed", what, remedy)
        elif not re.fullmatch(r"[0-9]{18}", digits):
            count = sum(each.isdecimal() for each in said)
            what = _("the NIP of {who} has {count} digits; a NIP has 18.", who=self._who, count=count)
            remedy = _("Compare it with the decree; leave the cell empty where somebody has no NIP.")
            self._wrong("nip", "staff-nip-length", what, remedy)
        elif not self._is_birthday(digits[:8]):
            what = _("the NIP of {who} does not begin with a date of birth.", who=self._who)
            self._wrong(
                "nip", "staff-nip-birth-date", what, _("Compare it with the decree; two digits may be swapped.")
            )
        elif first := self._reader.nips.get(digits):
            what = _("{who} has the NIP of row {row}.", who=self._who, row=first)
            self._wrong("nip", "staff-twice", what, _("Delete one of the two rows, or mend the NIP."))
        else:
            self._reader.nips[digits] = self._row
        return digits

    def contact(self) -> str:
        said = self._said.get("contact", "").lstrip("'")
        if not said:
            return ""
        contact = normal_contact(said)
        if contact is None:
            what = _("the contact of {who} is neither a phone number nor an e-mail address.", who=self._who)
            self._wrong("contact", "staff-contact", what, _("Write one number such as 0812-3456-7890, or one address."))
        elif first := self._reader.contacts.get(contact):
            what = _("{who} has the contact of row {row}.", who=self._who, row=first)
            remedy = _("Everybody's link is their own: give each their own contact, or leave one cell empty; where "
                       "both rows are the same person, delete one.")  # fmt: skip
            self._wrong("contact", "staff-contact-twice", what, remedy)
        else:
            self._reader.contacts[contact] = self._row
        return contact or ""

    def leader(self) -> bool | None:
        said = self._said.get("leader", "")
        if said.casefold() in _YES or said.casefold() in _NO:
            return said.casefold() in _YES
        if said:
            what = _("“{said}” does not say whether {who} leads.", said=said[:40], who=self._who)
            self._wrong("leader", "staff-leader", what, _("Write ya or tidak, or leave it empty."))
        return None

    def languages(self) -> tuple[str, ...] | None:
        said = [
            each for each in re.split(r"\s*(?:[,;/&+]|\bdan\b|\band\b)\s*", self._said.get("languages", "")) if each
        ]
        unknown = [each for each in said if each.casefold() not in _SPOKEN]
        if unknown:
            what = _("the language “{said}” is not known.", said=unknown[0][:40])
            remedy = _("Write {names}, several with a comma.", names=" / ".join(LANGUAGES))
            self._wrong("languages", "staff-language", what, remedy)
        return tuple(dict.fromkeys(_SPOKEN[each.casefold()] for each in said)) if said and not unknown else None

    def photo(self) -> str:
        if not (said := self._said.get("photo", "")):
            return ""
        try:
            return self._reader.take_photo(said)
        except CardError as error:
            remedy = error.hint[:1].upper() + error.hint[1:].rstrip(".") + "."
            self._wrong("photo", "staff-photo", f"{error.message}.", remedy)
            return ""

    def answer(self, column: str) -> PaperAnswer | None:
        said = self._said.get(column, "").casefold()
        if not said:
            return None
        if said in _YES or said in _NO:
            return PaperAnswer(given=said in _YES)
        day = read_date(said)
        if day is None or not date(2000, 1, 1) <= day <= self._reader.today:
            what = _("“{said}” is no answer of {who}.", said=said[:40], who=self._who)
            remedy = _("Write ya, tidak, or the day on which the form was signed, such as 2026-11-02; not one to come.")
            self._wrong(column, "staff-consent", what, remedy)
            return None
        return PaperAnswer(given=True, on=day)

    def look_for_twins(self, entry: StaffEntry) -> None:
        """Two of one name in one unit must each have something that tells them apart."""
        key = (entry.name.casefold(), entry.unit_id)
        tells = bool(entry.nip or entry.contact)
        first, first_tells = self._reader.names.setdefault(key, (self._row, tells))
        if first != self._row and not (tells and first_tells):
            what = _("{who} stands in row {row} already, in the same unit.", who=self._who, row=first)
            remedy = _("Delete one of the two rows; where they are two people, write the NIP or contact of both.")
            self._wrong("name", "staff-twice", what, remedy)

    def _is_destroyed(self, said: str, digits: str) -> bool:
        was_number = self._reader.headings.is_number(self._row, "nip")
        # The last three digits count those who were born on one day: they never are 000.
        zeroed = len(digits) == 18 and digits.endswith("000")
        return bool(_EXPONENT.fullmatch(said.replace(" ", ""))) or zeroed or (was_number and len(digits) > 15)

    def _is_birthday(self, digits: str) -> bool:
        try:
            born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            return False
        return 14 <= self._reader.today.year - born.year <= 100

    @property
    def _who(self) -> str:
        name = self._said.get("name", "")[:LONGEST_NAME]
        return f"“{name}”" if name else _("this person")

    def _wrong(self, column: str, code: str, what: str, remedy: str) -> None:
        self.problems.append(self._reader.headings.problem(code, self._row, column, what, remedy))


def _about_unit(said: str, found: Sequence[Unit], units: Sequence[Unit]) -> tuple[str, str, str]:
    """Code, sentence and remedy for a unit that can't be taken."""
    there = [each for each in units if each.dissolved_at is None]
    if len(found) > 1:
        what = _("several units are called “{unit}”.", unit=said)
        return "staff-unit-unclear", what, _("Write the id: {names}.", names=", ".join(each.id for each in found))
    if found:
        what = _("the unit “{unit}” was dissolved.", unit=said)
        return "staff-unit-dissolved", what, _("Choose the unit that the person works in now.")
    names = {each.name.casefold(): each.name for each in there} | {each.id.casefold(): each.name for each in there}
    near = get_close_matches(said.casefold(), names, n=3, cutoff=0.6)
    guesses = ", ".join(dict.fromkeys(f"“{names[each]}”" for each in near))
    remedy = (
        _("Did you mean {names}?", names=guesses)
        if near
        else _("`prokes unit list` shows the units; add new ones on the sheet “Unit”.")
    )
    return "staff-unit-unknown", _("the unit “{unit}” is not known.", unit=said[:80]), remedy


def normal_contact(said: str) -> str | None:
    """`+6281234567890`, or an e-mail address with its host in small letters; None where it is neither."""
    import phonenumbers  # takes a tenth of a second to import

    if "@" in said:
        user, _at, host = said.rpartition("@")
        return f"{user}@{host.lower()}" if _EMAIL.fullmatch(said) and len(said) <= 254 else None
    if not re.fullmatch(r"[+(]?[\d\s().\-]{6,24}", said):
        return None
    try:
        number = phonenumbers.parse(said, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_date(said: str) -> date | None:
    """`2026-11-02`, `02/11/2026`, `2 November 2026`; the day comes before the month, as it is written here."""
    said = " ".join(said.casefold().split())
    try:
        return datetime.fromisoformat(said).date() if re.match(r"\d{4}-\d\d-\d\d", said) else _local_date(said)
    except ValueError:
        return None


def _local_date(said: str) -> date | None:
    if found := _NUMERIC_DATE.fullmatch(said):
        day, month, year = (int(each) for each in found.groups())
        return date(day, month, year) if day > 31 else date(year, month, day)
    if (found := _WRITTEN_DATE.fullmatch(said)) and found[2] in _MONTHS:
        return date(int(found[3]), _MONTHS[found[2]], int(found[1]))
    return None
