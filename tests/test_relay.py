"""Status changes reach the webhook: each at least once, in order, signed, and under the same id when it is repeated."""

import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import insert, select, update

from prokes_social.alerting import Relay, Webhook
from prokes_social.alerting.pinned import Pinned
from prokes_social.app import App, workspace
from prokes_social.errors import SettingsError
from prokes_social.keys import Secret
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import DeliveryStatus
from prokes_social.settings import Webhooks, load_settings
from prokes_social.store import Store, accounts, alarms, events, webhooks
from prokes_social.store.tables import account, delivery, event, webhook_call
from prokes_social.worker import Worker
from tests.conftest import SetClock
from tests.factories import add_account, queue_delivery
from tests.test_alerting import Hook

SECRET = "rahasia-webhook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def relay(store: Store, clock: SetClock, hook: Hook) -> Callable[..., Relay]:
    def make(owner: str = "satu", **more: object) -> Relay:
        webhook = Webhook(
            url=f"http://127.0.0.1:{hook.port}/jalan", clock=clock, secret=Secret(SECRET), timeout=2,
            pinned=Pinned(allow_private=True),
        )  # fmt: skip
        known: dict[str, object] = {"webhook": webhook, "statuses": ("published", "failed"), **more}
        return Relay(store=store, clock=clock, language="id", owner=owner, **known)  # type: ignore[arg-type]

    return make


def queued(store: Store, **more: str) -> int:
    with store.read() as tx:
        known = accounts.by_name(tx, "x-kabupaten")
    if known is None:
        add_account(store)
    return queue_delivery(store, **more).id  # type: ignore[arg-type]


def change(store: Store, number: int, *statuses: str) -> None:
    """As a trigger notes it, whoever changes a row."""
    for status in statuses:
        with store.write() as tx:
            tx.execute(update(delivery).where(delivery.c.id == number).values(status=status))


def told(hook: Hook) -> list[tuple[int, str]]:
    return [(body["delivery"], body["status"]) for body in map(json.loads, hook.bodies)]


def ringing(store: Store) -> list[AlarmKind]:
    with store.read() as tx:
        return [each.kind for each in alarms.ringing(tx)]


def test_changes_from_now_on_are_told_in_order_and_only_the_wanted_ones(
    store: Store, relay: Callable[..., Relay], hook: Hook
) -> None:
    number = queued(store)
    change(store, number, "failed")
    one = relay()
    assert one.tell() == 0, "what was before is not told"
    change(store, number, "scheduled", "claimed", "published")
    assert one.tell() == 1 and told(hook) == [(number, "published")]
    assert one.tell() == 0 and len(hook.bodies) == 1


def test_a_change_says_what_changed_and_is_signed_and_carries_no_text(
    store: Store, relay: Callable[..., Relay], hook: Hook, clock: SetClock
) -> None:
    number, one = queued(store), relay()
    one.tell()
    change(store, number, "published")
    one.tell()
    body, headers = json.loads(hook.bodies[0]), hook.headers[0]
    assert set(body) == {
        "event", "id", "changed_at", "status", "delivery", "campaign", "message", "account", "platform", "occurrence",
        "sandbox", "due_at", "permalink",
    }  # fmt: skip
    assert body["event"] == "delivery.status" and body["sandbox"] is True
    assert headers["X-Prokes-Event"] == body["id"]
    signed = headers["X-Prokes-Timestamp"].encode() + b"." + hook.bodies[0]
    assert headers["X-Prokes-Signature"] == "sha256=" + hmac.digest(SECRET.encode(), signed, "sha256").hex()
    assert headers["X-Prokes-Timestamp"] == str(int(clock.now().timestamp()))


def test_what_is_not_taken_is_told_again_under_the_same_id_at_growing_distances(
    store: Store, relay: Callable[..., Relay], hook: Hook, clock: SetClock
) -> None:
    number, one = queued(store), relay()
    one.tell()
    change(store, number, "published")
    hook.status = 500
    waits = []
    for _try in range(4):
        count = len(hook.bodies)
        while len(hook.bodies) == count:
            clock.pass_time(seconds=5)
            one.tell()
        waits.append(clock.now())
    gaps = [int((after - before).total_seconds()) for before, after in pairwise(waits)]
    assert gaps == [15, 30, 60]
    hook.status = 204
    clock.pass_time(minutes=16)
    assert one.tell() == 1
    assert len({headers["X-Prokes-Event"] for headers in hook.headers}) == 1


def test_one_that_is_never_taken_holds_up_no_other(
    store: Store, relay: Callable[..., Relay], hook: Hook, clock: SetClock
) -> None:
    first, one = queued(store), relay()
    second = queued(store, occurrence="lain@2026-11-23")
    one.tell()
    change(store, first, "published")
    hook.status = 400
    one.tell()
    change(store, second, "failed")
    hook.status = 200
    clock.pass_time(seconds=16)
    with store.write() as tx:  # the first is put off for longer than the pause of the whole
        tx.execute(update(webhook_call).values(next_at=clock.now() + timedelta(hours=1)))
    one.tell()
    assert (second, "failed") in told(hook)


def test_after_two_days_it_is_given_up_with_an_alarm_that_ends_when_something_is_taken_again(
    store: Store, relay: Callable[..., Relay], hook: Hook, clock: SetClock
) -> None:
    number, one = queued(store), relay()
    one.tell()
    hook.status = 503
    change(store, number, "published")
    for _hour in range(49):
        one.tell()
        clock.pass_time(hours=1)
    one.tell()
    assert ringing(store) == [AlarmKind.WEBHOOK]
    count, hook.status = len(hook.bodies), 200
    clock.pass_time(hours=1)
    one.tell()
    assert len(hook.bodies) == count, "what is given up is not told"
    change(store, number, "scheduled", "failed")
    clock.pass_time(hours=1)
    assert one.tell() == 1 and ringing(store) == []


def test_one_process_at_a_time_tells_and_the_next_goes_on_where_it_was_killed(
    store: Store, relay: Callable[..., Relay], hook: Hook, clock: SetClock
) -> None:
    number, one, other = queued(store), relay("satu"), relay("dua")
    one.tell()
    change(store, number, "published")
    assert other.tell() == 0, "it is the other's turn"
    clock.pass_time(minutes=3)
    assert other.tell() == 1
    assert told(hook) == [(number, "published")]


def test_a_change_that_becomes_visible_late_is_told_too(store: Store, relay: Callable[..., Relay], hook: Hook) -> None:
    """On PostgreSQL a slow transaction's event appears below the newest number."""
    number, one = queued(store), relay()
    one.tell()
    change(store, number, "published")
    with store.write() as tx:
        row = dict(tx.execute(select(event).order_by(event.c.id.desc()).limit(1)).mappings().one())
        tx.execute(insert(event).values(**{**row, "id": row["id"] + 5, "status": "failed"}))
    one.tell()
    with store.write() as tx:
        tx.execute(insert(event).values(**{**row, "id": row["id"] + 2, "status": "failed"}))
        tx.execute(insert(event).values(**{**row, "id": row["id"] + 9, "status": "waiting"}))
    one.tell()
    assert [status for _number, status in told(hook)] == ["published", "failed", "failed"]
    assert len({headers["X-Prokes-Event"] for headers in hook.headers}) == 3


def test_what_people_post_for_themselves_is_told_to_nobody(
    store: Store, relay: Callable[..., Relay], hook: Hook
) -> None:
    number, one = queued(store), relay()
    with store.write() as tx:
        tx.execute(update(account).values(kind="personal"))
    one.tell()
    change(store, number, "published")
    one.tell()
    assert hook.bodies == []


def test_without_an_address_nothing_is_followed_and_a_new_one_begins_anew(
    store: Store, relay: Callable[..., Relay], hook: Hook
) -> None:
    number, one, nobody = queued(store), relay(), relay(webhook=None)
    one.tell()
    change(store, number, "published")
    assert nobody.tell() == 0
    with store.read() as tx:
        assert webhooks.follower(tx) is None
    one.tell()
    one.tell()
    assert hook.bodies == []


# --- the workspace ---


def office(folder: Path, clock: SetClock, text: str, **variables: str) -> App:
    settings = workspace.make(folder / "kantor", {}, clock)
    file = settings.home / "prokes.toml"
    file.write_text(file.read_text() + text, encoding="utf-8")
    return App(load_settings({"PROKES_HOME": str(settings.home), **variables}), clock)


def test_the_worker_tells_and_forgets_what_changed_a_week_ago(tmp_path: Path, clock: SetClock, hook: Hook) -> None:
    text = f'\n[webhooks]\nurl = "http://127.0.0.1:{hook.port}/"\nallow_private = true\n'
    app = office(tmp_path, clock, text, PROKES_WEBHOOKS_SECRET=SECRET)
    number = queued(app.store)
    Worker(app).run_once()
    with app.store.write() as tx:
        tx.execute(update(delivery).where(delivery.c.id == number).values(status="published"))
    Worker(app).run_once()
    assert told(hook) == [(number, "published")]
    with app.store.write() as tx:
        tx.execute(update(event).values(at=int((clock.now() - timedelta(days=8)).timestamp())))
        assert events.newest(tx)
    Worker(app).run_once()
    with app.store.read() as tx:
        assert [each for each in events.since(tx, 0) if each.kind == "delivery"] == []
        assert tx.execute(select(webhook_call)).first() is not None, "it was told a moment ago"
    app.close()


def test_without_a_secret_nothing_is_told_and_an_alarm_says_so(tmp_path: Path, clock: SetClock, hook: Hook) -> None:
    text = f'\n[webhooks]\nurl = "http://127.0.0.1:{hook.port}/"\nallow_private = true\n'
    app = office(tmp_path, clock, text)
    assert app.relay("satu").webhook is None
    assert [each.kind for each in app.decisions.alarms()] == [AlarmKind.WEBHOOK]
    assert "PROKES_WEBHOOKS_SECRET" in app.decisions.alarms()[0].what
    app.close()


def test_settings_know_every_status(tmp_path: Path, clock: SetClock) -> None:
    words = get_args(get_args(Webhooks.model_fields["statuses"].annotation)[0])
    assert set(words) == {status.value for status in DeliveryStatus}


@pytest.mark.parametrize(
    "text",
    ['url = "http://hook.example/"', 'url = "ftp://hook.example/"', 'statuses = ["tayang"]', 'url = "https://a@b/"'],
)
def test_an_address_or_a_status_that_can_t_be_is_refused(tmp_path: Path, clock: SetClock, text: str) -> None:
    with pytest.raises(SettingsError):
        office(tmp_path, clock, f"\n[webhooks]\n{text}\n")
