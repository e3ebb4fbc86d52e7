"""Upkeep: who is at work; backups and their return, which must work where the workspace can't be opened any more."""

import getpass
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.alerting import relay
from prokes_social.app.forgotten import FILE, ForgottenList, keep_numbers
from prokes_social.clock import zone_named
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Delivery
from prokes_social.publishing.restoring import doubt_what_may_be_out
from prokes_social.settings import Settings
from prokes_social.store import Connection, Store, alarms, backups, events, presence, webhooks

if TYPE_CHECKING:
    from prokes_social.app import App

FOLDER = "backups"  #: inside the workspace's state folder
#: Pages and webhooks follow what changed; older than this nobody comes back for it.
CHANGES_LAST = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did."""

    made_at: datetime | None  #: of the backup; None for a plain copy of a database file
    held: Sequence[Delivery]  #: came due since, and may be public already
    aside: Path  #: the database that was replaced


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A backup in the workspace."""

    name: str
    size: int  #: bytes
    made_at: datetime


class Upkeep:
    def __init__(self, app: "App") -> None:
        self._app = app

    def report(self, owner: str) -> None:
        """A worker says that it is alive; it does so every few seconds."""
        with self._app.store.write() as tx:
            presence.report(tx, owner, now=self._app.clock.now())

    def leave(self, owner: str) -> None:
        with self._app.store.write() as tx:
            presence.leave(tx, owner)

    def forget_changes(self) -> None:
        """What changed longer ago than anybody follows; `prokes work` does it every hour."""
        now = self._app.clock.now()
        with self._app.store.write() as tx:
            events.forget(tx, int((now - CHANGES_LAST).timestamp()))
            webhooks.forget(tx, now - CHANGES_LAST)

    def complain_of_webhook(self, what: str) -> None:
        with self._app.store.write() as tx:
            alarms.ring(tx, AlarmKind.WEBHOOK, relay.SUBJECT, what, now=self._app.clock.now())

    def backups(self) -> list[Kept]:
        """Those in the workspace, the newest first."""
        found = [(path.stat(), path) for path in (self._app.settings.state / FOLDER).glob("*.db")]
        kept = [
            Kept(name=path.name, size=told.st_size, made_at=datetime.fromtimestamp(told.st_mtime, UTC))
            for told, path in found
        ]  # fmt: skip
        return sorted(kept, key=lambda each: each.made_at, reverse=True)

    def backup(self, file: Path | None = None) -> Path:
        """Everything in the database, in one new file; made while others work. Raises StoreError."""
        now = self._app.clock.now()
        file = file or self._app.settings.state / FOLDER / f"prokes-{_stamp(now, self._app.settings)}.db"
        backups.write(self._app.store, file, now=now, who=getpass.getuser())
        # Whoever was forgotten while it was written is in it, and whoever forgot them could not see it yet.
        _forgotten(self._app.settings).remove_from_file(file)
        return file


def restore(settings: Settings, file: Path) -> Restored:
    """The backup takes the place of the database, which is kept beside it. Raises StoreError; then nothing changed."""
    store = Store(settings.database_url)
    try:
        return _restore(store, settings, file)
    finally:
        store.close()


def _restore(store: Store, settings: Settings, file: Path) -> Restored:
    clock, forgotten = store.clock(), _forgotten(settings)
    everybody = forgotten.everybody()
    held: list[Delivery] = []
    aside = settings.state / FOLDER / f"replaced-{_stamp(clock.now(), settings)}.db"
    aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings.state) as folder:
        staged = Path(folder) / "restored.db"
        made_at = backups.unpack(file, staged)
        forgotten.clean_staged(staged)

        def make_ready(tx: Connection) -> None:
            keep_numbers(tx, store, everybody)
            held.extend(doubt_what_may_be_out(tx, made_at=made_at, now=clock.now()))

        backups.put_in_place(store, staged, aside=aside, now=clock.now, make_ready=make_ready)
    return Restored(made_at=made_at, held=held, aside=aside)


def _forgotten(settings: Settings) -> ForgottenList:
    return ForgottenList(file=settings.state / FILE)


def _stamp(now: datetime, settings: Settings) -> str:
    return now.astimezone(zone_named(settings.zone)).strftime("%Y-%m-%d-%H%M%S")
