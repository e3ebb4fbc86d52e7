"""The times and the budget of the protocol, as settings give them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Timing:
    lease: timedelta = timedelta(seconds=60)
    lead: timedelta = timedelta(minutes=10)  #: preparing may begin this long before the due time
    retry: timedelta = timedelta(seconds=15)  #: after "not sent" without a time from the platform
    budget: Decimal | None = None  #: US dollars a month and account, for platforms that charge
    gap: timedelta = timedelta(0)  #: least distance between two posts of one account
    ring_after: timedelta = timedelta(seconds=60)  #: in doubt for longer, a person should know
    #: after an uncertain call; counted from its end
    lookups: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (15, 60, 300, 900))

    @property
    def guard(self) -> timedelta:
        """Older than this, a lease no longer carries a public call: half of it must remain for the answer."""
        return self.lease / 2
