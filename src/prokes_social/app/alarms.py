"""Alarms: those that ring, those that are over, and those that a person may call over."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from prokes_social.errors import AlreadyMoved
from prokes_social.i18n import _
from prokes_social.model.alarm import Alarm, AlarmKind
from prokes_social.store import alarms

if TYPE_CHECKING:
    from prokes_social.app import App

#: Of these nobody but a person knows when they are over; the others end with their trouble.
CLOSED_BY_HAND = frozenset({AlarmKind.BY_HAND, AlarmKind.CARD_CHANGED, AlarmKind.BUDGET, AlarmKind.CLOCK})


class Alarms:
    def __init__(self, app: "App") -> None:
        self._app = app

    def page(
        self, *, below: int | None = None, most: int = 50, closed: bool = False, within: Collection[str] | None = None
    ) -> list[Alarm]:  # fmt: skip
        """The newest first; `within` are the units that somebody may see."""
        with self._app.store.read() as tx:
            return alarms.page(tx, below=below, most=most, closed=closed, within=within)

    def find(self, alarm_id: int) -> Alarm | None:
        with self._app.store.read() as tx:
            return alarms.get(tx, alarm_id)

    def close(self, found: Alarm) -> None:
        """A person has seen to it. Raises AlreadyMoved for one that is over, or that ends with its trouble alone."""
        if found.closed_at or found.kind not in CLOSED_BY_HAND:
            raise AlreadyMoved(
                _("This alarm can't be closed by hand."), hint=_("It ends by itself when its trouble is over.")
            )
        with self._app.store.write() as tx:
            alarms.close(tx, found.subject, now=self._app.clock.now(), kinds=(found.kind,))
