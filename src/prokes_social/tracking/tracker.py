"""The table of readings in, what is due read out: each account by itself, several at once, none in another's way."""

import contextvars
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from prokes_social.clock import Clock
from prokes_social.model.account import Account
from prokes_social.model.platform import Connection, Post
from prokes_social.platforms import Platform
from prokes_social.store import Store, snapshots
from prokes_social.store.snapshots import DueReading
from prokes_social.tracking.purse import Purse
from prokes_social.tracking.reader import Collected, Reader


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Tracker:
    store: Store
    platforms: Mapping[str, Platform]
    clock: Clock
    ages: Sequence[timedelta]  #: of a post, at which its numbers are read
    time_scale: float  #: how much faster sandbox posts age
    connection_to: Callable[[Account], Connection]
    budget: Decimal | None = None  #: US dollars a month and account, posts included; for platforms that charge
    lease: timedelta = timedelta(minutes=2)
    threads: int = 4  #: accounts that are read at once

    def readings_of(self, post: Post, *, sandbox: bool) -> list[datetime]:
        """When the numbers of a new post are to be read."""
        scale = self.time_scale if sandbox else 1
        return [post.published_at + age / scale for age in self.ages]

    def collect_due(self, stopped: Callable[[], bool] = _never) -> Collected:
        """Take the readings that are due, of every account that may be asked."""
        with self.store.read() as tx:
            due = snapshots.accounts_with_due(tx, self.clock.now())
        return self._together(partial(self._reader.read_due, account_id, stopped) for account_id in due)

    def collect_now(self, campaign: str | None = None, stopped: Callable[[], bool] = _never) -> Collected:
        """Read every post at this moment, as a person asked."""
        with self.store.read() as tx:
            asked = snapshots.on_demand(tx, now=self.clock.now(), campaign=campaign)
        by_account: dict[int, list[DueReading]] = defaultdict(list)
        for reading in asked:
            by_account[reading.account_id].append(reading)
        return self._together(partial(self._reader.read_asked, *each, stopped) for each in by_account.items())

    @property
    def _reader(self) -> Reader:
        return Reader(
            store=self.store,
            platforms=self.platforms,
            clock=self.clock,
            connection_to=self.connection_to,
            purse=Purse(budget=self.budget),
            time_scale=self.time_scale,
            lease=self.lease,
        )

    def _together(self, work: Iterable[Callable[[], Collected]]) -> Collected:
        """Threads begin in the default language, so each gets ours."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="read") as pool:
            done = [pool.submit(contextvars.copy_context().run, each) for each in work]
        return sum((each.result() for each in done), start=Collected())
