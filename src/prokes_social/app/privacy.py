"""A staff member's own say over their data: find the person, hand everything out, stop at their word, forget them."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prokes_social.app import received
from prokes_social.app.forgotten import FILE, ForgottenList
from prokes_social.app.mentions import Needles, files_naming
from prokes_social.errors import AlreadyMoved, SettingsError, StoreError
from prokes_social.i18n import _
from prokes_social.model.delivery import OPEN, OUT, DeliveryStatus
from prokes_social.model.staff import Purpose, StaffMember
from prokes_social.store import Connection, accounts, consents, deliveries, forgetting, held, people
from prokes_social.store.forgetting import Removed

if TYPE_CHECKING:
    from prokes_social.app import App

_UNFINISHED = OPEN | OUT - {DeliveryStatus.PUBLISHED}
_SQLITE = b"SQLite format 3\x00"
#: Photographs are named by a digest; a shorter name is not ours and might be anybody's.
_DIGEST = 32
#: Seconds after which what a killed backup or restore left behind is nobody's any more.
_ABANDONED = 3600


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """What stopped."""

    purposes: Sequence[Purpose]
    cancelled: int  #: deliveries to their own accounts
    in_flight: int  #: that can't be called back
    disconnected: int  #: accounts whose credentials are gone


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What is gone, and what a person has to see to."""

    person_id: int
    accounts: int
    without_owner: Sequence[str]  #: official accounts by hand that nobody looks after now
    photos: int
    backups: Sequence[Path]  #: written anew without the person
    failed: Sequence[tuple[Path, str]]  #: files that may hold them yet, and why
    mentions: Sequence[Path]  #: files of the workspace that still say the name or the contact


class Privacy:
    def __init__(self, app: "App") -> None:
        self._app = app

    # --- who is meant ---

    def find(self, who: str, *, exactly: bool = False) -> StaffMember:
        """By number, personal link or name; `exactly`: the whole name. Raises SettingsError, with who it may be."""
        found = self._by_number(who) or self._by_link(who) or self._by_name(who, exactly=exactly)
        if isinstance(found, StaffMember):
            return found
        if found:
            raise SettingsError(
                _("“{who}” may be several people: {list}", who=who, list=_listed(found)),
                hint=_("Give the number of the one you mean."),
            )
        raise SettingsError(
            _("There is nobody “{who}” in the directory.", who=who),
            hint=_("Give a name as it is written there, a number from `prokes staff list`, or the personal link."),
        )

    def _by_number(self, who: str) -> StaffMember | None:
        if not (who.isascii() and who.isdecimal() and len(who) < 12):
            return None
        with self._app.store.read() as tx:
            return people.get(tx, int(who))

    def _by_link(self, who: str) -> StaffMember | None:
        if "-" not in who:
            return None
        return self._app.sharing.member_of(who.rpartition("/s/")[2].strip("/ "))

    def _by_name(self, who: str, *, exactly: bool) -> StaffMember | list[StaffMember]:
        with self._app.store.read() as tx:
            found = people.named(tx, who) or ([] if exactly else people.named(tx, who, partly=True))
        return found[0] if len(found) == 1 else found

    # --- everything we hold ---

    def export(self, member: StaffMember, out: Path | None = None) -> dict[str, Any]:
        """Everything we hold of the person, ready for JSON; with `out` also their photograph, copied there."""
        with self._app.store.read() as tx:
            found = held.everything(tx, member.id)
        found["exported_at"] = self._app.clock.now()
        found["photo_file"] = self._copy_photo(member, out) if out else None
        plain: dict[str, Any] = _plain(found)
        return plain

    def _copy_photo(self, member: StaffMember, out: Path) -> str | None:
        photo = next(iter(self._photos(member.photo)), None)
        if photo is None:
            return None
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        copied = out / f"foto{photo.suffix}"
        shutil.copyfile(photo, copied)
        copied.chmod(0o600)
        return copied.name

    # --- no more ---

    def withdraw(self, member: StaffMember, purposes: Sequence[Purpose], *, by: str) -> Withdrawn:
        """Record that they said no; nothing is offered, shown or posted from this moment on."""
        now = self._app.clock.now()
        with self._app.store.write() as tx:
            for purpose in purposes:
                wording = str(purpose.remark)
                consents.record(tx, member.id, purpose, given=False, wording=wording, by=by, now=now)
            own = forgetting.own_accounts(tx, member.id) if Purpose.POST in purposes else []
            cancelled, in_flight = _stop(tx, own)
            forgetting.disconnect(tx, own)
        return Withdrawn(purposes=purposes, cancelled=cancelled, in_flight=in_flight, disconnected=len(own))

    # --- as if they had never been here ---

    def forget(self, member: StaffMember) -> Forgotten:
        """Nothing of the person remains that we could find. Raises StoreError where it has to be given again."""
        self._write_down(member)
        with self._app.store.write() as tx:
            removed = forgetting.remove(tx, member.id)
        return self._clean_up(member.id, removed, Needles.of(member.name, member.contact))

    def finish(self, person_id: int) -> Forgotten:
        """Go on where forgetting was interrupted. Raises SettingsError where nobody of that number was forgotten."""
        if person_id not in {each.person_id for each in self._list.everybody()}:
            raise SettingsError(
                _("There is nobody of the number {id}, and nobody was forgotten under it.", id=person_id),
                hint=_("Give a name as it is written there, a number from `prokes staff list`, or the personal link."),
            )
        self._app.store.rewrite(forgetting.TABLES)
        nothing = Removed(photo="", accounts=0, without_owner=())
        return self._clean_up(person_id, nothing, Needles(words=(), slug=""))

    def _write_down(self, member: StaffMember) -> None:
        """Written down first: whatever is interrupted after this, no backup brings the person back."""
        now = self._app.clock.now()
        with self._app.store.read() as tx:
            if forgetting.is_posting(tx, member.id, now=now):
                raise AlreadyMoved(
                    _("Something is being posted to an account of this person at this very moment."),
                    hint=_("Give the same command again in a minute."),
                )
            gone = forgetting.as_gone(tx, member.id, now=now)
        self._list.add(gone)

    def _clean_up(self, person_id: int, removed: Removed, needles: Needles) -> Forgotten:
        received.forget_all(self._app.settings.state)
        photos = self._remove_photos(removed.photo)
        self._app.store.rewrite(forgetting.TABLES if removed.accounts else forgetting.PEOPLE)
        rewritten, failed = self._clean_backups()
        return Forgotten(
            person_id=person_id, accounts=removed.accounts, without_owner=removed.without_owner, photos=photos,
            backups=rewritten, failed=failed, mentions=files_naming(self._app.settings.home, needles),
        )  # fmt: skip

    @property
    def _list(self) -> ForgottenList:
        return ForgottenList(file=self._app.settings.state / FILE)

    # --- files ---

    def _photos(self, name: str) -> list[Path]:
        """A photograph's files, in whatever sizes it is kept."""
        stem = Path(name).stem[:_DIGEST]
        if len(stem) < _DIGEST:
            return [
                path for path in [self._app.settings.home / "assets" / "photos" / Path(name).name] if path.is_file()
            ]
        return [path for path in self._state_files() if path.name.startswith(stem)]

    def _remove_photos(self, name: str) -> int:
        """Theirs, and those kept for cards from tables, of which nobody knows whose they are: they are made again."""
        with self._app.store.read() as tx:
            in_use = people.photos(tx)
        kept_for_cards = self._app.settings.state / "photos"
        nobodys = [path for path in kept_for_cards.glob("*x*/*") if path.is_file() and not _is_of(path, in_use)]
        found = {*self._photos(name), *nobodys} if name else {*nobodys}
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _clean_backups(self) -> tuple[list[Path], list[tuple[Path, str]]]:
        """Every database file of ours but the one in use; those that were written anew, and those that can't be."""
        rewritten, failed = [], list[tuple[Path, str]]()
        for path in self._other_databases():
            try:
                if self._list.remove_from_file(path):
                    rewritten.append(path)
            except StoreError as error:
                failed.append((path, error.message))
        return rewritten, failed

    def _other_databases(self) -> Iterator[Path]:
        now = self._app.clock.now().timestamp()
        for path in self._state_files():
            if _is_same(path, self._app.store.file) or not _is_database(path):
                continue
            if path.suffix != ".part" and not path.parent.name.startswith("tmp"):
                yield path
            elif path.stat().st_mtime < now - _ABANDONED:
                path.unlink(missing_ok=True)

    def _state_files(self) -> list[Path]:
        return [path for path in sorted(self._app.settings.state.rglob("*")) if path.is_file()]


def _stop(tx: Connection, account_ids: Sequence[int]) -> tuple[int, int]:
    """Deliveries that are cancelled, and those that may be out already."""
    cancelled = in_flight = 0
    for name in [accounts.by_id(tx, account_id).name for account_id in account_ids]:
        for row in deliveries.listing(tx, statuses=_UNFINISHED, account_name=name):
            was_ours = deliveries.cancel(tx, row.id, reason=_("consent withdrawn"))
            cancelled, in_flight = cancelled + was_ours, in_flight + (not was_ours)
    return cancelled, in_flight


def _is_same(path: Path, live: Path | None) -> bool:
    """Whatever way the settings name it: the database in use must never be taken for a backup."""
    return live is not None and live.exists() and path.samefile(live)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE or path.suffix == ".db"


def _is_of(path: Path, photos: frozenset[str]) -> bool:
    return any(path.stem[:_DIGEST] == Path(name).stem[:_DIGEST] for name in photos)


def _listed(found: Sequence[StaffMember]) -> str:
    shown = "; ".join(f"{each.id} {each.name} ({each.unit.name})" for each in found[:8])
    return f"{shown}; …" if len(found) > 8 else shown


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value
