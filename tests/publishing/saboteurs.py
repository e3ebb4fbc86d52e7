"""Publishers and queues with one rule broken each; a suite that lets one of them through proves nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.sql.elements import ColumnElement

from prokes_social.clock import Clock
from prokes_social.errors import OutcomeUnknown, PlatformError, SettingsError, StoreError
from prokes_social.model import delivery as nouns
from prokes_social.model.delivery import Claim, Delivery, DeliveryStatus
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.publishing import LookUp, Publisher, Settler, Timing, reaper
from prokes_social.store import Store, _queue, accounts, alarms, claims, deliveries
from prokes_social.store.tables import delivery
from tests.publishing import scenarios, world

S = DeliveryStatus
d = delivery.c
Patch = pytest.MonkeyPatch
Saboteur = Callable[[Patch], None]
#: Every saboteur, by its name, with the story that exposes it.
SABOTEURS: dict[str, tuple[Saboteur, scenarios.Story]] = {}


def caught_in(story: scenarios.Story) -> Callable[[Saboteur], Saboteur]:
    def enter(breaks: Saboteur) -> Saboteur:
        SABOTEURS[breaks.__name__] = breaks, story
        return breaks

    return enter


# --- the intent ---


@caught_in(scenarios.a_publisher_that_wakes_late_commits_no_intent)
def commits_the_intent_without_its_fence(patch: Patch) -> None:
    _intend_without(patch, "fence")


@caught_in(scenarios.an_approval_that_is_taken_back_counts_until_the_intent)
def asks_for_no_approval_at_the_intent(patch: Patch) -> None:
    _intend_without(patch, "approval")


@caught_in(scenarios.a_stop_counts_until_the_intent)
def overlooks_a_stop_at_the_intent(patch: Patch) -> None:
    _intend_without(patch, "switch")


@caught_in(scenarios.nothing_goes_out_after_its_window)
def overlooks_that_the_window_closed(patch: Patch) -> None:
    _intend_without(patch, "not_after")
    patch.setattr(Delivery, "last_moment", property(lambda self: datetime.max.replace(tzinfo=UTC)))


@caught_in(scenarios.a_slow_upload_lets_no_later_post_overtake)
def lets_a_slow_upload_overtake(patch: Patch) -> None:
    _intend_without(patch, "due_at")


@caught_in(scenarios.a_lost_answer_is_found_by_what_was_prepared)
def commits_the_intent_after_the_call(patch: Patch) -> None:
    def send(
        self: Publisher, claim: Claim, submission: Submission, prepared: Prepared, connection: Connection
    ) -> DeliveryStatus:
        post = self.platforms["x"].publish(submission, prepared, connection)
        if not self._commit_intent(claim, prepared):
            return self._step_back(claim)
        return self.record(claim, post, found_by="answer")

    patch.setattr(Publisher, "_send", send)


@caught_in(scenarios.a_lost_answer_is_found_by_what_was_prepared)
def writes_down_nothing_to_recognise_the_post_by(patch: Patch) -> None:
    begin = claims.begin_sending
    patch.setattr(
        claims,
        "begin_sending",
        lambda tx, held, **more: begin(tx, held, **more | {"prepared": Prepared(markers={})}),
    )


@caught_in(scenarios.posts_of_an_account_keep_their_distance)
def forgets_the_distance_between_posts(patch: Patch) -> None:
    begin = claims.begin_sending
    patch.setattr(claims, "begin_sending", lambda tx, held, **more: begin(tx, held, **more | {"gap": timedelta(0)}))


@caught_in(scenarios.nothing_goes_out_before_its_time)
def sends_as_soon_as_it_is_prepared(patch: Patch) -> None:
    def publish(self: Publisher, claim: Claim) -> DeliveryStatus:
        try:
            connection, submission = self.connection_of(claim.delivery), self.submission_of(claim.delivery)
            prepared = self._prepare(claim, submission, connection)
        except PlatformError as error:
            return self._settle_unsent(claim, error)
        except SettingsError as error:
            return self._release(claim, self.clock.now() + self.timing.retry, error.message)
        return self._send(claim, submission, prepared, connection)

    patch.setattr(Publisher, "publish", publish)


# --- the guard ---


@caught_in(scenarios.a_publisher_frozen_after_the_intent_does_not_send)
def has_no_guard_before_the_call(patch: Patch) -> None:
    patch.setattr(Timing, "guard", timedelta(days=365))


@caught_in(scenarios.a_machine_that_slept_after_the_intent_does_not_send)
def measures_its_lease_with_a_clock_that_stands_still_in_sleep(patch: Patch) -> None:
    class Dozing(_Wrapped):
        def uptime(self) -> float:
            return self.clock.uptime() - self.clock.asleep

    patch.setattr(world, "clock_for_publishers", Dozing)


@caught_in(scenarios.a_clock_set_back_makes_no_lease_younger)
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


@caught_in(scenarios.a_post_that_stays_hidden_is_held_and_not_sent_again)
def sends_again_at_once_after_a_5xx(patch: Patch) -> None:
    publish = world.Liar.publish

    def stubborn(self: world.Liar, *said: Any) -> Post:
        try:
            return publish(self, *said)
        except OutcomeUnknown:
            return publish(self, *said)

    patch.setattr(world.Liar, "publish", stubborn)


@caught_in(scenarios.a_post_that_stays_hidden_is_held_and_not_sent_again)
def takes_no_answer_for_not_sent(patch: Patch) -> None:
    patch.setattr(Publisher, "_doubt", Publisher._try_later)


@caught_in(scenarios.an_outcome_that_can_not_be_written_is_a_doubt)
def takes_a_failed_record_for_not_sent(patch: Patch) -> None:
    record = Publisher.record

    def careless(self: Publisher, claim: Claim, post: Post, *, found_by: str) -> DeliveryStatus:
        try:
            return record(self, claim, post, found_by=found_by)
        except StoreError:
            return self._release(claim, self.clock.now(), "")

    patch.setattr(Publisher, "record", careless)


@caught_in(scenarios.a_rate_limit_holds_for_the_whole_account)
def pauses_one_delivery_instead_of_its_account(patch: Patch) -> None:
    patch.setattr(accounts, "pause", lambda tx, account_id, until: None)


@caught_in(scenarios.a_refused_token_holds_for_the_whole_account)
def goes_on_with_a_token_that_was_refused(patch: Patch) -> None:
    patch.setattr(accounts, "block", lambda tx, account_id, *, why, now: None)


@caught_in(scenarios.a_limit_beyond_the_window_means_missed_at_once)
def can_not_miss_what_was_refused_at_the_call(patch: Patch) -> None:
    """As we once did: the row stayed `sending`, was looked up and held."""
    patch.setattr(_queue, "MOVES", {**nouns.MOVES, S.SENDING: nouns.MOVES[S.SENDING] - {S.MISSED}})


@caught_in(scenarios.a_publisher_that_wakes_late_spoils_no_record_of_another)
def ends_an_attempt_that_is_not_its_own(patch: Patch) -> None:
    """As we once did: a publisher that woke late wrote into the attempt of another."""
    patch.setattr(claims, "holds", lambda tx, held: True)


# --- the claim and the fence ---


@caught_in(scenarios.two_publishers_never_hold_one_delivery)
def claims_by_looking_first_and_taking_later(patch: Patch) -> None:
    def claim(self: Publisher, limit: int) -> list[Claim]:
        with self.store.read() as tx:
            said = {"now": self.clock.now(), "limit": limit}
            ids = [row.id for row in tx.execute(select(claims._DUE.c.id), said)]
        self.at("looked")  # type: ignore[arg-type]
        return _take(self, ids)

    patch.setattr(Publisher, "claim", claim)


@caught_in(scenarios.a_publisher_that_wakes_late_moves_no_row_of_another)
def moves_rows_without_its_fence(patch: Patch) -> None:
    def leave(tx: Any, held: Claim, to: DeliveryStatus, **values: Any) -> bool:
        moved: int = _queue.moved(tx, d.id == held.delivery.id, to, owner=None, lease_until=None, **values)
        return moved == 1

    patch.setattr(claims, "_leave", leave)


@caught_in(scenarios.the_database_itself_refuses_a_second_call_in_flight)
def lets_two_calls_of_an_account_fly(patch: Patch) -> None:
    """The database's own index is gone."""
    opened = world.wipe

    def wipe(store: Store) -> None:
        opened(store)
        with store.write() as tx:
            tx.exec_driver_sql("drop index if exists uq_delivery_in_flight")

    patch.setattr(world, "wipe", wipe)


@caught_in(scenarios.a_doubt_holds_back_later_posts_until_it_was_looked_for_twice)
def lets_later_posts_overtake_a_doubt(patch: Patch) -> None:
    _claim_without(patch, "uncertain")


@caught_in(scenarios.after_a_stop_nothing_is_taken_up_and_nothing_is_missed)
def takes_up_new_deliveries_after_a_stop(patch: Patch) -> None:
    _claim_without(patch, "switch")


@caught_in(scenarios.posts_leave_in_due_order_after_a_pause)
def serves_an_account_in_any_order(patch: Patch) -> None:
    _claim_without(patch, "due_at")
    _intend_without(patch, "due_at")


@caught_in(scenarios.a_publisher_killed_during_the_call_is_not_repeated)
def gives_a_call_that_was_cut_off_back_to_the_queue(patch: Patch) -> None:
    def reap(tx: Any, *, now: datetime, first_look: datetime, reason: str) -> tuple[int, int]:
        flying = d.status.in_([S.CLAIMED.value, S.SENDING.value])
        values = {"status": S.SCHEDULED.value, "next_at": now, "owner": None, "fence": d.fence + 1}
        return tx.execute(update(delivery).where(flying, d.lease_until < now).values(**values)).rowcount, 0

    patch.setattr(claims, "reap", reap)


@caught_in(scenarios.a_publisher_killed_before_the_intent_is_replaced)
def never_takes_up_what_a_killed_publisher_held(patch: Patch) -> None:
    patch.setattr(claims, "reap", lambda tx, **more: (0, 0))


@caught_in(scenarios.after_a_stop_nothing_is_taken_up_and_nothing_is_missed)
def forgets_what_was_due_while_it_was_stopped(patch: Patch) -> None:
    patch.setattr(reaper.switches, "state", lambda tx, name: None)


# --- the look-up and the people ---


@caught_in(scenarios.a_post_that_stays_hidden_is_held_and_not_sent_again)
def sends_again_what_it_did_not_find(patch: Patch) -> None:
    by_id = accounts.by_id
    patch.setattr(accounts, "by_id", lambda tx, number: replace(by_id(tx, number), resend_when_absent=True))


@caught_in(scenarios.an_account_that_may_resend_waits_for_the_last_look_up)
def looks_only_once(patch: Patch) -> None:
    patch.setattr(LookUp, "_again", LookUp._absent)


@caught_in(scenarios.look_ups_without_an_answer_prove_nothing)
def takes_silence_for_absence(patch: Patch) -> None:
    again = LookUp._again
    patch.setattr(LookUp, "_again", lambda self, claim, reason, *, answered: again(self, claim, reason, answered=True))


@caught_in(scenarios.a_post_that_stays_hidden_is_held_and_not_sent_again)
def gives_up_in_silence(patch: Patch) -> None:
    def absent(self: LookUp, claim: Claim, reason: str, **_more: Any) -> DeliveryStatus:
        with self.publisher.store.write() as tx:
            claims.leave(tx, claim, S.FAILED, reason=reason)
        return S.FAILED

    patch.setattr(LookUp, "_absent", absent)


@caught_in(scenarios.a_refused_text_fails_and_a_person_is_told)
def tells_nobody(patch: Patch) -> None:
    patch.setattr(alarms, "ring", lambda tx, kind, subject, what, *, now: True)


@caught_in(scenarios.an_alarm_ends_with_its_trouble)
def lets_alarms_ring_for_ever(patch: Patch) -> None:
    patch.setattr(alarms, "close_settled", lambda tx, *, now: None)


@caught_in(scenarios.a_fresh_look_comes_before_a_persons_word)
def believes_a_person_without_a_look(patch: Patch) -> None:
    patch.setattr(Settler, "_look", lambda self, claim: None)


@caught_in(scenarios.an_edit_counts_until_the_intent_and_is_refused_after_it)
def edits_under_a_publishers_hands(patch: Patch) -> None:
    put = deliveries.put

    def careless(tx: Any, key: Any, content: Any, **more: Any) -> bool:
        claimed = update(delivery).where(d.message == key.message, d.status == S.CLAIMED.value)
        if tx.execute(claimed.values(text=content.text, digest=content.digest)).rowcount:
            return True
        return put(tx, key, content, **more)

    patch.setattr(deliveries, "put", careless)
    _intend_without(patch, ":b_digest")


@caught_in(scenarios.a_cancel_counts_until_the_intent_and_is_refused_after_it)
def cancels_what_is_out(patch: Patch) -> None:
    def cancel(tx: Any, delivery_id: int, *, reason: str) -> bool:
        gone = update(delivery).where(d.id == delivery_id, d.status != S.CANCELLED.value)
        return bool(tx.execute(gone.values(status=S.CANCELLED.value, reason=reason)).rowcount)

    patch.setattr(deliveries, "cancel", cancel)


@caught_in(scenarios.what_is_held_is_settled_and_not_cancelled_by_a_plan)
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
    kept = _without(claims._INTEND.whereclause, word)
    patch.setattr(claims, "_INTEND", update(delivery).where(*kept).values(status=S.SENDING.value))


def _claim_without(patch: Patch, word: str) -> None:
    kept = _without(claims._DUE.element.whereclause, word)  # type: ignore[attr-defined]
    due = select(d.id).where(*kept).order_by(d.next_at, d.id).limit(bindparam("limit")).cte("due")
    take = update(delivery).where(d.id.in_(select(due.c.id)), _queue.in_status(S.SCHEDULED))
    values = {"owner": bindparam("b_owner"), "lease_until": bindparam("b_lease_until")}
    taken = take.values(status=S.CLAIMED.value, fence=d.fence + 1, **values).returning(d.id)
    patch.setattr(claims, "_CLAIM", taken)


def _take(self: Publisher, ids: list[int]) -> list[Claim]:
    now = self.clock.now()
    values = {"status": S.CLAIMED.value, "owner": self.owner, "lease_until": now + self.timing.lease}
    with self.store.write() as tx:
        tx.execute(update(delivery).where(d.id.in_(ids)).values(**values, fence=d.fence + 1))
        rows = [row for row in (deliveries.get(tx, each) for each in ids) if row]
    return [Claim(delivery=row, owner=self.owner, claimed_at=self.clock.uptime()) for row in rows]
