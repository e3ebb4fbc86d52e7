"""Two publishers on one queue, a platform that lies, and people who decide; knows what is true and checks each rule.

The state machine drives it at random, scenarios drive it on purpose, and saboteurs must not get past it. Publishers
run on threads of their own but never at the same time: each stands still at every point until it is told to go on.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

from sqlalchemy import event

from prokes_social.app.decisions import Decisions
from prokes_social.errors import (
    NotSent,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    SettingsError,
    StoreError,
    Unauthorized,
)
from prokes_social.model.account import Account, AccountKind, Unit
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.delivery import OUT, Claim, Content, Delivery, DeliveryStatus, Key, Outcome
from prokes_social.model.platform import Connection, Post, Prepared, Submission
from prokes_social.planning import content_digest
from prokes_social.platforms import IsOurs, anybodys
from prokes_social.publishing import LookUp, Point, Publisher, Reaper, Settler, Timing
from prokes_social.store import Store, accounts, alarms, approvals, campaigns, deliveries
from prokes_social.store.tables import metadata
from tests.conftest import NOON, SetClock
from tests.publishing.lying_platform import LyingPlatform

S = DeliveryStatus
ROWS = "select d.id, d.status, d.account_id, p.external_id from delivery d left join post p on p.delivery_id = d.id"
TRIES = "select delivery_id, number, outcome from attempt order by number"
RINGS = "select kind, subject from alarm where closed_at is null"
EVER = datetime.min.replace(tzinfo=UTC)
MOVING = {S.SCHEDULED, S.CLAIMED, S.SENDING, S.UNCERTAIN}
LEAD = timedelta(seconds=60)
WINDOW = timedelta(minutes=30)
#: Answers after which a publisher has only its own outcome to write down.
ACCEPTED = ("ok", "slow", "drop", "error", "late", "lost")
#: A person must be told of these.
TOLD = {S.HELD: AlarmKind.HELD, S.FAILED: AlarmKind.FAILED, S.MISSED: AlarmKind.MISSED}
LEASE = 60.0
#: Nobody closes the gap between a program's last look at its clock and the last byte; a call is over before the lease.
CALLS_END = 58.0


class RuleBroken(AssertionError):
    """What the office must never see."""


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


def demand(holds: object, rule: str) -> None:
    if not holds:
        raise RuleBroken(rule)


class MachineClock(SetClock):
    """Wall clock and uptime; `asleep` are the seconds that a clock which stands still in sleep would not have seen."""

    asleep = 0.0

    def sleep_deeply(self, seconds: float) -> None:
        self.pass_time(seconds)
        self.asleep += seconds


@dataclass
class Shown:
    """A post that the public sees."""

    delivery: int
    attempt: int
    text: str
    account: str
    at: datetime
    uptime: float


@dataclass
class Wish:
    """One delivery as the people know it, without the help of the store."""

    id: int
    key: Key
    content: Content
    version: int = 1
    approved: bool = False
    withdrawn: bool = False
    settled_wrongly: bool = False
    may_go_until: datetime = field(default=NOON)


class Liar(LyingPlatform):
    """Accepts and drops, accepts late, hides, refuses; remembers what it told each account."""

    def __init__(self, clock: MachineClock, on_call: Callable[[Submission, Connection], Shown]) -> None:
        super().__init__(clock)
        self.clock: MachineClock = clock
        self._on_call = on_call
        self.answer = "ok"
        self.shown: list[Shown] = []
        self.landing: list[Shown] = []  #: accepted, not public yet
        self.lag = 0.0  #: seconds until a post can be found
        self.deaf = False  #: look-ups are not answered
        self.proves = False  #: like Instagram's container: can tell that a post was not made
        self.paused: dict[str, datetime] = {}
        self.refused: set[str] = set()

    def prepare(self, submission: Submission, connection: Connection, earlier: Prepared | None = None) -> Prepared:
        self._refuse(connection)
        return Prepared(markers={"key": submission.text}, ready=self.answer != "processing")

    def publish(self, submission: Submission, prepared: Prepared, connection: Connection) -> Post:
        post = self._on_call(submission, connection)
        demand(prepared.markers["key"] == submission.text, "the call carries what was prepared for this content")
        demand(connection.account not in self.refused, "no call for an account whose token was refused")
        demand(self.paused.get(connection.account, EVER) <= self.clock.now(), "no call before a rate limit's reset")
        self._refuse(connection)
        if self.answer == "lost":
            raise OutcomeUnknown("tidak ada jawaban", account=connection.account)
        if self.answer == "late":
            self.landing.append(replace(post, uptime=self.clock.uptime() + 200))
            raise OutcomeUnknown("HTTP 503", account=connection.account)
        self.shown.append(post)
        if self.answer == "slow":
            self.clock.pass_time(20)
        if self.answer in ("drop", "error"):
            raise OutcomeUnknown("HTTP 500", account=connection.account)
        return self._post(len(self.shown), post.at)

    def _refuse(self, connection: Connection) -> None:
        account = connection.account
        if account in self.refused:
            raise Unauthorized("token ditolak", account=account)
        if self.answer == "refused":
            raise NotSent("tidak tersambung", account=account)
        if self.answer in ("limit", "long limit"):
            until = self.clock.now() + timedelta(seconds=90 if self.answer == "limit" else 3600)
            self.paused[account] = max(until, self.paused.get(account, EVER))
            raise NotSent("terlalu sering", account=account, retry_at=until)
        if self.answer == "rejected":
            raise Rejected("ditolak", account=account, said="Not allowed")
        if self.answer == "unauthorized":
            self.refused.add(account)
            raise Unauthorized("token ditolak", account=account)

    def find(
        self,
        submission: Submission,
        prepared: Prepared,
        connection: Connection,
        since: datetime,
        is_ours: IsOurs = anybodys,
    ) -> Post | None:
        if self.deaf:
            raise OutcomeUnknown("HTTP 503", account=connection.account)
        key = prepared.markers.get("key")
        for number, post in enumerate(self.shown, start=1):
            found = self._post(number, post.at)
            if post.text == (key or submission.text) and self.shows(post) and (key or is_ours(found)):
                return found
        known = {post.text for post in (*self.shown, *self.landing)}
        if self.proves and submission.text not in known:
            raise NotSent("container FINISHED", account=connection.account)
        return None

    def shows(self, post: Shown) -> bool:
        return self.clock.uptime() - post.uptime >= self.lag

    def land(self) -> None:
        """What was accepted late becomes public as time passes."""
        due = [post for post in self.landing if post.uptime <= self.clock.uptime()]
        self.landing = [post for post in self.landing if post not in due]
        self.shown += [replace(post, at=self.clock.now()) for post in due]

    def external_id_at(self, address: str) -> str | None:
        return address.rpartition("/")[2]


class BreakableStore:
    """The store as a publisher sees it; the next `broken` writes fail, as with a full disk or a lost server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.broken = 0

    def read(self) -> Any:
        return self._store.read()

    @contextmanager
    def write(self) -> Iterator[Any]:
        if self.broken:
            self.broken -= 1
            raise StoreError("cakram penuh")
        with self._store.write() as tx:
            yield tx


def clock_for_publishers(clock: MachineClock) -> Any:
    """Theirs is the true one; a saboteur gives them another."""
    return clock


class Actor:
    """A publisher that claims one delivery and stands still at each point."""

    def __init__(self, name: str, publisher: Publisher, store: BreakableStore, clock: MachineClock) -> None:
        self.store = store
        self.clock = clock
        self.publisher = replace(publisher, owner=name, at=self._stand)
        self.claim: Claim | None = None
        self.claimed_at = 0.0  #: by the true clock
        self.point: str | None = None
        self.result: DeliveryStatus | None = None
        self._trouble: BaseException | None = None
        self._killed = False
        self._go, self._stands = threading.Semaphore(0), threading.Semaphore(0)

    def start(self) -> None:
        """To the first point, or to the end where there is nothing to claim."""
        self.claim = self.result = self._trouble = None
        self._killed = False
        self.point = "claiming"
        threading.Thread(target=self._work, daemon=True).start()
        self._stands.acquire()
        self._complain()

    def step(self) -> None:
        self._go.release()
        self._stands.acquire()
        self._complain()

    def kill(self) -> None:
        self._killed = True
        self.step()

    def end(self) -> None:
        """Like a kill, without asking how it went."""
        if self.busy:
            self._killed = True
            self._go.release()
            self._stands.acquire()

    @property
    def busy(self) -> bool:
        return self.point is not None

    def _work(self) -> None:
        try:
            for claim in self.publisher.claim(1):
                self.claim, self.claimed_at = claim, self.clock.uptime()
                self.result = self.publisher.publish(claim)
        except (Killed, StoreError):
            self.result = None  # the worker tells and goes on; the lease ends by itself
        except BaseException as error:
            self._trouble = error
        self.point = None
        self.store.broken = 0
        self._stands.release()

    def _stand(self, point: str) -> None:
        self.point = point
        self._stands.release()
        self._go.acquire()
        if self._killed:
            raise Killed

    def _complain(self) -> None:
        if self._trouble:
            trouble, self._trouble = self._trouble, None
            raise trouble


class World:
    """The office, its queue and the public; every move ends with a check of everything that must hold."""

    living: ClassVar[list["World"]] = []

    def __init__(self, store: Store, *, gap: timedelta = timedelta(0), resend: tuple[str, ...] = ()) -> None:
        wipe(store)
        self.living.append(self)
        self.store = store
        self.clock = MachineClock()
        self.platform = Liar(self.clock, self._on_call)
        self.wishes: dict[int, Wish] = {}
        self.digests: dict[str, bool] = {}  #: the newest verdict on each content
        self.stopped = False
        self.blocked: set[str] = set()
        self.publisher = Publisher(
            store=store,
            platforms={"x": self.platform},
            clock=clock_for_publishers(self.clock),
            timing=Timing(lead=LEAD, gap=gap),
            owner="orang",
            submission_of=lambda row: Submission(text=row.content.text),
            connection_of=self._connection_of,
            readings_of=lambda row, post: [post.published_at + timedelta(hours=1)],
        )
        self.actors = [self._actor(name) for name in "ab"]
        self.accounts = {name: self._add_account(name, resend=name in resend) for name in ("x-kab", "x-prov")}
        self.unready = False  #: the workspace's settings need mending
        self._last_intent: dict[str, float] = {}
        self._jumped = False
        self.decisions = Decisions(_app_of(self))  # type: ignore[arg-type]

    def _actor(self, name: str) -> Actor:
        store = BreakableStore(self.store)
        return Actor(name, replace(self.publisher, store=store), store, self.clock)  # type: ignore[arg-type]

    def _add_account(self, name: str, *, resend: bool) -> Account:
        with self.store.write() as tx:
            accounts.put_unit(tx, Unit(id="diskominfo", name="Diskominfo", zone="WIB"))
            more: dict[str, Any] = {"platform": "x", "unit_id": "diskominfo", "kind": AccountKind.OFFICIAL}
            accounts.add(tx, name=name, sandbox=True, **more)
            if resend:
                named = accounts.account.c.name == name
                tx.execute(accounts.account.update().where(named).values(when_absent="resend"))
            found = accounts.by_name(tx, name)
        assert found
        return found

    def _connection_of(self, row: Delivery) -> Connection:
        if self.unready:
            raise SettingsError("kunci salah")
        return Connection(account=row.key.account, credentials={}, base_url="", sandbox=True)

    # --- what people do ---

    def queue(self, account: str = "x-kab", *, due_in: float = 0, approved: bool = True) -> int:
        key = Key(campaign="agen", message=f"m{len(self.wishes)}", account=account, occurrence="pagi@2026-11-23")
        content = self._content(key, 1, self.clock.now() + timedelta(seconds=due_in))
        demand(self._put(key, content), "a new delivery is queued")
        with self.store.read() as tx:
            row = next(row for row in deliveries.listing(tx) if row.key == key)
        self.wishes[row.id] = Wish(id=row.id, key=key, content=content, may_go_until=content.not_after)
        if approved:
            self.approve(row.id)
        return row.id

    def _content(self, key: Key, version: int, due_at: datetime) -> Content:
        text = f"{key.message} versi {version}"
        draft = Content(text=text, alt_text="", link=None, card=None, due_at=due_at, not_after=due_at + WINDOW)
        return replace(draft, digest=content_digest(draft, key.account))

    def _put(self, key: Key, content: Content) -> bool:
        with self.store.write() as tx:
            version = campaigns.save_version(
                tx, name="agen", title="Agen", digest="d", yaml="id: agen\n", by="Ayu", now=self.clock.now()
            )
            more = {"version_id": version, "zone": "WIB", "sources_until": None, "cost": Decimal("0.015")}
            return deliveries.put(tx, key, content, next_at=content.due_at - LEAD, **more)

    def approve(self, delivery_id: int) -> None:
        self._judge(delivery_id, approvals.APPROVED)
        with self.store.write() as tx:
            deliveries.schedule_approved(tx, "agen")

    def send_back(self, delivery_id: int) -> None:
        self._judge(delivery_id, approvals.SENT_BACK)

    def _judge(self, delivery_id: int, verdict: str) -> None:
        digest = self.wishes[delivery_id].content.digest
        with self.store.write() as tx:
            approvals.add(tx, [digest], verdict=verdict, who="Citra", now=self.clock.now())
        self.digests[digest] = verdict == approvals.APPROVED

    def edit(self, delivery_id: int, *, due_in: float = 0) -> bool:
        """Other words for one delivery; False where it may be out already."""
        wish, before = self.wishes[delivery_id], self.row(delivery_id)
        content = self._content(wish.key, wish.version + 1, self.clock.now() + timedelta(seconds=due_in))
        if not self._put(wish.key, content):
            demand(before.status in OUT, f"an edit of what is {before.status} wins")
            return False
        demand(before.status not in OUT, f"an edit of what is {before.status} is refused")
        wish.version, wish.content, wish.withdrawn = wish.version + 1, content, False
        wish.may_go_until = content.not_after
        return True

    def cancel(self, delivery_id: int) -> bool:
        before = self.row(delivery_id).status
        with self.store.write() as tx:
            done = deliveries.cancel(tx, delivery_id, reason="dibatalkan")
        demand(done == (before not in OUT and before is not S.CANCELLED), f"cancel of what is {before} said {done}")
        self.wishes[delivery_id].withdrawn |= done
        return done

    def stop(self) -> None:
        self.decisions.stop(who="Ayu")
        self.stopped = True

    def resume(self, *, drop: bool = False) -> None:
        overdue = self.decisions.overdue()
        self.decisions.resume(late=[] if drop else overdue, dropped=overdue if drop else [])
        self.stopped = False
        for row in overdue:
            wish = self.wishes[row.id]
            wish.withdrawn |= drop and self.row(row.id).status is S.CANCELLED
            wish.may_go_until = wish.may_go_until if drop else self.clock.now() + WINDOW

    def reconnect(self, account: str) -> None:
        with self.store.write() as tx:
            accounts.note_identity(tx, self.accounts[account].id, external_id="1", handle="@kab", now=self.clock.now())
        self.platform.refused.discard(account)

    def settle(self, delivery_id: int, word: str) -> None:
        """A person who looks at the platform before saying `there`, `send` or `drop`."""
        row, wish = self.row(delivery_id), self.wishes[delivery_id]
        if row.status not in TOLD or any(post.delivery == row.id for post in self.platform.landing):
            return
        public = self._public(row.id)
        seen = bool(public) and self.platform.shows(public[0])
        settler = Settler(look_up=LookUp(publisher=self.publisher))
        if public and (word == "there" or not seen):
            number = self.platform.shown.index(public[0]) + 1
            act: Callable[[], Delivery] = lambda: settler.there(row.id, f"https://lying.example/{number}")  # noqa: E731
        elif word == "drop":
            act = lambda: settler.drop(row.id)  # noqa: E731
        else:
            act = lambda: settler.send(row.id, within=WINDOW)  # noqa: E731
        try:
            after = act().status
        except (PlatformError, SettingsError):
            demand(self.row(row.id).status is row.status, "a decision whose look-up fails changes nothing")
            return
        demand(not public or after is S.PUBLISHED, "a decision about what is public records it")
        wish.withdrawn |= after is S.CANCELLED
        wish.may_go_until = self.clock.now() + WINDOW

    # --- what the machines do ---

    def start(self, actor: int) -> bool:
        """Claim one delivery; False where nothing was to be had."""
        a = self.actors[actor]
        if a.busy:
            return False
        a.start()
        if a.claim and a.busy:
            self._check_claim(a)
        self.check()
        return a.claim is not None

    def step(self, actor: int, answer: str = "ok", *, broken: bool = False) -> str | None:
        """To the next point; the point, or None where the publisher is done."""
        a = self.actors[actor]
        if a.busy:
            self.platform.answer = answer
            a.store.broken = int(broken and answer in ACCEPTED)
            self._advance(a)
            self.platform.answer = "ok"
            self.check()
        return a.point

    def _advance(self, a: Actor) -> None:
        was_claimed = a.claim is not None
        a.step()
        if a.claim and not was_claimed and a.busy:
            self._check_claim(a)
        if a.point == Point.INTENT:
            self._check_intent(a)
        if not a.busy and a.claim and a.result:
            row = self.row(a.claim.delivery.id)
            told = row.fence != a.claim.fence or row.status is a.result
            demand(told, f"a publisher that says {a.result} left it {row.status}")

    def finish(self, actor: int, answer: str = "ok") -> None:
        while self.actors[actor].busy:
            self.step(actor, answer)

    def run(self, actor: int, answer: str = "ok") -> None:
        """One claim from beginning to end."""
        self.start(actor)
        self.finish(actor, answer)

    def go_to(self, actor: int, point: Point, answer: str = "ok") -> None:
        """Claim, and go on to a point on the way."""
        demand(self.start(actor), "there is something to claim")
        while self.actors[actor].point != point:
            demand(self.step(actor, answer), f"the publisher comes to {point}")

    def kill(self, actor: int) -> None:
        if self.actors[actor].busy:
            self.actors[actor].kill()
            self.check()

    def reap(self) -> None:
        Reaper(store=self.store, clock=self.clock, timing=self.publisher.timing).reap()
        self.check()

    def look(self, *, dies: bool = False) -> None:
        look_up = LookUp(publisher=self.publisher)
        for claim in look_up.claim(10):
            if not dies:
                before, after = claim.delivery, look_up.look(claim)
                self._check_look(before, after)
        self.check()

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        self._calls_end(seconds)
        (self.clock.sleep_deeply if asleep else self.clock.pass_time)(seconds)
        self.platform.land()
        self.check()

    def jump(self, seconds: float) -> None:
        """The wall clock is set, forward or backward."""
        self._calls_end(LEASE)
        self.clock.jump(seconds)
        self._jumped = True
        self.check()

    def _calls_end(self, seconds: float) -> None:
        for number, actor in enumerate(self.actors):
            if actor.claim and actor.point == Point.GUARDED:
                age = self.clock.uptime() - actor.claimed_at
                if age + seconds > CALLS_END:
                    self.step(number)

    def until_quiet(self) -> None:
        """The lies end, people do what is theirs, and time passes until nothing moves; then the end is checked."""
        self.platform.answer, self.platform.deaf, self.unready = "ok", False, False
        self._calls_end(LEASE)
        frozen = [number for number, actor in enumerate(self.actors) if actor.busy]
        self._settle_down()
        for number in frozen:  # woken when all is over
            self.finish(number)
        self._settle_down()
        self.reap()
        with self.store.read() as tx:
            rings = [(alarm.kind, alarm.subject) for alarm in alarms.ringing(tx)]
        for row in self.rows():
            demand(row.status not in MOVING, f"#{row.id} is lost: {row.status}")
            left = [
                kind.value
                for kind, about in rings
                if about == f"delivery:{row.id}" and kind is not TOLD.get(row.status)
            ]
            demand(not left, f"#{row.id} is {row.status}, and yet rings: {left}")

    def _settle_down(self) -> None:
        if self.stopped:
            self.resume()
        for account in self.accounts:
            self.reconnect(account)
        for spare in range(60):
            if not any(row.status in MOVING or row.status is S.WAITING for row in self.rows()):
                return
            self._round()
            self.pass_time(35 if spare < 6 else 400)
        self._round()

    def _round(self) -> None:
        """What a worker of a third machine does."""
        self.reap()
        actor = self._actor("c")
        self.actors.append(actor)
        for _each in range(10):
            self.run(len(self.actors) - 1)
            if actor.claim is None:
                break
        self.actors.remove(actor)
        self.look()

    @classmethod
    def close_all(cls) -> None:
        """Free the threads; whoever still stands at a point is killed there."""
        while cls.living:
            for actor in cls.living.pop().actors:
                actor.end()

    # --- what must hold ---

    def check(self) -> None:
        """What must hold at every moment; read past our own queries, which are under test."""
        with self.store.read() as tx:
            rows = tx.exec_driver_sql(ROWS).all()
            rings = {(row.kind, row.subject) for row in tx.exec_driver_sql(RINGS)}
            tries = tx.exec_driver_sql(TRIES).all()
        flying = [row.account_id for row in rows if row.status in (S.CLAIMED, S.SENDING)]
        demand(len(flying) == len(set(flying)), "one call in flight an account")
        for row in rows:
            self._check_row(row, [each for each in tries if each.delivery_id == row.id])
            if row.status in TOLD:
                told = (TOLD[S(row.status)], f"delivery:{row.id}") in rings
                demand(told, f"#{row.id} is {row.status} and a person is told")

    def _check_row(self, row: Any, tries: list[Any]) -> None:
        public = self._public(row.id)
        waiting = [post for post in self.platform.landing if post.delivery == row.id]
        demand(len(public) + len(waiting) <= 1, f"#{row.id} is public more than once")
        if public:
            demand(row.status in OUT, f"#{row.id} is public, but {row.status}")
        if row.status == S.PUBLISHED:
            demand(public, f"#{row.id} is published, but nothing is public")
            number = self.platform.shown.index(public[0]) + 1
            demand(row.external_id == str(number), f"#{row.id} has its own post's address")
            demand(tries[-1].outcome == Outcome.PUBLISHED, f"#{row.id} is published, and so is its last try")
        for each in tries:
            if each.outcome in (Outcome.NOT_SENT, Outcome.REJECTED, Outcome.UNAUTHORIZED):
                shown = [post for post in (*public, *waiting) if post.attempt == each.number]
                demand(not shown, f"try {each.number} of #{row.id} is public, but stands as {each.outcome}")

    def _check_claim(self, a: Actor) -> None:
        """A living lease is nobody else's."""
        assert a.claim
        demand(not self.stopped, "nothing is taken up after a stop")
        account = a.claim.delivery.key.account
        demand(account not in self.platform.refused, "nothing is taken up for an account whose token was refused")
        for other in self.actors:
            if other is not a and other.busy and other.claim and other.claim.delivery.id == a.claim.delivery.id:
                held_for = self.clock.uptime() - other.claimed_at
                demand(other.claim.fence < a.claim.fence, "each claim has a fence of its own")
                demand(
                    held_for >= 60 or self._jumped or self._given_back(other), "a living lease is taken by no one else"
                )

    def _given_back(self, other: Actor) -> bool:
        """Edited, cancelled or settled since: the claim ended before its lease."""
        assert other.claim
        return other.claim.delivery.id in self._moved_by_people

    @property
    def _moved_by_people(self) -> set[int]:
        return {wish.id for wish in self.wishes.values() if wish.version > 1 or wish.withdrawn}

    def _check_intent(self, a: Actor) -> None:
        """All that must fit at the point of no return."""
        assert a.claim
        now, row = self.clock.now(), self.row(a.claim.delivery.id)
        wish = self.wishes[row.id]
        demand(row.status is S.SENDING and row.fence == a.claim.fence, "an intent stands under its own fence")
        demand(a.claim.delivery.content.text == wish.content.text, "what goes out is what people wrote last")
        demand(self.digests.get(wish.content.digest), "nothing goes out that is not approved")
        demand(not wish.withdrawn, "nothing goes out that was cancelled")
        demand(not self.stopped, "nothing goes out after a stop")
        demand(wish.content.due_at <= now, "nothing goes out before its time")
        demand(now <= wish.may_go_until, "nothing goes out after its window")
        rest = [other for other in self.rows() if other.key.account == row.key.account and other.id != row.id]
        doubts = [other for other in rest if other.status is S.UNCERTAIN and other.lookups < 2]
        demand(not doubts, "a doubt holds back later posts of its account until it was looked for twice")
        mine = (wish.content.due_at, row.id)
        first = [r for r in rest if r.status is S.SCHEDULED and r.next_at <= now and (r.content.due_at, r.id) < mine]
        demand(not first, f"posts of an account leave in due order; {[r.id for r in first]} come before {row.id}")
        gap = self.publisher.timing.gap.total_seconds()
        apart = self.clock.uptime() - self._last_intent.get(row.key.account, float("-inf"))
        demand(apart >= gap or self._jumped, "posts of an account keep their distance")
        self._last_intent[row.key.account] = self.clock.uptime()

    def _on_call(self, submission: Submission, connection: Connection) -> Shown:
        """The public call, seen from the platform."""
        wish = next(wish for wish in self.wishes.values() if submission.text.startswith(f"{wish.key.message} "))
        row = self.row(wish.id)
        demand(row.status is S.SENDING, f"a call without an intent: #{row.id} is {row.status}")
        with self.store.read() as tx:
            newest = deliveries.attempts(tx, row.id)[-1]
        demand(newest["prepared"] == {"key": submission.text}, "what was prepared is written down before the call")
        callers = [a for a in self.actors if a.claim and a.claim.delivery.id == row.id and a.claim.fence == row.fence]
        demand(callers, "a call is made by the publisher that holds the row")
        demand(self.clock.uptime() - callers[0].claimed_at <= LEASE, "no call under a lease that is over")
        return Shown(
            delivery=wish.id,
            attempt=newest["number"],
            text=submission.text,
            account=connection.account,
            at=self.clock.now(),
            uptime=self.clock.uptime(),
        )

    def _check_look(self, before: Delivery, after: DeliveryStatus) -> None:
        resends = self.accounts[before.key.account].resend_when_absent
        if after is S.SCHEDULED:
            demand(resends, "an account without the policy never sends again by itself")

    def row(self, delivery_id: int) -> Delivery:
        with self.store.read() as tx:
            found = deliveries.get(tx, delivery_id)
        assert found
        return found

    def rows(self) -> list[Delivery]:
        with self.store.read() as tx:
            return deliveries.listing(tx)

    def _public(self, delivery_id: int) -> list[Shown]:
        return [post for post in self.platform.shown if post.delivery == delivery_id]


def _app_of(world: World) -> SimpleNamespace:
    publishing = SimpleNamespace(window=WINDOW)
    return SimpleNamespace(store=world.store, clock=world.clock, settings=SimpleNamespace(publishing=publishing))


def hurry(store: Store) -> None:
    """For thousands of lives on a database that need not survive a power cut."""
    store.close()
    if store.is_sqlite:
        event.listen(store._engine, "connect", lambda opened, _record: opened.execute("PRAGMA synchronous = OFF"))


def wipe(store: Store) -> None:
    """An empty database, with numbers from 1 again."""
    with store.write() as tx:
        if not store.is_sqlite:
            names = ", ".join(table.name for table in metadata.sorted_tables)
            tx.exec_driver_sql(f"truncate {names} restart identity")
            return
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())
