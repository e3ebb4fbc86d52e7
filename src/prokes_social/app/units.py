"""Units: a tree that is listed, imported, renamed, moved about and dissolved; history stays with the unit's id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.errors import SettingsError
from prokes_social.i18n import _, n_
from prokes_social.model.account import Unit, way_up
from prokes_social.store import accounts, directory

if TYPE_CHECKING:
    from prokes_social.app import App

#: Units that a hint names one by one.
_FEW = 12


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """A unit in its place in the tree."""

    unit: Unit
    depth: int  #: units above it
    people: int
    accounts: int


@dataclass(frozen=True, kw_only=True)
class Dissolved:
    """What followed a unit's end."""

    unit: Unit
    into: Unit | None
    people: int  #: who moved
    children: int  #: units that hang elsewhere now
    accounts: int  #: those that remain with it


class Units:
    def __init__(self, app: "App") -> None:
        self._app = app

    def all(self) -> list[Unit]:
        """Dissolved ones too."""
        with self._app.store.read() as tx:
            return accounts.units(tx)

    def tree(self) -> list[UnitRow]:
        """Those that are there, each below the one above it."""
        with self._app.store.read() as tx:
            units = {each.id: each for each in accounts.units(tx) if each.dissolved_at is None}
            people, held = directory.counts(tx), directory.account_counts(tx)
        ordered = sorted(units.values(), key=lambda each: _path(each, units))
        return [
            UnitRow(
                unit=each, depth=sum(1 for _above in way_up(each, units)), people=people.get(each.id, 0),
                accounts=held.get(each.id, 0),
            )
            for each in ordered
        ]  # fmt: skip

    def find(self, word: str) -> Unit:
        """By id or name. Raises SettingsError, with what is near."""
        from prokes_social.loading.units import units_by_word

        words = units_by_word(self.all())
        found = words.get(" ".join(word.split()).casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(each.id for each in found)
            raise SettingsError(
                _("Several units are called “{unit}”.", unit=word), hint=_("Write the id: {names}.", names=ids)
            )
        raise SettingsError(_("There is no unit “{unit}”.", unit=word), hint=self._instead_of(word, words))

    def _instead_of(self, word: str, words: Mapping[str, Sequence[Unit]]) -> str:
        near = dict.fromkeys(words[each][0].id for each in get_close_matches(word.casefold(), words, n=3))
        if near:
            return _("Did you mean {names}?", names=", ".join(near))
        here = sorted(each.id for each in self.all() if each.dissolved_at is None)
        if not here:
            return _("No units yet. Fill in the sheet “Unit” of `prokes staff template --out pegawai.xlsx`.")
        if len(here) > _FEW:
            return _("`prokes unit list` shows all of them.")
        return _("Units there: {names}.", names=", ".join(here))

    def take_in(self, path: Path) -> tuple[Unit, ...]:
        """Write the units of a table; those that are new or changed. Raises ContentError."""
        from prokes_social.loading.units import read_units

        changed = read_units(path, self.all(), zone=self._app.settings.zone).changed
        with self._app.store.write() as tx:
            for unit in changed:
                accounts.put_unit(tx, unit)
        return changed

    def rename(self, unit: Unit, name: str) -> Unit:
        """Another name for the same unit: its id, people and history stay. Raises SettingsError."""
        name = " ".join(name.split())
        if not name:
            raise SettingsError(_("The new name is empty."), hint=_("Write it as it is to stand on cards."))
        return self._put(replace(self._living(unit), name=name))

    def move(self, unit: Unit, parent: Unit | None) -> Unit:
        """Below another unit, or to the top. Raises SettingsError where it would stand below itself."""
        units = {each.id: each for each in self.all()}
        if parent and unit.id in (parent.id, *(each.id for each in way_up(parent, units))):
            raise SettingsError(
                _("“{name}” would stand below itself.", name=unit.name), hint=_("Name the unit above it.")
            )
        return self._put(replace(self._living(unit), parent=self._living(parent).id if parent else None))

    def dissolve(self, unit: Unit, into: Unit | None = None) -> Dissolved:
        """End a unit; its people and the units below it go to `into`. What was offered stays counted where it was.

        Raises SettingsError where somebody is there still and nobody said where they go.
        """
        self._living(unit)
        with self._app.store.read() as tx:
            everybody = [each.id for each in directory.everybody(tx) if each.unit_id == unit.id]
            here, held = directory.counts(tx).get(unit.id, 0), directory.account_counts(tx).get(unit.id, 0)
        children = [each for each in self.all() if each.parent == unit.id and each.dissolved_at is None]
        if into is None:
            _refuse_leaving_behind(unit, here, children)
        else:
            self._hand_over(unit, self._living(into), everybody, children)
        self._put(replace(self.find(unit.id), dissolved_at=self._app.clock.now()))
        return Dissolved(unit=unit, into=into, people=here, children=len(children), accounts=held)

    def _hand_over(self, unit: Unit, into: Unit, person_ids: Sequence[int], children: Sequence[Unit]) -> None:
        if into.id == unit.id:
            raise SettingsError(_("A unit can't be dissolved into itself."), hint=_("Name another unit."))
        units = {each.id: each for each in self.all()}
        if unit.id in [each.id for each in way_up(into, units)]:
            # It stands below the one that ends: it takes that one's place.
            self._put(replace(into, parent=unit.parent))
        for child in children:
            if child.id != into.id:
                self._put(replace(child, parent=into.id))
        self._app.staff.move_all(person_ids, into)

    def _put(self, unit: Unit) -> Unit:
        with self._app.store.write() as tx:
            accounts.put_unit(tx, unit)
        return unit

    def _living(self, unit: Unit) -> Unit:
        if unit.dissolved_at is not None:
            raise SettingsError(
                _("The unit {unit} was dissolved.", unit=unit.name), hint=_("`prokes unit list` shows the others.")
            )
        return unit


def _refuse_leaving_behind(unit: Unit, people: int, children: Sequence[Unit]) -> None:
    hint = _("Say where they go: `prokes unit dissolve {unit} --into OTHER`.", unit=unit.id)
    if people:
        raise SettingsError(
            n_("{count} person is in {unit} still.", "{count} people are in {unit} still.", people, unit=unit.name),
            hint=hint,
        )
    if children:
        raise SettingsError(
            n_("{count} unit stands below {unit} still.", "{count} units stand below {unit} still.", len(children),
               unit=unit.name),
            hint=hint,
        )  # fmt: skip


def _path(unit: Unit, units: Mapping[str, Unit]) -> list[tuple[str, str]]:
    """The names from the top down, to sort by."""
    return [(each.name.casefold(), each.id) for each in reversed([unit, *way_up(unit, units)])]
