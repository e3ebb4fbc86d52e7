"""Publishers and queues with one rule broken each; a suite that lets one of them through proves nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.sql.elements import ColumnElement

from prokes_social.clock import Clock
from prokes_social.errors import OutcomeUnknown, PlatformError, StoreError
from prokes_social.model import delivery as nouns
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.publishing import LookUp, Publisher, Settler, Timing, reaper
from prokes_social.store import Store, accounts, alarms, deliveries
from prokes_social.store.tables import delivery
from tests.publishing import world

S = DeliveryStatus
d = delivery.c
Patch = pytest.MonkeyPatch
Saboteur = Callable[[Patch], None]
#: Every saboteur, by its name; the first line of each says which rule it breaks.
SABOTEURS: dict[str, Saboteur] = {}


def saboteur(breaks: Saboteur) -> Saboteur:
    SABOTEURS[breaks.__name__] = breaks
    return breaks


# --- the intent ---


@saboteur
def commits_the_intent_without_its_fence(patch: Patch) -> None:
    _intend_without(patch, "fence")


@saboteur
def asks_for_no_approval_at_the_intent(patch: Patch) -> None:
    _intend_without(patch, "approval")


@saboteur
def overlooks_a_stop_at_the_intent(patch: Patch) -> None:
    _intend_without(patch, "switch")


@saboteur
def overlooks_that_the_window_closed(patch: Patch) -> None:
    _intend_without(patch, "not_after")
    patch.setattr(Delivery, "last_moment", property(lambda self: datetime.max.replace(tzinfo=UTC)))


@saboteur
def lets_a_slow_upload_overtake(patch: Patch) -> None:
    _intend_without(patch, "due_at")


@saboteur
def commits_the_intent_after_the_call(patch: Patch) -> None:
    def send(
        self: Publisher, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection
    ) -> DeliveryStatus:
        post = self.platforms["x"].publish(submission, prepared, connection)
        if not self._commit_intent(claim, prepared):
            return self._step_back(claim)
        return self.record(claim, post, found_by="answer")

    patch.setattr(Publisher, "_send", send)


@saboteur
def writes_down_nothing_to_recognise_the_post_by(patch: Patch) -> None:
    begin = deliveries.begin_sending
    patch.setattr(
        deliveries, "begin_sending", lambda tx, held, **more: begin(tx, held, **more | {"prepared": Prepared(markers={})})
    )


@saboteur
def forgets_the_distance_between_posts(patch: Patch) -> None:
    begin = deliveries.begin_sending
    patch.setattr(
        deliveries, "begin_sending", lambda tx, held, **more: begin(tx, held, **more | {"gap": timedelta(0)})
    )


@saboteur
def sends_as_soon_as_it_is_prepared(patch: Patch) -> None:
    def publish(self: Publisher, claim: Claim) -> DeliveryStatus:
        connection, submission = self.connection_of(claim.delivery), self.submission_of(claim.delivery)
        try:
            prepared = self._prepare(claim, submission, connection)
        except PlatformError as error:
            return self._settle_unsent(claim, error)
        return self._send(claim, submission, prepared, connection)

    patch.setattr(Publisher, "publish", publish)


# --- the guard ---


@saboteur
def has_no_guard_before_the_call(patch: Patch) -> None:
    patch.setattr(Timing, "guard", timedelta(days=365))


@saboteur
def measures_its_lease_with_a_clock_that_stands_still_in_sleep(patch: Patch) -> None:
    class Dozing(_Wrapped):
        def uptime(self) -> float:
            return self.clock.uptime() - self.clock.asleep

    patch.setattr(world, "clock_for_publishers", Dozing)


@saboteur
def measures_its_lease_with_the_wall_clock(patch: Patch) -> None:
    class Wall(_Wrapped):
        def uptime(self) -> float:
            return self.clock.now().timestamp()

    patch.setattr(world, "clock_for_publishers", Wall)


class _Wrapped(Clock):
    def __init__(self, clock: Any) -> None:
        self.clock = clock

    def now(self) -> datetime:
        return self.clock.now()  # type: ignore[no-any-return]

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


# --- the answer ---


@saboteur
def sends_again_at_once_after_a_5xx(patch: Patch) -> None:
    publish = world.Liar.publish

    def stubborn(self: world.Liar, *said: Any) -> Post:
        try:
            return publish(self, *said)
        except OutcomeUnknown:
            return publish(self, *said)

    patch.setattr(world.Liar, "publish", stubborn)


@saboteur
def takes_no_answer_for_not_sent(patch: Patch) -> None:
    patch.setattr(Publisher, "_doubt", Publisher._try_later)


@saboteur
def takes_a_failed_record_for_not_sent(patch: Patch) -> None:
    record = Publisher.record

    def careless(self: Publisher, claim: Claim, post: Post, *, found_by: str) -> DeliveryStatus:
        try:
            return record(self, claim, post, found_by=found_by)
        except StoreError:
            return self._release(claim, self.clock.now(), "")

    patch.setattr(Publisher, "record", careless)


@saboteur
def pauses_one_delivery_instead_of_its_account(patch: Patch) -> None:
    patch.setattr(accounts, "pause", lambda tx, account_id, until: None)


@saboteur
def goes_on_with_a_token_that_was_refused(patch: Patch) -> None:
    patch.setattr(accounts, "block", lambda tx, account_id, *, why, now: None)


@saboteur
def can_not_miss_what_was_refused_at_the_call(patch: Patch) -> None:
    """As we once did: the row stayed `sending`, was looked up and held."""
    patch.setattr(deliveries, "MOVES", {**nouns.MOVES, S.SENDING: nouns.MOVES[S.SENDING] - {S.MISSED}})


@saboteur
def ends_an_attempt_that_is_not_its_own(patch: Patch) -> None:
    """As we once did: a publisher that woke late wrote into the attempt of another."""
    patch.setattr(deliveries, "holds", lambda tx, held: True)


# --- the claim and the fence ---


@saboteur
def claims_by_looking_first_and_taking_later(patch: Patch) -> None:
    def claim(self: Publisher, limit: int) -> list[Claim]:
        with self.store.read() as tx:
            said = {"now": self.clock.now(), "limit": limit}
            ids = [row.id for row in tx.execute(select(deliveries._DUE.c.id), said)]
        self.at("looked")  # type: ignore[arg-type]
        return _take(self, ids)

    patch.setattr(Publisher, "claim", claim)


@saboteur
def moves_rows_without_its_fence(patch: Patch) -> None:
    def leave(tx: Any, held: Claim, to: DeliveryStatus, **values: Any) -> bool:
        moved: int = deliveries._moved(tx, d.id == held.delivery.id, to, owner=None, lease_until=None, **values)
        return moved == 1

    patch.setattr(deliveries, "_leave", leave)


@saboteur
def lets_two_calls_of_an_account_fly(patch: Patch) -> None:
    """The database's own index is gone."""
    opened = world.wipe

    def wipe(store: Store) -> None:
        opened(store)
        with store.write() as tx:
            tx.exec_driver_sql("drop index if exists uq_delivery_in_flight")

    patch.setattr(world, "wipe", wipe)


@saboteur
def lets_later_posts_overtake_a_doubt(patch: Patch) -> None:
    _claim_without(patch, "uncertain")


@saboteur
def takes_up_new_deliveries_after_a_stop(patch: Patch) -> None:
    _claim_without(patch, "switch")


@saboteur
def serves_an_account_in_any_order(patch: Patch) -> None:
    _claim_without(patch, "due_at")
    _intend_without(patch, "due_at")


@saboteur
def gives_a_call_that_was_cut_off_back_to_the_queue(patch: Patch) -> None:
    def reap(tx: Any, *, now: datetime, first_look: datetime, reason: str) -> tuple[int, int]:
        flying = d.status.in_([S.CLAIMED.value, S.SENDING.value])
        values = {"status": S.SCHEDULED.value, "next_at": now, "owner": None, "fence": d.fence + 1}
        return tx.execute(update(delivery).where(flying, d.lease_until < now).values(**values)).rowcount, 0

    patch.setattr(deliveries, "reap", reap)


@saboteur
def never_takes_up_what_a_killed_publisher_held(patch: Patch) -> None:
    patch.setattr(deliveries, "reap", lambda tx, **more: (0, 0))


@saboteur
def forgets_what_was_due_while_it_was_stopped(patch: Patch) -> None:
    patch.setattr(reaper.switches, "state", lambda tx, name: None)


# --- the look-up and the people ---


@saboteur
def sends_again_what_it_did_not_find(patch: Patch) -> None:
    by_id = accounts.by_id
    patch.setattr(accounts, "by_id", lambda tx, number: replace(by_id(tx, number), resend_when_absent=True))


@saboteur
def looks_only_once(patch: Patch) -> None:
    patch.setattr(LookUp, "_again", LookUp._absent)


@saboteur
def takes_silence_for_absence(patch: Patch) -> None:
    again = LookUp._again
    patch.setattr(LookUp, "_again", lambda self, claim, reason, *, answered: again(self, claim, reason, answered=True))


@saboteur
def gives_up_in_silence(patch: Patch) -> None:
    def absent(self: LookUp, claim: Claim, reason: str, **_more: Any) -> DeliveryStatus:
        with self.publisher.store.write() as tx:
            deliveries.leave(tx, claim, S.FAILED, reason=reason)
        return S.FAILED

    patch.setattr(LookUp, "_absent", absent)


@saboteur
def tells_nobody(patch: Patch) -> None:
    patch.setattr(alarms, "ring", lambda tx, kind, subject, what, *, now: True)


@saboteur
def lets_alarms_ring_for_ever(patch: Patch) -> None:
    patch.setattr(alarms, "close_settled", lambda tx, *, now: None)


@saboteur
def believes_a_person_without_a_look(patch: Patch) -> None:
    patch.setattr(Settler, "_look", lambda self, claim: None)


@saboteur
def edits_under_a_publishers_hands(patch: Patch) -> None:
    put = deliveries.put

    def careless(tx: Any, key: Any, content: Any, **more: Any) -> bool:
        claimed = update(delivery).where(d.message == key.message, d.status == S.CLAIMED.value)
        if tx.execute(claimed.values(text=content.text, digest=content.digest)).rowcount:
            return True
        return put(tx, key, content, **more)

    patch.setattr(deliveries, "put", careless)
    _intend_without(patch, ":b_digest")


@saboteur
def cancels_what_is_out(patch: Patch) -> None:
    def cancel(tx: Any, delivery_id: int, *, reason: str) -> bool:
        gone = update(delivery).where(d.id == delivery_id, d.status != S.CANCELLED.value)
        return bool(tx.execute(gone.values(status=S.CANCELLED.value, reason=reason)).rowcount)

    patch.setattr(deliveries, "cancel", cancel)


@saboteur
def cancels_what_is_held(patch: Patch) -> None:
    """As we once did: a plan withdrew what a person had to look at first."""
    patch.setattr(deliveries, "OPEN", deliveries.OPEN | {S.HELD})


# --- their tools ---


def _clauses(condition: Any) -> Iterator[ColumnElement[bool]]:
    """The parts of an `and`, however deep."""
    if getattr(condition, "operator", None) is not None and condition.operator.__name__ == "and_":
        for part in condition.clauses:
            yield from _clauses(part)
    else:
        yield condition


def _without(condition: Any, word: str) -> Sequence[ColumnElement[bool]]:
    """Raises AssertionError where no part speaks of `word`: the rule is no longer where the saboteur looks for it."""
    parts = list(_clauses(condition))
    kept = [part for part in parts if word not in str(part)]
    assert len(kept) < len(parts), f"no condition about {word}"
    return kept


def _intend_without(patch: Patch, word: str) -> None:
    kept = _without(deliveries._INTEND.whereclause, word)
    patch.setattr(deliveries, "_INTEND", update(delivery).where(*kept).values(status=S.SENDING.value))


def _claim_without(patch: Patch, word: str) -> None:
    kept = _without(deliveries._DUE.element.whereclause, word)  # type: ignore[attr-defined]
    due = select(d.id).where(*kept).order_by(d.next_at, d.id).limit(deliveries.bindparam("limit")).cte("due")
    take = update(delivery).where(d.id.in_(select(due.c.id)), deliveries._is(S.SCHEDULED))
    values = {"owner": deliveries.bindparam("b_owner"), "lease_until": deliveries.bindparam("b_lease_until")}
    taken = take.values(status=S.CLAIMED.value, fence=d.fence + 1, **values).returning(d.id)
    patch.setattr(deliveries, "_CLAIM", taken)


def _take(self: Publisher, ids: list[int]) -> list[Claim]:
    now = self.clock.now()
    values = {"status": S.CLAIMED.value, "owner": self.owner, "lease_until": now + self.timing.lease}
    with self.store.write() as tx:
        tx.execute(update(delivery).where(d.id.in_(ids)).values(**values, fence=d.fence + 1))
        rows = [row for row in (deliveries.get(tx, each) for each in ids) if row]
    return [Claim(delivery=row, owner=self.owner, claimed_at=self.clock.uptime()) for row in rows]
