"""Upkeep: who is at work, is everything in order, backups and their return."""

from typing import TYPE_CHECKING

from prokes_social.store import presence

if TYPE_CHECKING:
    from prokes_social.app import App


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
