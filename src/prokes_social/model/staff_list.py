"""The office's list of staff: what its rows say, whom we know, and what importing it would change."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from prokes_social.model.account import Unit
from prokes_social.model.staff import Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperAnswer:
    """What a signed form says about one purpose."""

    given: bool
    on: date | None = None  #: the day it was signed, where that is known


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffEntry:
    """What a row of the office's list says about one person; None and an empty text say nothing."""

    row: int  #: as a spreadsheet counts
    name: str
    unit_id: str
    nip: str = field(default="", repr=False)  #: tells people apart; never stored
    contact: str = ""
    leader: bool | None = None
    languages: tuple[str, ...] | None = None
    photo: str = ""  #: the digest that would name it
    consent: PaperAnswer | None = None
    photo_consent: PaperAnswer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Somebody of the directory, as far as an import goes by it."""

    id: int
    name: str
    unit_id: str
    leader: bool = False
    contact: str = ""
    languages: tuple[str, ...] = ("id",)
    photo: str = ""
    known_by: str | None = None
    has_left: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The newest answer to a purpose."""

    given: bool
    on: date  #: on the wall of the office
    by_person: bool


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"  #: to another unit; other things may have changed too
    SAME = "same"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a row asks for; `after` is what would stand in the directory, without number where they are new."""

    kind: Kind
    row: int
    before: Known | None
    after: Known
    fields: tuple[str, ...] = ()  #: what changes
    answers: tuple[tuple[Purpose, PaperAnswer], ...] = ()  #: to be recorded
    other_contact: bool = False  #: found by name and unit alone, with another contact

    @property
    def writes(self) -> bool:
        return self.before != self.after or bool(self.answers)


@dataclass(frozen=True, kw_only=True)
class StaffPlan:
    changes: tuple[Change, ...]  #: one a row, in its order
    missing: tuple[Known, ...]  #: they are in the directory and not in the list
    unclear: tuple[StaffEntry, ...]  #: might be one of several people
    units: tuple[Unit, ...] = ()  #: to be written, parents first
    released: tuple[int, ...] = ()  #: whose digest goes to somebody else
    photos_without_consent: int = 0

    def of(self, kind: Kind) -> list[Change]:
        return [each for each in self.changes if each.kind is kind]

    @property
    def changes_anything(self) -> bool:
        return bool(self.units) or any(each.writes for each in self.changes)
