"""A month's budget in, how many posts may be read for it out: posts that are still to go out have the first claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from prokes_social.clock import month_of
from prokes_social.model.account import Account
from prokes_social.model.platform import Post
from prokes_social.platforms import Platform
from prokes_social.store import Connection, spending

#: Until a call has ended it counts as if every post in it brought a neighbour along, which X would charge too.
CAUTION = 2


@dataclass(kw_only=True)
class Bill:
    """What a round of reading is expected to cost, and what it did."""

    row: int | None = None  #: none where nothing is charged
    cost: Decimal = Decimal(0)

    def charge(self, dollars: Decimal) -> None:
        self.cost += dollars


@dataclass(frozen=True, kw_only=True)
class Purse:
    """US dollars a month and account, for platforms that charge; None: as much as it takes."""

    budget: Decimal | None

    def affordable(
        self, tx: Connection, account: Account, platform: Platform, posts: Sequence[Post], now: datetime
    ) -> Sequence[Post]:
        """The first of the posts whose numbers can be paid for this month."""
        if self.budget is None or not platform.reading_cost(posts):
            return posts
        left = self._left(tx, account, now)
        while posts and platform.reading_cost(posts) > left:
            posts = posts[: len(posts) // 2]
        return posts

    def open(self, tx: Connection, account: Account, platform: Platform, posts: Sequence[Post], now: datetime) -> Bill:
        """Written down before the call: a reader that is killed has not read for nothing."""
        expected = platform.reading_cost(posts)
        if not expected:
            return Bill()
        return Bill(row=spending.begin(tx, account.id, posts=len(posts), expected=CAUTION * expected, now=now))

    def settle(self, tx: Connection, bill: Bill) -> None:
        if bill.row is not None:
            spending.settle(tx, bill.row, bill.cost)

    def _left(self, tx: Connection, account: Account, now: datetime) -> Decimal:
        assert self.budget is not None  # noqa: S101 - asked only where there is one
        this_month = month_of(now)
        spent = spending.spent(tx, since=this_month).get(account.name, Decimal(0))
        to_come = spending.to_come(tx, account.id, until=month_of(this_month + timedelta(days=32)))
        return self.budget - spent - to_come
