"""An uncertain delivery in, the truth or a person's question out: look for the post, never send again blindly."""

from collections.abc import Sequence
from dataclasses import dataclass

from prokes_social.errors import CardError, NotSent, PlatformError, SettingsError
from prokes_social.i18n import _
from prokes_social.model.account import Account
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Claim, DeliveryStatus, Outcome
from prokes_social.publishing.publisher import Publisher, alarm_text
from prokes_social.store import accounts, alarms, claims


@dataclass(frozen=True, kw_only=True)
class LookUp:
    publisher: Publisher

    def claim(self, limit: int) -> Sequence[Claim]:
        """Uncertain deliveries whose next look-up is due."""
        clock, now = self.publisher.clock, self.publisher.clock.now()
        with self.publisher.store.write() as tx:
            return claims.claim_lookups(
                tx,
                owner=self.publisher.owner,
                now=now,
                uptime=clock.uptime(),
                lease_until=now + self.publisher.timing.lease,
                limit=limit,
            )

    def look(self, claim: Claim) -> DeliveryStatus:
        """One look-up; the status in which the delivery was left."""
        try:
            found = self.publisher.finder.find(claim.delivery)
        except NotSent as error:
            return self._absent(claim, error.message, proved=True, answered=True)
        except (PlatformError, SettingsError, CardError) as error:
            return self._again(claim, error.message, answered=False)
        if found:
            return self.publisher.record(claim, found, found_by="look-up")
        return self._again(claim, _("the platform does not show it yet"), answered=True)

    def _again(self, claim: Claim, reason: str, *, answered: bool) -> DeliveryStatus:
        done = claim.delivery.lookups + 1
        plan = self.publisher.timing.lookups
        if done >= len(plan):
            return self._absent(claim, reason, answered=answered)
        since = claim.delivery.uncertain_since or self.publisher.clock.now()
        with self.publisher.store.write() as tx:
            claims.look_again(tx, claim, next_at=max(since + plan[done], self.publisher.clock.now()))
        return DeliveryStatus.UNCERTAIN

    def _absent(self, claim: Claim, reason: str, *, answered: bool, proved: bool = False) -> DeliveryStatus:
        """After the last look-up a person decides, unless it was answered and the account's policy is to send again."""
        clock = self.publisher.clock
        with self.publisher.store.write() as tx:
            account: Account = accounts.by_id(tx, claim.delivery.account_id)
            in_time = clock.now() <= claim.delivery.last_moment
            if account.resend_when_absent and answered and in_time:
                now = clock.now()
                if claims.leave(tx, claim, DeliveryStatus.SCHEDULED, reason=reason, next_at=now):
                    claims.end_attempt(tx, claim.delivery.id, outcome=Outcome.NOT_SENT, said=reason, now=now)
                return DeliveryStatus.SCHEDULED
            why = _("proved not sent: {reason}", reason=reason) if proved else _("looked for and not found")
            if claims.leave(tx, claim, DeliveryStatus.HELD, reason=why):
                what = alarm_text(claim.delivery, why)
                subject = f"delivery:{claim.delivery.id}"
                alarms.close(tx, subject, now=clock.now(), kinds=(AlarmKind.UNCERTAIN,))
                alarms.ring(tx, AlarmKind.HELD, subject, what, now=clock.now())
        return DeliveryStatus.HELD
