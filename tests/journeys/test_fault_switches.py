"""Every fault a platform can have, switched on in the sandbox and met by the real adapters over a socket."""

import io
import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from prokes_social import platforms
from prokes_social.app import App
from prokes_social.model.account import Account
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.card import Card, CardRequest
from prokes_social.model.delivery import Content, Delivery, DeliveryStatus, Key
from prokes_social.model.platform import Size
from prokes_social.planning import content_digest
from prokes_social.publishing import LookUp, Publisher, Reaper, Settler
from prokes_social.settings import load_settings
from prokes_social.store import approvals, campaigns, deliveries
from prokes_social.store.tables import account, alarm, attempt, delivery, post, snapshot
from tests.office import Office, open_office

S = DeliveryStatus
MOVING = (S.SCHEDULED, S.CLAIMED, S.SENDING, S.UNCERTAIN)
LOOKUPS = tuple(timedelta(seconds=each) for each in (0.1, 0.3, 0.6, 1.0))
CARD = "kartu"


class Bench:
    """An office whose queue is filled directly and whose publisher is driven by hand."""

    def __init__(self, office: Office) -> None:
        impatient = {f"PROKES_{each}_{kind}_TIMEOUT": "0.5" for each in ("X", "GRAPH") for kind in ("READ", "CONNECT")}
        self.app = App(load_settings({**office.environment, **impatient}))
        self.sandbox = office.sandbox
        self.publisher: Publisher = replace(
            self.app.publisher(), timing=replace(self.app.timing, lookups=LOOKUPS, retry=timedelta(seconds=0.5))
        )
        self.look_up = LookUp(publisher=self.publisher)
        self.reaper = Reaper(store=self.app.store, clock=self.app.clock, timing=self.publisher.timing)
        self._numbers = itertools.count(1)
        for platform in platforms.names():
            for number, name in enumerate(("satu", "dua")):
                self._add(platform, f"{platform}-{name}", number)
        self._keep_card()

    def _add(self, platform: str, name: str, number: int) -> None:
        row = self.sandbox.accounts()[platform][number]
        fields = self.app.platforms[platform].credential_fields
        said = {field.name: str(row.get(field.name, row["id"])) for field in fields}
        self.app.accounts.add(name, platform=platform, unit="adpim", credentials=said)

    def _keep_card(self) -> None:
        drawn = io.BytesIO()
        Image.new("RGB", (1080, 1350), "seagreen").save(drawn, "JPEG")
        wanted = CardRequest(template="t", brand="b", size=Size(1080, 1350), slots={}, alt_text="Kartu hijau.")
        kept = Card(
            request=wanted,
            content_digest=CARD,
            file_digest="0" * 64,
            media_type="image/jpeg",
            data=drawn.getvalue(),
        )
        with self.app.store.write() as tx:
            campaigns.keep_card(tx, kept)

    def queue(self, name: str, *, text: str = "", window: float = 600, due_in: float = 0) -> int:
        """One approved delivery, due now; its number."""
        number = next(self._numbers)
        due_at = self.app.clock.now() + timedelta(seconds=due_in)
        draft = Content(
            text=text or f"Cuci tangan, pesan ke-{number}.",
            alt_text="Kartu hijau.",
            link=None,
            card=CARD if name.startswith("instagram") else None,
            due_at=due_at,
            not_after=due_at + timedelta(seconds=window),
        )
        key = Key(campaign="uji", message=f"m{number}", account=name, occurrence="pagi@2026-11-23")
        self.put(key, replace(draft, digest=content_digest(draft, name)))
        return next(row.id for row in self.app.deliveries.listing() if row.key == key)

    def put(self, key: Key, content: Content) -> None:
        """Write it and approve it."""
        now = self.app.clock.now()
        with self.app.store.write() as tx:
            version = campaigns.save_version(
                tx, name="uji", title="Uji", digest="d", yaml="id: uji\n", by="Ayu", now=now
            )
            more: dict[str, Any] = {"version_id": version, "zone": "WIB", "sources_until": None, "cost": 0}
            assert deliveries.put(tx, key, content, next_at=content.due_at, **more)
            approvals.add(tx, [content.digest], verdict=approvals.APPROVED, who="Citra", now=now)
            deliveries.schedule_approved(tx, "uji")

    def round(self) -> None:
        """What a worker does each second: reap, publish what is due, look up what is in doubt."""
        self.reaper.reap()
        for claim in self.publisher.claim(10):
            self.publisher.publish(claim)
        for claim in self.look_up.claim(10):
            self.look_up.look(claim)

    def settle(self, *numbers: int, within: float = 8) -> list[DeliveryStatus]:
        """Round after round until these move no more; how they ended."""
        until = time.monotonic() + within
        while any(self.row(number).status in MOVING for number in numbers) and time.monotonic() < until:
            self.round()
            time.sleep(0.03)
        return [self.row(number).status for number in numbers]

    def row(self, number: int) -> Delivery:
        found = self.app.deliveries.get(number)
        assert found
        return found

    def account(self, name: str) -> Account:
        return next(each for each in self.app.accounts.all() if each.name == name)

    def handle(self, name: str) -> str:
        """What the sandbox calls the account."""
        platform, _, which = name.partition("-")
        return str(self.sandbox.accounts()[platform][("satu", "dua").index(which)]["id"])

    def posts(self, name: str) -> list[str]:
        platform, _, _which = name.partition("-")
        return [each["text"] for each in self.sandbox.posts(platform=platform, account=self.handle(name))]

    def rings(self) -> set[AlarmKind]:
        return {each.kind for each in self.app.decisions.alarms()}

    def clean(self) -> None:
        """An empty queue and a sandbox that has forgotten everything."""
        self.sandbox.reset()
        self.sandbox.settings(timeline_lag_s=0.0, processing_s=0.0)
        with self.app.store.write() as tx:
            for table in (snapshot, post, attempt, delivery, alarm):
                tx.execute(table.delete())
            tx.execute(account.update().values(paused_until=None, blocked_at=None, free_at=None))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_office(tmp_path_factory.mktemp("gangguan") / "kantor") as office:
        bench = Bench(office)
        yield bench
        bench.app.close()


@pytest.fixture
def bench(opened: Bench) -> Bench:
    opened.clean()
    return opened


ON_EACH = pytest.mark.parametrize("platform", platforms.names())

# --- answers that cannot be trusted: accepted, and the answer spoiled on its way ---

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("accept_then_drop", {}),
    ("accept_then_drop", {"reset": False}),
    ("error_after_accept", {}),
    ("error_after_accept", {"status": 503}),
    ("hang", {"seconds": 1.0}),
    ("no_id", {}),
    ("spoiled_json", {}),
    ("no_content_type", {}),
    ("late_landing", {"seconds": 0.3}),
]
META: list[tuple[str, str, dict[str, Any]]] = [
    (platform, "error_after_accept", numbers)
    for platform in ("facebook", "instagram")
    for numbers in ({"code": 1}, {"code": 2}, {"code": 4, "subcode": 2207051, "status": 403})
]


@ON_EACH
@pytest.mark.parametrize(("kind", "more"), ACCEPTED, ids=lambda each: str(each))
def test_what_was_accepted_is_found_and_exists_once(
    bench: Bench, platform: str, kind: str, more: dict[str, Any]
) -> None:
    bench.sandbox.fault(platform, "publish", kind, **more)
    number = bench.queue(f"{platform}-satu")
    assert bench.settle(number) == [S.PUBLISHED]
    assert bench.posts(f"{platform}-satu") == [bench.row(number).content.text]
    assert bench.row(number).attempts == 1, "it was sent once"
    assert [fault["struck"] for fault in bench.sandbox.faults()] == [1]
    assert bench.rings() == set()


@pytest.mark.parametrize(("platform", "kind", "more"), META, ids=lambda each: str(each))
def test_metas_passing_errors_may_hide_a_post(bench: Bench, platform: str, kind: str, more: dict[str, Any]) -> None:
    bench.sandbox.fault(platform, "publish", kind, **more)
    number = bench.queue(f"{platform}-satu")
    assert bench.settle(number) == [S.PUBLISHED]
    assert len(bench.posts(f"{platform}-satu")) == bench.row(number).attempts == 1


# --- the same answers, and nothing was accepted: nobody can tell, so a person looks ---

NOT_ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("drop_before_accept", {}),
    ("error_500", {}),
    ("hang", {"seconds": 1.0, "accept": "never"}),
]


@ON_EACH
def test_what_was_never_accepted_is_held_and_not_sent_again(bench: Bench, platform: str) -> None:
    numbers = []
    for kind, more in NOT_ACCEPTED:
        bench.sandbox.fault(platform, "publish", kind, **more)
        numbers.append(bench.queue(f"{platform}-satu"))
    assert bench.settle(*numbers, within=20) == [S.HELD] * len(NOT_ACCEPTED)
    assert bench.posts(f"{platform}-satu") == []
    assert {bench.row(number).attempts for number in numbers} == {1}
    assert AlarmKind.HELD in bench.rings()


def test_a_person_sends_what_is_not_there(bench: Bench) -> None:
    bench.sandbox.fault("x", "publish", "drop_before_accept")
    number = bench.queue("x-satu")
    assert bench.settle(number) == [S.HELD]
    Settler(look_up=bench.look_up).send(number, within=timedelta(minutes=5))
    assert bench.settle(number) == [S.PUBLISHED]
    assert len(bench.posts("x-satu")) == 1
    assert bench.rings() == set()


@ON_EACH
def test_a_timeline_that_lags_is_asked_again(bench: Bench, platform: str) -> None:
    bench.sandbox.settings(timeline_lag_s=0.5)
    bench.sandbox.fault(platform, "publish", "accept_then_drop")
    number = bench.queue(f"{platform}-satu")
    assert bench.settle(number) == [S.PUBLISHED]
    assert bench.row(number).lookups >= 1, "the first look saw nothing"
    assert len(bench.posts(f"{platform}-satu")) == bench.row(number).attempts == 1


def test_a_look_up_that_fails_proves_nothing(bench: Bench) -> None:
    bench.sandbox.fault("x", "publish", "accept_then_drop")
    bench.sandbox.fault("x", "timeline", "error_500", times=2)
    number = bench.queue("x-satu")
    assert bench.settle(number) == [S.PUBLISHED]
    assert len(bench.posts("x-satu")) == 1


def test_x_says_duplicate_for_what_is_there_already(bench: Bench) -> None:
    """A 403 that only our own lost call can explain is no refusal."""
    bench.sandbox.fault("x", "publish", "duplicate_403")
    number = bench.queue("x-satu")
    assert bench.settle(number) == [S.HELD]
    assert bench.posts("x-satu") == []


# --- rate limits ---


def test_a_rate_limit_pauses_the_whole_account_until_its_reset_while_others_go_on(bench: Bench) -> None:
    bench.sandbox.fault("x", "publish", "rate_limit", account=bench.handle("x-satu"), reset_in=2)
    first, second = bench.queue("x-satu", due_in=-2), bench.queue("x-satu", due_in=-1)
    other = bench.queue("x-dua")
    bench.round()
    assert bench.settle(other) == [S.PUBLISHED]
    reset = bench.account("x-satu").paused_until
    assert reset
    assert reset > bench.app.clock.now()
    waiting = bench.row(first)
    assert waiting.status is S.SCHEDULED
    assert waiting.next_at >= reset
    bench.round()
    assert bench.row(second).attempts == 0, "later posts of the account wait, too"
    with bench.app.store.read() as tx:
        leases = tx.exec_driver_sql("select count(*) from delivery where lease_until is not null").scalar()
    assert leases == 0, "nobody sleeps on a lease"

    assert bench.settle(first, second) == [S.PUBLISHED, S.PUBLISHED]
    assert bench.posts("x-satu") == [bench.row(each).content.text for each in (first, second)], "in due order"
    with bench.app.store.read() as tx:
        starts = [each["started_at"] for each in deliveries.attempts(tx, first)]
    assert starts[-1] >= reset
    assert len(starts) == 2


@pytest.mark.parametrize(("platform", "code"), [("facebook", 4), ("facebook", 32), ("instagram", 17)])
def test_metas_limits_pause_their_account_for_as_long_as_the_header_says(
    bench: Bench, platform: str, code: int
) -> None:
    satu, dua = f"{platform}-satu", f"{platform}-dua"
    bench.sandbox.fault(platform, "publish", "rate_limit", account=bench.handle(satu), code=code, minutes=3)
    limited, later, other = bench.queue(satu), bench.queue(satu), bench.queue(dua)
    assert bench.settle(other) == [S.PUBLISHED]
    bench.round()
    until = bench.account(satu).paused_until
    assert until
    assert timedelta(minutes=2.5) < until - bench.app.clock.now() <= timedelta(minutes=3)
    assert [bench.row(each).status for each in (limited, later)] == [S.SCHEDULED, S.SCHEDULED]
    assert bench.posts(satu) == []


def test_a_limit_that_outlasts_the_window_is_told_at_once(bench: Bench) -> None:
    bench.sandbox.fault("x", "publish", "rate_limit", reset_in=900)
    number = bench.queue("x-satu", window=60)
    bench.round()
    assert bench.row(number).status is S.MISSED
    assert bench.rings() == {AlarmKind.MISSED}
    assert bench.posts("x-satu") == []


# --- credentials ---


@ON_EACH
def test_a_token_that_ended_blocks_its_account_and_no_other_until_it_is_connected_again(
    bench: Bench, platform: str
) -> None:
    satu, dua = f"{platform}-satu", f"{platform}-dua"
    bench.sandbox.fault(platform, "publish", "token_expired", account=bench.handle(satu))
    refused, later, other = bench.queue(satu), bench.queue(satu), bench.queue(dua)
    assert bench.settle(other) == [S.PUBLISHED]
    bench.round()
    assert bench.account(satu).blocked_at
    assert not bench.account(dua).blocked_at
    assert [bench.row(each).status for each in (refused, later)] == [S.SCHEDULED, S.SCHEDULED]
    assert bench.rings() == {AlarmKind.BLOCKED}
    assert bench.posts(satu) == []

    bench.app.accounts.check(satu)  # the person has connected it again
    assert bench.settle(refused, later) == [S.PUBLISHED, S.PUBLISHED]
    assert len(bench.posts(satu)) == 2
    assert bench.rings() == set()


# --- media still processing ---


def test_media_still_processing_are_waited_for_and_go_out_once(bench: Bench) -> None:
    bench.sandbox.settings(processing_s=0.8)
    number = bench.queue("instagram-satu")
    bench.round()
    assert bench.row(number).status is S.SCHEDULED
    assert bench.row(number).reason
    assert bench.posts("instagram-satu") == []
    assert bench.settle(number) == [S.PUBLISHED]
    assert len(bench.posts("instagram-satu")) == bench.row(number).attempts == 1


def test_media_that_are_not_ready_when_the_window_closes_are_missed(bench: Bench) -> None:
    bench.sandbox.settings(processing_s=60.0)
    number = bench.queue("instagram-satu", window=0.6)
    assert bench.settle(number) == [S.MISSED]
    assert bench.posts("instagram-satu") == []
    assert bench.rings() == {AlarmKind.MISSED}


# --- some fail, the others go out ---


def test_some_accounts_fail_and_only_they_are_tried_again(bench: Bench) -> None:
    too_long = "panjang " * 60
    failing = bench.queue("x-satu", text=too_long)
    going = [bench.queue(name) for name in ("x-dua", "facebook-satu", "facebook-dua", "instagram-satu")]
    assert bench.settle(failing, *going) == [S.FAILED, *[S.PUBLISHED] * 4]
    assert bench.row(failing).reason, "it says why"
    assert bench.rings() == {AlarmKind.FAILED}
    before = bench.sandbox.posts()
    assert len(before) == 4

    row = bench.row(failing)
    mended = replace(row.content, text="Pendek saja.")
    bench.put(row.key, replace(mended, digest=content_digest(mended, row.key.account)))
    assert bench.settle(failing) == [S.PUBLISHED]
    assert bench.sandbox.posts()[:4] == before, "what is public stays as it is"
    assert bench.posts("x-satu") == ["Pendek saja."]
    assert {bench.row(each).attempts for each in going} == {1}
