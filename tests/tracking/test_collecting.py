"""Due readings against the sandbox, on both databases: what is kept, what waits and why, and what is marked."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from prokes_social.model.reach import Known, Metric, Untold
from prokes_social.store import accounts, snapshots, spending
from tests.factories import make_content, queue_delivery
from tests.tracking.conftest import DAY, HOUR, Desk

PLATFORMS = ("x", "facebook", "instagram")
each_platform = pytest.mark.parametrize("platform", PLATFORMS)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def three(desk: Desk) -> Desk:
    for name in PLATFORMS:
        desk.has_account(f"{name}-uji", name)
    return desk


# --- what is told ---


@each_platform
def test_numbers_are_those_of_the_ledger_with_the_raw_answer_beside_them(three: Desk, platform: str) -> None:
    [post] = three.has_posts(f"{platform}-uji", 2 * DAY)
    three.plans(post)
    assert three.collects().taken == 1
    [reading] = three.readings(post)
    truth = three.sandbox.numbers()[post]
    assert reading.known is Known.MEASURED
    assert reading.numbers[Metric.IMPRESSIONS] == truth["views"] > 0
    assert reading.numbers[Metric.COMMENTS] == truth["replies" if platform == "x" else "comments"]
    with three.store.read() as tx:
        assert str(truth["views"]) in tx.exec_driver_sql("select cast(raw as text) from snapshot").scalar_one()


def test_likes_and_shares_say_what_they_are_made_of(three: Desk) -> None:
    [page_post], [x_post] = three.has_posts("facebook-uji", 2 * DAY), three.has_posts("x-uji", 2 * DAY)
    three.plans(page_post)
    three.plans(x_post)
    three.collects()
    truth = three.sandbox.numbers()
    reactions = three.readings(page_post)[0].kinds[Metric.LIKES]
    assert reactions["like"] == truth[page_post]["likes"]
    assert reactions["love"] == truth[page_post]["loves"]
    assert sum(reactions.values()) == three.numbers(page_post)[Metric.LIKES]
    shared = three.readings(x_post)[0].kinds[Metric.SHARES]
    assert shared == {"repost": truth[x_post]["shares"], "quote": truth[x_post]["quotes"]}


@pytest.mark.parametrize(
    ("platform", "name", "metric"),
    [
        ("x", "like_count", Metric.LIKES),
        ("x", "impression_count", Metric.IMPRESSIONS),
        ("x", "url_link_clicks", Metric.CLICKS),
        ("x", "non_public_metrics", Metric.CLICKS),
        ("facebook", "post_media_view", Metric.IMPRESSIONS),
        ("facebook", "post_reactions_by_type_total", Metric.LIKES),
        ("facebook", "comments", Metric.COMMENTS),
        ("instagram", "reach", Metric.REACH),
        ("instagram", "saved", Metric.SAVES),
    ],
)
@pytest.mark.parametrize("oddity", ["dead", "renamed", "dropped", "null", "text"])
def test_an_odd_metric_is_not_told_and_the_others_are(
    three: Desk, platform: str, name: str, metric: Metric, oddity: str
) -> None:
    posts = three.has_posts(f"{platform}-uji", 2 * DAY, 2 * DAY - HOUR, 2 * DAY - 2 * HOUR)
    for post in posts:
        three.plans(post)
    three.collects()
    before = {post: dict(three.numbers(post)) for post in posts}
    three.sandbox.settings(metrics={f"{platform}.{name}": oddity})
    for post in posts:
        three.plans(post, three.clock.now() + MINUTE)
    three.clock.pass_time(minutes=1)
    assert three.collects().taken == 3
    for post in posts:
        numbers = three.numbers(post)
        kept = oddity == "text" and name != "non_public_metrics"
        if name == "non_public_metrics" and oddity not in ("dead", "renamed"):
            continue  # an object, not a number: nothing to be null
        # The sums of reactions are numbers in a dict of texts: told just as well.
        assert (numbers[metric] is not None) == kept, numbers
        others = {each: value for each, value in numbers.items() if each is not metric}
        assert all((others[each] is None) == (before[post][each] is None) for each in others), others


def test_a_reading_that_tells_nothing_is_unknown_and_never_zero(three: Desk) -> None:
    names = ("like_count", "reply_count", "retweet_count", "quote_count", "bookmark_count", "impression_count")
    three.sandbox.settings(metrics={f"x.{name}": "null" for name in (*names, "url_link_clicks")})
    [post] = three.has_posts("x-uji", DAY)
    three.plans(post)
    three.collects()
    [reading] = three.readings(post)
    assert reading.known is Known.UNKNOWN
    assert set(reading.numbers.values()) == {None}
    assert reading.reason == Untold.SILENT.value


@each_platform
def test_a_number_that_falls_is_kept_and_marked(three: Desk, platform: str) -> None:
    [post] = three.has_posts(f"{platform}-uji", 5 * DAY)
    three.plans(post)
    three.collects()
    before = three.numbers(post)[Metric.IMPRESSIONS]
    three.sandbox.correct_post(post, 0.5)
    three.plans(post, three.clock.now() + MINUTE)
    three.clock.pass_time(minutes=1)
    three.collects()
    reading = three.readings(post)[-1]
    assert reading.numbers[Metric.IMPRESSIONS] == three.sandbox.numbers()[post]["views"]
    assert reading.fell[Metric.IMPRESSIONS] == before
    assert three.readings(post)[0].fell == {}


# --- posts that go and come ---


@each_platform
def test_a_deleted_post_is_noticed_and_so_is_its_return(three: Desk, platform: str) -> None:
    kept, gone = three.has_posts(f"{platform}-uji", DAY, DAY - HOUR)
    now = three.clock.now()
    for post in (kept, gone):
        three.plans(post, now, now + HOUR, now + 2 * HOUR)
    three.collects()
    told = three.numbers(gone)[Metric.IMPRESSIONS]
    three.sandbox.delete_post(gone)
    three.clock.pass_time(hours=1)
    assert three.collects().taken == 2
    assert three.removed_at(gone) == three.clock.now()
    assert three.removed_at(kept) is None
    assert three.readings(gone)[1].reason == Untold.GONE.value
    assert three.readings(gone)[1].known is Known.UNKNOWN
    assert three.readings(gone)[0].numbers[Metric.IMPRESSIONS] == told
    three.sandbox.restore_post(gone)
    three.clock.pass_time(hours=1)
    three.collects()
    assert three.removed_at(gone) is None
    assert three.readings(gone)[2].known is Known.MEASURED


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_among_many_one_deleted_post_costs_few_calls(three: Desk, platform: str) -> None:
    posts = three.has_posts(f"{platform}-uji", *(DAY + n * MINUTE for n in range(40)))
    for post in posts:
        three.plans(post)
    three.sandbox.delete_post(posts[23])
    before = sum(three.sandbox.cost()["requests"].values())
    assert three.collects().taken == 40
    assert sum(three.sandbox.cost()["requests"].values()) - before <= 40
    assert [three.removed_at(post) is not None for post in posts].count(True) == 1


# --- the 30 days of X ---


def test_of_a_post_older_than_30_days_public_numbers_are_told_and_private_ones_are_not(three: Desk) -> None:
    young, old = three.has_posts("x-uji", 28 * DAY, 40 * DAY)
    for post in (young, old):
        three.plans(post)
    three.collects()
    assert three.numbers(young)[Metric.CLICKS] is not None
    assert three.numbers(old)[Metric.CLICKS] is None
    assert three.numbers(old)[Metric.IMPRESSIONS] == three.sandbox.numbers()[old]["views"]
    assert three.ringing() == {}
    assert three.asked("x.lookup") == 0, "the timeline shows old posts too, at a fifth of the price"


# --- after a standstill ---


@each_platform
def test_after_a_week_of_standing_still_one_call_answers_for_all_missed_readings(three: Desk, platform: str) -> None:
    [post] = three.has_posts(f"{platform}-uji", HOUR)
    start = three.clock.now()
    three.plans(post, *(start + n * DAY for n in range(1, 8)), start + 10 * DAY)
    three.clock.pass_time(days=7, hours=1)
    before = sum(three.sandbox.cost()["requests"].values())
    assert three.collects().taken == 1
    assert sum(three.sandbox.cost()["requests"].values()) - before <= 2
    readings = three.readings(post)
    assert [each.known for each in readings] == [Known.UNKNOWN] * 6 + [Known.MEASURED]
    assert {each.reason for each in readings[:6]} == {Untold.REPLACED.value}
    assert [row.due_at for row in three.waiting(post)] == [start + 10 * DAY]
    assert three.collects().taken == 0


# --- trouble of one account ---


@each_platform
def test_a_rate_limit_rests_the_account_until_it_ends_and_loses_nothing(three: Desk, platform: str) -> None:
    posts = {name: three.has_posts(f"{name}-uji", DAY)[0] for name in PLATFORMS}
    for post in posts.values():
        three.plans(post)
    three.sandbox.fault(platform, "any", "rate_limit", times=1, reset_in=1800)
    collected = three.collects()
    assert (collected.taken, collected.put_off) == (2, 1)
    assert list(collected.why) == [f"{platform}-uji"]
    [row] = three.waiting(posts[platform])
    assert row.reason
    three.clock.pass_time(minutes=29)
    assert three.collects().taken == 0
    three.clock.pass_time(minutes=1)
    assert three.collects().taken == 1
    assert three.account(f"{platform}-uji").paused_until is None, "posting goes on"


def test_a_limit_met_half_way_keeps_what_was_told(desk: Desk) -> None:
    desk.has_account("page", "facebook")
    posts = desk.has_posts("page", *(DAY + n * MINUTE for n in range(70)))
    for post in posts:
        desk.plans(post)
    desk.sandbox.fault("facebook", "lookup", "rate_limit", after=1, times=2, reset_in=600)
    collected = desk.collects()
    assert (collected.taken, collected.put_off) == (50, 20)
    desk.clock.pass_time(minutes=10)
    assert desk.collects().taken == 20


@each_platform
def test_lost_rights_keep_what_is_told_ring_with_the_remedy_and_end_when_given_back(three: Desk, platform: str) -> None:
    name = f"{platform}-uji"
    posts = three.has_posts(name, DAY, DAY - HOUR, DAY - 2 * HOUR)
    now = three.clock.now()
    for post in posts:
        three.plans(post, now, now + HOUR)
    three.may_read_insights(name, allowed=False)
    assert three.collects().taken == 3
    private = {"x": Metric.CLICKS, "facebook": Metric.IMPRESSIONS, "instagram": Metric.REACH}[platform]
    for post in posts:
        assert three.numbers(post)[private] is None
        assert three.numbers(post)[Metric.COMMENTS] is not None
        assert three.readings(post)[0].reason == Untold.WITHHELD.value
    assert name in three.ringing()["insights-refused"]
    assert three.account(name).blocked_at is None, "posting goes on"
    three.may_read_insights(name, allowed=True)
    three.clock.pass_time(hours=1)
    assert three.collects().taken == 3
    assert three.ringing() == {}
    assert three.numbers(posts[0])[private] is not None


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_lost_rights_are_met_once_and_not_once_a_post(three: Desk, platform: str) -> None:
    posts = three.has_posts(f"{platform}-uji", *(DAY + n * MINUTE for n in range(30)))
    for post in posts:
        three.plans(post)
    three.may_read_insights(f"{platform}-uji", allowed=False)
    before = sum(three.sandbox.cost()["requests"].values())
    assert three.collects().taken == 30
    assert sum(three.sandbox.cost()["requests"].values()) - before <= 6


@each_platform
def test_a_dead_token_stops_nobody_else_and_its_readings_wait(three: Desk, platform: str) -> None:
    posts = {name: three.has_posts(f"{name}-uji", DAY)[0] for name in PLATFORMS}
    for post in posts.values():
        three.plans(post)
    three.sandbox.fault(platform, "any", "token_expired", times=1)
    assert three.collects().taken == 2
    assert f"{platform}-uji" in three.ringing()["insights-refused"]
    assert three.account(f"{platform}-uji").blocked_at is None
    three.clock.pass_time(days=1)
    assert three.collects().taken == 1
    assert three.removed_at(posts[platform]) is None
    assert three.ringing() == {}


def test_an_account_without_credentials_waits_with_the_reason(three: Desk) -> None:
    [post], [other] = three.has_posts("x-uji", DAY), three.has_posts("facebook-uji", DAY)
    three.plans(post)
    three.plans(other)
    three.unconnected.add("x-uji")
    assert three.collects().taken == 1
    assert "has no credentials" in three.waiting(post)[0].reason
    three.clock.pass_time(days=31)
    three.collects()
    assert three.waiting(post) == []
    assert three.readings(post)[0].known is Known.UNKNOWN


def test_a_post_that_meta_denies_to_a_token_that_lost_the_page_is_not_called_deleted(desk: Desk) -> None:
    desk.has_account("page", "facebook", 0)
    [post] = desk.has_posts("page", DAY)
    desk.plans(post)
    desk.rows["page"] = {**desk.sandbox.accounts()["facebook"][1], "id": desk.rows["page"]["id"]}
    desk.collects()
    assert desk.removed_at(post) is None
    assert desk.waiting(post)
    assert "page" in desk.ringing()["insights-refused"]


def test_instagrams_late_numbers_are_asked_for_again_by_the_next_reading(desk: Desk) -> None:
    desk.has_account("ig", "instagram")
    desk.sandbox.settings(instagram_insights_delay_s=2 * 86_400.0)
    [post] = desk.has_posts("ig", HOUR)
    start = desk.clock.now()
    desk.plans(post, start, start + 3 * DAY)
    desk.collects()
    assert desk.numbers(post)[Metric.IMPRESSIONS] is None
    assert desk.numbers(post)[Metric.LIKES] is not None
    desk.clock.pass_time(days=3)
    desk.collects()
    assert desk.numbers(post)[Metric.IMPRESSIONS]


# --- money ---


def test_what_reading_costs_is_what_x_charges(desk: Desk) -> None:
    desk.has_account("x-uji", "x")
    desk.has_posts("x-uji", DAY - MINUTE)  # in between, not asked for, and charged
    posts = desk.has_posts("x-uji", DAY, DAY - 2 * MINUTE, 3 * DAY)
    for post in posts:
        desk.plans(post)
    desk.sandbox.delete_post(posts[0])
    desk.collects()
    with desk.store.read() as tx:
        spent = spending.spent(tx, since=desk.clock.now() - DAY)
    assert float(spent["x-uji"]) == desk.sandbox.cost()["dollars"] == 0.003


def test_readings_wait_where_the_budget_is_kept_for_posts(desk: Desk) -> None:
    desk.has_account("x-uji", "x")
    desk.budget = Decimal("0.02")
    posts = desk.has_posts("x-uji", *(DAY + n * MINUTE for n in range(10)))
    for post in posts:
        desk.plans(post)
    _cancel_everything(desk)
    queue_delivery(
        desk.store, account="x-uji", message="akan", content=make_content("x-uji", due_at=desk.clock.now() + DAY)
    )
    collected = desk.collects()  # 0.02 less 0.015 for the post that is still to go out
    assert (collected.taken, collected.put_off) == (5, 5)
    assert "x-uji" in desk.ringing()["budget"]
    assert {row.reason for post in posts for row in desk.waiting(post)} == {Untold.BUDGET.value}
    desk.clock.pass_time(days=10)  # the next month
    assert desk.collects().taken == 5


def test_a_killed_reader_has_paid_nonetheless(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.has_account("x-uji", "x")
    [post] = desk.has_posts("x-uji", DAY)
    desk.plans(post)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.platforms["x"], "measure", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.collects()
    with desk.store.read() as tx:
        assert spending.spent(tx, since=desk.clock.now() - DAY) == {"x-uji": Decimal("0.002")}, (
            "as long as nobody knows: with caution"
        )
    monkeypatch.undo()
    assert desk.collects().taken == 0, "under lease"
    desk.clock.pass_time(minutes=2)
    assert desk.collects().taken == 1


def _cancel_everything(desk: Desk) -> None:
    with desk.store.write() as tx:
        tx.exec_driver_sql("update delivery set status = 'cancelled'")


# --- claims ---


def test_readers_at_once_take_each_reading_once(desk: Desk) -> None:
    desk.has_account("x-uji", "x")
    [first, *_rest] = posts = desk.has_posts("x-uji", *(DAY + n * MINUTE for n in range(30)))
    for post in posts:
        desk.plans(post)
    account, now = desk.account("x-uji"), desk.clock.now()
    taken: list[int] = []

    def claim() -> None:
        for _time in range(6):
            with desk.store.write() as tx:
                lease = now + MINUTE
                due = snapshots.claim_due(tx, account.id, now=now, lease_until=lease, limit=5)
            taken.extend(each.post_id for each in due)

    threads = [threading.Thread(target=claim) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 30
    assert desk.post_id(first) in taken


def test_what_somebody_else_has_read_meanwhile_stays_theirs(desk: Desk) -> None:
    desk.has_account("x-uji", "x")
    [post] = desk.has_posts("x-uji", DAY)
    desk.plans(post)
    account, now = desk.account("x-uji"), desk.clock.now()
    with desk.store.write() as tx:
        [slow] = snapshots.claim_due(tx, account.id, now=now, lease_until=now + MINUTE, limit=5)
    [stale] = desk.platforms["x"].measure([slow.post], desk._connection_to(account))
    desk.clock.pass_time(hours=1)
    desk.collects()
    fresh = desk.numbers(post)
    with desk.store.write() as tx:
        snapshots.record(tx, [(slow, stale)])
    assert desk.numbers(post) == fresh
    assert len(desk.readings(post)) == 1


def test_an_account_that_rests_does_not_wake_the_worker(desk: Desk) -> None:
    desk.has_account("x-uji", "x")
    [post] = desk.has_posts("x-uji", DAY)
    desk.plans(post)
    with desk.store.write() as tx:
        accounts.pause_reading(tx, desk.account("x-uji").id, desk.clock.now() + HOUR)
    with desk.store.read() as tx:
        assert snapshots.next_wake(tx, desk.clock.now()) is None
        assert snapshots.is_waiting(tx)
        assert snapshots.next_wake(tx, desk.clock.now() + HOUR) == desk.clock.now()


def test_a_person_reads_now_whatever_the_table_says(three: Desk) -> None:
    for name in PLATFORMS:
        three.has_posts(f"{name}-uji", DAY, 2 * DAY)
    assert three.tracker.collect_now().taken == 6
    three.clock.pass_time(hours=1)
    assert three.tracker.collect_now("agen").taken == 6
    assert three.tracker.collect_now("lain").taken == 0
