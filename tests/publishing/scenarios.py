"""One story for each rule of the protocol, told on purpose; the random lives of the state machine tell the rest."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from prokes_social.model.delivery import DeliveryStatus
from prokes_social.publishing import Point
from prokes_social.store import Store
from prokes_social.store.tables import delivery
from tests.publishing.world import RuleBroken, World, demand

S = DeliveryStatus
Story = Callable[[Store], World]
#: Every story, by its name.
STORIES: dict[str, Story] = {}


def story(told: Story) -> Story:
    STORIES[told.__name__] = told
    return told


def ends(world: World, *statuses: DeliveryStatus, public: int) -> World:
    """Let time pass until nothing moves, then compare."""
    world.until_quiet()
    found = tuple(row.status for row in sorted(world.rows(), key=lambda row: row.id))
    demand(found == statuses, f"it ends {statuses}, not {found}")
    demand(len(world.platform.shown) == public, f"{public} posts are public, not {len(world.platform.shown)}")
    return world


# --- answers ---


@story
def a_lost_answer_is_found_by_what_was_prepared(store: Store) -> World:
    world = World(store)
    world.queue()
    world.run(0, "drop")
    world.pass_time(16)
    world.look()
    return ends(world, S.PUBLISHED, public=1)


@story
def a_post_that_stays_hidden_is_held_and_not_sent_again(store: Store) -> World:
    world = World(store)
    world.queue()
    world.platform.lag = 1e9
    world.run(0, "error")
    return ends(world, S.HELD, public=1)


@story
def a_post_that_lands_late_is_found(store: Store) -> World:
    world = World(store)
    world.queue()
    world.run(0, "late")
    return ends(world, S.PUBLISHED, public=1)


@story
def an_account_that_may_resend_waits_for_the_last_look_up(store: Store) -> World:
    world = World(store, resend=("x-kab",))
    world.queue()
    world.platform.lag = 500
    world.run(0, "drop")
    return ends(world, S.PUBLISHED, public=1)


@story
def an_account_that_may_resend_does(store: Store) -> World:
    world = World(store, resend=("x-kab",))
    world.queue()
    world.run(0, "lost")
    return ends(world, S.PUBLISHED, public=1)


@story
def look_ups_without_an_answer_prove_nothing(store: Store) -> World:
    world = World(store, resend=("x-kab",))
    world.queue()
    world.platform.deaf = True
    world.run(0, "drop")
    for seconds in (16, 46, 241, 601):
        world.pass_time(seconds)
        world.look()
    return ends(world, S.HELD, public=1)


@story
def a_workspace_that_needs_mending_leaves_no_endless_doubt(store: Store) -> World:
    world = World(store)
    world.queue()
    world.run(0, "drop")
    world.unready = True
    for seconds in (16, 46, 241, 601):
        world.pass_time(seconds)
        world.look()
    return ends(world, S.HELD, public=1)


@story
def a_refused_text_fails_and_a_person_is_told(store: Store) -> World:
    world = World(store)
    world.queue()
    world.run(0, "rejected")
    return ends(world, S.FAILED, public=0)


@story
def media_still_processing_are_waited_for(store: Store) -> World:
    world = World(store)
    world.queue(due_in=10)
    world.run(0, "processing")
    world.pass_time(11)
    world.run(0, "processing")
    world.pass_time(4)
    world.run(0)
    return ends(world, S.PUBLISHED, public=1)


# --- crashes and freezes ---


@story
def a_publisher_that_wakes_late_commits_no_intent(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.PREPARED)
    world.pass_time(61)
    world.reap()
    world.go_to(1, Point.PREPARED)
    world.finish(0)
    world.finish(1)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_publisher_that_wakes_late_moves_no_row_of_another(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.PREPARED)
    world.pass_time(61)
    world.reap()
    world.go_to(1, Point.GUARDED)
    world.finish(0)
    world.pass_time(16)
    world.run(0)
    world.finish(1)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_publisher_that_wakes_late_spoils_no_record_of_another(store: Store) -> World:
    world = World(store, resend=("x-kab",))
    world.queue()
    world.go_to(0, Point.INTENT)
    world.pass_time(61)
    world.reap()
    for seconds in (16, 46, 241, 601):
        world.pass_time(seconds)
        world.look()
    world.run(1)
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_publisher_frozen_after_the_intent_does_not_send(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.INTENT)
    world.pass_time(61)
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_machine_that_slept_after_the_intent_does_not_send(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.INTENT)
    world.pass_time(61, asleep=True)
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_clock_set_back_makes_no_lease_younger(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.INTENT)
    world.pass_time(61)
    world.jump(-3600)
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_publisher_killed_before_the_intent_is_replaced(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.PREPARED)
    world.kill(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_publisher_killed_during_the_call_is_not_repeated(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.SENT)
    world.kill(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def an_outcome_that_can_not_be_written_is_a_doubt(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.SENT)
    world.step(0, broken=True)
    world.pass_time(16)
    world.run(1)
    return ends(world, S.PUBLISHED, public=1)


# --- several publishers, several posts ---


@story
def two_publishers_never_hold_one_delivery(store: Store) -> World:
    world = World(store)
    world.queue()
    world.start(0)
    world.start(1)
    world.finish(0)
    world.finish(1)
    return ends(world, S.PUBLISHED, public=1)


@story
def the_database_itself_refuses_a_second_call_in_flight(store: Store) -> World:
    world = World(store)
    first, second = world.queue(), world.queue()
    with store.write() as tx:
        tx.execute(update(delivery).where(delivery.c.id == first).values(status="sending"))
    try:
        with store.write() as tx:
            tx.execute(update(delivery).where(delivery.c.id == second).values(status="sending"))
    except IntegrityError:
        return world
    raise RuleBroken("two calls of one account in flight")


@story
def a_doubt_holds_back_later_posts_until_it_was_looked_for_twice(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-2)
    world.queue()
    world.platform.lag = 20
    world.run(0, "drop")
    for seconds in (1, 15, 20, 26):
        world.run(1)
        world.pass_time(seconds)
        world.look()
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def posts_leave_in_due_order_whatever_their_numbers(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-1)
    world.queue(due_in=-60)
    world.run(0)
    world.run(0)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def posts_leave_in_due_order_after_a_pause(store: Store) -> World:
    world = World(store)
    world.queue(due_in=0)
    world.queue(due_in=80)
    world.run(0, "limit")
    world.pass_time(91)
    world.run(0)
    world.run(0)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def posts_leave_in_due_order_after_a_crash(store: Store) -> World:
    world = World(store)
    world.queue(due_in=0)
    world.queue(due_in=30)
    world.start(0)
    world.kill(0)
    world.pass_time(61)
    world.reap()
    world.run(1)
    world.run(1)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def a_slow_upload_lets_no_later_post_overtake(store: Store) -> World:
    world = World(store)
    world.queue(due_in=10)
    world.queue(due_in=12)
    world.run(0)
    world.go_to(0, Point.CLAIMED)
    world.pass_time(14)
    world.finish(0)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def posts_of_an_account_keep_their_distance(store: Store) -> World:
    world = World(store, gap=timedelta(seconds=45))
    world.queue(due_in=-1)
    world.queue()
    world.run(0)
    world.run(0)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def a_rate_limit_holds_for_the_whole_account(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-1)
    world.queue()
    world.queue("x-prov")
    world.run(0, "limit")
    for _each in range(3):
        world.run(1)
    demand([post.account for post in world.platform.shown] == ["x-prov"], "other accounts go on")
    return ends(world, S.PUBLISHED, S.PUBLISHED, S.PUBLISHED, public=3)


@story
def a_rate_limit_met_at_the_call_holds_too(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-1)
    world.queue()
    world.go_to(0, Point.GUARDED)
    world.step(0, "limit")
    world.run(1)
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def a_limit_beyond_the_window_means_missed_at_once(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.GUARDED)
    world.step(0, "long limit")
    return ends(world, S.MISSED, public=0)


@story
def a_refused_token_holds_for_the_whole_account(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-1)
    world.queue()
    world.queue("x-prov")
    world.run(0, "unauthorized")
    for _each in range(3):
        world.run(1)
    demand([post.account for post in world.platform.shown] == ["x-prov"], "other accounts go on")
    with store.read() as tx:
        demand(
            tx.exec_driver_sql("select count(*) from alarm where kind = 'blocked'").scalar() == 1, "a person is told"
        )
    return ends(world, S.PUBLISHED, S.PUBLISHED, S.PUBLISHED, public=3)


# --- time ---


@story
def nothing_goes_out_before_its_time(store: Store) -> World:
    world = World(store)
    world.queue(due_in=30)
    world.run(0)
    world.pass_time(5)
    world.run(0)
    demand(not world.platform.shown, "it is prepared, not sent")
    return ends(world, S.PUBLISHED, public=1)


@story
def nothing_goes_out_after_its_window(store: Store) -> World:
    world = World(store)
    world.queue(due_in=-1795)
    world.go_to(0, Point.PREPARED)
    world.pass_time(10)
    world.finish(0)
    return ends(world, S.MISSED, public=0)


@story
def after_a_long_sleep_there_is_no_burst(store: Store) -> World:
    world = World(store)
    for hour in range(3):
        world.queue(due_in=hour * 3600 + 60)
    world.pass_time(2 * 3600 + 600, asleep=True)
    world.reap()
    world.run(0)
    return ends(world, S.MISSED, S.MISSED, S.PUBLISHED, public=1)


@story
def a_clock_set_back_sends_nothing_twice_or_early(store: Store) -> World:
    world = World(store)
    world.queue(due_in=0)
    world.queue(due_in=600)
    world.run(0)
    world.pass_time(600)
    world.start(0)
    world.jump(-300)
    world.finish(0)
    demand(len(world.platform.shown) == 1, "what was due by the wrong clock waits for the right one")
    return ends(world, S.PUBLISHED, S.PUBLISHED, public=2)


@story
def a_clock_set_forward_during_the_call_sends_nothing_twice(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.SENT)
    world.jump(3600)
    world.reap()
    world.run(1)
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


# --- people ---


@story
def an_approval_that_is_taken_back_counts_until_the_intent(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.go_to(0, Point.PREPARED)
    world.send_back(row)
    world.finish(0)
    return ends(world, S.MISSED, public=0)


@story
def a_stop_counts_until_the_intent(store: Store) -> World:
    world = World(store)
    world.queue()
    world.go_to(0, Point.PREPARED)
    world.stop()
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def after_a_stop_nothing_is_taken_up_and_nothing_is_missed(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.stop()
    world.run(0)
    world.pass_time(3600)
    world.reap()
    demand(world.row(row).status is S.SCHEDULED, "while everything is stopped nothing is missed")
    return ends(world, S.PUBLISHED, public=1)


@story
def an_edit_counts_until_the_intent_and_is_refused_after_it(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.go_to(0, Point.PREPARED)
    demand(world.edit(row), "before the intent it wins")
    world.finish(0)
    demand(not world.platform.shown, "nothing went out")
    world.approve(row)
    world.go_to(0, Point.INTENT)
    demand(not world.edit(row), "after the intent it is refused")
    world.finish(0)
    return ends(world, S.PUBLISHED, public=1)


@story
def a_cancel_counts_until_the_intent_and_is_refused_after_it(store: Store) -> World:
    world = World(store)
    first, second = world.queue(), world.queue()
    world.go_to(0, Point.PREPARED)
    demand(world.cancel(first), "before the intent it wins")
    world.finish(0)
    world.go_to(0, Point.INTENT)
    demand(not world.cancel(second), "after the intent it is refused")
    world.finish(0)
    return ends(world, S.CANCELLED, S.PUBLISHED, public=1)


@story
def what_is_held_is_settled_and_not_cancelled_by_a_plan(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.platform.lag = 1e9
    world.run(0, "drop")
    world.until_quiet()
    demand(not world.cancel(row), "it may be public")
    world.settle(row, "there")
    return ends(world, S.PUBLISHED, public=1)


@story
def a_fresh_look_comes_before_a_persons_word(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.platform.lag = 1e9
    world.run(0, "drop")
    world.until_quiet()
    world.platform.lag = 0
    world.settle(row, "send")
    return ends(world, S.PUBLISHED, public=1)


@story
def what_is_not_there_is_sent_when_a_person_says_so(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.run(0, "lost")
    world.until_quiet()
    world.settle(row, "send")
    return ends(world, S.PUBLISHED, public=1)


@story
def an_alarm_ends_with_its_trouble(store: Store) -> World:
    world = World(store)
    row = world.queue()
    world.run(0, "rejected")
    demand(world.edit(row), "a failed delivery is mended")
    world.approve(row)
    world.run(0)
    return ends(world, S.PUBLISHED, public=1)
