"""A delivery that waits for a person and that person's word in; the row settled out, after one more look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from prokes_social.errors import AlreadyMoved, NotSent
from prokes_social.i18n import _
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus, Outcome
from prokes_social.model.platform import Post
from prokes_social.publishing.lookup import LookUp
from prokes_social.store import Connection, alarms, deliveries

S = DeliveryStatus
#: Where a person decides; what may be public is looked for once more before anything else.
AT_REST = (S.HELD, S.FAILED, S.MISSED)


@dataclass(frozen=True, kw_only=True)
class Settler:
    look_up: LookUp

    def there(self, delivery_id: int, address: str) -> Delivery:
        """It is public at `address`. Raises AlreadyMoved."""
        claim = self._take(delivery_id, (S.HELD,))
        platform = self.look_up.publisher.platforms[claim.delivery.platform]
        found = self._look(claim) or Post(
            external_id=platform.external_id_at(address) or address,
            permalink=address,
            published_at=claim.delivery.uncertain_since or claim.delivery.content.due_at,
        )
        self.look_up.publisher.record(claim, found, found_by="person")
        return self._now(delivery_id)

    def send(self, delivery_id: int, *, within: timedelta) -> Delivery:
        """Send it now or late, at most `within` from now; one that is found to be public is recorded instead."""
        claim = self._take(delivery_id, AT_REST)
        if found := self._look(claim):
            self.look_up.publisher.record(claim, found, found_by="look-up")
            return self._now(delivery_id)
        now = self.look_up.publisher.clock.now()
        with self.look_up.publisher.store.write() as tx:
            late = {"late_until": now + within, "next_at": now}
            if deliveries.resolve(tx, claim, S.SCHEDULED, reason=_("a person said to send it"), **late):
                self._end_doubt(tx, claim, now)
                alarms.close(tx, f"delivery:{delivery_id}", now=now)
        return self._now(delivery_id)

    def drop(self, delivery_id: int) -> Delivery:
        """Give it up; one that is found to be public is recorded instead."""
        claim = self._take(delivery_id, AT_REST)
        if found := self._look(claim):
            self.look_up.publisher.record(claim, found, found_by="look-up")
            return self._now(delivery_id)
        now = self.look_up.publisher.clock.now()
        with self.look_up.publisher.store.write() as tx:
            if deliveries.resolve(tx, claim, S.CANCELLED, reason=_("a person gave it up")):
                self._end_doubt(tx, claim, now)
                alarms.close(tx, f"delivery:{delivery_id}", now=now)
        return self._now(delivery_id)

    def _take(self, delivery_id: int, statuses: tuple[DeliveryStatus, ...]) -> Claim:
        with self.look_up.publisher.store.write() as tx:
            claim = deliveries.take_at_rest(tx, delivery_id, statuses)
        if claim is None:
            names = ", ".join(str(status.label) for status in statuses)
            raise AlreadyMoved(
                _("Delivery {id} does not wait for a decision of this kind.", id=delivery_id),
                hint=_("That is for deliveries that are: {names}. See `prokes delivery list`.", names=names),
            )
        return claim

    def _look(self, claim: Claim) -> Post | None:
        """A fresh look for what may be out there; a platform that can't be asked stops a decision to send."""
        if claim.delivery.status is not S.HELD:
            return None
        try:
            return self.look_up.find(claim)
        except NotSent:
            return None

    def _end_doubt(self, tx: Connection, claim: Claim, now: datetime) -> None:
        if claim.delivery.status is S.HELD:
            said = _("a person decided that it is not there")
            deliveries.end_attempt(tx, claim.delivery.id, outcome=Outcome.NOT_SENT, said=said, now=now)

    def _now(self, delivery_id: int) -> Delivery:
        with self.look_up.publisher.store.read() as tx:
            row = deliveries.get(tx, delivery_id)
        assert row is not None  # noqa: S101 - rows are never deleted
        return row
