"""Posts in, reach snapshots out, again and again over the days that follow; what is not told stays untold."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prokes_social.clock import Clock
from prokes_social.errors import PlatformError, SettingsError
from prokes_social.model.account import Account
from prokes_social.model.platform import Connection, Post
from prokes_social.platforms import Platform
from prokes_social.store import Store, accounts, snapshots
from prokes_social.store.snapshots import DueReading

#: How long a reading that the platform refused is put off, and for how long we keep asking.
PUT_OFF = timedelta(minutes=15)
KEEP_ASKING = timedelta(days=2)  # Instagram's numbers come up to 48 h late


@dataclass(frozen=True, kw_only=True)
class Collected:
    taken: int
    put_off: int


@dataclass(frozen=True, kw_only=True)
class Tracker:
    store: Store
    platforms: Mapping[str, Platform]
    clock: Clock
    ages: Sequence[timedelta]  #: of a post, at which its numbers are read
    time_scale: float  #: how much faster sandbox posts age
    connection_to: Callable[[Account], Connection]
    lease: timedelta = timedelta(minutes=2)

    def readings_of(self, post: Post, *, sandbox: bool) -> list[datetime]:
        """When the numbers of a new post are to be read."""
        scale = self.time_scale if sandbox else 1
        return [post.published_at + age / scale for age in self.ages]

    def collect_due(self, limit: int = 500) -> Collected:
        """Take the readings that are due."""
        now = self.clock.now()
        with self.store.write() as tx:
            due = snapshots.claim_due(tx, now=now, lease_until=now + self.lease, limit=limit)
        return self._collect(due)

    def collect_now(self, campaign: str | None = None) -> Collected:
        """Read every post at this moment, as a person asked."""
        with self.store.read() as tx:
            asked = snapshots.on_demand(tx, now=self.clock.now(), campaign=campaign)
        return self._collect(asked)

    def _collect(self, readings: Sequence[DueReading]) -> Collected:
        by_account: dict[int, list[DueReading]] = defaultdict(list)
        for reading in readings:
            by_account[reading.account_id].append(reading)
        done = [self._read_account(account_id, due) for account_id, due in by_account.items()]
        return Collected(taken=sum(each.taken for each in done), put_off=sum(each.put_off for each in done))

    def _read_account(self, account_id: int, due: Sequence[DueReading]) -> Collected:
        with self.store.read() as tx:
            account = accounts.by_id(tx, account_id)
        posts = list({reading.post.external_id: reading.post for reading in due}.values())
        try:
            measured = self.platforms[account.platform].measure(posts, self.connection_to(account))
        except (PlatformError, SettingsError) as error:  # one account's trouble is not the others'
            self._put_off(due, error.message)
            return Collected(taken=0, put_off=len(due))
        told = {each.external_id: each for each in measured}
        answered = [reading for reading in due if reading.post.external_id in told]
        with self.store.write() as tx:
            for reading in answered:
                snapshots.record(tx, reading, told[reading.post.external_id])
        silent = [reading for reading in due if reading.post.external_id not in told]
        self._put_off(silent, "the platform did not tell")
        return Collected(taken=len(answered), put_off=len(silent))

    def _put_off(self, due: Sequence[DueReading], reason: str) -> None:
        now = self.clock.now()
        with self.store.write() as tx:
            for reading in due:
                if now - reading.due_at > KEEP_ASKING:
                    snapshots.give_up(tx, reading, now=now, reason=reason)
                else:
                    snapshots.put_off(tx, reading, next_at=now + PUT_OFF, reason=reason)
