"""What people decide while things are under way: settle a delivery, stop everything, go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prokes_social import logs
from prokes_social.checking.campaigning import candidates_in, faces
from prokes_social.errors import AlreadyMoved
from prokes_social.i18n import _
from prokes_social.model.alarm import Alarm, AlarmKind
from prokes_social.model.card import CardRequest
from prokes_social.model.delivery import Delivery, DeliveryStatus
from prokes_social.model.wave import Wave, WaveStatus
from prokes_social.publishing import Settler
from prokes_social.store import Connection, alarms, approvals, deliveries, switches, waves
from prokes_social.store.switches import Switch

if TYPE_CHECKING:
    from prokes_social.app import App


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """What a stop found: whether it was new, and what can no longer be called back."""

    newly: bool
    in_flight: Sequence[Delivery]


class Decisions:
    def __init__(self, app: "App") -> None:
        self._app = app

    def there(self, delivery_id: int, address: str) -> Delivery:
        return _noted(self._settler.there(delivery_id, address))

    def send(self, delivery_id: int, *, within: timedelta | None = None) -> Delivery:
        """Send now, at most `within` from now; the workspace's window where it is not said."""
        within = within or self._app.settings.publishing.window
        return _noted(self._settler.send(delivery_id, within=within))

    def drop(self, delivery_id: int, *, by: str = "", reason: str = "") -> Delivery:
        """Give it up. Where it is said `by` whom its approval is void: no plan brings it back by itself."""
        row = _noted(self._settler.drop(delivery_id))
        if by and row.status is DeliveryStatus.CANCELLED:
            with self._app.store.write() as tx:
                self._void(tx, row, by, reason)
        return row

    def withdraw(self, delivery_id: int, *, by: str, reason: str) -> Delivery:
        """Cancel what is still ours, and its approval. Raises AlreadyMoved where it may be out by now."""
        with self._app.store.write() as tx:
            done = deliveries.cancel(tx, delivery_id, reason=reason)
            row = deliveries.get(tx, delivery_id)
            if done and row:
                self._void(tx, row, by, reason)
        if not done or row is None:
            raise AlreadyMoved(
                _("Delivery {id} can no longer be withdrawn.", id=delivery_id),
                hint=_("Look at it again: it is on its way, out, or was withdrawn before."),
            )
        return _noted(row)

    def _void(self, tx: Connection, row: Delivery, by: str, reason: str) -> None:
        approvals.add(
            tx, [row.content.digest], verdict=approvals.SENT_BACK, who=by, now=self._app.clock.now(), remark=reason
        )

    def stop(self, *, who: str, remark: str = "") -> Stopped:
        """Halt every process at once; an intent that is committed can't be called back."""
        with self._app.store.write() as tx:
            newly = switches.turn_on(tx, switches.STOP, who=who, now=self._app.clock.now(), remark=remark)
            in_flight = deliveries.listing(tx, statuses=(DeliveryStatus.SENDING, DeliveryStatus.UNCERTAIN))
        return Stopped(newly=newly, in_flight=in_flight)

    def stopped(self) -> Switch | None:
        with self._app.store.read() as tx:
            return switches.state(tx, switches.STOP)

    def overdue(self) -> list[Delivery]:
        """Approved deliveries whose time passed while everything stood still."""
        now = self._app.clock.now()
        with self._app.store.read() as tx:
            rows = deliveries.listing(tx, statuses=(DeliveryStatus.SCHEDULED,))
        return [row for row in rows if row.content.due_at <= now]

    def resume(self, *, late: Sequence[Delivery], dropped: Sequence[Delivery]) -> None:
        """Go on; `late` may go out until a window from now, `dropped` are cancelled."""
        until = self._app.clock.now() + self._app.settings.publishing.window
        with self._app.store.write() as tx:
            for row in late:
                deliveries.allow_late(tx, row.id, until=until)
            for row in dropped:
                deliveries.cancel(tx, row.id, reason="dropped at resume")
            switches.turn_off(tx, switches.STOP)
            alarms.close(tx, "clock", now=self._app.clock.now(), kinds=(AlarmKind.CLOCK,))

    def alarms(self) -> list[Alarm]:
        with self._app.store.read() as tx:
            return alarms.ringing(tx)

    # --- before an election ---

    def begin_election(self, *, who: str, remark: str = "") -> list[Wave]:
        """From now on staff are offered no faces and no candidates' names; the waves that had some are withdrawn."""
        with self._app.store.write() as tx:
            switches.turn_on(tx, switches.ELECTION, who=who, now=self._app.clock.now(), remark=remark)
            going = waves.listing(tx, statuses=(WaveStatus.WAITING, WaveStatus.READY, WaveStatus.OPEN))
            return [wave for wave in going if self._campaigns(wave) and waves.cancel(tx, wave.id, reason=_("election"))]

    def end_election(self) -> bool:
        """False where none was on. Waves that were withdrawn come back with the next `prokes campaign schedule`."""
        with self._app.store.write() as tx:
            return switches.turn_off(tx, switches.ELECTION)

    def election(self) -> Switch | None:
        with self._app.store.read() as tx:
            return switches.state(tx, switches.ELECTION)

    def _campaigns(self, wave: Wave) -> bool:
        """Whether what staff would share shows somebody's face or names a candidate."""
        if wave.key.account:
            return False
        card = wave.content.card
        template = self._app.studio.templates.get(card.template) if card else None
        if card and template and faces(card.slots, template):
            return True
        said = "\n".join([*wave.content.captions, wave.content.alt_text, *(str(each) for each in _slots(card))])
        return any(candidates_in(said, self._app.settings.checking.candidates))

    @property
    def _settler(self) -> Settler:
        return Settler(look_up=self._app.look_up(self._app.publisher()))


def _slots(card: CardRequest | None) -> Iterable[Any]:
    return card.slots.values() if card else ()


def _noted(row: Delivery) -> Delivery:
    logs.moved(delivery=row.id, account=row.key.account, status=row.status.value, owner="person")
    return row
