"""Staff: the office's list is read, compared and taken in; who is here, who moves, who leaves."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from prokes_social.app.recent import MINUTE, Recent
from prokes_social.clock import zone_named
from prokes_social.errors import AlreadyMoved, SettingsError
from prokes_social.i18n import _, speaking
from prokes_social.model.account import Unit
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.model.staff_list import Change, Known, StaffEntry, StaffPlan
from prokes_social.planning.directory import BY_NIP, compare, digest_of, mark_of
from prokes_social.problem import Problem, in_reading_order
from prokes_social.store import accounts, directory, people

if TYPE_CHECKING:
    from prokes_social.app import App
    from prokes_social.loading.staff import StaffList

PHOTOS = "staff"  #: folder of photographs, inside the workspace's state folder
PURPOSE = "staff-known-by"
#: Changes in one transaction; publishers write in between.
AT_ONCE = 2000
#: Groups below this are not counted out: who said what could be told from it.
FEWEST = 5

OnProgress = Callable[[int, int], None]
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a file says, and what taking it in would change."""

    listed: "StaffList"
    plan: StaffPlan
    photos: Mapping[str, Path]  #: where those that the file names lie, by digest

    @property
    def problems(self) -> list[Problem]:
        """Of the cells, and of rows that could be one of several people."""
        return in_reading_order([*self.listed.problems, *map(self._about_unclear, self.plan.unclear)])

    def _about_unclear(self, entry: StaffEntry) -> Problem:
        what = _("several people called “{name}” are in this unit.", name=entry.name)
        remedy = _("Write the NIP or the contact of the one you mean.")
        return self.listed.headings.problem("staff-unclear", entry.row, "name", what, remedy)


@dataclass(kw_only=True)
class _PhotoDesk:
    """Takes photographs in: looks at each once, and keeps it without metadata only when its row is written."""

    folders: Sequence[Path]
    kept: Path
    found: dict[str, Path] = field(default_factory=dict)

    def look_at(self, name: str) -> str:
        """The digest of what lies there. Raises CardError."""
        from prokes_social.loading.photos import find_photo, read_photo
        from prokes_social.rendering.photos import check

        data = read_photo(self.folders, name)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self.found and not _file_of(self.kept, digest).is_file():
            check(data, name)
        self.found[digest] = find_photo(self.folders, name)
        return digest


class Staff:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._agreeing = Recent[frozenset[str] | None, Mapping[Purpose, int]](app, for_=MINUTE)

    @property
    def photos(self) -> Path:
        """Where photographs of the directory are kept, by their digests."""
        return self._app.settings.state / PHOTOS

    def photo_of(self, member: StaffMember) -> str:
        """What a card calls the person's photograph; empty where there is none: a backup does not hold it."""
        there = member.photo and _file_of(self.photos, member.photo).is_file()
        return f"{PHOTOS}/{member.photo}.jpg" if there else ""

    # --- the office's list ---

    def template(self) -> bytes:
        """An empty XLSX with the units that there are."""
        from prokes_social.loading.staff_template import staff_template

        return staff_template([unit for unit in self._app.units.all() if unit.dissolved_at is None])

    def preview(self, path: Path, on_row: OnProgress = lambda done, of: None) -> Preview:
        """What taking the file in would change; nothing is written. Raises ContentError where it can't be read."""
        from prokes_social.app.cards import asset_folders
        from prokes_social.loading.staff import load_staff

        settings = self._app.settings
        folders = (path.parent, *(folder / "photos" for folder in asset_folders(settings.home)))
        desk = _PhotoDesk(folders=folders, kept=self.photos)
        listed = load_staff(
            path, self._app.units.all(), zone=settings.zone, today=self._app.clock.now().astimezone(self._zone).date(),
            take_photo=desk.look_at, on_row=on_row,
        )  # fmt: skip
        with self._app.store.read() as tx:
            known, said = directory.everybody(tx), directory.newest_answers(tx, self._zone)
        plan = compare(listed.entries, known, said, self._digests(), listed.units.changed)
        return Preview(listed=listed, plan=plan, photos=desk.found)

    def take_in(
        self, preview: Preview, *, by: str, mark_left: bool = False, on_progress: OnProgress = lambda done, of: None
    ) -> None:
        """Write what the preview shows, some thousand rows at a time; what is interrupted goes on when it is repeated.

        Raises AlreadyMoved where somebody else took people in meanwhile.
        """
        plan = preview.plan
        writes = [change for change in plan.changes if change.writes]
        with self._app.store.write() as tx:
            for unit in plan.units:
                accounts.put_unit(tx, unit)
            directory.release(tx, plan.released)
        done = 0
        for some in _parts(writes, AT_ONCE):
            self._write(some, preview, by)
            done += len(some)
            on_progress(done, len(writes))
        self._keep_photos(plan.changes, preview)
        if mark_left:
            self._mark_left(plan.missing)
        self._drop_photos({change.before.photo for change in writes if change.before})

    # --- one person ---

    def listing(self, unit_id: str | None = None) -> list[StaffMember]:
        """Who is here, by unit and name. Raises SettingsError for a unit that is not known."""
        unit = self._app.units.find(unit_id).id if unit_id else None
        with self._app.store.read() as tx:
            return directory.listing(tx, unit)

    def page(
        self, *, name: str = "", within: Collection[str] | None = None, start: int = 0, most: int = 50
    ) -> tuple[list[StaffMember], int]:  # fmt: skip
        """Some of those who are here, by name, and how many there are; `name` is part of it, `within` are units."""
        with self._app.store.read() as tx:
            found = directory.page(tx, name=name, within=within, start=start, most=most)
            return found, directory.count(tx, name=name, within=within)

    def agreeing(self, within: frozenset[str] | None = None) -> Mapping[Purpose, int]:
        """How many agree to each purpose; as of the last minute, and nothing where so few could be told apart."""
        return self._agreeing.of(within, lambda: self._counted(within))

    def _counted(self, within: frozenset[str] | None) -> Mapping[Purpose, int]:
        with self._app.store.read() as tx:
            here = directory.count(tx, within=within)
            return directory.agreeing(tx, within) if here >= FEWEST else {}

    def get(self, person_id: int) -> StaffMember | None:
        with self._app.store.read() as tx:
            return people.get(tx, person_id)

    def find(self, who: str) -> StaffMember:
        """By number or name. Raises SettingsError, with who may be meant."""
        return self._app.privacy.find(who)

    def move(self, member: StaffMember, unit: Unit) -> None:
        """To another unit; whatever they were asked stays counted where it was. Raises SettingsError."""
        if unit.dissolved_at is not None:
            raise SettingsError(
                _("The unit {unit} was dissolved.", unit=unit.name), hint=_("`prokes unit list` shows the others.")
            )
        self.move_all([member.id], unit)

    def move_all(self, person_ids: Sequence[int], unit: Unit) -> None:
        """Some people to another unit, each with what they are known by there."""
        with self._app.store.read() as tx:
            everybody = directory.everybody(tx)
        wanted = set(person_ids)
        marks = self._marks_in(unit, [each for each in everybody if each.id in wanted], everybody)
        with self._app.store.write() as tx:
            directory.move(tx, marks, unit.id)

    def leave(self, member: StaffMember) -> bool:
        """They are asked no more, and their links open nothing; False where they had left before."""
        with self._app.store.write() as tx:
            return directory.leave(tx, [member.id], now=self._app.clock.now()) > 0

    # --- how it is done ---

    def _write(self, changes: Sequence[Change], preview: Preview, by: str) -> None:
        self._keep_photos(changes, preview)
        now = self._app.clock.now()
        with speaking("id"):  # the paper form is in Bahasa Indonesia
            wordings = {purpose: str(purpose.remark) for purpose in (Purpose.LINK, Purpose.PHOTO)}
        try:
            with self._app.store.write() as tx:
                directory.put(tx, changes, wordings, by=by, noon=self._noons(changes), now=now)
        except IntegrityError as error:
            raise AlreadyMoved(
                _("Somebody else changed the directory at the same time; part of the list is taken in."),
                hint=_("Run the same command again: nobody is added twice."),
            ) from error

    def _noons(self, changes: Sequence[Change]) -> dict[int, datetime]:
        days = {paper.on for change in changes for _purpose, paper in change.answers if paper.on}
        return {day.toordinal(): datetime.combine(day, time(12), self._zone) for day in days}

    def _keep_photos(self, changes: Sequence[Change], preview: Preview) -> None:
        """Before the rows that name them; a file that nobody names any more is removed at the end."""
        for digest in {change.after.photo for change in changes} & preview.photos.keys():
            if not _file_of(self.photos, digest).is_file():
                _keep(self.photos, digest, preview.photos[digest])

    def _drop_photos(self, digests: set[str]) -> None:
        with self._app.store.read() as tx:
            nobodys = digests - people.photos(tx) - {""}
        for digest in nobodys:
            with suppress(OSError):
                _file_of(self.photos, digest).unlink()

    def _mark_left(self, missing: Sequence[Known]) -> None:
        for some in _parts(missing, AT_ONCE):
            with self._app.store.write() as tx:
                directory.leave(tx, [each.id for each in some], now=self._app.clock.now())

    def _marks_in(self, unit: Unit, movers: Sequence[Known], everybody: Sequence[Known]) -> dict[int, str | None]:
        """Nobody's digest twice: of namesakes without NIP or contact, who came first keeps it."""
        digests, moving = self._digests(), {each.id for each in movers}
        taken = {each.known_by for each in everybody if each.id not in moving}
        marks: dict[int, str | None] = {}
        for each in movers:
            mark = each.known_by
            if not (mark or "").startswith(BY_NIP):
                mark = digest_of(mark_of(name=each.name, unit_id=unit.id, contact=each.contact), digests)
            marks[each.id] = None if mark in taken else mark
            taken.add(mark)
        return marks

    def _digests(self) -> Callable[[str], tuple[str, ...]]:
        return partial(self._app.settings.keys.signatures, purpose=PURPOSE)

    @property
    def _zone(self) -> ZoneInfo:
        return zone_named(self._app.settings.zone)


def _parts(values: Sequence[V], size: int) -> Iterator[Sequence[V]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _file_of(folder: Path, digest: str) -> Path:
    return folder / f"{digest}.jpg"


def _keep(folder: Path, digest: str, source: Path) -> None:
    from prokes_social.rendering.photos import normalised

    clean = normalised(source.read_bytes(), source.name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _file_of(folder, digest)
    partly = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(clean)
    partly.replace(path)
