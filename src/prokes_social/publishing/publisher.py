"""A claimed delivery in, a post or an honest status out: prepare, commit the intent, guard, send, record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from prokes_social import logs
from prokes_social.clock import Clock, month_of, zone_named
from prokes_social.errors import (
    CardError,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SettingsError,
    Unauthorized,
)
from prokes_social.i18n import _
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus, Outcome
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.platforms import Platform
from prokes_social.publishing.finding import Finder
from prokes_social.publishing.points import Point, go_on
from prokes_social.publishing.timing import Timing
from prokes_social.store import Store, accounts, alarms, claims, snapshots, spending

#: Statuses that want a person.
RINGS = {
    DeliveryStatus.FAILED: AlarmKind.FAILED,
    DeliveryStatus.MISSED: AlarmKind.MISSED,
    DeliveryStatus.HELD: AlarmKind.HELD,
}


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Draws nothing, loads nothing, refreshes nothing: nouns and functions are handed in."""

    store: Store
    platforms: Mapping[str, Platform]
    clock: Clock
    timing: Timing
    owner: str
    submission_of: Callable[[Delivery], Submission]
    connection_of: Callable[[Delivery], Connection]
    readings_of: Callable[[Delivery, Post], list[datetime]]  #: when a new post's numbers are to be read
    at: Callable[[Point], None] = field(default=go_on)  #: where tests and the drill kill or freeze us

    def claim(self, limit: int) -> list[Claim]:
        """Take due deliveries, at most one an account; each must then be given to `publish`."""
        now = self.clock.now()
        with self.store.write() as tx:
            return claims.claim(
                tx,
                owner=self.owner,
                now=now,
                uptime=self.clock.uptime(),
                lease_until=now + self.timing.lease,
                limit=limit,
            )

    def publish(self, claim: Claim) -> DeliveryStatus:
        """One claim to its end; the status in which it was left."""
        self.at(Point.CLAIMED)
        if self.clock.now() > claim.delivery.last_moment:
            return self._leave(claim, DeliveryStatus.MISSED, self._late(claim.delivery))
        try:
            connection = self.connection_of(claim.delivery)
            submission = self.submission_of(claim.delivery)
            if claim.delivery.look_since and (left := self._look_first(claim)):
                return left
            prepared = self._prepare(claim, submission, connection)
        except PlatformError as error:
            return self._settle_unsent(claim, error)
        except (SettingsError, CardError) as error:  # a person must mend the workspace; the window keeps running
            return self._release(claim, self.clock.now() + self.timing.retry, error.message)
        if not prepared.ready:
            return self._release(
                claim, self.clock.now() + self.timing.retry / 5, _("the platform is still preparing it")
            )
        if self.clock.now() < claim.delivery.content.due_at:
            return self._release(claim, claim.delivery.content.due_at, "")
        return self._send(claim, submission, prepared, connection)

    @property
    def finder(self) -> Finder:
        return Finder(
            store=self.store,
            platforms=self.platforms,
            submission_of=self.submission_of,
            connection_of=self.connection_of,
        )

    # --- before the point of no return ---

    def _look_first(self, claim: Claim) -> DeliveryStatus | None:
        """A restored delivery may have gone out after the backup was made. None: it has not; go on as usual."""
        try:
            found = self.finder.find(claim.delivery)
        except Rejected as error:  # the question, not the content: until it is answered, nothing is sent
            return self._try_later(claim, error)
        if found:
            return self.record(claim, found, found_by="look-up")
        with self.store.write() as tx:
            claims.looked_for(tx, claim)
        return None

    def _prepare(self, claim: Claim, submission: Submission, connection: Connection) -> Prepared:
        kept = claim.delivery.prepared
        fresh = kept and (kept.expires_at is None or kept.expires_at > self.clock.now() + self.timing.lease)
        earlier = kept if fresh else None
        if earlier and earlier.ready:
            return earlier
        prepared = self._platform(claim).prepare(submission, connection, earlier)
        self.at(Point.PREPARED)
        if not prepared.ready or self.clock.now() < claim.delivery.content.due_at:
            # What goes out at once is written down with the intent; one durable commit less for each post.
            with self.store.write() as tx:
                claims.keep_prepared(tx, claim, prepared)
            self.at(Point.KEPT)
        return prepared

    def _settle_unsent(self, claim: Claim, error: PlatformError) -> DeliveryStatus:
        """Nothing public was asked for yet, so every error leaves the delivery in our hands."""
        if isinstance(error, Rejected):
            return self._leave(claim, DeliveryStatus.FAILED, _in_words(error))
        if isinstance(error, Unauthorized):
            return self._block(claim, error)
        return self._try_later(claim, error)

    def _send(self, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection) -> DeliveryStatus:
        if self._is_over_budget(claim.delivery):
            return self._over_budget(claim)
        if not self._commit_intent(claim, prepared):
            return self._step_back(claim)
        row, sending = claim.delivery, DeliveryStatus.SENDING
        logs.moved(delivery=row.id, account=row.key.account, status=sending.value, owner=self.owner)
        self.at(Point.INTENT)
        if self.clock.uptime() - claim.claimed_at > self.timing.guard.total_seconds():
            # Frozen between intent and call: the lease may be somebody else's by now, so nothing is sent.
            return self._not_sent(claim, NotSent(_("the publisher was frozen before the call; nothing was sent")))
        self.at(Point.GUARDED)
        return self._call(claim, submission, prepared, connection)

    def _is_over_budget(self, delivery: Delivery) -> bool:
        if self.timing.budget is None or not delivery.cost:
            return False
        with self.store.read() as tx:
            spent = spending.spent(tx, since=month_of(self.clock.now())).get(delivery.key.account, Decimal(0))
        return spent + delivery.cost > self.timing.budget

    def _over_budget(self, claim: Claim) -> DeliveryStatus:
        """It waits for a larger budget as long as its window is open."""
        reason = _("this month's budget of {account} is spent", account=claim.delivery.key.account)
        with self.store.write() as tx:
            account = f"account:{claim.delivery.account_id}"
            alarms.ring(tx, AlarmKind.BUDGET, account, alarm_text(claim.delivery, reason), now=self.clock.now())
        return self._release(claim, self.clock.now() + self.timing.retry, reason)

    def _commit_intent(self, claim: Claim, prepared: Prepared) -> bool:
        now = self.clock.now()
        today = now.astimezone(zone_named(claim.delivery.zone)).date()
        with self.store.write() as tx:
            number = claims.begin_sending(tx, claim, prepared=prepared, now=now, today=today, gap=self.timing.gap)
        return number is not None

    def _step_back(self, claim: Claim) -> DeliveryStatus:
        """The intent did not fit any more: say why, where the row is still ours."""
        now = self.clock.now()
        today = now.astimezone(zone_named(claim.delivery.zone)).date()
        until = claim.delivery.sources_until
        if until and until < today:
            return self._expire(claim)
        if now > claim.delivery.last_moment:
            return self._leave(claim, DeliveryStatus.MISSED, self._late(claim.delivery))
        return self._release(claim, now + self.timing.retry, "")

    # --- after it ---

    def _call(self, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection) -> DeliveryStatus:
        try:
            post = self._platform(claim).publish(submission, prepared, connection)
        except NotSent as error:
            return self._not_sent(claim, error)
        except Rejected as error:
            self._end(claim, Outcome.REJECTED, error)
            return self._leave(claim, DeliveryStatus.FAILED, _in_words(error))
        except Unauthorized as error:
            self._end(claim, Outcome.UNAUTHORIZED, error)
            return self._block(claim, error)
        except OutcomeUnknown as error:
            return self._doubt(claim, error)
        self.at(Point.SENT)
        return self.record(claim, post, found_by="answer")

    def record(self, claim: Claim, post: Post, *, found_by: str) -> DeliveryStatus:
        """Write the post; if this fails the row stays `sending` and becomes uncertain when its lease ends."""
        with self.store.write() as tx:
            post_id = claims.record_post(tx, claim, post, found_by=found_by)
            if post_id is None:
                return DeliveryStatus.UNCERTAIN
            now = self.clock.now()
            claims.end_doubt(tx, claim.delivery.id, outcome=Outcome.PUBLISHED, now=now)
            snapshots.plan_readings(tx, post_id, self.readings_of(claim.delivery, post))
            if claim.delivery.attempts or found_by != "answer":  # nothing rang for one that went out at once
                alarms.close(tx, _subject(claim), now=now)
        self.at(Point.RECORDED)
        return DeliveryStatus.PUBLISHED

    def _not_sent(self, claim: Claim, error: NotSent) -> DeliveryStatus:
        self._end(claim, Outcome.NOT_SENT, error)
        return self._try_later(claim, error)

    def _doubt(self, claim: Claim, error: OutcomeUnknown) -> DeliveryStatus:
        now = self.clock.now()
        first = now + self.timing.lookups[0]
        with self.store.write() as tx:
            if claims.mark_uncertain(tx, claim, now=now, first_look=first, reason=_in_words(error)):
                said = error.said or error.message
                claims.end_attempt(tx, claim.delivery.id, outcome=Outcome.UNKNOWN, said=said, now=now)
        return DeliveryStatus.UNCERTAIN

    # --- small moves ---

    def _platform(self, claim: Claim) -> Platform:
        return self.platforms[claim.delivery.platform]

    def _try_later(self, claim: Claim, error: PlatformError) -> DeliveryStatus:
        """Again at the platform's time, which holds for the whole account; past its window it is missed."""
        told = error.retry_at if isinstance(error, NotSent) else None
        again = max(told, self.clock.now()) if told else self.clock.now() + self.timing.retry
        if told:
            with self.store.write() as tx:
                accounts.pause(tx, claim.delivery.account_id, again)
        if again > claim.delivery.last_moment:
            return self._leave(claim, DeliveryStatus.MISSED, _in_words(error))
        return self._release(claim, again, _in_words(error))

    def _block(self, claim: Claim, error: PlatformError) -> DeliveryStatus:
        with self.store.write() as tx:
            now = self.clock.now()
            accounts.block(tx, claim.delivery.account_id, why=_in_words(error), now=now)
            account = f"account:{claim.delivery.account_id}"
            what = f"{claim.delivery.key.account}: {_in_words(error)}"
            alarms.ring(tx, AlarmKind.BLOCKED, account, what, now=now)
        return self._release(claim, claim.delivery.content.due_at, _in_words(error))

    def _end(self, claim: Claim, outcome: Outcome, error: PlatformError) -> None:
        with self.store.write() as tx:
            if not claims.holds(tx, claim):
                return  # the newest attempt may be another publisher's
            claims.end_attempt(
                tx,
                claim.delivery.id,
                outcome=outcome,
                said=error.said or error.message,
                now=self.clock.now(),
                cost=Decimal(0),  # the platforms charge for what they accept
            )

    def _release(self, claim: Claim, next_at: datetime, reason: str) -> DeliveryStatus:
        with self.store.write() as tx:
            claims.release(tx, claim, next_at=next_at, reason=reason)
        return DeliveryStatus.SCHEDULED

    def _leave(self, claim: Claim, to: DeliveryStatus, reason: str) -> DeliveryStatus:
        with self.store.write() as tx:
            if claims.leave(tx, claim, to, reason=reason) and to in RINGS:
                alarms.ring(tx, RINGS[to], _subject(claim), alarm_text(claim.delivery, reason), now=self.clock.now())
        return to

    def _expire(self, claim: Claim) -> DeliveryStatus:
        reason = _("a source expired before the delivery went out")
        with self.store.write() as tx:
            if claims.leave(tx, claim, DeliveryStatus.WAITING, reason=reason):
                what = alarm_text(claim.delivery, reason)
                alarms.ring(tx, AlarmKind.EXPIRED, _subject(claim), what, now=self.clock.now())
        return DeliveryStatus.WAITING

    def _late(self, delivery: Delivery) -> str:
        return delivery.reason or _("its window closed before it could go out")


def alarm_text(delivery: Delivery, reason: str) -> str:
    """Which delivery, on which account, and why."""
    return f"#{delivery.id} {delivery.key.campaign}/{delivery.key.message} → {delivery.key.account}: {reason}"


def _subject(claim: Claim) -> str:
    return f"delivery:{claim.delivery.id}"


def _in_words(error: PlatformError) -> str:
    return f"{error.message} ({error.said})" if error.said and error.said not in error.message else error.message
