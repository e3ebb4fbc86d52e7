"""A delivery that waits for a person and that person's word in; the row settled out, after one more look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from prokes_social.errors import (
    AlreadyMoved,
    CardError,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    SettingsError,
    Unauthorized,
)
from prokes_social.i18n import _
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus, Outcome
from prokes_social.model.platform import Post
from prokes_social.publishing.lookup import LookUp
from prokes_social.store import Connection, alarms, claims, deliveries

S = DeliveryStatus
#: Where a person decides. All are looked for first, also what failed or was missed: after a restore this database does
#: not know what a person sent late since the backup was made.
AT_REST = (S.HELD, S.FAILED, S.MISSED)


@dataclass(frozen=True, kw_only=True)
class Settler:
    look_up: LookUp

    def there(self, delivery_id: int, address: str) -> Delivery:
        """It is public at `address`. Raises AlreadyMoved."""
        claim = self._take(delivery_id)
        platform = self.look_up.publisher.platforms[claim.delivery.platform]
        found = self._looked(claim, must=False) or Post(
            external_id=platform.external_id_at(address) or address,
            permalink=address,
            published_at=claim.delivery.uncertain_since or claim.delivery.content.due_at,
        )
        self.look_up.publisher.record(claim, found, found_by="person")
        return self._now(delivery_id)

    def send(self, delivery_id: int, *, within: timedelta) -> Delivery:
        """Send it now or late, at most `within` from now; one that is found to be public is recorded instead."""
        claim = self._take(delivery_id)
        if found := self._looked(claim, must=True):
            self.look_up.publisher.record(claim, found, found_by="look-up")
            return self._now(delivery_id)
        now = self.look_up.publisher.clock.now()
        with self.look_up.publisher.store.write() as tx:
            late = {"late_until": now + within, "next_at": now, "look_since": None}
            if claims.resolve(tx, claim, S.SCHEDULED, reason=_("a person said to send it"), **late):
                self._end_doubt(tx, claim, now)
                alarms.close(tx, f"delivery:{delivery_id}", now=now)
        return self._now(delivery_id)

    def drop(self, delivery_id: int) -> Delivery:
        """Give it up; one that is found to be public is recorded instead."""
        claim = self._take(delivery_id)
        # What is held may be public: given up unasked, a plan could take it up again and double it. As far as we know
        # nothing went out of the others. To give them up sends nothing, and must be possible where the account can't be
        # asked any more: their alarms would ring for ever.
        if found := self._looked(claim, must=claim.delivery.status is S.HELD):
            self.look_up.publisher.record(claim, found, found_by="look-up")
            return self._now(delivery_id)
        now = self.look_up.publisher.clock.now()
        with self.look_up.publisher.store.write() as tx:
            if claims.resolve(tx, claim, S.CANCELLED, reason=_("a person gave it up")):
                self._end_doubt(tx, claim, now)
                alarms.close(tx, f"delivery:{delivery_id}", now=now)
        return self._now(delivery_id)

    def _take(self, delivery_id: int) -> Claim:
        with self.look_up.publisher.store.write() as tx:
            claim = claims.take_at_rest(tx, delivery_id, AT_REST)
        if claim is None:
            names = ", ".join(str(status.label) for status in AT_REST)
            raise AlreadyMoved(
                _("Delivery {id} does not wait for a decision of this kind.", id=delivery_id),
                hint=_("That is for deliveries that are: {names}. See `prokes delivery list`.", names=names),
            )
        return claim

    def _looked(self, claim: Claim, *, must: bool) -> Post | None:
        """A fresh look for what may be out there. Raises where the platform can't be asked and `must` be."""
        try:
            return self._look(claim)
        except PlatformError as error:
            if must:
                raise _unasked(claim, error) from error
        except (SettingsError, CardError):
            if must:
                raise
        return None

    def _look(self, claim: Claim) -> Post | None:
        try:
            return self.look_up.publisher.finder.find(claim.delivery)
        except NotSent:
            return None

    def _end_doubt(self, tx: Connection, claim: Claim, now: datetime) -> None:
        said = _("a person decided that it is not there")
        claims.end_doubt(tx, claim.delivery.id, outcome=Outcome.NOT_SENT, said=said, now=now)

    def _now(self, delivery_id: int) -> Delivery:
        with self.look_up.publisher.store.read() as tx:
            row = deliveries.get(tx, delivery_id)
        assert row is not None  # noqa: S101 - rows are never deleted
        return row


def _unasked(claim: Claim, error: PlatformError) -> OutcomeUnknown:
    first = error.hint if isinstance(error, Unauthorized) else _("Try again in a few minutes.")
    there = _("If you see the post there yourself, say so: `--there` and its address.")
    return OutcomeUnknown(
        _(
            "Delivery {id} stays as it is: it may be public, and that can't be asked now. {reason}",
            id=claim.delivery.id,
            reason=error.message,
        ),
        hint=f"{first} {there}",
        account=error.account,
        said=error.said,
    )
