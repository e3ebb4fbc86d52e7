"""Due readings of one account in, what its platform told of them in the store; its trouble stays its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from prokes_social.clock import Clock
from prokes_social.errors import NotSent, PlatformError, ProkesError, SettingsError, Unauthorized
from prokes_social.i18n import _
from prokes_social.model.account import Account
from prokes_social.model.alarm import AlarmKind
from prokes_social.model.platform import Connection, Post
from prokes_social.model.reach import ReachSnapshot, Untold
from prokes_social.platforms import Platform
from prokes_social.store import Connection as Transaction
from prokes_social.store import Store, accounts, alarms, snapshots
from prokes_social.store.snapshots import DueReading
from prokes_social.tracking.purse import Bill, Purse

#: Posts of one claim; X's pages and look-ups hold as many.
BATCH = 100
#: How long a reading that the platform did not tell is put off, and for how long we keep asking.
PUT_OFF = timedelta(minutes=15)
KEEP_ASKING = timedelta(days=2)  # Instagram's numbers come up to 48 h late
#: How long an account rests that a person must help, and for how long its newest readings wait for that.
REST = timedelta(hours=1)
WAIT = timedelta(days=30)
#: Numbers that a platform keeps back of an older post are no right that was lost: X tells private ones for 30 days.
RIGHTS_SHOW_FOR = timedelta(days=29)


@dataclass(frozen=True, kw_only=True)
class Collected:
    taken: int = 0
    put_off: int = 0
    why: Mapping[str, str] = field(default_factory=dict)  #: by account, why its readings wait

    def __add__(self, other: "Collected") -> "Collected":
        why = {**self.why, **other.why}
        return Collected(taken=self.taken + other.taken, put_off=self.put_off + other.put_off, why=why)


@dataclass(frozen=True, kw_only=True)
class _Round:
    """What one claim of readings came to."""

    account: Account
    told: Sequence[tuple[DueReading, ReachSnapshot]] = ()
    silent: Sequence[DueReading] = ()  #: asked for, and not told
    unasked: Sequence[DueReading] = ()  #: the month's budget does not reach for them
    trouble: ProkesError | None = None
    bill: Bill = field(default_factory=Bill)


@dataclass(frozen=True, kw_only=True)
class Reader:
    store: Store
    platforms: Mapping[str, Platform]
    clock: Clock
    connection_to: Callable[[Account], Connection]
    purse: Purse
    time_scale: float
    lease: timedelta

    def read_due(self, account_id: int, stopped: Callable[[], bool]) -> Collected:
        """Claim and read until nothing of the account is due, or it must rest."""
        collected = Collected()
        while not stopped() and (claimed := self._claim(account_id)):
            collected += self.read(account_id, claimed)
        return collected

    def read_asked(self, account_id: int, asked: Sequence[DueReading], stopped: Callable[[], bool]) -> Collected:
        """What a person asked for, a batch at a time; the rest is left where the account must rest."""
        collected, left = Collected(), list(asked)
        while left and not stopped() and not collected.why:
            collected += self.read(account_id, left[:BATCH])
            left = left[BATCH:]
        return collected + Collected(put_off=len(left))

    def read(self, account_id: int, due: Sequence[DueReading]) -> Collected:
        came = self._ask(account_id, due)
        why = self._settle(came)
        put_off = len(came.silent) + len(came.unasked)
        return Collected(taken=len(came.told), put_off=put_off, why={came.account.name: why} if why else {})

    def _claim(self, account_id: int) -> list[DueReading]:
        now = self.clock.now()
        with self.store.write() as tx:
            return snapshots.claim_due(tx, account_id, now=now, lease_until=now + self.lease, limit=BATCH)

    # --- asking ---

    def _ask(self, account_id: int, due: Sequence[DueReading]) -> _Round:
        wanted = list({reading.post.external_id: reading.post for reading in due}.values())
        now = self.clock.now()
        with self.store.write() as tx:
            account = accounts.by_id(tx, account_id)
            platform = self.platforms[account.platform]
            posts = self.purse.affordable(tx, account, platform, wanted, now)
            bill = self.purse.open(tx, account, platform, posts, now)
        told, trouble = self._measure(account, platform, posts, bill)
        asked = {post.external_id for post in posts}
        return _Round(
            account=account,
            told=[(each, told[each.post.external_id]) for each in due if each.post.external_id in told],
            silent=[each for each in due if each.post.external_id in asked - set(told)],
            unasked=[each for each in due if each.post.external_id not in asked],
            trouble=trouble,
            bill=bill,
        )

    def _measure(
        self, account: Account, platform: Platform, posts: Sequence[Post], bill: Bill
    ) -> tuple[dict[str, ReachSnapshot], ProkesError | None]:
        """Those left out are asked for again as long as that helps: a limit met half-way then says when it ends."""
        told: dict[str, ReachSnapshot] = {}
        try:
            connection = self.connection_to(account) if posts else None
            while connection and (left := [each for each in posts if each.external_id not in told]):
                measured = platform.measure(left, connection, bill.charge)
                if not measured:
                    break
                told |= {each.external_id: each for each in measured}
        except (PlatformError, SettingsError) as error:  # one account's trouble is not the others'
            return told, error
        return told, None

    # --- settling ---

    def _settle(self, came: _Round) -> str:
        """Write what came of a round; why the account's readings wait now, or nothing."""
        now = self.clock.now()
        with self.store.write() as tx:
            self.purse.settle(tx, came.bill)
            snapshots.record(tx, [(reading, self._as_of_age(came.account, reading, taken, now))
                                  for reading, taken in came.told])  # fmt: skip
            self._note_rights(tx, came, now)
            if came.trouble:
                return self._rest(tx, came, now)
            self._put_off(tx, came.silent, now)
            return self._save(tx, came, now) if came.unasked else ""

    def _put_off(self, tx: Transaction, silent: Sequence[DueReading], now: datetime) -> None:
        late = [each for each in silent if now - each.due_at > KEEP_ASKING]
        snapshots.give_up(tx, late, now=now, reason=Untold.SILENT.value)
        again = [each for each in silent if now - each.due_at <= KEEP_ASKING]
        snapshots.put_off(tx, again, next_at=now + PUT_OFF, reason=Untold.SILENT.value)

    def _rest(self, tx: Transaction, came: _Round, now: datetime) -> str:
        """The account is left alone for a while; posting goes on."""
        assert came.trouble  # noqa: S101 - asked only then
        reason, until = in_words(came.trouble), _until(came.trouble, now)
        if isinstance(came.trouble, Unauthorized):
            what = f"{came.account.name}: {reason} {came.trouble.hint}".strip()
            alarms.ring(tx, AlarmKind.INSIGHTS, f"account:{came.account.id}", what, now=now)
        self._wait(tx, came, until, reason, now)
        return reason

    def _save(self, tx: Transaction, came: _Round, now: datetime) -> str:
        what = _("{account}: what is left of this month's budget is kept for posts.", account=came.account.name)
        alarms.ring(tx, AlarmKind.BUDGET, f"account:{came.account.id}", what, now=now)
        self._wait(tx, came, now + REST, Untold.BUDGET.value, now)
        return str(Untold.BUDGET.label)

    def _wait(self, tx: Transaction, came: _Round, until: datetime, reason: str, now: datetime) -> None:
        waiting = [*came.silent, *came.unasked]
        snapshots.give_up(tx, [each for each in waiting if now - each.due_at > WAIT], now=now, reason=reason)
        snapshots.put_off(tx, waiting, next_at=until, reason=reason)
        snapshots.say_why(tx, came.account.id, now=now, reason=reason)
        accounts.pause_reading(tx, came.account.id, until)

    def _note_rights(self, tx: Transaction, came: _Round, now: datetime) -> None:
        """An alarm while numbers are kept back for want of a right; what is told nevertheless is kept."""
        young = [taken for reading, taken in came.told if self._is_young(came.account, reading.post, now)]
        subject = f"account:{came.account.id}"
        words = next((taken.withheld for taken in young if taken.withheld), "")
        if words:
            what = f"{came.account.name}: {Untold.WITHHELD.label} ({words})"
            alarms.ring(tx, AlarmKind.INSIGHTS, subject, what, now=now)
        elif any(taken.tells for taken in young):
            alarms.close(tx, subject, now=now, kinds=(AlarmKind.INSIGHTS,))

    def _as_of_age(self, account: Account, reading: DueReading, taken: ReachSnapshot, now: datetime) -> ReachSnapshot:
        """No right is missing where a post is too old to tell more, as all posts are one day."""
        return taken if self._is_young(account, reading.post, now) else replace(taken, withheld="")

    def _is_young(self, account: Account, post: Post, now: datetime) -> bool:
        scale = self.time_scale if account.sandbox else 1
        return (now - post.published_at) * scale < RIGHTS_SHOW_FOR


def _until(trouble: ProkesError, now: datetime) -> datetime:
    if not isinstance(trouble, NotSent):
        return now + REST
    return max(trouble.retry_at, now) if trouble.retry_at else now + PUT_OFF


def in_words(error: ProkesError) -> str:
    said = getattr(error, "said", "")
    return f"{error.message} ({said})" if said and said not in error.message else error.message
